"""Waits for bulk analyses."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from rekognition_results.hooks.rekognition import LIST_SIZE
from rekognition_results.triggers.job import FINAL, Found, JobTrigger, ask
from rekognition_tables.operations.names import MEDIA_ANALYSIS, Operation


class RekognitionMediaAnalysisJobTrigger(JobTrigger):
    """Fires when a bulk job is SUCCEEDED or FAILED.

    One ListMediaAnalysisJobs tells of 100 jobs, the newest first; GetMediaAnalysisJob tells of
    those that are far older, and of a job that is waited for alone.

    https://docs.aws.amazon.com/rekognition/latest/APIReference/API_ListMediaAnalysisJobs.html
    """

    operation: Operation = MEDIA_ANALYSIS

    async def look(self, client: Any, jobs: list[str]) -> AsyncIterator[Found]:
        missing = dict.fromkeys(jobs)  # a set that keeps their order
        if len(jobs) > 1:
            async for found in _listed(client, missing):
                yield found
        for job_id in missing:
            call = client.get_media_analysis_job(JobId=job_id)
            answer, refused = await self.ask_for(job_id, "GetMediaAnalysisJob", call)
            if refused or answer.get("Status") in FINAL:
                yield {job_id: refused or answer["Status"]}


async def _listed(client: Any, missing: dict[str, None]) -> AsyncIterator[Found]:
    """What the newest pages tell; takes the jobs that they hold out of `missing`.

    Others' jobs may be newer, so listing goes on through pages that hold none of these. It ends
    when they are as many as the jobs that are missing: those cost one call each, too.
    """
    in_vain, more = 0, dict[str, str]()
    while in_vain < len(missing):
        call = client.list_media_analysis_jobs(MaxResults=LIST_SIZE, **more)
        answer, refused = await ask("ListMediaAnalysisJobs", "the account", call)
        if refused:
            yield dict.fromkeys(missing, refused)
            missing.clear()
            return
        listed = {job["JobId"]: job["Status"] for job in answer.get("MediaAnalysisJobs", ())}
        found = missing.keys() & listed
        for job_id in found:
            del missing[job_id]
        in_vain += not found
        yield {job_id: listed[job_id] for job_id in found if listed[job_id] in FINAL}
        if not answer.get("NextToken"):
            return
        more = {"NextToken": answer["NextToken"]}
