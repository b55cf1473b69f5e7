"""What is asked of a video: one engine for all operations, and each operation as data."""
