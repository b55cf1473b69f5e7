"""docker-compose.yaml and deploy/iam give each service and role as little as it can bear."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
IAM = sorted((ROOT / "deploy" / "iam").glob("*.json"))
STATEMENTS = [
    pytest.param(one, id=f"{path.stem}-{one['Sid']}")
    for path in IAM
    for one in json.loads(path.read_text())["Statement"]
]


def listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_has_no_capability_and_writes_to_its_volumes_and_memory_only(name: str) -> None:
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["read_only"] is True
    assert not service.get("privileged")
    assert "cap_add" not in service
    assert "root" not in str(service.get("user", ""))
    places = {one.partition(":")[0] for one in service["tmpfs"]}
    assert "/tmp" in places
    assert all("size=" in one for one in service["tmpfs"])
    if service["image"].startswith("postgres:"):
        assert {"/var/run/postgresql"} <= places  # where its socket is
    if service["image"].startswith("rekognition-results:"):
        assert {"/opt/airflow"} <= places  # where Airflow writes its configuration


@pytest.mark.parametrize("statement", STATEMENTS)
def test_a_key_is_used_through_a_service_only(statement: dict[str, Any]) -> None:
    if any(action.startswith("kms:") for action in listed(statement["Action"])):
        through = listed(statement["Condition"]["StringEquals"]["kms:ViaService"])
        assert set(through) <= {"s3.REGION.amazonaws.com", "rekognition.REGION.amazonaws.com"}


@pytest.mark.parametrize("statement", STATEMENTS)
def test_objects_are_read_and_written_below_prefixes_only(statement: dict[str, Any]) -> None:
    of_objects = ("s3:GetObject", "s3:PutObject", "s3:DeleteObject")
    if any(action.startswith(of_objects) for action in listed(statement["Action"])):
        for resource in listed(statement["Resource"]):
            bucket, _, key = resource.removeprefix("arn:aws:s3:::").partition("/")
            assert bucket.endswith("-BUCKET")
            assert key.partition("/")[0].endswith("-PREFIX"), resource


@pytest.mark.parametrize("statement", STATEMENTS)
def test_a_service_acts_for_us_only(statement: dict[str, Any]) -> None:
    if "Service" in statement.get("Principal", {}):
        asked: dict[str, str] = {}
        for condition in statement["Condition"].values():
            asked |= condition
        assert asked["aws:SourceAccount"] == "ACCOUNT"
        assert ":ACCOUNT:" in asked["aws:SourceArn"]
    assert statement.get("Principal") != "*"


def test_queue_and_topic_have_policies_of_their_own() -> None:
    told = {path.stem: json.loads(path.read_text())["Statement"] for path in IAM}
    assert [one["Action"] for one in told["completions-queue"]] == ["sqs:SendMessage"]
    assert [one["Action"] for one in told["completions-topic"]] == ["sns:Publish", "sns:Subscribe"]
