"""What answers in Amazon's place, or refuses: tried again where that helps, else one sentence."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from airflow.providers.amazon.aws.hooks.base_aws import AwsGenericHook
from airflow.sdk.exceptions import AirflowFailException
from airflow.sdk.io import store
from botocore.exceptions import ClientError
from pipeline_steps import land_video, plan_videos, put_video
from waiting_jobs import fired

from rekognition_emulator import Emulator
from rekognition_results.hooks.rekognition import RekognitionHook
from rekognition_results.observability.callbacks import tell_failure
from rekognition_results.operators.collect import RekognitionReceiveCompletionsOperator
from rekognition_results.triggers.label_detection import RekognitionLabelDetectionTrigger
from rekognition_tables.errors import RequestRefused, ServiceBusy
from rekognition_tables.jobs.found import note_found
from rekognition_tables.jobs.requests import read_job
from rekognition_tables.operations.spec import VIDEO_OPERATIONS
from rekognition_tables.results_root.layout import Layout

LABELS = VIDEO_OPERATIONS["label_detection"]
ONE_TRY = {"retries": {"total_max_attempts": 1}}
ENDED = b'{"JobId": "j", "JobStatus": "SUCCEEDED"}'


@pytest.fixture
def in_s3(s3: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Airflow keeps the file system of a connection, which led to another test's Amazon."""
    monkeypatch.setattr(store, "_STORE_CACHE", {})
    return s3


@contextmanager
def proxy(answers: Callable[[], tuple[int, bytes]]) -> Iterator[str]:
    """A server that answers whatever it is asked with a status and a body."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            status, body = answers()
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def lead_to(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    extra = {"region_name": "us-east-1", "endpoint_url": url}
    told = {"conn_type": "aws", "login": "x", "password": "x", "extra": extra}
    monkeypatch.setenv("AIRFLOW_CONN_AWS_DEFAULT", json.dumps(told))


@pytest.mark.parametrize("status", [429, 502, 504])
def test_a_proxy_s_page_is_no_refusal_by_amazon(
    status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = b"<html><body>Not now</body></html>"
    with proxy(lambda: (status, page)) as url:
        lead_to(url, monkeypatch)
        with pytest.raises(ServiceBusy, match=f"failed with {status}"):
            RekognitionHook(config=ONE_TRY).page(LABELS, "j")
    left = [(status, page)]
    with proxy(lambda: left.pop() if left else (200, ENDED)) as url:
        lead_to(url, monkeypatch)
        kind = RekognitionLabelDetectionTrigger
        wait = kind(
            job_id="j", started=0.0, waiter_delay=0.01, first_look=0.01, botocore_config=ONE_TRY
        )
        assert fired(wait)["status"] == "success"
    assert not left


def test_a_queue_that_is_not_there_names_its_setting(
    amazon: Emulator, layout: Layout, context: dict[str, Any]
) -> None:
    receive = RekognitionReceiveCompletionsOperator(
        task_id="receive",
        queue_url=f"{amazon.url}/123456789012/nobodys",
        results_uri=str(layout.root),
    )
    with pytest.raises(AirflowFailException, match="correct REKOGNITION_COMPLETIONS_QUEUE_URL"):
        receive.execute(context)


@pytest.mark.parametrize("kind", ["rekognition", "s3"])
def test_a_role_that_may_not_be_assumed_is_one_sentence(
    kind: str,
    s3: Any,
    layout: Layout,
    context: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answer: Any = {"Error": {"Code": "AccessDenied", "Message": "not authorized"}}
    honest = AwsGenericHook.get_client_type

    def get_client_type(hook: Any, *args: Any, **more: Any) -> Any:
        if hook.client_type == kind:
            raise ClientError(answer, "AssumeRole")
        return honest(hook, *args, **more)

    monkeypatch.setattr(AwsGenericHook, "get_client_type", get_client_type)
    sentence = r"AssumeRole of connection aws_default failed with AccessDenied .*trust policy"
    with pytest.raises(AirflowFailException, match=sentence):
        plan_videos(layout).execute(context)
    if kind == "rekognition":
        with pytest.raises(RequestRefused, match=sentence):
            RekognitionHook().page(LABELS, "j")


def test_a_refused_results_root_is_one_sentence_and_no_fault_of_the_job(
    in_s3: Any, layout: Layout, context: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    note_found(layout, "label_detection", "j", "job_id", "1", "us-east-1")
    land = land_video(layout, "j")
    land.results_uri = "s3://output/refused"
    with monkeypatch.context() as settings:
        settings.setenv("REKOGNITION_BUCKET_OWNER", "210987654321")
        with pytest.raises(AirflowFailException) as raised:
            land.execute(context)
    assert "of the results root (REKOGNITION_RESULTS_URI) failed with AccessDenied" in str(
        raised.value
    )
    assert "Allow the connection's role" in str(raised.value)
    land.results_uri = str(layout.root)
    tell_failure({"task": land, "exception": raised.value})
    record = read_job(layout, "label_detection", "j")
    assert record is not None
    assert record.given_up is None


def test_a_results_root_without_a_bucket_says_so(
    in_s3: Any, layout: Layout, context: dict[str, Any]
) -> None:
    put_video(in_s3, "videos/a.mp4", 1)
    plan = plan_videos(layout, results_uri="s3://nobodys/results")
    with pytest.raises(AirflowFailException, match="There is no such bucket"):
        plan.execute(context)
