"""Dashboards on the published file: Apache Superset with datasets, charts and dashboards as files."""
