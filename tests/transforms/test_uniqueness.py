"""A key that comes twice fails the result, whichever batch it comes in."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from landed import IMAGES, VIDEO

from rekognition_tables.errors import ReconciliationFailed
from rekognition_tables.flatten.unique_keys import UniqueKeys
from rekognition_tables.operations.tables import TABLES


def batch(names: str, *rows: tuple[Any, ...]) -> pa.RecordBatch:
    columns = [list(column) for column in zip(*rows, strict=True)]
    return pa.RecordBatch.from_arrays([pa.array(one) for one in columns], names.split())


def test_positions_that_grow_are_unique() -> None:
    keys = UniqueKeys(TABLES["label_instances"], VIDEO)
    keys.check(batch("label_index instance_index", (0, 0), (0, 1), (3, 0)))
    keys.check(batch("label_index instance_index", (3, 1), (4, 0)))


@pytest.mark.parametrize(
    "rows",
    [[(5, 0), (5, 0)], [(5, 1), (5, 0)], [(6, 0), (5, 3)], [(2, 7)], [(1, 9)]],
    ids=["twice", "inner falls", "outer falls", "end of the last batch again", "earlier"],
)
def test_positions_that_do_not_grow_are_refused(rows: list[tuple[int, int]]) -> None:
    keys = UniqueKeys(TABLES["label_instances"], VIDEO)
    keys.check(batch("label_index instance_index", (1, 8), (2, 7)))
    with pytest.raises(ReconciliationFailed, match="label_instances would hold"):
        keys.check(batch("label_index instance_index", *rows))


def test_a_table_with_one_row_a_result_has_one() -> None:
    keys = UniqueKeys(TABLES["label_detection_jobs"], VIDEO)
    keys.check(batch("job_status", ("SUCCEEDED",)))
    with pytest.raises(ReconciliationFailed, match="its one row twice"):
        keys.check(batch("job_status", ("SUCCEEDED",)))


def test_quarantined_records_go_by_file_line_and_label() -> None:
    keys = UniqueKeys(TABLES["quarantined_records"], IMAGES)
    names = "file line_number label_index"
    keys.check(batch(names, ("a", 1, None), ("a", 2, None), ("a", 2, 1), ("b", 1, None)))
    with pytest.raises(ReconciliationFailed) as caught:
        keys.check(batch(names, ("a", 2, None)))
    assert caught.value.reason == (
        "quarantined_records would hold {'file': 'a', 'line_number': 2, 'label_index': None} twice."
    )
