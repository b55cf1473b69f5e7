"""A video job's completion, published to its SNS topic.

https://docs.aws.amazon.com/rekognition/latest/dg/video-notification-payload.html
"""

from __future__ import annotations

import logging
from typing import Any

import msgspec
from moto.sns.exceptions import SNSException
from moto.sns.models import sns_backends

from rekognition_emulator.engine.errors import ServiceError
from rekognition_emulator.engine.jobs import Job

log = logging.getLogger(__name__)


def payload(job: Job, status: str, ended: float) -> dict[str, Any]:
    """Rekognition's message: `status` is SUCCEEDED, FAILED or ERROR, times are milliseconds."""
    video = job.request["Video"]["S3Object"]
    message = {
        "JobId": job.job_id,
        "Status": status,
        "API": job.operation,
        "JobTag": job.request.get("JobTag"),
        "Timestamp": int(ended * 1000),
        "Video": {"S3ObjectName": video["Name"], "S3Bucket": video["Bucket"]},
    }
    return {name: value for name, value in message.items() if value is not None}


def check_region(topic_arn: str, region: str) -> None:
    """InvalidParameterException for a topic of another region than the call's.

    "The Amazon SNS topic must be in the same AWS region as the Rekognition Video endpoint":
    https://docs.aws.amazon.com/rekognition/latest/dg/api-video-roles.html
    """
    if topic_arn.split(":")[3] != region:
        message = f"The SNS topic {topic_arn} is not in the region {region}."
        raise ServiceError("InvalidParameterException", message)


def publish(job: Job, status: str, ended: float) -> bool:
    """Publish to the job's topic, if it has one; gives whether a message went out."""
    channel = job.request.get("NotificationChannel")
    if channel is None:
        return False
    arn = channel["SNSTopicArn"]
    _, _, _, region, account, _ = arn.split(":", 5)
    message = msgspec.json.encode(payload(job, status, ended)).decode()
    try:
        sns_backends[account][region].publish(message, arn=arn)
    except (SNSException, KeyError) as error:
        # As on AWS, a topic that is gone costs the message and nothing else.
        log.warning("no message for job %s: %s", job.job_id, error)
        return False
    return True
