"""Objects in an archive: who may read them, and what S3's HEAD says of them.

GLACIER and DEEP_ARCHIVE are moto's, RestoreObject too; until it is restored an object cannot be
read. An object in INTELLIGENT_TIERING is in an archive tier as its metadata `archive-status` says.
https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
"""

from __future__ import annotations

from typing import Any

ARCHIVES = frozenset({"GLACIER", "DEEP_ARCHIVE"})
TIERS = frozenset({"ARCHIVE_ACCESS", "DEEP_ARCHIVE_ACCESS"})
HEADER = "x-amz-archive-status"


def archive_status(key: Any) -> str | None:
    """The archive tier of an object in INTELLIGENT_TIERING, None for any other."""
    tier = key.metadata.get("x-amz-meta-archive-status")
    return tier if key.storage_class == "INTELLIGENT_TIERING" and tier in TIERS else None


def is_archived(key: Any) -> bool:
    """Whether the object cannot be read, since nobody restored it."""
    if key.storage_class not in ARCHIVES:
        return archive_status(key) is not None
    return 'ongoing-request="false"' not in key.response_dict.get("x-amz-restore", "")
