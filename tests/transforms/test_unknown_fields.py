"""Members that no column holds are counted at every depth, over all records, and cost little."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from landed import IMAGES, VIDEO, described, image, label, land_manifest, land_pages, page, rows

from rekognition_tables.flatten import manifests
from rekognition_tables.flatten.pages import ResultPages
from rekognition_tables.flatten.results import flatten
from rekognition_tables.parsing.strict import strict_json
from rekognition_tables.results_root.layout import Layout

UNKNOWN = ("path", "count", "example")


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout.at(str(tmp_path))


def unknown_page(number: int, last: bool) -> dict[str, Any]:
    instance = {
        "Confidence": 1.5,
        "Depth": number,
        "BoundingBox": {"Width": 1, "Tilt": -0.5},
        "DominantColors": [{"Red": 1, "Alpha": None}],
    }
    named = {"Name": "N", "Id": [number]}
    entry = {
        **label(Instances=[instance], Parents=[named, named], Aliases=[named], Categories=[named]),
        "Shot": {"a": {"b": '"'}},
        "Timestamp": number,
    }
    entry["Label"]["Género"] = True
    token = {} if last else {"NextToken": str(number)}
    video = {"S3Object": {"Bucket": "b", "Owner": "o"}, "Rights": ""}
    return page([entry, label("plain")], Video=video, Weather="fine", **token)


def test_unknown_members_are_counted_at_every_depth_over_all_pages(layout: Layout) -> None:
    land_pages(layout, [unknown_page(n, last=n == 10) for n in range(11)])
    flatten(layout, VIDEO)
    assert rows(layout, "unknown_fields", *UNKNOWN) == [
        ("Labels[].Label.Aliases[].Id", 11, "[0]"),
        ("Labels[].Label.Categories[].Id", 11, "[0]"),
        ("Labels[].Label.Género", 11, "true"),
        ("Labels[].Label.Instances[].BoundingBox.Tilt", 11, "-0.5"),
        ("Labels[].Label.Instances[].Depth", 11, "0"),
        ("Labels[].Label.Instances[].DominantColors[].Alpha", 11, "null"),
        ("Labels[].Label.Parents[].Id", 22, "[0]"),
        ("Labels[].Shot", 11, '{"a":{"b":"\\""}}'),
        ("Video.Rights", 11, '""'),
        ("Video.S3Object.Owner", 11, '"o"'),
        ("Weather", 11, '"fine"'),
    ]
    assert rows(layout, "labels", "name") == ["Car", "plain"] * 11
    assert rows(layout, "label_parents", "name") == ["N"] * 22
    assert rows(layout, "quarantined_records") == []


def test_members_new_on_every_page_take_the_slow_road_once(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow: list[int] = []
    taken = ResultPages._slowly

    def watched(self: Any, block: Any, line: Any) -> None:
        slow.append(line.number)
        taken(self, block, line)

    monkeypatch.setattr(ResultPages, "_slowly", watched)
    land_pages(layout, [unknown_page(n, last=n == 30) for n in range(31)])
    flatten(layout, VIDEO)
    assert slow == [1]


def test_nulls_on_every_page_take_the_slow_road_once(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow: list[int] = []
    taken = ResultPages._slowly

    def watched(self: Any, block: Any, line: Any) -> None:
        slow.append(line.number)
        taken(self, block, line)

    monkeypatch.setattr(ResultPages, "_slowly", watched)
    entry = label("Bus", Instances=None, Parents=[{"Name": None}], Aliases=None)
    entry["StartTimestampMillis"] = None
    pages = [
        page([{**entry, "Timestamp": n}, label()], Video=None, NextToken=str(n)) for n in range(30)
    ]
    land_pages(
        layout,
        [*pages, page([entry, {**label("Dog"), "DurationMillis": None}], StatusMessage=None)],
    )
    flatten(layout, VIDEO)
    assert slow == [1, 31]
    assert rows(layout, "labels", "name") == ["Bus", "Car"] * 30 + ["Bus", "Dog"]
    assert rows(layout, "label_parents", "name") == [None] * 31


def test_a_duplicate_is_found_when_the_member_was_learned(layout: Layout) -> None:
    learned = json.dumps(page([label("A", New=1, Confidence=None)], NextToken="1"))
    twice = [
        learned.replace('"Confidence": null', '"Confidence": null, "Confidence": 1'),
        learned.replace('"Confidence": null', '"Confidence": 1, "Confidence": null'),
        learned.replace('"New": 1', '"New": 1, "New": 2'),
        learned.replace('"New": 1', '"New": {"a": 1, "a": 2}'),
        learned.replace('"New": 1', '"New": "\\"", "New": 2'),
    ]
    pages = [
        text.replace('"NextToken": "1"', f'"NextToken": "{n}"').replace(
            '"Timestamp": 0', f'"Timestamp": {n}'
        )
        for n, text in enumerate([learned, learned, *twice])
    ]
    land_pages(layout, [*pages, page()])
    flatten(layout, VIDEO, quarantine_limit=1.0)
    reasons = rows(layout, "quarantined_records", "reason")
    assert reasons == [
        f'Duplicated key "{key}".' for key in ("Confidence", "Confidence", "New", "a", "New")
    ]
    assert rows(layout, "labels", "label_index") == [0, 1]


def test_an_object_used_as_a_map_is_counted_key_by_key(layout: Layout) -> None:
    pages = [page([label(f"L{n}", **{f"K{n:03}": n})], NextToken=str(n)) for n in range(300)]
    land_pages(layout, [*pages, page()])
    flatten(layout, VIDEO)
    paths = [f"Labels[].Label.K{n:03}" for n in range(300)]
    assert rows(layout, "unknown_fields", *UNKNOWN) == [
        (path, 1, str(n)) for n, path in enumerate(paths)
    ]


def test_unknown_members_of_manifests_and_documents_are_counted(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow: list[str] = []

    def watched(text: str) -> Any:
        slow.append(text)
        return strict_json(text)

    monkeypatch.setattr(manifests, "strict_json", watched)
    lines = [image({"Name": "A", "Id": n, "a b": "x" * 2_000}, Extra=[n]) for n in range(20)]
    description = described(Results={"ModelVersions": {"Other": "1"}})
    land_manifest(layout, lines, description=description)
    flatten(layout, IMAGES)
    inside = "detect-moderation-labels"
    assert rows(layout, "unknown_fields", *UNKNOWN) == [
        ("description.json:Results.ModelVersions.Other", 1, '"1"'),
        (f"{inside}.Extra", 20, "[0]"),
        (f"{inside}.ModerationLabels[].Id", 20, "0"),
        (f"{inside}.ModerationLabels[].a b", 20, '"' + "x" * 999),
    ]
    assert len(slow) == 1
