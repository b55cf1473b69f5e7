"""What every request to S3 must say besides: who owns the bucket, and which key encrypts.

One listener does it for boto3's clients and for s3fs, which fsspec uses: both tell of a request's
parameters before they make it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rekognition_tables.errors import RequestRefused

ACCOUNT = re.compile(r"\d{12}")
ENCRYPTED = frozenset({"PutObject", "CreateMultipartUpload"})
OF_READERS = ("tables/", "commits/")  # what readers of the Parquet files need, below the root


@dataclass(frozen=True)
class S3Requests:
    """Fills in parameters of S3 requests; what is configured with nothing is left to S3.

    `owners`: account by bucket, under "" the one of all other buckets. `root`: the results root as
    bucket and key, None when it is not in S3.
    """

    owners: Mapping[str, str] = field(default_factory=dict)
    root: str | None = None
    landing_key: str = ""
    tables_key: str = ""

    def listen(self, client: Any) -> None:
        """Fill in the requests of one client; a second call replaces the first one of that root."""
        event, name = "before-parameter-build.s3", f"rekognition-results {self.root or ''}"
        client.meta.events.unregister(event, unique_id=name)
        client.meta.events.register(event, self._fill_in, unique_id=name)

    def _fill_in(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        owner = self.owner_of(params["Bucket"]) if "Bucket" in params else ""
        if owner and "ExpectedBucketOwner" in model.input_shape.members:
            params["ExpectedBucketOwner"] = owner
        if model.name in ENCRYPTED and (key := self.key_for(params["Bucket"], params["Key"])):
            params.update(ServerSideEncryption="aws:kms", SSEKMSKeyId=key)

    def owner_of(self, bucket: str) -> str:
        """The account that must own a bucket; empty: none is set. RequestRefused: not listed."""
        if not self.owners:
            return ""
        owner = self.owners.get(bucket, self.owners.get(""))
        if owner is None:
            raise RequestRefused(
                f"REKOGNITION_BUCKET_OWNER lists buckets, and {bucket} is not one of them: nothing "
                f"was asked of it. Add {bucket}=account, if it is yours to use.",
                operation="ExpectedBucketOwner",
                code="AccessDenied",
            )
        return owner

    def key_for(self, bucket: str, key: str) -> str:
        """The KMS key of an object under the results root, empty when S3 chooses."""
        if self.root is None or not f"{bucket}/{key}".startswith(f"{self.root}/"):
            return ""
        below = f"{bucket}/{key}"[len(self.root) + 1 :]
        return self.tables_key if below.startswith(OF_READERS) else self.landing_key


def owners(text: str) -> dict[str, str]:
    """`111122223333`, or `bucket=111122223333, other=444455556666`, as accounts by bucket."""
    found: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        bucket, _, account = part.rpartition("=")
        if not ACCOUNT.fullmatch(account):
            raise ValueError(
                f"REKOGNITION_BUCKET_OWNER is {text!r}: write an account of 12 digits, or "
                "bucket=account for each bucket, with commas between."
            )
        found[bucket] = account
    return found
