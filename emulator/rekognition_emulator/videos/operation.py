"""What one video operation is, as data: its names, its lists, and how its results are made up.

Start... and Get... of all video operations are alike but for this:
https://docs.aws.amazon.com/rekognition/latest/dg/api-video.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

import msgspec

from rekognition_emulator.videos.video import VideoSource


class Order(NamedTuple):
    """How results are asked for; "" where the operation has no such choice."""

    sort_by: str
    aggregate_by: str


class Pages(Protocol):
    """The elements of one job in one order."""

    def __len__(self) -> int: ...

    def cut(self, begin: int, end: int) -> msgspec.Raw:
        """Elements begin to end as a JSON array."""


class RawPages:
    """Elements that exist as JSON text already."""

    def __init__(self, elements: list[msgspec.Raw]) -> None:
        self._elements = elements

    def __len__(self) -> int:
        return len(self._elements)

    def cut(self, begin: int, end: int) -> msgspec.Raw:
        """Elements begin to end as a JSON array."""
        return msgspec.Raw(b"[" + b",".join(map(bytes, self._elements[begin:end])) + b"]")


def one_video(metadata: dict[str, Any], request: dict[str, Any]) -> dict[str, Any]:
    """VideoMetadata as all operations have it but segment detection."""
    return {"VideoMetadata": metadata}


# `eq=False`: an operation is a key of caches by its identity.
@dataclass(frozen=True, eq=False)
class VideoOperation:
    """One operation.

    name           as in Start{name} and Get{name}
    elements       the member of the answer that pages cut
    look           everything that is seen in a video, made once a video and kept; it has a
                   `duration_millis`
    pages          of that, what a Start request and an order let through
    sort_by        values of SortBy, the default first, each with the path of what it sorts by in
                   an element; none: the operation cannot be asked to sort
    aggregate_by   values of AggregateBy, the default first; none: likewise
    model_version  the member that names the model, with its value
    about          what a finished job's answer has beside the elements, of VideoMetadata and the
                   Start request
    timestamps_only  members that an element's own part has in TIMESTAMPS alone
    """

    name: str
    elements: str
    look: Callable[[VideoSource], Any]
    pages: Callable[[Any, dict[str, Any], Order], Pages]
    sort_by: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    aggregate_by: tuple[str, ...] = ()
    model_version: Mapping[str, str] = field(default_factory=dict)
    about: Callable[[dict[str, Any], dict[str, Any]], dict[str, Any]] = one_video
    timestamps_only: frozenset[str] = frozenset()

    @property
    def start(self) -> str:
        """The call that starts a job."""
        return f"Start{self.name}"

    @property
    def get(self) -> str:
        """The call that asks for a job's results."""
        return f"Get{self.name}"

    def order(self, request: dict[str, Any]) -> Order:
        """How a Get request, which the service model has checked, wants its results."""
        return Order(
            request.get("SortBy", next(iter(self.sort_by), "")),
            request.get("AggregateBy", next(iter(self.aggregate_by), "")),
        )
