"""What commands print: tables, CSV, JSON and progress."""
