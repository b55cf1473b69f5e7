"""What jobs share: their life, time, tokens, faults, errors and completion messages."""
