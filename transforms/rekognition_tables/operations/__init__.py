"""Every table's columns: the one truth for the Parquet writer, the DDL, the documentation and the tests.

Nothing is imported here, so that a name (`names`) costs no pyarrow.
"""
