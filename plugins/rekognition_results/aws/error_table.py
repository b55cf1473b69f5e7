"""What to do about each error Amazon answers with, and the sentence a person reads.

One table, by error code; a row for one operation goes before the row for all. The codes of
Rekognition, SQS and STS are those of botocore's service models, which a test walks, beside those
that public logs show (tests/transforms/seen_errors.py); those of S3 are in
https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html. An error without a row that
tells by its code or HTTP status that it passes by itself is tried again; any other fails.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from rekognition_tables.operations.spec import VIDEO_OPERATIONS


class Reaction(StrEnum):
    """What the caller does next."""

    RETRY = "retry with backoff"
    WAIT_FOR_QUOTA = "wait for quota"
    NEW_ATTEMPT = "new attempt"
    FAIL = "fail"


@dataclass(frozen=True)
class AwsError:
    """`every_job`: it is not about the job that met it; any other would meet it as well."""

    reaction: Reaction
    advice: str
    every_job: bool = False


_ANY = ""
Rows = dict[tuple[str, str], AwsError]


def _rows(error: AwsError, codes: str, operation: str = _ANY) -> Rows:
    """A row for each of the codes, which stand with spaces between."""
    return {(operation, code): error for code in codes.split()}


def _fails(codes: str, advice: str, operation: str = _ANY) -> Rows:
    return _rows(AwsError(Reaction.FAIL, advice), codes, operation)


def _fails_every_job(codes: str, advice: str, operation: str = _ANY) -> Rows:
    return _rows(AwsError(Reaction.FAIL, advice, every_job=True), codes, operation)


_BUSY = AwsError(Reaction.RETRY, "Nothing is wrong here: it is tried again with backoff.")
_GONE = "No such job here: check account and region; {} are kept for {}."

_REKOGNITION: Rows = {
    **_rows(
        _BUSY, "InternalServerError ThrottlingException ProvisionedThroughputExceededException"
    ),
    (_ANY, "LimitExceededException"): AwsError(
        Reaction.WAIT_FOR_QUOTA,
        "As many jobs run as the account may run at once: it waits its turn.",
    ),
    (_ANY, "InvalidPaginationTokenException"): AwsError(
        Reaction.NEW_ATTEMPT, "The pagination token died: begin again with the first page."
    ),
    **_fails_every_job(
        "AccessDeniedException",
        "Allow the connection's role this action, and to read the input and write the output; a "
        "region that lacks the operation answers so, too.",
    ),
    **_fails("InvalidParameterException", "Correct the parameter it names, in a new run."),
    # Not in the service model: what answers before the service, to a length that is broken.
    **_fails(
        "ValidationException",
        "Correct the value it names, in a new run: it breaks a length or a pattern.",
    ),
    **_fails(
        "IdempotentParameterMismatchException",
        "This ClientRequestToken started another request before: restore the file under requests/.",
    ),
    **_fails(
        "InvalidS3ObjectException",
        "Check that the object is there, that the role may read it, and that its bucket is in the "
        "region of the job.",
    ),
    **_fails(
        "InvalidManifestException",
        'Correct the input manifest: each line is {"source-ref": "s3://bucket/key"}.',
    ),
    **_fails(
        "VideoTooLargeException",
        "The video is larger than Rekognition takes (10 GB): cut or compress it.",
    ),
    **_fails(
        "ImageTooLargeException",
        "The image is larger than Rekognition takes (15 MB in S3): make it smaller.",
    ),
    **_fails("InvalidImageFormatException", "The image is neither JPEG nor PNG: convert it."),
    **_fails(
        "HumanLoopQuotaExceededException",
        "The account has as many human reviews as it may have: wait until some end.",
    ),
    **_fails(
        "ResourceNotReadyException",
        "The project version is not ready: start it, or leave project_version empty.",
    ),
    **_fails(
        "ResourceNotFoundException",
        "Check project_version, and that account and region are the resource's.",
    ),
    **_fails("ResourceNotFoundException", _GONE.format("details", "a year"), "GetMediaAnalysisJob"),
    **{
        (spec.get, "ResourceNotFoundException"): AwsError(
            Reaction.FAIL, _GONE.format("video results", f"{spec.results_kept.days} days")
        )
        for spec in VIDEO_OPERATIONS.values()
    },
}

_EVERY_SERVICE: Rows = {
    # What botocore takes for throttling, or for a trouble that passes; a test holds it to that.
    **_rows(
        _BUSY,
        "BandwidthLimitExceeded EC2ThrottledException PriorRequestNotComplete RequestLimitExceeded "
        "RequestThrottled RequestThrottledException RequestTimeout RequestTimeoutException "
        "SlowDown ThrottledException Throttling TooManyRequestsException "
        "TransactionInProgressException",
    ),
    **_fails_every_job(
        "InvalidSignatureException SignatureDoesNotMatch",
        "Correct the secret key in the Airflow connection, or this machine's clock, where it says "
        "that the signature expired.",
    ),
    **_fails_every_job(
        "UnrecognizedClientException InvalidClientTokenId InvalidAccessKeyId ExpiredToken "
        "ExpiredTokenException InvalidToken InvalidSecurity IncompleteSignature "
        "MissingAuthenticationToken MissingAuthenticationTokenException",
        "The credentials are not valid: correct the Airflow connection or the role.",
    ),
    **_fails_every_job(
        "AccountProblem AllAccessDisabled NotSignedUp OptInRequired SubscriptionRequiredException "
        "KmsOptInRequired KMS.OptInRequired",
        "The account may not use the service: see to it in the AWS console, or ask AWS support.",
    ),
    **_fails_every_job(
        "RequestTimeTooSkewed RequestExpired",
        "The clocks of this machine and of Amazon are too far apart: set this one right.",
    ),
    **_fails_every_job(
        "NotImplemented 501 UnsupportedOperation UnknownOperationException",
        "Whoever answers does not know this call: correct the endpoint of the connection.",
    ),
}

_STS: Rows = {  # when the connection names a role
    **{
        (operation, "AccessDenied"): AwsError(
            Reaction.FAIL,
            "Allow whoever the connection signs in as to assume the role, in the role's trust "
            "policy, or correct the role in the connection.",
            every_job=True,
        )
        for operation in ("AssumeRole", "AssumeRoleWithWebIdentity", "AssumeRoleWithSAML")
    },
    **_fails_every_job(
        "MalformedPolicyDocument PackedPolicyTooLarge",
        "Correct the session policy in assume_role_kwargs of the connection.",
    ),
    **_fails_every_job(
        "RegionDisabledException",
        "Activate STS for this region in the account, or correct the connection's region.",
    ),
    **_fails_every_job(
        "IDPRejectedClaim InvalidIdentityToken",
        "The identity provider's token is not taken: renew it, or correct the role's trust policy.",
    ),
    **_rows(_BUSY, "IDPCommunicationError"),
}

_SQS: Rows = {
    **_fails(
        "QueueDoesNotExist NonExistentQueue InvalidAddress",
        "There is no such queue: correct REKOGNITION_COMPLETIONS_QUEUE_URL, or make the queue in "
        "the connection's account and region.",
    ),
    **_rows(_BUSY, "QueueDeletedRecently"),
    (_ANY, "OverLimit"): AwsError(
        Reaction.RETRY,
        "As many messages are received and not deleted as SQS allows: it is tried again; let "
        "nobody else read this queue.",
    ),
    **_fails(
        "TooManyEntriesInBatchRequest EmptyBatchRequest BatchEntryIdsNotDistinct "
        "InvalidBatchEntryId",
        "SQS does not take the batch: nothing is lost, and this program is to be corrected.",
    ),
}

_KMS: Rows = {  # as SQS and S3 spell its refusals
    **_fails(
        "KmsDisabled KmsInvalidState KMS.DisabledException KMS.InvalidStateException "
        "KMS.KMSInvalidStateException",
        "Its KMS key is disabled or waits for its deletion: enable it, or cancel the deletion.",
    ),
    **_fails(
        "KmsNotFound KMS.NotFoundException",
        "Its KMS key is not there: restore it, or name another one for what is to be written.",
    ),
    **_fails(
        "KmsInvalidKeyUsage KMS.InvalidKeyUsageException KMS.UnsupportedOperationException",
        "Its KMS key is not for encryption: name a symmetric one.",
    ),
    **_fails("KmsAccessDenied", "Allow the connection's role to decrypt with the queue's KMS key."),
    **_rows(
        _BUSY,
        "KmsThrottled KMS.ThrottlingException KMS.DependencyTimeoutException KMS.InternalException "
        "KMS.KMSInternalException KMS.KeyUnavailableException",
    ),
}

_S3: Rows = {
    **_rows(
        _BUSY,
        "InternalError ServiceUnavailable ConditionalRequestConflict OperationAborted "
        "IncompleteBody BadDigest",
    ),
    **_fails(
        "PermanentRedirect TemporaryRedirect Redirect 301 307 AuthorizationHeaderMalformed "
        "IllegalLocationConstraintException",
        "The bucket is in another region: Rekognition reads only buckets of its own region, so set "
        "the region parameter to the bucket's, or copy the objects.",
    ),
    **_fails(
        "AccessDenied 403 KMS.AccessDeniedException",
        "Allow the connection's role to read it (and its KMS key), or correct it; where "
        "REKOGNITION_BUCKET_OWNER is set, the bucket must be that account's.",
    ),
    **{
        (operation, "AccessDenied"): AwsError(
            Reaction.FAIL,
            "Allow the connection's role to write and delete there (and its KMS key), or correct "
            "the URI; where REKOGNITION_BUCKET_OWNER is set, the bucket must be that account's.",
        )
        for operation in (
            "PutObject",
            "CreateMultipartUpload",
            "UploadPart",
            "CompleteMultipartUpload",
            "AbortMultipartUpload",
            "DeleteObject",
            "DeleteObjects",
        )
    },
    **_fails("NoSuchBucket", "There is no such bucket: correct the URI in a new run, or make it."),
    **_fails(
        "404", "There is no such bucket: correct the URI in a new run, or make it.", "HeadBucket"
    ),
    **_fails(
        "NoSuchKey NoSuchVersion MethodNotAllowed 404 405",
        "There is no such object: correct the URI in a new run, or put the object there.",
    ),
    **_fails("InvalidObjectState", "The object is archived: restore it from Glacier first."),
    **_fails(
        "PreconditionFailed 412",
        "The object is another one by now: clear the task, which takes what is there.",
    ),
    **_fails(
        "InvalidBucketName InvalidURI KeyTooLongError",
        "S3 has no such names: correct the URI, s3://bucket/key.",
    ),
    **_fails(
        "400 InvalidArgument InvalidRequest EncryptionTypeMismatch InvalidWriteOffset TooManyParts "
        "NoSuchUpload",
        "S3 does not take this request: correct credentials, region, endpoint or KMS key in the "
        "connection and the settings.",
    ),
}

_TABLE = {**_REKOGNITION, **_EVERY_SERVICE, **_STS, **_SQS, **_KMS, **_S3}


def look_up(operation: str, code: str) -> AwsError | None:
    """The row for an API operation (`StartLabelDetection`) and error code, if there is one."""
    code = code.removeprefix("AWS.SimpleQueueService.")  # what SQS puts before some of its codes
    return _TABLE.get((operation, code)) or _TABLE.get((_ANY, code))


def explain(operation: str, code: str, status: int = 0) -> AwsError:
    """The row; an error that nobody described passes by itself if its HTTP `status` says so."""
    if row := look_up(operation, code):
        return row
    if code.isdecimal():  # botocore's, for an answer that tells none
        status = status or int(code)
    if status == 429 or status >= 500:
        return _BUSY
    return AwsError(
        Reaction.FAIL, "This error is not known here: look it up in the AWS documentation."
    )
