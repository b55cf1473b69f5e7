"""A landed result as the Parquet files of its tables, and the commit that says they are whole."""
