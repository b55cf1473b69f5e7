"""Image moderation, in bulk and one at a time."""
