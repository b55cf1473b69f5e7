"""Waiting for jobs without a worker."""
