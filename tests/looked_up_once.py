"""What botocore and Airflow find out again and again, found out once a process.

It is two thirds of the time of many tests. botocore parses its models and lists its folders for
each session; a hook of Airflow reads the source of each caller to name an operator in its
User-Agent; a parameter's schema is checked whenever the parameter is read.
"""

from __future__ import annotations

import inspect
import sys
from types import FrameType, SimpleNamespace
from typing import Any, NamedTuple


class Caller(NamedTuple):
    frame: FrameType
    function: str


def install() -> None:
    """In a process that has imported botocore, or Airflow's AWS hooks; twice does no harm."""
    if (jsonschema := sys.modules.get("jsonschema")) and not hasattr(jsonschema, "installed"):
        jsonschema.installed = True
        validator = jsonschema.validators.validator_for({})
        validator.check_schema = valid_once(validator.check_schema)
    if (loaders := sys.modules.get("botocore.loaders")) and not hasattr(loaders, "installed"):
        loaders.installed = True
        once(loaders.JSONFileLoader, "load_file", lambda _: None)
        for name in ("list_available_services", "list_api_versions"):
            once(loaders.Loader, name, lambda loader: tuple(loader.search_paths))
    if hooks := sys.modules.get("airflow.providers.amazon.aws.hooks.base_aws"):
        hooks.inspect = SimpleNamespace(**vars(inspect) | {"stack": callers})


def once(owner: Any, name: str, key: Any) -> None:
    method, answers = getattr(owner, name), dict[Any, Any]()

    def answer(self: Any, *given: Any, **named: Any) -> Any:
        asked = (key(self), *given, *named.items())
        if asked not in answers:
            answers[asked] = method(self, *given, **named)
        return answers[asked]

    setattr(owner, name, answer)


def valid_once(check: Any) -> Any:
    valid = set[str]()

    def check_schema(schema: Any, **named: Any) -> None:
        text = f"{schema!r} {named!r}"
        if text not in valid:
            check(schema, **named)
            valid.add(text)

    return check_schema


def callers() -> list[Caller]:
    """As inspect.stack(), without each frame's file and source."""
    frame, found = inspect.currentframe(), list[Caller]()
    while frame := frame and frame.f_back:
        found.append(Caller(frame, frame.f_code.co_name))
    return found
