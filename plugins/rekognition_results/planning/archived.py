"""Objects in an archive cannot be read: they are left out until somebody has restored them.

A listing tells an object's storage class and not whether it is restored, so HeadObject is asked.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/archived-objects.html
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rekognition_results.aws.calls import explained, suppress_code
from rekognition_results.planning.s3_listing import CHANGED, ListedObject

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

ARCHIVES = frozenset({"GLACIER", "DEEP_ARCHIVE"})
TIERED = "INTELLIGENT_TIERING"  # an object of this class is in an archive tier or not
ARCHIVED, NOT_ASKED = "archived", "in an archive class, and not asked for by this run"
NEXT_RUN = "for the next run"


@dataclass
class Readable:
    """Takes objects in their order until there are `room` of them; asks for `looks` at most."""

    s3: S3Client
    room: int
    looks: int

    def take(self, things: Sequence[ListedObject]) -> tuple[list[ListedObject], Counter[str]]:
        """The objects that can be read, and how many were left out for each reason.

        Of too many archived objects a random sample is asked for, so each has its turn. An object
        in INTELLIGENT_TIERING for which no look is left is taken: most are in no archive tier.
        """
        archived = [thing.key for thing in things if thing.storage_class in ARCHIVES]
        sampled = set(random.sample(archived, min(self.looks, len(archived))))
        kept: list[ListedObject] = []
        left_out: Counter[str] = Counter()
        for number, thing in enumerate(things):
            if len(kept) == self.room:
                left_out[NEXT_RUN] = len(things) - number
                break
            if reason := self._reason(thing, sampled):
                left_out[reason] += 1
            else:
                kept.append(thing)
        return kept, left_out

    def _reason(self, thing: ListedObject, sampled: set[str]) -> str | None:
        if thing.storage_class in ARCHIVES:
            if thing.key not in sampled or not self.looks:
                return NOT_ASKED
        elif thing.storage_class != TIERED or not self.looks:
            return None
        self.looks -= 1
        return ARCHIVED if self._is_archived(thing) else None

    def _is_archived(self, thing: ListedObject) -> bool:
        where = f"s3://{thing.bucket}/{thing.key}"
        with suppress_code(*CHANGED), explained("HeadObject", where):
            head = self.s3.head_object(Bucket=thing.bucket, Key=thing.key)
            if thing.storage_class == TIERED:
                return "ArchiveStatus" in head
            return 'ongoing-request="false"' not in head.get("Restore", "")
        return True  # it is gone: the next run sees what is there then
