"""The members of Start... that not every video operation has: checked, and put where they belong.

All of it comes from the operation's own description (`VideoOperation.request`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rekognition_results.planning.parameters import check, names_of, number
from rekognition_results.planning.planner import Members, without_nothing
from rekognition_tables.allowed_values import LABEL
from rekognition_tables.environment import nearest
from rekognition_tables.errors import WrongParameter
from rekognition_tables.operations.spec import VIDEO_OPERATIONS, RequestMember, VideoOperation


def video_operation(name: str) -> VideoOperation:
    """The operation of this name. ValueError when it is none that answers with pages."""
    known = {str(one): spec for one, spec in VIDEO_OPERATIONS.items()}
    if name not in known:
        raise ValueError(
            f"operation is {name!r}, which is no video operation{nearest(name, sorted(known))}: "
            f"choose one of {', '.join(known)}."
        )
    return known[name]


def members_of(spec: VideoOperation, asked: Mapping[str, Any]) -> Members:
    """The members of the request from values by argument name; what is empty is left out.

    :raises WrongParameter: the first value that is not what it may be, alone or beside another
    """
    values = _checked(spec, asked)
    members: Members = {}
    for one in spec.request:
        *parents, name = one.path.split(".")
        place = members
        for parent in parents:
            place = place.setdefault(parent, {})
        place[name] = values[one.argument]
    return without_nothing(members)


def _checked(spec: VideoOperation, asked: Mapping[str, Any]) -> dict[str, Any]:
    known = [one.argument for one in spec.request]
    for name in asked:
        if name not in known:
            there_are = f"it has {', '.join(known)}" if known else "it has none"
            raise WrongParameter(
                f"{spec.start} has no request member {name!r}{nearest(name, known)}: {there_are}."
            )
    values = {one.argument: _value(one, asked.get(one.argument)) for one in spec.request}
    for one in spec.request:
        if one.required and values[one.argument] in (None, "", []):
            raise WrongParameter(f"{one.argument} is empty: {spec.start} needs it.")
    for included, excluded in spec.never_both:
        if both := {*values[included]} & {*values[excluded]}:
            raise WrongParameter(
                f"{', '.join(sorted(both))}: included and excluded, in one request."
            )
    return values


def _value(one: RequestMember, value: Any) -> Any:
    if one.at_most is not None:
        return _names(one, one.at_most, value)
    check(one.argument, value, one.allowed)
    return number(value) if one.allowed.is_number else value


def _names(one: RequestMember, most: int, value: Any) -> list[str]:
    names = names_of(one.argument, value or ())
    for name in names:
        if not name or not one.allowed.takes(name):
            verb = "is" if most == 1 else "has"
            raise WrongParameter(
                f"{one.argument} {verb} {name!r}, which is not {one.allowed.words}."
            )
    if len(names) > most:
        what = "labels" if one.allowed is LABEL else "names"
        raise WrongParameter(f"{one.argument} has {len(names)} {what}, more than {most}.")
    return names
