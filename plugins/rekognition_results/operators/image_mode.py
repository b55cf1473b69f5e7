"""`media_analysis` for accounts that may not start bulk jobs: the same lines, image by image.

A request that is answered image by image is a job of its own name, `image-` and its token, so a job
goes on in the mode in which it began. `mode_of` alone decides; start, wait, landing and links do
what the mode says.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from rekognition_results.hooks.moderation import RekognitionModerationHook
from rekognition_results.operators.image_refusals import (
    IN_A_ROW,
    OF_AN_IMAGE,
    UNREAD,
    check_rights,
    counted,
    in_doubt,
    none_analysed,
)
from rekognition_results.operators.media_analysis import (
    RekognitionLandMediaAnalysisOperator,
    RekognitionStartMediaAnalysisJobOperator,
)
from rekognition_results.planning.s3_listing import S3Uri
from rekognition_results.sensors.media_analysis import RekognitionMediaAnalysisJobSensor
from rekognition_tables.errors import RequestRefused
from rekognition_tables.jobs.requests import StartRequest, job_of, read_job, read_request
from rekognition_tables.landing.attempts import Attempt
from rekognition_tables.landing.images import ImageAnswer, ImagesAttempt
from rekognition_tables.operations.names import MEDIA_ANALYSIS
from rekognition_tables.results_root.layout import Layout

if TYPE_CHECKING:
    from airflow.sdk import Context

PREFIX = "image-"  # Amazon's own ids are hexadecimal
IMAGES_PER_PART = 100  # a kill pays these again at most
IMAGES_AT_ONCE = 4
# The quota is 5 calls a second, 50 in us-east-1, us-west-2 and eu-west-1, and several jobs are
# landed at once: each client learns its rate from what is refused.
# https://docs.aws.amazon.com/general/latest/gr/rekognition.html
RETRIES = {"retries": {"mode": "adaptive", "total_max_attempts": 16}}


def image_job_id(token: str) -> str:
    """`image-` and as much of the token as a job id of 64 characters holds."""
    return PREFIX + token[: 64 - len(PREFIX)]


class Bulk:
    """Amazon does the job, so it can be waited for, and has a page in the console."""

    at_amazon = True
    started = RekognitionStartMediaAnalysisJobOperator.started

    def start(self, task: RekognitionStartMediaAnalysisJobOperator, request: StartRequest) -> str:
        return RekognitionStartMediaAnalysisJobOperator.call(task, request)

    def land(self, task: RekognitionLandModerationOperator, layout: Layout) -> Attempt:
        return RekognitionLandMediaAnalysisOperator.land(task, layout)


class Image(Bulk):
    """Nothing is asked of Amazon before landing, which moderates the images."""

    at_amazon = False
    started = "Job %s moderates its images one by one, when it is landed."

    def start(self, task: RekognitionStartMediaAnalysisJobOperator, request: StartRequest) -> str:
        return image_job_id(request.token)

    def land(self, task: RekognitionLandModerationOperator, layout: Layout) -> Attempt:
        return task.moderate(layout)


BULK, IMAGE = Bulk(), Image()


def mode_of(job_id: str | None, asked: str = "bulk") -> Bulk:
    """A job's mode, by its id; one that is not begun takes the mode that is asked for."""
    image = asked == "image" if job_id is None else job_id.startswith(PREFIX)
    return IMAGE if image else BULK


