"""Requests held against the service model's own constraints.

The constraints are botocore's: a member or a limit that a newer botocore brings is checked without
a change here.
"""

from __future__ import annotations

import base64
import binascii
import re
from functools import lru_cache
from typing import Any

import botocore.loaders
from botocore.model import ListShape, OperationModel, ServiceModel, Shape, StructureShape

from emulator.errors import ServiceError

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


def check(operation: str, request: Any) -> dict[str, Any]:
    """The request with only the members that the model knows, none of them null.

    Raises SerializationException for a JSON type that does not fit, InvalidParameterException for
    anything that breaks a constraint, with all violations in one message as the service has it.
    """
    shape = operation_model(operation).input_shape
    violations: list[str] = []
    checked = _structure(shape, request, "", violations)
    if violations:
        plural = "" if len(violations) == 1 else "s"
        found = "; ".join(violations)
        message = f"{len(violations)} validation error{plural} detected: {found}"
        raise ServiceError("InvalidParameterException", message)
    return checked


def _value(shape: Shape, value: Any, where: str, violations: list[str]) -> Any:
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


def _structure(shape: Any, value: Any, where: str, violations: list[str]) -> dict[str, Any]:
    _expect(isinstance(value, dict), where or "request", "a structure")
    for name in shape.required_members:
        if value.get(name) is None:
            _violated(violations, "null", _path(where, name), "Member must not be null")
    return {
        name: _value(member, value[name], _path(where, name), violations)
        for name, member in shape.members.items()
        if value.get(name) is not None
    }


def _list(shape: ListShape, value: Any, where: str, violations: list[str]) -> list[Any]:
    _expect(isinstance(value, list), where, "a list")
    _length(shape, len(value), value, where, violations)
    return [
        _value(shape.member, item, f"{where}.{position}.member", violations)
        for position, item in enumerate(value, 1)
    ]


def _blob(shape: Shape, value: Any, where: str, violations: list[str]) -> bytes:
    _expect(isinstance(value, str), where, "base64 text")
    try:
        decoded = base64.b64decode(value, validate=True)
    except binascii.Error:
        raise ServiceError("SerializationException", f"{where} is no base64 text") from None
    _length(shape, len(decoded), "<bytes>", where, violations)
    return decoded


def _length(shape: Shape, size: int, value: Any, where: str, violations: list[str]) -> None:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None and size < low:
        rule = f"Member must have length greater than or equal to {low}"
        _violated(violations, value, where, rule)
    if high is not None and size > high:
        _violated(violations, value, where, f"Member must have length less than or equal to {high}")


def _range(shape: Shape, value: float, where: str, violations: list[str]) -> None:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    # Written so that a NaN breaks both rules.
    if low is not None and not value >= low:
        rule = f"Member must have value greater than or equal to {low}"
        _violated(violations, value, where, rule)
    if high is not None and not value <= high:
        _violated(violations, value, where, f"Member must have value less than or equal to {high}")


def _words(shape: Shape, value: str, where: str, violations: list[str]) -> None:
    enum, pattern = shape.metadata.get("enum"), shape.metadata.get("pattern")
    if enum and value not in enum:
        rule = f"Member must satisfy enum value set: [{', '.join(enum)}]"
        _violated(violations, value, where, rule)
    if pattern and not re.fullmatch(pattern, value):
        rule = f"Member must satisfy regular expression pattern: {pattern}"
        _violated(violations, value, where, rule)


def _expect(fits: bool, where: str, kind: str) -> None:
    if not fits:
        raise ServiceError("SerializationException", f"{where} must be {kind}")


def _violated(violations: list[str], value: Any, where: str, rule: str) -> None:
    violations.append(f"Value '{value}' at '{where}' failed to satisfy constraint: {rule}")


def _path(where: str, member: str) -> str:
    # The service names members in lower camel case in these messages.
    name = member[0].lower() + member[1:]
    return f"{where}.{name}" if where else name
