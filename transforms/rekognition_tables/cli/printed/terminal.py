"""What data may do to a terminal: nothing. A file or a pipe gets every character as it is.

A name can hold control sequences that move the cursor, change the title or paste a command.
"""

from __future__ import annotations

import json
import sys

from rekognition_tables.errors import one_line


def shown(text: str) -> str:
    """One value: with control characters escaped where standard output is a terminal."""
    return one_line(text) if sys.stdout.isatty() and not text.isprintable() else text


def shown_lines(text: str) -> str:
    """A text whose line ends are kept."""
    return "\n".join(shown(line) for line in text.split("\n"))


def shown_json(text: str) -> str:
    """JSON of one line, which stays JSON: the same strings, written with escapes."""
    if text.isprintable() or not sys.stdout.isatty():
        return text
    return "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in text)
