"""The published names of each model: whole, without contradictions, and what the service sends."""

from __future__ import annotations

import json
import re
from pathlib import Path

import botocore.session
import pytest
from literal_rows import Warehouse

from rekognition_emulator.images.moderation_taxonomy import paths
from rekognition_tables.warehouse.sql_files import read

RECORDINGS = Path(__file__).resolve().parents[3] / "shared" / "recordings"


def test_a_name_has_one_category_in_each_model(warehouse: Warehouse) -> None:
    query = (
        "SELECT model_major, name FROM moderation_taxonomy GROUP BY ALL"
        " HAVING count(DISTINCT (category, category_7)) > 1"
    )
    assert warehouse.ask(query) == []
    majors = "SELECT DISTINCT model_major FROM moderation_taxonomy ORDER BY 1"
    assert warehouse.ask(majors) == [(major,) for major in range(1, 8)]


def test_every_category_of_model_7_is_one_of_its_top_names(warehouse: Warehouse) -> None:
    tops = {path[0] for path in paths()}
    known = "SELECT DISTINCT category_7 FROM moderation_taxonomy"
    assert {name for (name,) in warehouse.ask(known)} == tops
    thresholds = "SELECT category FROM review_thresholds WHERE category <> ''"
    assert {name for (name,) in warehouse.ask(thresholds)} <= tops


def test_model_7_has_the_names_that_the_local_amazon_sends(warehouse: Warehouse) -> None:
    rows = warehouse.ask(
        "SELECT name, parent, category FROM moderation_taxonomy WHERE model_major = 7"
    )
    wanted = {(path[-1], path[-2] if len(path) > 1 else "", path[0]) for path in paths()}
    assert set(rows) == wanted


@pytest.mark.recordings
@pytest.mark.parametrize(
    "name, seven",
    [
        ("v3", ["Violence", "Violence"]),
        (
            "v6",
            [
                "Swimwear or Underwear",
                "Non-Explicit Nudity of Intimate parts and Kissing",
                "Non-Explicit Nudity of Intimate parts and Kissing",
            ],
        ),
    ],
)
def test_a_recorded_answer_of_an_older_model_has_its_categories(
    warehouse: Warehouse, name: str, seven: list[str]
) -> None:
    file = RECORDINGS / f"detect_moderation_labels-{name}.json"
    if not file.exists():
        pytest.skip("the recordings are not part of the project")
    answer = json.loads(file.read_text())
    labels = [
        {"name": one["Name"], "parent_name": one["ParentName"], "confidence": one["Confidence"]}
        for one in answer["ModerationLabels"]
    ]
    model = answer["ModerationModelVersion"]
    warehouse.images("m", {"key": "a.jpg", "model": model, "labels": labels})
    query = "SELECT category_7 FROM moderation_findings ORDER BY label_index"
    assert [row[0] for row in warehouse.ask(query)] == seven


def test_the_default_confidence_is_what_the_service_says_it_is() -> None:
    model = botocore.session.get_session().get_service_model("rekognition")
    shape = model.shape_for("DetectModerationLabelsRequest")
    told = re.sub(r"<[^>]+>", "", shape.members["MinConfidence"].documentation)
    assert (
        "If you don't specify MinConfidence, the operation returns labels with confidence values"
        " greater than or equal to 50 percent." in told
    )
    assert "min_confidence, 50) AS min_confidence" in read("views", "moderation_jobs").statement
