"""The SQL under sql/: one statement-idea a file, found by its kind and name.

sql/load/     statements of a load
sql/checks/   a SELECT whose every row is a failure: operation, job_id, aggregate_by, problem;
              a template that `rekognition_tables.warehouse.checks` fills in

A folder an operation, and sql/shared for what serves all of them together, hold:

views/        a plain SELECT; the file's name is the view's name; its header says what it makes
precomputed/  a SELECT whose rows a load keeps in a table of the file's name
queries/      examples that answer a question on the views
examples/     one query a table, for its page in docs/tables

A file of sql/each_video makes one of every video operation that answers moments or stretches:
sql/each_video/views/versions.sql is the view `label_detection_versions` and others. There and in
sql/shared, $names are filled in from what the operations say.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from operator import itemgetter
from pathlib import Path
from string import Template
from typing import Literal

from rekognition_tables.operations.names import Operation
from rekognition_tables.operations.response_sql import response
from rekognition_tables.operations.spec import SPECS, VIDEO_OPERATIONS, VideoOperation

PACKAGE = Path(__file__).resolve().parents[1]
# Data of the package where it is installed; the checkout's own folder otherwise.
SQL = PACKAGE / "sql" if (PACKAGE / "sql").is_dir() else PACKAGE.parents[1] / "sql"
EACH_VIDEO = "each_video"
SHARED = "shared"
# What a job used of what it is charged by, from the ledger's facts.
UNITS = {"minute of video": "job.duration_millis / 60000", "image": "job.images"}
# "Column name: what it means", in further lines if they are indented
COLUMN = re.compile(r"^Column (\w+): (.*(?:\n +.*)*)\n?", re.MULTILINE)
Kind = Literal["load", "checks", "views", "precomputed", "queries", "examples"]


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
def read(kind: Kind, name: str) -> SqlFile:
    """One file of sql/; FileNotFoundError when there is none of that name."""
    place = _places(kind).get(name)
    if place is None:
        raise FileNotFoundError(f"No folder of {SQL} has {kind}/{name}.sql.")
    text = place.path.read_text()
    lines = (Template(text).substitute(place.told) if place.told else text).splitlines()
    header = next((n for n, line in enumerate(lines) if not line.startswith("--")), len(lines))
    told = "\n".join(line.removeprefix("--").removeprefix(" ") for line in lines[:header])
    about = COLUMN.sub("", told).rstrip()
    columns = {column: re.sub(r"\n\s+", " ", meaning) for column, meaning in COLUMN.findall(told)}
    return SqlFile(name, about, columns, "\n".join(lines[header:]).strip().rstrip(";"))


@dataclass(frozen=True)
class Place:
    """Where a file is, and what its $names stand for; none where others fill them in."""

    path: Path
    told: Mapping[str, str]


@cache
def _places(kind: Kind) -> dict[str, Place]:
    """The files of a kind by name, in order of their names."""
    found: dict[str, Place] = {}
    for name, place in sorted(_named(kind), key=itemgetter(0)):
        other = found.setdefault(name, place)
        if other != place:
            raise ValueError(f"{other.path} and {place.path} have one name: rename one of them.")
    return found


def _named(kind: Kind) -> Iterator[tuple[str, Place]]:
    for path in [*SQL.glob(f"{kind}/*.sql"), *SQL.glob(f"*/{kind}/*.sql")]:
        folder = path.parent.parent
        if folder.name == EACH_VIDEO:
            for spec in VIDEO_OPERATIONS.values():
                if spec.aggregations:
                    yield f"{spec.name}_{path.stem}", Place(path, _of_operation(spec))
        else:
            yield path.stem, Place(path, _of_all() if folder.name == SHARED else {})


def _of_operation(spec: VideoOperation) -> dict[str, str]:
    return {
        "operation": spec.name,
        "get": spec.get,
        "response": response(spec),
        "jobs": spec.jobs_table.name,
        "elements": spec.elements_table.name,
        **{name: f"{spec.name}_{name}" for name in ("analyses", "steps", "samples", "versions")},
    }


def _of_all() -> dict[str, str]:
    """`days_kept`: for how many days Amazon keeps a result. `rows_written`: rows of what a result
    found. `units`: how much of what a job is charged by it used.
    """
    days = {name: str(spec.results_kept.days) for name, spec in SPECS.items()}
    rows = {name: f"load.row_counts['{spec.elements_table.name}']" for name, spec in SPECS.items()}
    units = {name: UNITS[spec.price.unit] for name, spec in SPECS.items()}
    return {
        "days_kept": _case("operation", days),
        "rows_written": _case("load.operation", rows),
        "units": _case("job.operation", units),
    }


def _case(value: str, answers: Mapping[Operation, str]) -> str:
    cases = " ".join(f"WHEN '{name}' THEN {answer}" for name, answer in answers.items())
    return f"CASE {value} {cases} END"


def all_of(kind: Kind) -> list[SqlFile]:
    """Every file of a kind, by name."""
    return [read(kind, name) for name in _places(kind)]


def views() -> list[SqlFile]:
    """Every view, each after those it reads."""
    return list(_in_order("views"))


def precomputed() -> list[SqlFile]:
    """Every precomputed table, each after those it reads."""
    return list(_in_order("precomputed"))


@cache
def _in_order(kind: Kind) -> tuple[SqlFile, ...]:
    waiting = {file.name: file for file in all_of(kind)}
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
            raise ValueError(f"These {kind} read each other: {', '.join(waiting)}")
        ordered += [waiting.pop(name) for name in ready]
    return tuple(ordered)


def views_digest() -> str:
    """Changes whenever a view or what is precomputed does: then a load makes them anew."""
    text = "\0".join(
        f"{file.name}\0{file.about}\0{file.statement}"
        for file in [*all_of("precomputed"), *all_of("views")]
    )
    return hashlib.sha256(text.encode()).hexdigest()
