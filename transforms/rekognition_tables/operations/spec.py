"""What an operation is, as data: everything that differs between two operations is written here.

Kinds are two. A `VideoOperation` answers page by page, a `ManifestOperation` with files in a bucket.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from importlib import import_module

from rekognition_tables.allowed_values import Allowed
from rekognition_tables.operations.columns import Position
from rekognition_tables.operations.names import OPERATIONS, AggregateBy, Operation
from rekognition_tables.operations.table import Table


@dataclass(frozen=True)
class RequestMember:
    """A member of Start..., besides those that all video operations have (rekognition_results).

    `path` is its JSON path in the request, `argument` its name as a parameter of a DAG and of an
    operator. `at_most`: how many elements a list may have; None: it is no list.
    """

    path: str
    argument: str
    about: str
    allowed: Allowed
    at_most: int | None = None
    required: bool = False


@dataclass(frozen=True)
class Price:
    """What Amazon charges where nobody has set another price (sql/settings/prices.csv).

    `usd` for one `unit`, looked up on the day `as_of` at `source`.
    """

    usd: str
    unit: str
    as_of: str
    source: str


OF_VIDEOS = Price(
    "0.10",
    "minute of video",
    "2025-01-01",
    "https://aws.amazon.com/rekognition/pricing/ (us-east-1, stored video)",
)


@dataclass(frozen=True, kw_only=True)
class _Operation:
    """`title` names it on pages; `elements`: the list that a page cuts, empty for the lines of a
    manifest.

    Raise `schema_version` when an existing column changes its meaning: the operation's results must
    be flattened again then. A new table, or a new column that may be NULL, needs no new version: a
    load adds it to the warehouse, and what was flattened before has NULL there.
    """

    name: Operation
    api: str
    title: str
    price: Price
    results_kept: timedelta
    schema_version: int
    tables: tuple[Table, ...] = field(repr=False)
    elements: str = ""
    aggregations: tuple[AggregateBy, ...] = ()

    @property
    def forms(self) -> tuple[AggregateBy | None, ...]:
        """What may be asked of it as AggregateBy, the usual one first; None: there is no choice."""
        return self.aggregations or (None,)

    @property
    def jobs_table(self) -> Table:
        """The table with one row for each result."""
        return self.tables[0]

    @cached_property
    def elements_table(self) -> Table:
        """The table of which each row is an element of a page, or a line of a result manifest."""
        (found,) = [
            one for one in self.tables if [at.path for at in one.positions] == [self.elements]
        ]
        return found

    @property
    def start(self) -> str:
        """The API's name of the call that starts a job; an SNS message names it as `API`."""
        return f"Start{self.api}"

    @property
    def get(self) -> str:
        """The API's name of the call that answers."""
        return f"Get{self.api}"


@dataclass(frozen=True, kw_only=True)
class VideoOperation(_Operation):
    """Start... takes a video, Get... answers page by page.

    `required` is the member without which an element is quarantined; `sort_by` what Get... is asked
    for, None where it has no such choice; `request` the members of Start... that not every video
    operation has; `never_both` pairs of their arguments whose lists may have no element in common;
    `model_version` the page's member that only this operation has, if there is one. Results are
    kept for 7 days: https://docs.aws.amazon.com/rekognition/latest/dg/video.html
    """

    required: str
    sort_by: str | None
    request: tuple[RequestMember, ...]
    never_both: tuple[tuple[str, str], ...] = ()
    model_version: str | None = None
    page_size: int = 1_000
    results_kept: timedelta = timedelta(days=7)
    price: Price = OF_VIDEOS

    @property
    def position(self) -> Position:
        """What counts the elements."""
        return self.elements_table.positions[0]

    @property
    def element(self) -> str:
        """What a sentence calls one element: `label`."""
        return self.position.column.removesuffix("_index")


@dataclass(frozen=True, kw_only=True)
class ManifestOperation(_Operation):
    """Start... takes an input manifest, and the answer is a result manifest in a bucket."""


def _described(name: Operation) -> VideoOperation | ManifestOperation:
    try:
        module = import_module(f"rekognition_tables.operations.{name}")
    except ModuleNotFoundError as error:
        if error.name != f"rekognition_tables.operations.{name}":
            raise
        raise ModuleNotFoundError(
            f"rekognition_tables/operations/names.py names {name!r}, and there is no "
            f"rekognition_tables/operations/{name}.py: write its OPERATION there, or take out the "
            "name.",
            name=error.name,
        ) from error
    found: VideoOperation | ManifestOperation = module.OPERATION
    if found.name != name:
        raise ValueError(f"rekognition_tables/operations/{name}.py describes {found.name!r}.")
    return found


SPECS: Mapping[Operation, VideoOperation | ManifestOperation] = {
    name: _described(name) for name in OPERATIONS
}
VIDEO_OPERATIONS: Mapping[Operation, VideoOperation] = {
    name: spec for name, spec in SPECS.items() if isinstance(spec, VideoOperation)
}
