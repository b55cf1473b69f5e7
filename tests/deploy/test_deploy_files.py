"""docker-compose.yaml, .env.example and Dockerfile agree with each other and with the code."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from cryptography.fernet import Fernet

from local.env_file import filled
from rekognition_tables.settings import PREFIX, VARIABLES

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = (ROOT / "docker-compose.yaml").read_text()
EXAMPLE = (ROOT / ".env.example").read_text()
DOCKERFILE = (ROOT / "Dockerfile").read_text()
# name, operator and default of each ${NAME:-default} or ${NAME:?message}
READ = re.findall(r"(?<!\$)\$\{([A-Z_]+)(:[-?])?([^}]*)\}", COMPOSE)
# commented or not, name and value of each line of .env.example
LISTED = re.findall(r"^(# )?([A-Z_]+)=(.*)$", EXAMPLE, re.MULTILINE)
SECRETS = {name for name, operator, _ in READ if operator == ":?"} - {"AWS_CONNECTION"}


def test_every_variable_is_listed_once_and_nothing_else() -> None:
    listed = [name for _, name, _ in LISTED]
    assert sorted(listed) == sorted({name for name, _, _ in READ})


def test_every_setting_reaches_the_services() -> None:
    passed = yaml.safe_load(COMPOSE)["x-environment"]
    for name, _, _ in VARIABLES:
        assert passed[name].startswith("${" + name), f"{name} is not passed on"
    assert {n for n in passed if n.startswith(PREFIX)} == {name for name, _, _ in VARIABLES}


def test_each_variable_has_a_comment_of_its_own_or_of_its_group() -> None:
    for block in re.split(r"\n(?=# [^=\n]*[a-z])", EXAMPLE):
        first = block.lstrip("\n").partition("\n")[0]
        if re.search(r"^(# )?[A-Z_]+=", block, re.MULTILINE):
            assert re.match(r"# \S.*[a-z]", first), block


def test_secrets_have_no_default_and_the_rest_has_the_files() -> None:
    operators = {name: operator for name, operator, _ in READ}
    for name, operator in operators.items():
        secret = re.search(r"PASSWORD|SECRET|FERNET", name)
        assert (operator == ":?") == bool(secret or name == "AWS_CONNECTION"), name
    values = {name: (commented, value) for commented, name, value in LISTED}
    assert {name for name, told in values.items() if told == ("", "")} == SECRETS
    defaults = {name: default for name, operator, default in READ if operator == ":-"}
    for name, (commented, value) in values.items():
        if commented and not name.startswith(PREFIX):
            assert value == defaults[name], name


def test_commented_settings_show_the_codes_default() -> None:
    defaults = {name: default for name, default, _ in VARIABLES}
    for commented, name, value in LISTED:
        if commented and name in defaults and value != defaults[name]:
            assert float(value) == float(defaults[name]), name


def test_a_new_env_file_has_secrets_of_its_own(tmp_path: Path) -> None:
    one, other = (dict(line.split("=", 1) for line in _lines(filled(EXAMPLE))) for _ in range(2))
    for name in SECRETS:
        assert len(one[name]) >= 32
        assert one[name] != other[name]
    Fernet(one["AIRFLOW_FERNET_KEY"])
    path = tmp_path / ".env"
    write = [sys.executable, "-m", "local.env_file", str(path)]
    subprocess.run(write, cwd=ROOT, check=True, capture_output=True)
    assert path.stat().st_mode & 0o777 == 0o600
    text = path.read_text()
    again = subprocess.run(write, cwd=ROOT, capture_output=True, text=True)
    assert again.returncode == 1
    assert "remove it first" in again.stderr
    assert path.read_text() == text


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if re.match(r"[A-Z_]+=", line)]


def test_the_image_is_built_with_what_the_tests_use() -> None:
    makefile = (ROOT / "Makefile").read_text()
    (version,) = re.findall(r"^UV_VERSION := (\S+)$", makefile, re.MULTILINE)
    assert f"ARG UV_VERSION={version}\n" in DOCKERFILE
    bases = set(re.findall(r"^FROM (\S+:\S+) AS", DOCKERFILE, re.MULTILINE))
    assert len(bases) == 1
    assert re.fullmatch(r"python:3\.1[123]\.\d+-slim-bookworm", bases.pop())


def test_no_stage_that_runs_is_root() -> None:
    """The stages that compose names begin with one that gives up root, and none takes it back."""
    base = DOCKERFILE.partition(" AS base\n")[2]
    assert re.findall(r"^USER (.*)$", base, re.MULTILINE) == ["50000:0"]
    targets = {one["build"]["target"] for one in _services() if "build" in one}
    assert targets == set(re.findall(r"^FROM base AS (\S+)$", base, re.MULTILINE))


def _services() -> list[dict[str, dict[str, str]]]:
    return list(yaml.safe_load(COMPOSE)["services"].values())


def test_what_is_copied_is_there_and_not_ignored() -> None:
    allowed = {
        line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line[0] == "!"
    }
    copied = {
        source
        for line in re.findall(r"^COPY (?!--from)(.*)$", DOCKERFILE, re.MULTILINE)
        for source in line.split()[:-1]
    }
    assert copied == allowed
    for source in copied:
        assert (ROOT / source).exists(), source


def test_what_is_copied_imports_nothing_that_is_not() -> None:
    copied = set(re.findall(r"^COPY (\w+) \1$", DOCKERFILE, re.MULTILINE))
    ours = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    for folder in copied:
        for path in (ROOT / folder).rglob("*.py"):
            for top in _imports(path) & ours:
                assert top in copied, f"{path} imports {top}, which is not in the image"


def _imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found


@pytest.mark.parametrize("name", ["airflow-worker", "flower", "emulator", "superset"])
def test_who_needs_no_password_of_the_metadata_database_has_none(name: str) -> None:
    """Workers run what DAGs say; the rest has no business there."""
    environment = yaml.safe_load(COMPOSE)["services"][name].get("environment", {})
    assert "POSTGRES_PASSWORD" not in str(environment)
    assert "FERNET" not in str(environment)


def test_the_page_makes_the_pools_that_the_dags_name() -> None:
    from rekognition_results.dag_defaults import POOLS

    page = (ROOT / "docs" / "deploy.md").read_text()
    told = re.findall(r'^airflow pools set (\w+) (\d+) "(.*)"$', page, re.MULTILINE)
    assert {name: (int(slots), about) for name, slots, about in told} == POOLS


def test_the_page_names_the_package_as_it_is_built() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    page = (ROOT / "docs" / "deploy.md").read_text()
    wheels = set(re.findall(r"rekognition_results-[\w.]+?-py3-none-any\.whl", page))
    assert wheels == {f"rekognition_results-{project['version']}-py3-none-any.whl"}
    for line in project["optional-dependencies"]["airflow"]:
        name = line.partition("==")[0]
        assert name in page or name == "boto3", name
    (ours,) = re.findall(r"apache-airflow==([\d.]+)", str(project["optional-dependencies"]))
    assert f"apache/airflow:{ours}-python" in page
    assert f"Airflow {ours}" in page
