"""Errors that Rekognition was seen to answer with, each with the public page that shows it.

The service model lists what the service itself raises. What answers before it (signatures, rights,
lengths) is in no model, so these rows are walked beside it.
"""

from __future__ import annotations

from typing import NamedTuple

GITHUB = "https://github.com/"


class Seen(NamedTuple):
    operation: str
    code: str
    message: str
    source: str


SEEN = [
    Seen(
        "StartFaceLivenessSession",
        "ValidationException",
        "2 validation errors detected",
        f"{GITHUB}aws-amplify/amplify-ui/issues/6379",
    ),
    Seen(
        "SearchFacesByImage",
        "InvalidSignatureException",
        "Signature expired: 20190430T075732Z is now earlier than 20190430T105409Z",
        f"{GITHUB}aws/aws-sdk-php/issues/1780",
    ),
    Seen(
        "DetectModerationLabels",
        "InvalidSignatureException",
        "The request signature we calculated does not match the signature you provided.",
        f"{GITHUB}aws/aws-sdk-js-v3/issues/1054",
    ),
    Seen(
        "StartFaceLivenessSession",
        "UnrecognizedClientException",
        "",
        f"{GITHUB}aws-amplify/amplify-ui-swift-liveness/issues/225",
    ),
    Seen(
        "GetLabelDetection",
        "AccessDeniedException",
        "is not authorized to perform: rekognition:GetLabelDetection",
        f"{GITHUB}pulumi/examples/issues/259",
    ),
    Seen("ListStreamProcessors", "AccessDeniedException", "", f"{GITHUB}aws/aws-cli/issues/4409"),
    Seen(
        "StartCelebrityRecognition",
        "LimitExceededException",
        "22  open Jobs for User [REDACTED]. Maximum limit: 20",
        f"{GITHUB}aws-solutions/media-insights-on-aws/issues/143",
    ),
    Seen(
        "DetectLabels",
        "InvalidS3ObjectException",
        "Unable to get image metadata from S3.  Check object key, region and/or access "
        "permissions.",
        f"{GITHUB}boto/boto3/issues/1046",
    ),
    Seen(
        "DetectLabels",
        "InvalidParameterException",
        "Request has Invalid Parameters",
        f"{GITHUB}boto/botocore/issues/1366",
    ),
    Seen(
        "DetectFaces",
        "InvalidImageFormatException",
        "Request has invalid image format",
        f"{GITHUB}DemocracyClub/yournextrepresentative/pull/2589",
    ),
    Seen(
        "DetectLabels",
        "ProvisionedThroughputExceededException",
        "",
        f"{GITHUB}boto/botocore/pull/1765",
    ),
]
