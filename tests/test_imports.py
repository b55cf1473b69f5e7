"""The tree shows the way of the data: every import goes down, nothing goes in a circle."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MODULES_AT_MOST = 15  # in one folder, its __init__ not counted
# What each room has, from the ground up: a module or folder imports only what is before it.
ROOMS = {
    "transforms/rekognition_tables": (
        *("errors", "limits", "own_folders", "allowed_values"),
        *("operations", "results_root", "landing", "jobs", "parsing", "flatten", "loose"),
        *("warehouse", "arrow_tables", "environment", "settings", "cli"),
    ),
    "plugins/rekognition_results": (
        *("own_page", "links", "plugin", "aws", "hooks", "planning", "observability", "triggers"),
        *("dag_defaults", "sensors", "operators", "job_dag"),
    ),
    "emulator/rekognition_emulator": (
        *("engine", "storage", "world", "images", "videos", "service", "sample_media", "core"),
        *("http", "in_moto", "command", "__main__"),
    ),
}


@cache
def modules(room: str) -> dict[str, Path]:
    folder = ROOT / room
    return {
        ".".join(path.relative_to(folder.parent).with_suffix("").parts).removesuffix(
            ".__init__"
        ): path
        for path in folder.rglob("*.py")
    }


def imports(path: Path, known: dict[str, Path]) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            for one in node.names:
                whole = f"{node.module}.{one.name}"
                yield whole if whole in known else node.module
        elif isinstance(node, ast.Import):
            yield from (one.name for one in node.names)


def graph(room: str) -> dict[str, set[str]]:
    known = modules(room)
    return {
        name: {one for one in imports(path, known) if one in known and one != name}
        for name, path in known.items()
    }


@pytest.mark.parametrize("room", [*ROOMS, "local"])
def test_no_module_is_in_a_circle(room: str) -> None:
    found = graph(room)
    assert sum(map(len, found.values())) > 10
    TopologicalSorter(found).prepare()  # CycleError names the modules


@pytest.mark.parametrize("room", ROOMS)
def test_every_import_goes_down(room: str) -> None:
    floors = {name: number for number, name in enumerate(ROOMS[room])}
    there = {name.split(".")[1] for name in modules(room) if "." in name}
    assert there == floors.keys()

    def floor(name: str) -> int:
        _, _, rest = name.partition(".")
        return floors[rest.split(".")[0]] if rest else len(floors) - 1  # the package itself

    up = [
        f"{name} imports {one}"
        for name, found in graph(room).items()
        for one in found
        if floor(one) > floor(name)
    ]
    assert up == []


def test_the_library_and_the_emulator_stand_alone() -> None:
    for room, foreign in {
        "transforms/rekognition_tables": ("rekognition_results", "rekognition_emulator"),
        "emulator/rekognition_emulator": ("rekognition_results", "rekognition_tables"),
        "plugins/rekognition_results": ("rekognition_emulator", "local", "dags"),
    }.items():
        for path in modules(room).values():
            assert not [one for one in imports(path, {}) if one.split(".")[0] in foreign], path


@pytest.mark.parametrize("room", [*ROOMS, "local", "bi", "benchmarks", "dags"])
def test_no_folder_has_too_many_modules(room: str) -> None:
    folders = {path.parent for path in (ROOT / room).rglob("*.py") if ".venv" not in path.parts}
    assert folders
    for folder in folders:
        there = [path for path in folder.glob("*.py") if path.name != "__init__.py"]
        assert len(there) <= MODULES_AT_MOST, f"{folder} has {len(there)} modules"
