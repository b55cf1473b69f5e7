"""The service's bytes as they came, in attempts that are whole or do not count."""
