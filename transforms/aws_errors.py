"""What to do about each error Amazon answers with, and the sentence a person reads.

One table, by error code; a row for one operation goes before the row for all. The codes of
Rekognition are those of botocore's service model, which a test walks; those of S3 are in
https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Reaction(StrEnum):
    """What the caller does next."""

    RETRY = "retry with backoff"
    WAIT_FOR_QUOTA = "wait for quota"
    NEW_ATTEMPT = "new attempt"
    FAIL = "fail"


@dataclass(frozen=True)
class AwsError:
    reaction: Reaction
    advice: str


_BUSY = AwsError(Reaction.RETRY, "Nothing is wrong here: it is tried again with backoff.")
_CREDENTIALS = AwsError(
    Reaction.FAIL, "The credentials are not valid: correct the Airflow connection or the role."
)
_REGION = AwsError(
    Reaction.FAIL,
    "The bucket is in another region: Rekognition reads only buckets of its own region, so set "
    "the region parameter to the bucket's, or copy the objects.",
)

_ANY = ""
_TABLE: dict[tuple[str, str], AwsError] = {
    # Rekognition
    (_ANY, "InternalServerError"): _BUSY,
    (_ANY, "ThrottlingException"): _BUSY,
    (_ANY, "ProvisionedThroughputExceededException"): _BUSY,
    (_ANY, "LimitExceededException"): AwsError(
        Reaction.WAIT_FOR_QUOTA,
        "As many jobs run as the account may run at once: it waits its turn.",
    ),
    (_ANY, "InvalidPaginationTokenException"): AwsError(
        Reaction.NEW_ATTEMPT, "The pagination token died: begin again with the first page."
    ),
    (_ANY, "AccessDeniedException"): AwsError(
        Reaction.FAIL,
        "Allow the connection's role this action, and to read the input and write the output.",
    ),
    (_ANY, "InvalidParameterException"): AwsError(Reaction.FAIL, "Correct the parameter it names."),
    (_ANY, "IdempotentParameterMismatchException"): AwsError(
        Reaction.FAIL,
        "This ClientRequestToken started another request before: restore the file under requests/.",
    ),
    (_ANY, "InvalidS3ObjectException"): AwsError(
        Reaction.FAIL,
        "Check that the object is there, that the role may read it, and that its bucket is in the "
        "region of the job.",
    ),
    (_ANY, "InvalidManifestException"): AwsError(
        Reaction.FAIL, 'Correct the input manifest: each line is {"source-ref": "s3://bucket/key"}.'
    ),
    (_ANY, "VideoTooLargeException"): AwsError(
        Reaction.FAIL, "The video is larger than Rekognition takes (10 GB): cut or compress it."
    ),
    (_ANY, "ImageTooLargeException"): AwsError(
        Reaction.FAIL, "The image is larger than Rekognition takes (15 MB in S3): make it smaller."
    ),
    (_ANY, "InvalidImageFormatException"): AwsError(
        Reaction.FAIL, "The image is neither JPEG nor PNG: convert it."
    ),
    (_ANY, "HumanLoopQuotaExceededException"): AwsError(
        Reaction.FAIL, "The account has as many human reviews as it may have: wait until some end."
    ),
    (_ANY, "ResourceNotReadyException"): AwsError(
        Reaction.FAIL, "The project version is not ready: start it, or leave project_version empty."
    ),
    (_ANY, "ResourceNotFoundException"): AwsError(
        Reaction.FAIL, "Check project_version, and that account and region are the resource's."
    ),
    ("GetMediaAnalysisJob", "ResourceNotFoundException"): AwsError(
        Reaction.FAIL, "No such job here: check account and region; details are kept for a year."
    ),
    ("GetLabelDetection", "ResourceNotFoundException"): AwsError(
        Reaction.FAIL,
        "No such job here: check account and region; video results are kept for 7 days.",
    ),
    # Every service, when it does not know who asks
    **{
        (_ANY, code): _CREDENTIALS
        for code in (
            "UnrecognizedClientException",
            "InvalidSignatureException",
            "InvalidClientTokenId",
            "InvalidAccessKeyId",
            "SignatureDoesNotMatch",
            "ExpiredToken",
            "ExpiredTokenException",
        )
    },
    # S3
    **{
        (_ANY, code): _BUSY
        for code in (
            "SlowDown",
            "InternalError",
            "ServiceUnavailable",
            "RequestTimeout",
            "ConditionalRequestConflict",
            "500",
            "503",
        )
    },
    **{
        (_ANY, code): _REGION
        for code in ("PermanentRedirect", "301", "AuthorizationHeaderMalformed")
    },
    (_ANY, "IllegalLocationConstraintException"): _REGION,
    **{
        (_ANY, code): AwsError(
            Reaction.FAIL,
            "Allow the connection's role to read it (and its KMS key), or correct it; where "
            "REKOGNITION_BUCKET_OWNER is set, the bucket must be that account's.",
        )
        for code in ("AccessDenied", "403", "KMS.AccessDeniedException")
    },
    (_ANY, "NoSuchBucket"): AwsError(
        Reaction.FAIL, "There is no such bucket: correct the URI, or make the bucket."
    ),
    **{
        (_ANY, code): AwsError(
            Reaction.FAIL, "There is no such object: correct the URI, or put the object there."
        )
        for code in ("NoSuchKey", "NoSuchVersion", "404")
    },
    ("HeadBucket", "404"): AwsError(
        Reaction.FAIL, "There is no such bucket: correct the URI, or make the bucket."
    ),
    (_ANY, "InvalidObjectState"): AwsError(
        Reaction.FAIL, "The object is archived: restore it from Glacier first."
    ),
}


def look_up(operation: str, code: str) -> AwsError | None:
    """The row for an API operation (`StartLabelDetection`) and error code, if there is one."""
    return _TABLE.get((operation, code)) or _TABLE.get((_ANY, code))


def explain(operation: str, code: str) -> AwsError:
    """The same; an error nobody described fails and says so."""
    return look_up(operation, code) or AwsError(
        Reaction.FAIL, "This error is not known here: look it up in the AWS documentation."
    )
