"""What survives a restart, and how the command starts and stops."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import socket
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from emulated import MEDIA, OUTPUT, REGION, Clients, Media, snake
from emulator_process import command

from rekognition_emulator import Clock, Emulator
from rekognition_emulator.__main__ import main
from rekognition_emulator.storage.state import StateInUse, StateTooOld
from rekognition_emulator.videos.operation import VideoOperation

Opened = tuple[Emulator, Clients]


@pytest.fixture
def opened(tmp_path: Path, session: Any) -> Callable[..., Any]:
    """`with opened(clock) as (emulator, clients)`: an emulator over one state folder."""

    @contextmanager
    def start(clock: Clock) -> Iterator[Opened]:
        with Emulator(state=tmp_path / "state", clock=clock) as emulator:
            clients = Clients(session, emulator.url)
            yield emulator, clients
            clients.close()

    return start


def fill(clients: Clients) -> Media:
    for bucket in (MEDIA, OUTPUT):
        place = {"LocationConstraint": REGION}
        clients("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration=place)
    return Media(clients("s3"))


def test_objects_survive_with_versions_metadata_and_tags(opened: Any) -> None:
    clock = Clock.manual()
    with opened(clock) as (_, clients):
        media, s3 = fill(clients), clients("s3")
        enabled = {"Status": "Enabled"}
        s3.put_bucket_versioning(Bucket=MEDIA, VersioningConfiguration=enabled)
        for body in (b"one", b"two"):
            media.put("dir/a #1?é.jpg", body, labels="7")
        s3.put_object(Bucket=OUTPUT, Key="tagged", Body=b"", Tagging="a=b")
        s3.put_object(Bucket=OUTPUT, Key="gone", Body=b"x")
        s3.delete_objects(Bucket=OUTPUT, Delete={"Objects": [{"Key": "gone"}]})
        s3.copy_object(Bucket=OUTPUT, Key="copy", CopySource=f"{OUTPUT}/tagged")
        before = s3.list_object_versions(Bucket=MEDIA)["Versions"]
    with opened(clock) as (_, clients):
        s3 = clients("s3")
        after = s3.list_object_versions(Bucket=MEDIA)["Versions"]
        assert after == before
        head = s3.head_object(Bucket=MEDIA, Key="dir/a #1?é.jpg")
        assert head["Metadata"] == {"labels": "7"}
        keys = [one["Key"] for one in s3.list_objects_v2(Bucket=OUTPUT)["Contents"]]
        assert keys == ["copy", "tagged"]
        tags = s3.get_object_tagging(Bucket=OUTPUT, Key="tagged")["TagSet"]
        assert tags == [{"Key": "a", "Value": "b"}]
        place = s3.get_bucket_location(Bucket=MEDIA)["LocationConstraint"]
        assert place == REGION


def test_uploads_in_parts_and_deleted_buckets_survive_as_such(opened: Any) -> None:
    clock = Clock.manual()
    with opened(clock) as (_, clients):
        fill(clients)
        s3, where = clients("s3"), {"Bucket": MEDIA, "Key": "parts"}
        upload = s3.create_multipart_upload(**where)["UploadId"]
        parts = [
            {
                "PartNumber": number,
                "ETag": s3.upload_part(
                    **where, UploadId=upload, PartNumber=number, Body=bytes([number]) * size
                )["ETag"],
            }
            for number, size in ((1, 5 * 1024**2), (2, 10))
        ]
        s3.complete_multipart_upload(**where, UploadId=upload, MultipartUpload={"Parts": parts})
        s3.delete_bucket(Bucket=OUTPUT)
    with opened(clock) as (_, clients):
        assert clients("s3").head_object(**where)["ContentLength"] == 5 * 1024**2 + 10
        assert [one["Name"] for one in clients("s3").list_buckets()["Buckets"]] == [MEDIA]


def test_jobs_survive_in_every_phase(opened: Any, operation: VideoOperation) -> None:
    clock = Clock.manual()
    start, get = snake(operation.start), snake(operation.get)
    with opened(clock) as (emulator, clients):
        media, rekognition = fill(clients), clients("rekognition")
        bulk_request = media.images(3) | {"ClientRequestToken": "bulk"}
        video_request = media.video(labels="20") | {"ClientRequestToken": "video"}
        done = rekognition.start_media_analysis_job(**bulk_request)["JobId"]
        emulator.clock.advance(1)
        video = getattr(rekognition, start)(**video_request)["JobId"]
        before = rekognition.get_media_analysis_job(JobId=done)
    with opened(clock) as (emulator, clients):
        media, rekognition = Media(clients("s3")), clients("rekognition")
        after = rekognition.get_media_analysis_job(JobId=done)
        for answer in (before, after):
            del answer["ResponseMetadata"]
        assert after == before
        assert len(media.read(after["Results"]["S3Object"]).splitlines()) == 3
        assert rekognition.start_media_analysis_job(**bulk_request)["JobId"] == done
        assert getattr(rekognition, start)(**video_request)["JobId"] == video
        assert getattr(rekognition, get)(JobId=video)["JobStatus"] == "IN_PROGRESS"
        emulator.clock.advance(2)
        found = getattr(rekognition, get)(JobId=video)[operation.elements]
        assert len(found) == 20
    with opened(clock) as (_, clients):
        rekognition = clients("rekognition")
        assert getattr(rekognition, get)(JobId=video)[operation.elements] == found
        with pytest.raises(rekognition.exceptions.IdempotentParameterMismatchException):
            getattr(rekognition, start)(**video_request | {"MinConfidence": 1})


def test_a_recording_survives_without_its_folder(
    tmp_path: Path, session: Any, operation: VideoOperation
) -> None:
    recordings = tmp_path / "recordings"
    recordings.mkdir()
    about = operation.sort_by["NAME"][0]
    element = {"Timestamp": 0, about: {"Name": "Car", "Confidence": 98.5}}
    page = {"JobStatus": "SUCCEEDED", "VideoMetadata": {}, operation.elements: [element]}
    (recordings / "one.json").write_text(json.dumps(page))
    clock, state = Clock.manual(), tmp_path / "state"
    with Emulator(state=state, recordings=recordings, clock=clock) as emulator:
        clients = Clients(session, emulator.url)
        request = fill(clients).video(recording="one.json")
        job_id = getattr(clients("rekognition"), snake(operation.start))(**request)["JobId"]
        clock.advance(2)
        clients.close()
    with Emulator(state=state, clock=clock) as emulator:
        clients = Clients(session, emulator.url)
        page = getattr(clients("rekognition"), snake(operation.get))(JobId=job_id)
        assert page[operation.elements] == [element]
        clients.close()


def test_a_line_cut_off_in_the_journal_is_dropped(opened: Any, tmp_path: Path) -> None:
    clock = Clock.manual()
    with opened(clock) as (_, clients):
        request = fill(clients).images()
        job_id = clients("rekognition").start_media_analysis_job(**request)["JobId"]
    journal = tmp_path / "state" / "jobs.jsonl"
    whole = journal.read_bytes()
    journal.write_bytes(whole + whole[: len(whole) // 2])
    with opened(clock) as (_, clients):
        listed = clients("rekognition").list_media_analysis_jobs()["MediaAnalysisJobs"]
        assert [job["JobId"] for job in listed] == [job_id]
        clients("rekognition").start_media_analysis_job(**request)
    with opened(clock) as (_, clients):
        assert len(clients("rekognition").list_media_analysis_jobs()["MediaAnalysisJobs"]) == 2


def test_a_folder_in_use_or_of_another_moto_is_refused(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with Emulator(state=state), pytest.raises(RuntimeError, match="in this process"):
        Emulator().start()
    (state / "format").write_text("1.0")
    with pytest.raises(StateTooOld, match=r"moto 1\.0"):
        Emulator(state=state).start()
    (state / "format").unlink()
    with (state / "lock").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(StateInUse):
            Emulator(state=state).start()
    # A start that failed holds nothing.
    with Emulator(state=state):
        pass


def test_the_command_survives_a_kill_and_stops_cleanly(tmp_path: Path, session: Any) -> None:
    arguments = ("--state", str(tmp_path), "--seconds-per-bulk-job", "0")
    with command(*arguments) as (process, url):
        clients = Clients(session, url)
        request = fill(clients).images(2) | {"ClientRequestToken": "one"}
        job_id = clients("rekognition").start_media_analysis_job(**request)["JobId"]
        os.kill(process.pid, signal.SIGKILL)
        process.wait(10)
        clients.close()
    with command(*arguments) as (process, url):
        clients = Clients(session, url)
        rekognition = clients("rekognition")
        assert rekognition.start_media_analysis_job(**request)["JobId"] == job_id
        job: dict[str, Any] = {"Status": "CREATED"}
        while job["Status"] not in ("SUCCEEDED", "FAILED"):
            job = rekognition.get_media_analysis_job(JobId=job_id)
        assert len(Media(clients("s3")).read(job["Results"]["S3Object"]).splitlines()) == 2
        clients.close()
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


def test_what_stands_in_the_way_is_said_and_not_a_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert main(["--port", str(taken.getsockname()[1])]) == 1
    assert capsys.readouterr().err.startswith("cannot start: ")
    assert main(["--recordings", str(tmp_path / "none")]) == 1
    assert "no folder of recordings" in capsys.readouterr().err


def test_an_emulator_can_follow_another_on_its_port() -> None:
    with Emulator() as emulator:
        port = int(emulator.url.rpartition(":")[2])
    health = f"http://127.0.0.1:{port}/_emulator/health"
    with Emulator(port=port), urllib.request.urlopen(health) as answer:
        assert answer.status == 200
