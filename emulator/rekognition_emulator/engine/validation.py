"""Requests held against the service model's own constraints.

The constraints are botocore's: a member or a limit that a newer botocore brings is checked without
a change here.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import botocore.loaders
from botocore.model import ListShape, OperationModel, ServiceModel, Shape, StructureShape

from rekognition_emulator.engine.errors import ServiceError

API_VERSION = "2016-06-27"
_NUMBERS = {"float", "double"}
_INTEGERS = {"integer", "long"}


@lru_cache(maxsize=1)
def service_model() -> ServiceModel:
    """Rekognition's service model as botocore ships it."""
    loader = botocore.loaders.Loader()
    return ServiceModel(loader.load_service_model("rekognition", "service-2", API_VERSION))


@lru_cache
def operation_model(operation: str) -> OperationModel:
    """The model of one operation."""
    return service_model().operation_model(operation)


@dataclass
class _Violations:
    """What a request breaks. A broken length has an error of its own in AWS's answers."""

    found: list[str] = field(default_factory=list)
    code: str = "InvalidParameterException"

    def add(self, value: Any, where: str, rule: str) -> None:
        self.found.append(f"Value '{value}' at '{where}' failed to satisfy constraint: {rule}")

    def refuse(self) -> None:
        """The error that names all of them, if there are any."""
        if self.found:
            plural = "" if len(self.found) == 1 else "s"
            found = "; ".join(self.found)
            message = f"{len(self.found)} validation error{plural} detected: {found}"
            raise ServiceError(self.code, message)


def check(operation: str, request: Any) -> dict[str, Any]:
    """The request with only the members that the model knows, none of them null.

    Raises SerializationException for a JSON type that does not fit, ValidationException for a
    broken length, InvalidParameterException for any other broken constraint, with all violations
    in one message as the service has it.
    """
    violations = _Violations()
    checked = _structure(operation_model(operation).input_shape, request, "", violations)
    violations.refuse()
    return checked


def _value(shape: Shape, value: Any, where: str, violations: _Violations) -> Any:
    if isinstance(shape, StructureShape):
        return _structure(shape, value, where, violations)
    if isinstance(shape, ListShape):
        return _list(shape, value, where, violations)
    kind = shape.type_name
    if kind == "blob":
        return _blob(shape, value, where, violations)
    if kind == "string":
        _expect(isinstance(value, str), where, "a string")
        _length(shape, len(value), value, where, violations)
        _words(shape, value, where, violations)
    elif kind in _NUMBERS or kind in _INTEGERS:
        whole = kind in _INTEGERS
        fits = isinstance(value, int) if whole else isinstance(value, (int, float))
        _expect(fits and not isinstance(value, bool), where, "a number")
        _range(shape, value, where, violations)
    elif kind == "boolean":
        _expect(isinstance(value, bool), where, "a boolean")
    return value


def _structure(shape: Any, value: Any, where: str, violations: _Violations) -> dict[str, Any]:
    _expect(isinstance(value, dict), where or "request", "a structure")
    for name in shape.required_members:
        if value.get(name) is None:
            violations.add("null", _path(where, name), "Member must not be null")
    return {
        name: _value(member, value[name], _path(where, name), violations)
        for name, member in shape.members.items()
        if value.get(name) is not None
    }


def _list(shape: ListShape, value: Any, where: str, violations: _Violations) -> list[Any]:
    _expect(isinstance(value, list), where, "a list")
    _length(shape, len(value), value, where, violations)
    return [
        _value(shape.member, item, f"{where}.{position}.member", violations)
        for position, item in enumerate(value, 1)
    ]


def _blob(shape: Shape, value: Any, where: str, violations: _Violations) -> bytes:
    _expect(isinstance(value, str), where, "base64 text")
    try:
        decoded = base64.b64decode(value, validate=True)
    except ValueError:  # binascii.Error is one; text that is not ASCII gives another
        raise ServiceError("SerializationException", f"{where} is no base64 text") from None
    _length(shape, len(decoded), "<bytes>", where, violations)
    return decoded


def _length(shape: Shape, size: int, value: Any, where: str, violations: _Violations) -> None:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None and size < low:
        rule = f"greater than or equal to {low}"
    elif high is not None and size > high:
        rule = f"less than or equal to {high}"
    else:
        return
    violations.code = "ValidationException"
    violations.add(value, where, f"Member must have length {rule}")


def _range(shape: Shape, value: float, where: str, violations: _Violations) -> None:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    # Written so that a NaN breaks both rules.
    if low is not None and not value >= low:
        rule = f"Member must have value greater than or equal to {low}"
        violations.add(value, where, rule)
    if high is not None and not value <= high:
        violations.add(value, where, f"Member must have value less than or equal to {high}")


def _words(shape: Shape, value: str, where: str, violations: _Violations) -> None:
    enum, pattern = shape.metadata.get("enum"), shape.metadata.get("pattern")
    if enum and value not in enum:
        violations.add(value, where, f"Member must satisfy enum value set: [{', '.join(enum)}]")
    if pattern and not re.fullmatch(pattern, value):
        violations.add(value, where, f"Member must satisfy regular expression pattern: {pattern}")


def _expect(fits: bool, where: str, kind: str) -> None:
    if not fits:
        raise ServiceError("SerializationException", f"{where} must be {kind}")


def _path(where: str, member: str) -> str:
    # The service names members in lower camel case in these messages.
    name = member[0].lower() + member[1:]
    return f"{where}.{name}" if where else name
