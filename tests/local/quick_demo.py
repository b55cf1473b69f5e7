"""The demo, in which Airflow and botocore look up once what they look up again for each task.

python quick_demo.py [--recordings DIR]
"""

from __future__ import annotations

import sys
from pathlib import Path

import looked_up_once
from dags_written_once import write_dags

from local import demo
from local.dag_runs import fresh_database


def prepared(home: Path) -> None:
    fresh_database(home)
    import botocore.loaders  # noqa: F401
    import jsonschema  # noqa: F401

    looked_up_once.install()
    write_dags()


if __name__ == "__main__":
    demo.fresh_database = prepared
    sys.exit(demo.main())
