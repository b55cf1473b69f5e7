"""Dashboards on the published file: Superset, with datasets, charts and dashboards as files."""
