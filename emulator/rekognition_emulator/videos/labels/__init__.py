"""Made-up labels of label detection."""
