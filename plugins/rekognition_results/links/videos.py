"""Link to the video in the AWS console: video jobs have no page there."""

from __future__ import annotations

from airflow.providers.amazon.aws.links.base_aws import BASE_AWS_CONSOLE_LINK

from rekognition_results.links.job import ConsoleLink


class VideoLink(ConsoleLink):
    """The analysed video, in its bucket."""

    name = "Video in S3"
    key = "rekognition_video"
    format_str = (
        BASE_AWS_CONSOLE_LINK + "/s3/object/{bucket}?region={region_name}&prefix={object_name}"
    )
