"""Tables are filled by the paths that their columns name, whatever the answer's form."""

from __future__ import annotations

from typing import Any

import numpy as np

from rekognition_tables.flatten.documents import ERRORS
from rekognition_tables.flatten.manifests import PLAN as IMAGES
from rekognition_tables.flatten.pages import plan_of
from rekognition_tables.flatten.table_plan import Plan, compiled, filled
from rekognition_tables.operations.columns import INTEGER, REAL, TEXT, Column, Member, Position
from rekognition_tables.operations.page_types import answer_type
from rekognition_tables.operations.spec import VIDEO_OPERATIONS
from rekognition_tables.operations.table import Table, table
from rekognition_tables.operations.tables import TABLES
from rekognition_tables.parsing.arrow_columns import Reading, structural_quotes
from rekognition_tables.parsing.shapes import Shapes


def columns_of(plan: Plan) -> dict[str, set[str]]:
    """The columns that a plan fills, by table."""
    own: dict[str, set[str]] = {plan.table.name: set(plan.columns)}
    for one in (*plan.objects.values(), *plan.lists.values()):
        for name, columns in columns_of(one).items():
            own[name] = own.get(name, set()) | columns
    return own


def test_every_column_of_a_list_is_filled_by_its_plan() -> None:
    planned = columns_of(IMAGES) | columns_of(ERRORS)
    for operation in VIDEO_OPERATIONS:
        planned |= columns_of(plan_of(operation))
    lists = {table.name: table for table in TABLES.values() if table.positions}
    assert planned == {name: set(one.paths) for name, one in lists.items()}


ELEMENTS = Position("celebrity_index", "", "Celebrities")
URLS = Position("url_index", "", "Celebrities.Celebrity.Urls")
EMOTIONS = Position("emotion_index", "", "Celebrities.Celebrity.Face.Emotions")
AUDIO = Position("audio_metadata_index", "", "AudioMetadata")


def made(name: str, positions: list[Position], *columns: Member | Column) -> Table:
    """Of GetCelebrityRecognition, with a list beside its elements as GetSegmentDetection has."""
    return table(name, "", positions, columns, operations=(), aws_page="", wrapper="Celebrity")


OF_CELEBRITIES = [
    made(
        "celebrities",
        [ELEMENTS],
        Member("Timestamp", INTEGER, ""),
        Member("Celebrity.Name", TEXT, ""),
        Member("Celebrity.Face.Confidence", REAL, ""),
    ),
    made("celebrity_urls", [ELEMENTS, URLS], Column("url", TEXT, "", URLS.path)),
    made(
        "celebrity_emotions",
        [ELEMENTS, EMOTIONS],
        Member("Type", TEXT, ""),
        Member("Confidence", REAL, ""),
    ),
    made("audio_metadata", [AUDIO], Member("Codec", TEXT, "")),
]
BODY = (
    b'{"Celebrities": [{"Timestamp": 5, "Celebrity": {"Urls": ["a", "b"], "Name": "A", "Face": '
    b'{"Confidence": 9.5, "Emotions": [{"Type": "SAD", "Confidence": 1.5}]}}}, {"Timestamp": 6}, '
    b'{"Timestamp": 7, "Celebrity": {"Urls": ["c"], "Face": {"Emotions": [{"Type": "HAPPY"}, {}]}}'
    b'}], "AudioMetadata": [{"Codec": "aac"}]}'
)


def test_a_column_is_named_by_its_path_without_the_wrapper_of_its_row() -> None:
    named = {one.name: list(one.paths) for one in OF_CELEBRITIES}
    assert named == {
        "celebrities": ["timestamp", "name", "face_confidence"],
        "celebrity_urls": ["url"],
        "celebrity_emotions": ["type", "confidence"],
        "audio_metadata": ["codec"],
    }


def test_lists_of_texts_lists_in_objects_and_lists_beside_the_elements_are_filled() -> None:
    page_type: Any = answer_type("Page", OF_CELEBRITIES)
    shapes, reading = Shapes(page_type), Reading()
    page = shapes.decoder.decode(BODY)
    rows: dict[str, list[tuple[Any, ...]]] = {}
    for first, elements in ((ELEMENTS, page.Celebrities), (AUDIO, page.AudioMetadata)):
        plan = compiled(OF_CELEBRITIES, first)
        index = np.arange(10, 10 + len(elements))
        for of, found in filled(plan, reading, shapes.at(first.path), elements, index).items():
            names = [name for one in OF_CELEBRITIES if one.name == of for name in one.names]
            lists = [found[name].tolist() for name in names if name != "job_id"]
            rows[of] = list(zip(*lists, strict=True))
    assert rows == {
        "celebrities": [(10, 5, "A", 9.5), (11, 6, None, None), (12, 7, None, None)],
        "celebrity_urls": [(10, 0, "a"), (10, 1, "b"), (12, 0, "c")],
        "celebrity_emotions": [(10, 0, "SAD", 1.5), (12, 0, "HAPPY", None), (12, 1, None, None)],
        "audio_metadata": [(10, "aac")],
    }
    lists_of_the_page = 2 * len(("Celebrities", "AudioMetadata"))
    assert reading.quotes + lists_of_the_page == structural_quotes(BODY)
