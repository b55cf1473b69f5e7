"""The video operations that are emulated: one line each."""

from __future__ import annotations

from rekognition_emulator.storage.recordings import Recording
from rekognition_emulator.videos.operation import VideoOperation
from rekognition_emulator.videos.operations import content_moderation, label_detection

OPERATIONS: tuple[VideoOperation, ...] = (
    label_detection.OPERATION,
    content_moderation.OPERATION,
)


def records(recording: Recording, operation: VideoOperation) -> bool:
    """Whether a recording is an answer of this operation, not of another one.

    An answer without any list is taken for it: some clients leave out a list that is empty.
    """
    others = {one.elements for one in OPERATIONS} - {operation.elements}
    return operation.elements in recording or others.isdisjoint(recording.members)
