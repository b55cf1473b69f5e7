"""An environment of what one connect page names, and nothing else, reads every view, in UTC."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from test_connect import PUBLISHED, blocks, put_video

from rekognition_tables.results_root.layout import Layout
from rekognition_tables.warehouse.load import load, publish
from rekognition_tables.warehouse.sql_files import views

VIEWS = [view.name for view in views()]
# the page's own code up to its question, then a question to every view
PAGES = {
    "python": (0, '    print(con.sql("SELECT name', "con.execute(f'FROM {view}').fetchall()"),
    "python, attached": (1, "    print(con.sql", "con.execute(f'FROM {view}').fetchall()"),
    "pandas": (0, "    frame = ", "con.sql(f'FROM {view}').df()"),
    "polars": (0, "    frame = ", "con.sql(f'FROM {view}').pl()"),
    "sqlalchemy": (0, "    query = ", "con.execute(text(f'SELECT * FROM {view}')).fetchall()"),
    "sqlalchemy, by name": (
        1,
        "    print(con",
        "con.execute(text(f'SELECT * FROM {view}')).fetchall()",
    ),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("alone")
    warehouse = root / "var" / "warehouse" / "rekognition.duckdb"
    load(Layout.at(str(root / "var")), warehouse)
    put_video(warehouse, "v")
    publish(warehouse, root / PUBLISHED)
    return root


def closure(names: list[str]) -> Iterator[Distribution]:
    """The distributions of these names and all that they require."""
    waiting, seen = list(names), set()
    while waiting:
        name = waiting.pop().lower()
        if name not in seen:
            seen.add(name)
            found = distribution(name)
            yield found
            for line in found.requires or ():
                required = Requirement(line)
                if required.marker is None or required.marker.evaluate({"extra": ""}):
                    waiting.append(required.name)


def environment(page: str, folder: Path) -> Path:
    """A folder with nothing but what `pip install` of the page would bring."""
    (line,) = [one for one in blocks(page, "sh") if one.startswith("pip install ")]
    place = folder / f"environment of {page}"
    place.mkdir()
    for one in closure(line.removeprefix("pip install ").split()):
        for top in {file.parts[0] for file in one.files or () if ".." not in file.parts}:
            link = place / top
            if not link.exists():
                link.symlink_to(Path(str(one.locate_file(top))))
    return place


@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_installs_reads_every_view_in_utc(
    folder: Path, tmp_path: Path, page: str
) -> None:
    number, until, question = PAGES[page]
    name = page.partition(",")[0]
    code = blocks(name, "python")[number].partition(until)[0]
    assert code != blocks(name, "python")[number]
    zone = "current_setting('TimeZone')"
    ask = f'text("SELECT {zone}")' if name == "sqlalchemy" else f'"SELECT {zone}"'
    code += (
        f"    for view in {VIEWS}:\n        {question}\n    print(con.execute({ask}).fetchall())\n"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", code],
        cwd=folder,
        env={
            "PYTHONPATH": str(environment(name, tmp_path)),
            "TZ": "America/New_York",
            "HOME": str(tmp_path),
        },
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert re.search(r"\('UTC',\)", done.stdout)
