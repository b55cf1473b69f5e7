"""No module imports another one that imports it in turn, by whatever way, for types either."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = [
    "transforms/rekognition_tables",
    "plugins/rekognition_results",
    "emulator/rekognition_emulator",
    "local",
]


def imports(path: Path, modules: dict[str, Path]) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            for one in node.names:
                whole = f"{node.module}.{one.name}"
                yield whole if whole in modules else node.module
        elif isinstance(node, ast.Import):
            yield from (one.name for one in node.names)


@pytest.mark.parametrize("package", PACKAGES)
def test_no_module_is_in_a_circle(package: str) -> None:
    folder = ROOT / package
    modules = {
        ".".join(path.relative_to(folder.parent).with_suffix("").parts).removesuffix(
            ".__init__"
        ): path
        for path in folder.rglob("*.py")
    }
    graph = {
        name: {one for one in imports(path, modules) if one in modules and one != name}
        for name, path in modules.items()
    }
    assert sum(map(len, graph.values())) > 10
    TopologicalSorter(graph).prepare()  # CycleError names the modules
