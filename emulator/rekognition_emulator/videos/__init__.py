"""Label detection in videos."""
