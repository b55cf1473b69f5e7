"""Requests, the plans that made them, and the jobs that they started or that others did."""
