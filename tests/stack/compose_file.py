"""docker-compose.yaml as docker-compose itself understands it: services, ready to be started."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
PROFILES = ("local", "bi", "flower")


@dataclass(frozen=True)
class Service:
    """One service: its command, environment and healthcheck, word for word."""

    name: str
    command: tuple[str, ...]
    environment: dict[str, str]
    healthcheck: tuple[str, ...]
    volumes: dict[str, str]  # path in the container: name of the volume
    published: dict[int, int]  # port on the machine: port in the container
    depends_on: dict[str, str]  # service: condition
    replicas: int
    working_dir: str  # in the container; empty: the image's

    @property
    def instances(self) -> list[str]:
        if self.replicas == 1:
            return [self.name]
        return [f"{self.name}-{number}" for number in range(1, self.replicas + 1)]


def config(env_file: Path, *profiles: str) -> str:
    """What `docker-compose config` prints; its own environment is empty but for the file."""
    chosen = [word for profile in profiles for word in ("--profile", profile)]
    command = ["docker-compose", "--env-file", str(env_file), *chosen, "config"]
    environ = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")}
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def services(env_file: Path, *profiles: str) -> dict[str, Service]:
    described = yaml.safe_load(config(env_file, *profiles))["services"]
    return {
        name: _service(name, what)
        for name, what in described.items()
        # docker-compose 1 prints the services of every profile
        if not what.get("profiles") or set(what["profiles"]) & set(profiles)
    }


def _service(name: str, what: dict[str, Any]) -> Service:
    volumes = [_volume(one) for one in what.get("volumes", [])]
    return Service(
        name=name,
        command=tuple(map(_unescaped, what.get("command", []))),
        environment={k: _unescaped(v) for k, v in what.get("environment", {}).items()},
        healthcheck=tuple(map(_unescaped, what.get("healthcheck", {}).get("test", []))),
        volumes={path: volume for volume, path in volumes},
        published=dict(map(_port, what.get("ports", []))),
        depends_on={k: v["condition"] for k, v in what.get("depends_on", {}).items()},
        replicas=what.get("deploy", {}).get("replicas", 1),
        working_dir=what.get("working_dir", ""),
    )


def _unescaped(value: object) -> str:
    """`config` doubles the dollar signs that the shell in the container is to see."""
    return str(value).replace("$$", "$")


def _volume(one: Any) -> tuple[str, str]:
    """Both forms that versions of docker-compose print."""
    if isinstance(one, dict):
        return one["source"], one["target"]
    source, path, *_ = one.split(":")
    return source, path


def _port(one: Any) -> tuple[int, int]:
    if isinstance(one, dict):
        return int(one["published"]), int(one["target"])
    outside, inside = one.removesuffix("/tcp").split(":")[-2:]
    return int(outside), int(inside)
