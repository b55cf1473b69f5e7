"""Planning: list, leave out, write down, and only then let anything start."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from rekognition_results.aws.base import AwsBaseOperator, aws_template_fields
from rekognition_results.aws.calls import told_to_airflow
from rekognition_results.aws.storage import results_layout, s3_client
from rekognition_results.hooks.rekognition import RekognitionHook
from rekognition_results.observability.lineage import dataset, lineage
from rekognition_results.planning.archived import Readable
from rekognition_results.planning.parameters import check_arguments
from rekognition_results.planning.planner import Members, Planner
from rekognition_results.planning.s3_listing import (
    MediaKind,
    S3Uri,
    Window,
    beside,
    check_region,
    objects_under,
    pinned,
    sift,
)
from rekognition_tables.errors import RequestRefused, WrongParameter, one_line
from rekognition_tables.jobs.plans import MediaObject, taken
from rekognition_tables.operations.names import Operation

if TYPE_CHECKING:
    from airflow.sdk import Context
    from mypy_boto3_s3 import S3Client

    from rekognition_results.observability.lineage import Lineage

    Base = AwsBaseOperator[RekognitionHook]
else:
    Base = AwsBaseOperator

MAPPED_AT_MOST = 1024  # Airflow's core.max_map_length


class PlanJobsOperator(Base):
    """Plan the requests of one run: what earlier runs left first, then what is new.

    :param media_uri: `s3://bucket/prefix` of the objects. (templated)
    :param output_uri: our own output, left out of the listing. (templated)
    :param modified_after, modified_before: ISO 8601; objects from the first, until before the
        second. (templated)
    :param max_jobs: requests a run at most; the rest is the next run's. (templated)
    :param again: also take up requests that failed for good before. (templated)
    :param results_uri: the results root; REKOGNITION_RESULTS_URI when empty. (templated)
    :return: tokens of the requests to start
    """

    aws_hook_class = RekognitionHook
    operation: Operation
    kind: ClassVar[MediaKind]
    objects_per_job: ClassVar[int]
    template_fields: Sequence[str] = aws_template_fields(
        "media_uri",
        "output_uri",
        "modified_after",
        "modified_before",
        "max_jobs",
        "again",
        "results_uri",
    )

    def __init__(
        self,
        *,
        media_uri: str | None = None,
        output_uri: str | None = None,
        modified_after: str | None = None,
        modified_before: str | None = None,
        max_jobs: int | str = MAPPED_AT_MOST,
        again: bool | str = False,
        results_uri: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.media_uri = media_uri
        self.output_uri = output_uri
        self.modified_after = modified_after
        self.modified_before = modified_before
        self.max_jobs = max_jobs
        self.again = again
        self.results_uri = results_uri

    @cached_property
    def s3(self) -> S3Client:
        return s3_client(self)

    @cached_property
    def output_place(self) -> S3Uri:
        return S3Uri.parse(self.output_uri or "", "output_uri")

    def execute(self, context: Context) -> list[str]:
        with told_to_airflow(self.log):
            check_arguments(self)
            self.check_parameters()
            layout = results_layout(self.results_uri, self.aws_conn_id)
            region = self.hook.region
            planner = Planner(layout, self.operation, self.hook.account(), region)
            most = min(int(self.max_jobs or MAPPED_AT_MOST), MAPPED_AT_MOST)
            tokens = planner.left_over(str(self.again).lower() == "true")[:most]
            if tokens:
                self.log.info("%d requests of earlier runs are taken up first.", len(tokens))
            room = (most - len(tokens)) * self.objects_per_job
            if not room:
                return tokens  # the listing can wait for the next run
            listed = self._things(taken(layout, self.operation), region, room, most)
            things = self.pinned(listed)
            if changed := len(listed) - len(things):
                self.log.warning("%d objects changed meanwhile: the next run takes them.", changed)
            new = planner.plan(self.requests(self.s3, things))
            self.log.info("%d new requests for %d objects.", len(new), len(things))
            return tokens + [token for token in new if token not in tokens]

    @property
    def window(self) -> Window:
        return Window(_moment(self.modified_after), _moment(self.modified_before))

    def check_parameters(self) -> None:
        """WrongParameter for what is right by itself, and wrong together."""
        after, before = self.window.after, self.window.before
        if after and before and after >= before:
            raise WrongParameter(
                f"modified_after is {self.modified_after}, which is not before modified_before, "
                f"{self.modified_before}: no object is from then."
            )

    def get_openlineage_facets_on_complete(self, _: Any) -> Lineage:
        layout = results_layout(self.results_uri, self.aws_conn_id)
        return lineage(
            [dataset(uri) for uri in (self.media_uri,) if uri],
            [dataset(layout.plans(self.operation))],
        )

    def _things(
        self, known: set[tuple[str, str, str]], region: str, room: int, looks: int
    ) -> Sequence[MediaObject]:
        ready = self.ready_made(self.s3)
        if ready is not None:
            return [] if ready.identity in known else [ready]
        uri = S3Uri.parse(self.media_uri or "", f"the prefix of the {self.kind.name}")
        check_region(self.s3, uri.bucket, region)
        ours = S3Uri.parse(self.output_uri, "output_uri") if self.output_uri else None
        if ours and ours.bucket == uri.bucket and not ours.key.strip("/"):
            raise WrongParameter(
                f"output_uri is {self.output_uri}, all of the bucket that holds the "
                f"{self.kind.name}: give it a prefix of its own."
            )
        listed = objects_under(self.s3, uri)
        found, left_out = sift(listed, self.kind, self.window, uri, ours, known)
        kept, archived = Readable(self.s3, room, looks).take(found)
        self._say(kept, left_out + archived, uri)
        return kept

    def _say(self, kept: Sequence[MediaObject], left_out: Counter[str], uri: S3Uri) -> None:
        if not kept and not left_out:
            raise RequestRefused(
                f"There is nothing under {uri}: correct the URI in a new run, or put "
                f"{self.kind.name} there.",
                operation="ListObjectsV2",
                code="NoSuchKey",
            )
        reasons = "; ".join(f"{count} {why}" for why, count in sorted(left_out.items()))
        self.log.info(
            "%d %s to analyse under %s. Left out: %s.",
            len(kept),
            self.kind.name,
            one_line(str(uri)),
            reasons or "none",
        )
        if strange := beside(kept, uri.key):
            self.log.warning(
                "%d of them are beside the folder %s/, such as %s: end the prefix with / to leave "
                "them out.",
                len(strange),
                one_line(str(uri)),
                " and ".join(one_line(key) for key in strange[:2]),
            )

    def pinned(self, things: Sequence[MediaObject]) -> Sequence[MediaObject]:
        """The objects at their versions, where the bucket keeps versions."""
        return pinned(self.s3, things)

    def ready_made(self, s3: S3Client) -> MediaObject | None:
        """An input that is given instead of a prefix."""
        return None

    def requests(
        self, s3: S3Client, things: Iterable[MediaObject]
    ) -> Iterator[tuple[Members, tuple[MediaObject, ...]]]:
        """The members of each request, and the objects it pays for."""
        raise NotImplementedError


def _moment(text: str | None) -> datetime | None:
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
