"""Sessions, calls and what to do about each error of theirs."""
