"""Run it all on this machine: the demo, and Airflow with its web page."""
