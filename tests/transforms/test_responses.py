"""Every member of the service's model, of the manifest and of its summary has a column."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import botocore.session
import pytest
from botocore import xform_name

from rekognition_tables.jobs.request_row import request_columns
from rekognition_tables.operations.columns import snake_case
from rekognition_tables.operations.names import Operation
from rekognition_tables.operations.page_types import page_type
from rekognition_tables.operations.responses import (
    ManifestLine,
    ManifestSummary,
    MediaAnalysisJob,
)
from rekognition_tables.operations.spec import SPECS, VIDEO_OPERATIONS
from rekognition_tables.operations.tables import TABLES
from rekognition_tables.parsing.shapes import Shape

KINDS = {
    "string": ("str", "text"),
    "float": ("float", "real"),
    "long": ("int", "integer"),
    "integer": ("int", "integer"),
    "timestamp": ("float", "instant"),
}
NO_COLUMN = {
    "NextToken",  # of one page, not of the result; reconciliation uses it up
}
NEVER_SENT = {"HumanLoopActivationOutput"}  # DetectModerationLabels with a human loop, not in bulk


def columns(operation: Operation) -> dict[str, str]:
    """The JSON paths that columns are made of, and the columns' types."""
    return {
        column.member: column.kind
        for table in SPECS[operation].tables
        for column in table.columns
        if column.member
    }


def model(operation: str, direction: str = "output_shape") -> Any:
    service = botocore.session.get_session().get_service_model("rekognition")
    return getattr(service.operation_model(operation), direction)


def scalars(shape: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every scalar member of a shape of the model by its JSON path, lists not marked."""
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            if name not in NEVER_SENT:
                yield from scalars(member, f"{path}.{name}" if path else name)
    elif shape.type_name == "list":
        yield from scalars(shape.member, path)
    else:
        yield path, shape.type_name


def lists(shape: Any, path: str = "") -> Iterator[str]:
    """Every list of a shape of the model by its JSON path."""
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            if name not in NEVER_SENT:
                yield from lists(member, f"{path}.{name}" if path else name)
    elif shape.type_name == "list":
        yield path
        yield from lists(shape.member, path)


def described(shape: Shape) -> dict[str, str]:
    """Every scalar member of our own Structs in the same form."""
    return {
        one.path_of(name).replace("[]", ""): one.kinds[name].__name__
        for one in shape.walk()
        for name in one.kinds
        if name not in one.objects
    }


@pytest.mark.parametrize(
    "operation, ours, table",
    [
        *((spec.get, page_type(name), name) for name, spec in VIDEO_OPERATIONS.items()),
        ("GetMediaAnalysisJob", MediaAnalysisJob, "media_analysis"),
    ],
)
def test_every_member_of_the_model_is_described_and_has_a_column(
    operation: str, ours: Any, table: Operation
) -> None:
    told = dict(scalars(model(operation)))
    assert described(Shape.of(ours)) == {path: KINDS[kind][0] for path, kind in told.items()}
    wanted = {path: KINDS[kind][1] for path, kind in told.items() if path not in NO_COLUMN}
    assert wanted.items() <= columns(table).items()


def test_every_member_of_a_manifest_line_is_described_and_has_a_column() -> None:
    told = {
        f"detect-moderation-labels.{path}": kind
        for path, kind in scalars(model("DetectModerationLabels"))
    }
    told["source-ref"] = "string"
    assert described(Shape.of(ManifestLine)) == {
        path: KINDS[kind][0] for path, kind in told.items()
    }
    wanted = {path: KINDS[kind][1] for path, kind in told.items()}
    assert wanted.items() <= columns("media_analysis").items()


def test_every_member_of_a_manifest_summary_has_a_column() -> None:
    told = set(described(Shape.of(ManifestSummary)))
    assert told == {
        "version",
        "statistics.total-json-lines",
        "statistics.valid-json-lines",
        "statistics.invalid-json-lines",
        "errors.line-numer",  # as AWS's guide spells it; both go into one column
        "errors.line-number",
        "errors.source-ref",
        "errors.code",
        "errors.message",
    }
    assert told - {"errors.line-numer"} <= columns("media_analysis").keys()


def test_members_are_named_in_snake_case_as_botocore_does() -> None:
    service = botocore.session.get_session().get_service_model("rekognition")
    shapes = [service.shape_for(name) for name in service.shape_names]
    names = {name for shape in shapes for name in getattr(shape, "members", ())}
    assert len(names) > 300
    assert {name: snake_case(name) for name in names} == {name: xform_name(name) for name in names}


def test_every_list_of_the_model_is_the_rows_of_one_table() -> None:
    rows = [one.positions[-1].path for one in TABLES.values() if one.positions]
    manifest = "detect-moderation-labels."
    assert sorted(rows) == sorted(
        [
            *(path for spec in SPECS.values() for path in lists(model(spec.get))),
            *(manifest + path for path in lists(model("DetectModerationLabels"))),
            "",  # a line of the manifest
            "errors",  # of its summary
        ]
    )


def test_positions_count_lists_from_the_outermost_in() -> None:
    for table in TABLES.values():
        paths = [one.path for one in table.positions]
        lists_around = [path for path in paths if paths and paths[-1].startswith(path)]
        assert lists_around == sorted(set(paths), key=len)
        row = f"{paths[-1]}." if paths and paths[-1] else ""
        assert all(path.startswith(row) for path in table.paths.values())


def test_every_column_of_the_service_is_filled_from_a_member_of_the_model() -> None:
    known = {
        *(one for name in VIDEO_OPERATIONS for one in described(Shape.of(page_type(name)))),
        *described(Shape.of(MediaAnalysisJob)),
        *described(Shape.of(ManifestLine)),
        *described(Shape.of(ManifestSummary)),
    }
    assert {path for name in SPECS for path in columns(name)} <= known


@pytest.mark.parametrize("operation", [spec.start for spec in SPECS.values()])
def test_every_member_of_a_request_has_a_column(operation: str) -> None:
    shape = model(operation, "input_shape")
    for path, kind in scalars(shape):
        if path == "ClientRequestToken":
            continue  # beside the request in its file, and the column `token`
        value: Any = 1.5 if kind == "float" else "value"
        found = [name for name, one in request_columns(_request(shape, path, value)).items() if one]
        assert len(found) == 1, path
        assert found[0] in TABLES["job_requests"].schema.names


def _request(shape: Any, path: str, value: Any) -> Any:
    """A request with this one member."""
    if shape.type_name == "list":
        return [value]
    if shape.type_name != "structure":
        return value
    name, _, rest = path.partition(".")
    return {name: _request(shape.members[name], rest, value)}
