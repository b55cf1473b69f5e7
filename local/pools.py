"""Make the pools that the DAGs name, in the Airflow that the environment points to."""

from __future__ import annotations

from local.dag_runs import make_pools

if __name__ == "__main__":
    make_pools()
