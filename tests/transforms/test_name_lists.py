"""Lists of names are read alike whether they repeat or not."""

from __future__ import annotations

from pathlib import Path

import pytest
from landed import VIDEO, label, land_pages, page, rows

from rekognition_tables.flatten.results import flatten
from rekognition_tables.parsing import name_lists
from rekognition_tables.results_root.layout import Layout


@pytest.mark.parametrize("known_at_most", [0, 3, 1_000])
@pytest.mark.parametrize("distinct", [1, 2, 40])
def test_names_stand_in_the_order_received(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, known_at_most: int, distinct: int
) -> None:
    monkeypatch.setattr(name_lists, "KNOWN_AT_MOST", known_at_most)
    parents = [[f"P{n % distinct}-{k}" for k in range(n % 4)] for n in range(60)]
    labels = [
        label(Parents=[{"Name": name} for name in names]) | {"Timestamp": 500 * n}
        for n, names in enumerate(parents)
    ]
    layout = Layout.at(str(tmp_path))
    cuts = range(0, 60, 6)
    pages = [page(labels[at : at + 6], NextToken=str(at)) for at in cuts]
    del pages[-1]["NextToken"]
    land_pages(layout, pages)
    flatten(layout, VIDEO)
    wanted = [(n, k, name) for n, names in enumerate(parents) for k, name in enumerate(names)]
    assert rows(layout, "label_parents", "label_index", "parent_index", "name") == wanted


def test_lists_that_hardly_repeat_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    from msgspec import Raw, defstruct

    from rekognition_tables.parsing.arrow_columns import Reading
    from rekognition_tables.parsing.shapes import Shape

    monkeypatch.setattr(name_lists, "TRIAL", 10)
    lists, shape = name_lists.NameLists("Name"), Shape.of(defstruct("Named", [("Name", str, None)]))
    for n in range(20):
        text = f'[{{"Name": "N{n}"}}]'.encode()
        reading = Reading()
        lengths, names = lists.read(reading, shape, [Raw(text)])
        assert (lengths.tolist(), names.to_pylist()) == ([1], [f"N{n}"])
        assert reading.quotes == 2 + text.count(b'"')
    assert len(lists._ids) == 1 + 10
