"""Names that end a string, a statement, a line, a folder or a pattern, as hypothesis makes them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from rekognition_tables.results_root.layout import Layout

PARTS = st.sampled_from(
    [
        "'",
        '"',
        ";",
        "--",
        "..",
        "/",
        "\\",
        "../",
        "%2e%2e",
        "*",
        "[",
        "猫",
        "é",
        "a",
        "%s",
        "#",
        "?",
        "s3://",
        "$(id)",
        "{{7*7}}",
        "\x00",
        "\x1b[2K",
    ]
)
SPACED = st.sampled_from(
    [" ", "\n", "\r", "\u202e", "\u2028", "'; DROP TABLE labels; --", "\nERROR task failed"]
)
LONG = st.sampled_from(["a" * 1024, "../" * 341, "'" * 1024, "猫" * 341])
HOSTILE = st.one_of(st.lists(PARTS | SPACED, min_size=1, max_size=6).map("".join), LONG)
# Linux allows a folder all but / and NUL, in 255 bytes; DuckDB writes to no file below a ?.
FOLDERS = HOSTILE.map(lambda name: re.sub(r"[/\x00?]", "_", name)[:60]).filter(
    lambda name: name.strip(".") != ""
)
few = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


def is_one_line(text: str) -> bool:
    return all(character.isprintable() for character in text)


@contextmanager
def root() -> Iterator[tuple[Layout, Path]]:
    """A results root two folders deep: whatever leaves it shows beside it."""
    with TemporaryDirectory() as folder:
        outer = Path(folder)
        inner = outer / "one" / "two"
        inner.mkdir(parents=True)
        yield Layout.at(str(inner)), outer
        strays = [path for path in outer.rglob("*") if path.is_file() and inner not in path.parents]
        assert strays == []
