"""The tables in DuckDB: loaded exactly once from the commits, checked, published for readers."""
