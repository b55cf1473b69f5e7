"""Where the things of docker-compose.yaml are when there are no containers.

A service's name becomes localhost, each port a free one, each volume and each home a folder of the
instance's own: two workers share no disk, as on two machines.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path

from compose_file import ROOT, Service

HOME, CHECKOUT = "/opt/airflow", "/opt/rekognition"  # AIRFLOW_HOME and WORKDIR of the Dockerfile


class Loopback:
    """Maps what the file says, for each instance of a service, to this machine."""

    def __init__(self, services: Mapping[str, Service], folder: Path) -> None:
        self.services = services
        self.folder = folder
        self._ports: dict[tuple[str, int], int] = {}
        names = "|".join(sorted(map(re.escape, services), key=len, reverse=True))
        self._address = re.compile(rf"(?<![\w-])({names}):(\d+)")
        self._published = {
            outside: (service.name, inside)
            for service in services.values()
            for outside, inside in service.published.items()
        }

    def port(self, instance: str, port: int) -> int:
        """A free port, always the same one for a port of an instance."""
        if (instance, port) not in self._ports:
            self._ports[instance, port] = next(p for p in _free() if p not in self._ports.values())
        return self._ports[instance, port]

    def volume(self, service: Service, instance: str, path: str) -> Path:
        return self.folder / instance / service.volumes[path]

    def environment(self, service: Service, instance: str) -> dict[str, str]:
        """HOSTNAME besides: in a container it is the container's."""
        given = service.environment
        return {"HOSTNAME": instance} | {
            name: self._value(service, instance, name, given) for name in given
        }

    def command(self, service: Service, instance: str) -> list[str]:
        return self._words(service, instance, service.command)

    def healthcheck(self, service: Service, instance: str) -> list[str]:
        kind, *words = self._words(service, instance, service.healthcheck)
        return words if kind == "CMD" else ["/bin/sh", "-c", *words]

    def working_dir(self, service: Service, instance: str) -> str:
        """The Dockerfile's, unless the file says otherwise; Redis's image stands in its volume."""
        path = "/data" if service.name == "redis" else service.working_dir or CHECKOUT
        return self._text(service, instance, path)

    def folders(self, service: Service, instance: str) -> list[Path]:
        """What must be there before the instance starts."""
        return [self.folder / instance / "home"] + [
            self.volume(service, instance, path) for path in service.volumes
        ]

    def _value(self, service: Service, instance: str, name: str, given: Mapping[str, str]) -> str:
        value = given[name]
        if name.endswith("PORT") and value.isdecimal():
            host = given.get(name.removesuffix("PORT") + "HOST", "")
            return str(self.port(host if host in self.services else instance, int(value)))
        if name.endswith("HOST") and value in self.services:
            return "localhost"
        outside = re.sub(r"localhost:(\d+)", self._published_port, value)
        return self._text(service, instance, outside)

    def _published_port(self, found: re.Match[str]) -> str:
        owner = self._published.get(int(found[1]))
        return f"localhost:{self.port(*owner)}" if owner else found[0]

    def _words(self, service: Service, instance: str, words: tuple[str, ...]) -> list[str]:
        def own(found: re.Match[str]) -> str:
            return found[1] + str(self.port(instance, int(found[2])))

        line = "\0".join(words)
        line = re.sub(r"((?:--port|-p|localhost)[\0 :])(\d+)", own, line)
        return self._text(service, instance, line).split("\0")

    def _text(self, service: Service, instance: str, text: str) -> str:
        text = self._address.sub(lambda at: f"localhost:{self.port(at[1], int(at[2]))}", text)
        text = text.replace("0.0.0.0", "127.0.0.1")
        places = {path: self.volume(service, instance, path) for path in service.volumes}
        places |= {HOME: self.folder / instance / "home", CHECKOUT: ROOT}
        paths = "|".join(sorted(map(re.escape, places), key=len, reverse=True))
        inside = re.compile(rf"(?<![\w/.-])({paths})(?![\w-])")
        return inside.sub(lambda found: str(places[found[1]]), text)


def _free() -> Iterator[int]:
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            yield int(probe.getsockname()[1])
