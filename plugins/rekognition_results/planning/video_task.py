"""What a task of a video operation knows of it, whichever operation that is."""

from __future__ import annotations

from typing import Any

from rekognition_results.planning.request_members import video_operation
from rekognition_tables.operations.names import Operation
from rekognition_tables.operations.spec import VideoOperation


class VideoTask:
    """Goes before an operator or sensor in a class's bases; `operation` may be a template."""

    operation: Operation

    @property
    def spec(self) -> VideoOperation:
        """The operation's description. ValueError when there is no such video operation."""
        return video_operation(self.operation)


def checked(operation: Any) -> Any:
    """The name of a video operation, or whatever will be one when the task runs.

    :raises ValueError: it is a name already, and there is no such video operation
    """
    if isinstance(operation, str) and "{{" not in operation:
        video_operation(operation)
    return operation
