"""The warehouse as a DuckDB file, and the copy that readers open."""
