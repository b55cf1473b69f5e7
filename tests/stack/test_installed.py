"""Both ways into an existing Airflow: the wheel with its entry point, and copied files.

Airflow and the other libraries are this environment's; our own installation of it is left out.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from zipfile import ZipFile

import pytest
from compose_file import ROOT

pytestmark = [pytest.mark.stack, pytest.mark.timeout(600)]
UV = shutil.which("uv") or str(ROOT / ".tools" / "bin" / "uv")
LOOK = """
import json, pathlib
from airflow import plugins_manager
from airflow.dag_processing.dagbag import DagBag
plugins, errors = plugins_manager._get_plugins()
bag = DagBag()
import rekognition_tables.warehouse.sql_files
print(json.dumps({
    "plugins": [str(one.source) for one in plugins if one.name == "rekognition_results"],
    "plugin_errors": errors,
    "dags": sorted(bag.dags),
    "dag_errors": bag.import_errors,
    "library": str(pathlib.Path(rekognition_tables.__file__).parent),
    "views": len(rekognition_tables.warehouse.sql_files.views()),
}))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    return built(ROOT, "--wheel", folder)


def built(source: Path, form: str, folder: Path) -> Path:
    build = [UV, "build", str(source), form, "--quiet", "--out-dir", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True)
    (made,) = folder.glob("*.whl" if form == "--wheel" else "*.tar.gz")
    return made


def contents(wheel: Path) -> dict[str, int]:
    with ZipFile(wheel) as archive:
        return {one.filename: one.CRC for one in archive.infolist()}


class Airflow:
    """A folder with an Airflow that does not know us, and an empty home."""

    def __init__(self, folder: Path) -> None:
        self.home, self.site = folder / "home", folder / "site-packages"
        self.site.mkdir(parents=True)
        for path in Path(sysconfig.get_paths()["purelib"]).iterdir():
            if not path.name.replace("-", "_").startswith(("rekognition_results", "_rekognition")):
                (self.site / path.name).symlink_to(path)
        for name in ("dags", "plugins"):
            (self.home / name).mkdir(parents=True)

    def look(self) -> dict[str, object]:
        """What Airflow finds, in a process whose only packages are those of the folder."""
        environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "PYTHONPATH": str(self.site),
            "AIRFLOW_HOME": str(self.home),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        }
        # -S leaves this environment's own packages out
        command = [sys.executable, "-S", "-W", "ignore", "-c", LOOK]
        done = subprocess.run(
            command, env=environ, cwd=self.home, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return dict(json.loads(done.stdout.splitlines()[-1]))


@pytest.fixture
def airflow(tmp_path: Path) -> Airflow:
    return Airflow(tmp_path)


ALL_DAGS = sorted(path.stem for path in (ROOT / "dags").glob("*.py"))
ENTRY_POINT = "EntryPoint(name='rekognition_results'"


def copy(folder: str, to: Path) -> None:
    shutil.copytree(
        ROOT / folder, to, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True
    )


def install(wheel: Path, airflow: Airflow) -> None:
    with ZipFile(wheel) as archive:
        archive.extractall(airflow.site)


def check(found: dict[str, object], library: Path) -> str:
    """Everything is found, and the plugin once; gives where."""
    assert found["plugin_errors"] == {}
    assert found["dag_errors"] == {}
    assert found["dags"] == ALL_DAGS
    assert found["library"] == str(library)
    assert isinstance(found["views"], int)
    assert found["views"] > 10
    plugins = found["plugins"]
    assert isinstance(plugins, list)
    assert len(plugins) == 1
    return str(plugins[0])


def test_the_wheel_has_three_packages_with_types_and_the_sql(wheel: Path) -> None:
    names = contents(wheel).keys()
    packages = {"rekognition_tables", "rekognition_results", "rekognition_emulator"}
    folders = {name.partition("/")[0] for name in names}
    assert {name for name in folders if not name.endswith(".dist-info")} == packages
    assert {f"{package}/py.typed" for package in packages} <= names
    sql = {str(path.relative_to(ROOT)) for path in (ROOT / "sql").rglob("*") if path.is_file()}
    assert {f"rekognition_tables/{path}" for path in sql} <= names


def test_the_source_archive_builds_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    archive = built(ROOT, "--sdist", tmp_path)
    assert contents(built(archive, "--wheel", tmp_path / "wheel")) == contents(wheel)


def test_an_editable_installation_has_no_copy_of_the_sql() -> None:
    from rekognition_tables.warehouse.sql_files import SQL

    assert SQL == ROOT / "sql"
    site = Path(sysconfig.get_paths()["purelib"])
    assert not [path for path in site.glob("rekognition_*") if path.suffix != ".dist-info"]


def test_the_wheel_registers_itself(airflow: Airflow, wheel: Path) -> None:
    install(wheel, airflow)
    copy("dags", airflow.home / "dags")
    assert ENTRY_POINT in check(airflow.look(), airflow.site / "rekognition_tables")


def test_the_wheel_beside_a_copy_of_the_plugins_registers_once(
    airflow: Airflow, wheel: Path
) -> None:
    install(wheel, airflow)
    copy("dags", airflow.home / "dags")
    copy("plugins", airflow.home / "plugins")
    assert ENTRY_POINT in check(airflow.look(), airflow.site / "rekognition_tables")


def test_copied_files_need_no_installation(airflow: Airflow) -> None:
    """The commands of docs/deploy.md, run in a checkout."""
    page = (ROOT / "docs" / "deploy.md").read_text()
    (commands,) = [block for block in page.split("```") if block.startswith("sh\ncp -r dags/.")]
    environ = {"PATH": os.environ["PATH"], "AIRFLOW_HOME": str(airflow.home)}
    subprocess.run(
        ["sh", "-e", "-c", commands.removeprefix("sh\n")], cwd=ROOT, env=environ, check=True
    )
    where = check(airflow.look(), airflow.home / "plugins" / "rekognition_tables")
    assert where == "$PLUGINS_FOLDER/rekognition_plugin.py"
