"""What the benchmark of the whole pipeline runs and reads."""
