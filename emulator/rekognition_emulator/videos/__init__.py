"""Video jobs: one engine for all operations, each operation as data."""
