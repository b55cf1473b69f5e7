"""Plan, start, land, flatten, load, and what goes with it."""