class RekognitionStartModerationOperator(RekognitionStartMediaAnalysisJobOperator):
    """Start a bulk job, or in mode `image` name the job whose landing does the work.

    :param mode: bulk or image; a request that was begun goes on as it began. (templated)
    """

    template_fields: Sequence[str] = (
        *RekognitionStartMediaAnalysisJobOperator.template_fields,
        "mode",
    )

    def __init__(self, *, mode: str = "bulk", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.mode = mode

    def due(
        self, layout: Layout, request: StartRequest, cleared: bool
    ) -> tuple[StartRequest, str | None]:
        begun = job_of(layout, MEDIA_ANALYSIS, request.token)
        self._chosen = mode_of(begun, self.mode)
        self.started = self._chosen.started
        return super().due(layout, request, cleared)

    def call(self, request: StartRequest) -> str:
        return self._chosen.start(self, request)

    def keep_link(self, context: Context, request: dict[str, Any], job_id: str) -> None:
        if self._chosen.at_amazon:
            super().keep_link(context, request, job_id)

    def job_status(self, job_id: str) -> tuple[str, str]:
        return super().job_status(job_id) if mode_of(job_id).at_amazon else ("SUCCEEDED", "")


class RekognitionModerationSensor(RekognitionMediaAnalysisJobSensor):
    """Wait for a bulk job; in mode `image` there is nothing to wait for."""

    def execute(self, context: Context) -> Any:
        return super().execute(context) if mode_of(self.job_id).at_amazon else "SUCCEEDED"


class RekognitionLandModerationOperator(RekognitionLandMediaAnalysisOperator):
    """Land a bulk job; in mode `image` moderate the images of its manifest and land the answers.

    Each part of answers is landed as it is whole, and a retry goes on after the last one. An image
    that is refused becomes an error of the summary, as in a bulk job, unless it tells of a right
    that the role lacks: then the task fails, and the next try asks again. A job of which no image
    could be analysed is FAILED, as a bulk job would be, so its flattening is red.

    :param images_at_once: calls of DetectModerationLabels at the same time, 10 at most
    """

    def __init__(self, *, images_at_once: int = IMAGES_AT_ONCE, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.images_at_once = images_at_once

    @cached_property
    def detector(self) -> RekognitionModerationHook:
        return RekognitionModerationHook(
            aws_conn_id=self.aws_conn_id,
            region_name=self.region_name or None,
            verify=self.verify,
            config=self.botocore_config or RETRIES,
        )

    def keep_link(self, context: Context) -> None:
        if mode_of(self.job_id).at_amazon:
            super().keep_link(context)

    def land(self, layout: Layout) -> Attempt:
        return mode_of(self.job_id).land(self, layout)

    def moderate(self, layout: Layout) -> Attempt:
        """Ask for each image of the job's manifest, and land the answers."""
        record = read_job(layout, MEDIA_ANALYSIS, self.job_id)
        request = _request(layout, (record and record.token) or "")
        began = record.since if record else request.created_at
        attempt = ImagesAttempt.resume_or_begin(layout, self.key)
        if attempt.answered:
            self.log.info("Going on after %d images of an earlier try.", len(attempt.answered))
        config = request.request.get("OperationsConfig", {}).get("DetectModerationLabels", {})
        lines = [line for line in self._input(request) if line[0] not in attempt.answered]
        refused = self._moderate(attempt, lines, config)
        if not attempt.answered:
            self._check_rights(refused)
        attempt.add_images(refused)
        failure = none_analysed(attempt.errors) if not attempt.analysed else {}
        description = self._description(request, began, attempt, failure)
        attempt.add_document("description.json", description)
        attempt.add_summary()
        facts = {"mode": "image", "status": "FAILED" if failure else "SUCCEEDED", **self.origin()}
        if failure:
            facts["failure"] = f"{failure['Code']}: {failure['Message']}"
        return attempt.succeed(**facts)

    def _moderate(
        self, attempt: ImagesAttempt, lines: list[tuple[int, str]], config: dict[str, Any]
    ) -> list[ImageAnswer]:
        """Land the answers part by part; give the refusals in doubt, which cost nothing."""
        refused: list[ImageAnswer] = []
        row = 0  # of images that could not be read, without another one between
        with ThreadPoolExecutor(self.images_at_once) as pool:
            for start in range(0, len(lines), IMAGES_PER_PART):
                part = lines[start : start + IMAGES_PER_PART]
                with _landed(attempt) as asked:
                    asked += [pool.submit(self._ask, *line, config) for line in part]
                    wait(asked, return_when=FIRST_EXCEPTION)
                for future in asked:
                    answer = future.result()
                    refused += [answer] if in_doubt(answer) else []
                    # The line before may have been answered in an earlier try.
                    row = 0 if answer.line_number - 1 in attempt.answered else row
                    row = row + 1 if answer.code == UNREAD else 0
                    if row == IN_A_ROW:
                        self._check_rights(refused[-row:])
                        row = 0
                self._say(attempt, refused)
        return refused

    def _say(self, attempt: ImagesAttempt, in_doubt: list[ImageAnswer]) -> None:
        codes = Counter(str(error["code"]) for error in attempt.errors)
        codes.update(str(answer.code) for answer in in_doubt)
        told = f" ({counted(codes)})" if codes else ""
        self.log.info("%d images analysed, %d refused%s.", attempt.analysed, codes.total(), told)

    def _check_rights(self, refused: list[ImageAnswer]) -> None:
        check_rights(refused, self.s3, self.job_id, self.hook.region)

    def _input(self, request: StartRequest) -> Iterator[tuple[int, str]]:
        """Line numbers, from 1, and source-refs of the input manifest, which planning checked."""
        place = request.request["Input"]["S3Object"]
        for number, line in enumerate(self._document(place, self._open(place)).split(b"\n"), 1):
            if line.strip():
                yield number, json.loads(line)["source-ref"]

    def _ask(self, number: int, source_ref: str, config: dict[str, Any]) -> ImageAnswer:
        image = S3Uri.of_object(source_ref)
        if image is None:
            message = f"{source_ref!r} is no s3://bucket/key: correct the input manifest."
            return ImageAnswer(number, source_ref, code="INVALID_SOURCE_REF", message=message)
        try:
            answer = self.detector.detect_moderation_labels(image.bucket, image.key, config)
        except RequestRefused as error:
            code = OF_AN_IMAGE.get(error.code or "")
            if code is None:
                raise
            return ImageAnswer(number, source_ref, code=code, message=error.message)
        one_line = answer.body.replace(b"\n", b" ").replace(b"\r", b" ")
        named = json.dumps(source_ref, ensure_ascii=False).encode()
        line = b'{"source-ref":%s,"detect-moderation-labels":%s}' % (named, one_line)
        return ImageAnswer(number, source_ref, line, answer.ModerationModelVersion)

    def _description(
        self,
        request: StartRequest,
        began: datetime,
        attempt: ImagesAttempt,
        failure: dict[str, str],
    ) -> bytes:
        """In the form of GetMediaAnalysisJob; nothing was written to S3, so it names no results."""
        told = {
            "JobId": self.job_id,
            "JobName": request.request.get("JobName"),
            "OperationsConfig": request.request.get("OperationsConfig"),
            "Status": "FAILED" if failure else "SUCCEEDED",
            "FailureDetails": failure,
            "CreationTimestamp": began.timestamp(),
            "CompletionTimestamp": datetime.now(UTC).timestamp(),
            "Input": request.request["Input"],
        }
        if attempt.model_version:
            told["Results"] = {"ModelVersions": {"Moderation": attempt.model_version}}
        return json.dumps({name: value for name, value in told.items() if value}).encode()


@contextmanager
def _landed(attempt: ImagesAttempt) -> Iterator[list[Future[ImageAnswer]]]:
    """Land what was answered, whatever ends the block: it is paid. Then raise what failed.

    What is in doubt is not landed: the next try asks for it again.
    """
    asked: list[Future[ImageAnswer]] = []
    try:
        yield asked
    finally:
        for future in asked:
            future.cancel()
        answered = [f for f in asked if not f.cancelled() and f.exception() is None]
        known = [future.result() for future in answered]
        attempt.add_images([answer for answer in known if not in_doubt(answer)])
    for future in asked:
        if not future.cancelled():
            future.result()


def _request(layout: Layout, token: str) -> StartRequest:
    request = read_request(layout, MEDIA_ANALYSIS, token)
    if request is None:
        raise RequestRefused(
            f"There is no request {token} under {layout.requests(MEDIA_ANALYSIS)}: run the "
            "planning task again."
        )
    return request
