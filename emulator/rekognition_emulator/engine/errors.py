"""Rekognition's errors as they go over the wire.

https://docs.aws.amazon.com/rekognition/latest/dg/error-handling.html
"""

from __future__ import annotations

from typing import Any

# The service answers these two with a server's status, every other error of its model with 400.
# 411 is what S3 answers to a body of no stated length; Rekognition's own answer is not documented.
STATUS = {"InternalServerError": 500, "ThrottlingException": 500, "MissingContentLength": 411}

# What answers before the service is reached, and so is not in its model. In public logs a broken
# length is {"__type": "ValidationException", "message": ...} and nothing else.
UNMODELLED = frozenset(
    {
        "MissingContentLength",
        "SerializationException",
        "UnknownOperationException",
        "ValidationException",
    }
)

# What the service says of each error, used where the cause has no better sentence.
DEFAULT_MESSAGES = {
    "AccessDeniedException": "You are not authorized to perform the action.",
    "HumanLoopQuotaExceededException": "You have exceeded your quota of in-progress human loops.",
    "IdempotentParameterMismatchException": (
        "ClientRequestToken was reused with other input parameters."
    ),
    "ImageTooLargeException": "Image size is too large.",
    "InternalServerError": "Amazon Rekognition experienced a service issue. Try your call again.",
    "InvalidImageFormatException": "Request has invalid image format.",
    "InvalidManifestException": "The manifest file is empty or larger than the allowed limit.",
    "InvalidPaginationTokenException": "The pagination token is not valid.",
    "InvalidParameterException": "Request has invalid parameters.",
    "InvalidS3ObjectException": (
        "Unable to get object metadata from S3. Check object key, region and/or access permissions."
    ),
    "LimitExceededException": "The maximum number of jobs that may run at once has been reached.",
    "MissingContentLength": "You must provide the Content-Length HTTP header.",
    "ProvisionedThroughputExceededException": "Provisioned rate exceeded.",
    "ResourceNotFoundException": "The resource specified in the request cannot be found.",
    "ResourceNotReadyException": "The requested resource isn't ready.",
    "ThrottlingException": "Rate exceeded.",
    "ValidationException": "1 validation error detected.",
    "VideoTooLargeException": "The file size or duration of the supplied media is too large.",
}

# Shapes that have members of their own.
DEFAULT_MEMBERS = {
    "HumanLoopQuotaExceededException": {
        "ResourceType": "human-loop",
        "QuotaCode": "L-HUMANLOOPS",
        "ServiceCode": "rekognition",
    }
}


class ServiceError(Exception):
    """An error that the service answers a call with.

    `code` is the name of the error's shape, `status` the HTTP status,
    `members` what the shape has beside Message, Code and Logref.
    """

    def __init__(self, code: str, message: str = "", members: dict[str, Any] | None = None) -> None:
        self.code = code
        self.message = message or DEFAULT_MESSAGES.get(code, code)
        self.status = STATUS.get(code, 400)
        self.members = members or DEFAULT_MEMBERS.get(code, {})
        super().__init__(f"{code}: {self.message}")

    def body(self, request_id: str) -> dict[str, Any]:
        """The JSON 1.1 error document."""
        if self.code in UNMODELLED:
            return {"__type": self.code, "message": self.message}
        return {
            "__type": self.code,
            "Code": self.code,
            "Logref": request_id,
            "Message": self.message,
            **self.members,
        }


class JobFailure(Exception):
    """What ends a media analysis job: a FailureDetails code and its message."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        self.message = message
        super().__init__(f"{code}: {message}")
