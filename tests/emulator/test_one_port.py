"""All services stand on one port, for many callers at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from emulated import REGION, Call, Media, all_labels

from rekognition_emulator import Clock, Emulator


def test_moto_answers_beside_rekognition(clients: Any, media: Media) -> None:
    assert clients("sts").get_caller_identity()["Account"] == "123456789012"
    assert clients("sqs").create_queue(QueueName="queue")["QueueUrl"]
    assert clients("sns").create_topic(Name="topic")["TopicArn"].endswith(":topic")
    # An operation of Rekognition that is not emulated is moto's.
    assert clients("rekognition").get_face_search(JobId="any")["JobStatus"] == "SUCCEEDED"


def test_callers_that_race_with_one_token_get_one_job(media: Media, call: Call) -> None:
    request = media.video() | {"ClientRequestToken": "one"}
    with ThreadPoolExecutor(8) as pool:
        started = [pool.submit(call, "StartLabelDetection", **request) for _ in range(24)]
        assert len({one.result()["JobId"] for one in started}) == 1


def test_pages_can_be_read_side_by_side(emulator: Any, media: Media, call: Call) -> None:
    request = media.video(labels="400")
    jobs = [call("StartLabelDetection", **request)["JobId"] for _ in range(8)]
    emulator.clock.advance(2)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda job_id: all_labels(call, job_id, MaxResults=100), jobs))
    assert all(labels == found[0] for labels in found)


def test_an_emulator_starts_empty(session: Any) -> None:
    for _ in range(2):
        with Emulator(clock=Clock.manual()) as emulator:
            s3 = session.client("s3", endpoint_url=emulator.url)
            assert s3.list_buckets()["Buckets"] == []
            place = {"LocationConstraint": REGION}
            s3.create_bucket(Bucket="bucket", CreateBucketConfiguration=place)
            s3.close()


def test_accounts_do_not_see_each_others_jobs(
    clients: Any, media: Media, call: Call, emulator: Emulator, session: Any
) -> None:
    call("StartLabelDetection", **media.video())
    call("StartMediaAnalysisJob", **media.images())
    assumed = clients("sts").assume_role(
        RoleArn="arn:aws:iam::111122223333:role/other", RoleSessionName="other"
    )["Credentials"]
    other = session.client(
        "rekognition",
        endpoint_url=emulator.url,
        aws_access_key_id=assumed["AccessKeyId"],
        aws_secret_access_key=assumed["SecretAccessKey"],
        aws_session_token=assumed["SessionToken"],
    )
    assert other.list_media_analysis_jobs()["MediaAnalysisJobs"] == []
    assert len(call("ListMediaAnalysisJobs")["MediaAnalysisJobs"]) == 1
    other.close()
