"""Whose fault it is that Rekognition refuses an image: the image's, the role's or the request's.

InvalidS3ObjectException is the answer for an image that is gone, and for a role that may not read
it. One such image among others is at fault itself, as in a bulk job. Where none of a job is read,
or several in a row are not, S3 is asked, with the same rights.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rekognition_results.aws.calls import explained, suppress_code
from rekognition_results.planning.s3_listing import S3Uri
from rekognition_tables.errors import RequestRefused
from rekognition_tables.landing.images import ImageAnswer

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# What may be wrong with one image, spelt as the summary of a bulk job does.
OF_AN_IMAGE = {
    "ImageTooLargeException": "IMAGE_TOO_LARGE",
    "InvalidImageFormatException": "INVALID_IMAGE_FORMAT",
    "InvalidParameterException": "INVALID_PARAMETER",
    "InvalidS3ObjectException": "INVALID_S3_OBJECT",
    "ParamValidationError": "INVALID_PARAMETER",
    "ValidationException": "INVALID_PARAMETER",
}
UNREAD = "INVALID_S3_OBJECT"
# What may be wrong with the role or the request as well.
DOUBTED = frozenset({UNREAD, "INVALID_PARAMETER", "INVALID_SOURCE_REF"})
IN_A_ROW = 10  # images that cannot be read, one after the other, are no chance
# What S3 answers of an object that is at fault itself: gone, archived, empty.
OF_AN_OBJECT = ("NoSuchKey", "NoSuchBucket", "404", "InvalidObjectState", "InvalidRange", "416")
DENIED = ("AccessDenied", "403", "KMS.AccessDeniedException")


def in_doubt(answer: ImageAnswer) -> bool:
    """Whether it may be a refusal of more than this image."""
    return answer.code in DOUBTED


def counted(codes: Mapping[str, int]) -> str:
    """`3 INVALID_S3_OBJECT, 1 IMAGE_TOO_LARGE`, the most frequent first."""
    most_first = sorted(codes.items(), key=lambda one: (-one[1], one[0]))
    return ", ".join(f"{number} {code}" for code, number in most_first)


def none_analysed(errors: Sequence[dict[str, Any]]) -> dict[str, str]:
    """FailureDetails of a job of which every image was refused."""
    codes = Counter(str(error["code"]) for error in errors)
    first = min(errors, key=lambda error: int(error["line-numer"]), default=None)
    message = f"No image could be analysed: {counted(codes) or 'the input manifest is empty'}."
    if first is not None:
        message += f" Line {first['line-numer']} of the input manifest: {first['message']}"
    return {"Code": "NO_IMAGE_ANALYSED", "Message": message}


def check_rights(refused: Sequence[ImageAnswer], s3: S3Client, job_id: str, region: str) -> None:
    """RequestRefused when S3 has, or denies, one of the images that Rekognition cannot read."""
    for answer in refused:
        told = _told_by_s3(answer.source_ref, s3) if answer.code == UNREAD else None
        if told is not None:
            raise RequestRefused(
                f"Rekognition cannot read images of job {job_id}, such as {answer.source_ref}, "
                f"which S3 {told}: allow the connection's role s3:GetObject on them, s3:ListBucket "
                "on their bucket and kms:Decrypt on their key, and see that the bucket is in "
                f"{region}, the region of the job.",
                operation="DetectModerationLabels",
                code="AccessDeniedException",
            )


def _told_by_s3(source_ref: str, s3: S3Client) -> str | None:
    """What S3 says to us of an object, None when the object is at fault itself."""
    image = S3Uri.parse(source_ref, "source-ref")
    try:
        with suppress_code(*OF_AN_OBJECT), explained("GetObject", source_ref):
            # A byte of it, since HeadObject does not ask for a right to the object's key.
            byte = s3.get_object(Bucket=image.bucket, Key=image.key, Range="bytes=0-0")
            byte["Body"].close()
            return "has"
    except RequestRefused as error:
        if error.code not in DENIED:
            raise
        return f"denies to us ({error.__cause__})"
    return None
