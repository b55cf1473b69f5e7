"""Waiting for jobs in the triggerer."""
