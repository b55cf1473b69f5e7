"""Link to the bulk analyses of the AWS console."""

from __future__ import annotations

from airflow.providers.amazon.aws.links.base_aws import BASE_AWS_CONSOLE_LINK, BaseAwsLink


class MediaAnalysisJobsLink(BaseAwsLink):
    """The console's list of bulk analysis jobs, in the job's region."""

    name = "Bulk analysis jobs"
    key = "rekognition_media_analysis"
    format_str = BASE_AWS_CONSOLE_LINK + "/rekognition/home?region={region_name}#/bulk-analysis"
