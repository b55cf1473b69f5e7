"""What others see of the pipeline: metrics, lineage, log lines, callbacks."""
