"""Link to the bulk analyses of the AWS console."""

from __future__ import annotations

from airflow.providers.amazon.aws.links.base_aws import BASE_AWS_CONSOLE_LINK

from rekognition_results.links.job import ConsoleLink


class MediaAnalysisJobsLink(ConsoleLink):
    """The console's list of bulk analysis jobs, in the job's region.

    AWS documents no address of one job: its id stands in the address for whoever looks for it.
    """

    name = "Bulk analysis jobs"
    key = "rekognition_media_analysis"
    format_str = BASE_AWS_CONSOLE_LINK + (
        "/rekognition/home?region={region_name}&jobId={job_id}#/bulk-analysis"
    )
