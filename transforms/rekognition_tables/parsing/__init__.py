"""From bytes to columns: fast for whole batches, and strictly, record by record, to say why."""
