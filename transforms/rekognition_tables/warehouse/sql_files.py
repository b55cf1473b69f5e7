"""The SQL under sql/: one statement-idea a file, found by its name.

sql/load/     statements of a load
sql/views/    a plain SELECT; the file's name is the view's name; its header tells what it makes
sql/precomputed/ a SELECT whose rows a load keeps in a table of the file's name
sql/checks/   a SELECT whose every row is a failure: operation, job_id, aggregate_by, problem;
              a template that `rekognition_tables.warehouse.checks` fills in
sql/queries/  examples that answer a question on the views
sql/examples/ one query a table, for its page in docs/tables
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

PACKAGE = Path(__file__).resolve().parents[1]
# Data of the package where it is installed; the checkout's own folder otherwise.
SQL = PACKAGE / "sql" if (PACKAGE / "sql").is_dir() else PACKAGE.parents[1] / "sql"
# "Column name: what it means", in further lines if they are indented
COLUMN = re.compile(r"^Column (\w+): (.*(?:\n +.*)*)\n?", re.MULTILINE)
Folder = Literal["load", "views", "precomputed", "checks", "queries", "examples"]


@dataclass(frozen=True)
class SqlFile:
    """One file: its header comment as plain lines, and the statement that comes after.

    Of the header, `columns` are the lines that say what one column means, `about` the others.
    """

    name: str
    about: str
    columns: dict[str, str]
    statement: str


@cache  # a load asks for each of them several times
def read(folder: Folder, name: str) -> SqlFile:
    """One file of sql/; FileNotFoundError when there is none of that name."""
    lines = (SQL / folder / f"{name}.sql").read_text().splitlines()
    header = next((n for n, line in enumerate(lines) if not line.startswith("--")), len(lines))
    told = "\n".join(line.removeprefix("--").removeprefix(" ") for line in lines[:header])
    about = COLUMN.sub("", told).rstrip()
    columns = {column: re.sub(r"\n\s+", " ", meaning) for column, meaning in COLUMN.findall(told)}
    return SqlFile(name, about, columns, "\n".join(lines[header:]).strip().rstrip(";"))


def all_of(folder: Folder) -> list[SqlFile]:
    """Every file of a folder, by name."""
    return [read(folder, path.stem) for path in sorted((SQL / folder).glob("*.sql"))]


def views() -> list[SqlFile]:
    """Every view, each after those it reads."""
    return list(_in_order("views"))


def precomputed() -> list[SqlFile]:
    """Every precomputed table, each after those it reads."""
    return list(_in_order("precomputed"))


@cache
def _in_order(folder: Folder) -> tuple[SqlFile, ...]:
    waiting = {file.name: file for file in all_of(folder)}
    reads = {
        name: {
            other
            for other in waiting
            if other != name and re.search(rf"(?<!\.)\b{other}\b", file.statement)
        }
        for name, file in waiting.items()
    }
    ordered: list[SqlFile] = []
    while waiting:
        ready = [name for name in waiting if not reads[name] & waiting.keys()]
        if not ready:
            raise ValueError(f"These of sql/{folder} read each other: {', '.join(waiting)}")
        ordered += [waiting.pop(name) for name in ready]
    return tuple(ordered)


def views_digest() -> str:
    """Changes whenever a view or what is precomputed does: then a load makes them anew."""
    text = "\0".join(
        f"{file.name}\0{file.about}\0{file.statement}"
        for file in [*all_of("precomputed"), *all_of("views")]
    )
    return hashlib.sha256(text.encode()).hexdigest()
