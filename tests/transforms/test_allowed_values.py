"""What a value may be is what Amazon takes, and the form refuses what the settings refuse."""

from __future__ import annotations

from typing import Any

import botocore.session
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from rekognition_tables import allowed_values
from rekognition_tables.allowed_values import Allowed, is_schedule

NAMED = {name: one for name, one in vars(allowed_values).items() if isinstance(one, Allowed)}
MEMBERS = {
    "StartMediaAnalysisJob.JobName": allowed_values.JOB_NAME,
    "StartMediaAnalysisJob.KmsKeyId": allowed_values.KMS_KEY,
    "StartMediaAnalysisJob.OperationsConfig.DetectModerationLabels.MinConfidence": (
        allowed_values.PERCENT
    ),
    "StartMediaAnalysisJob.OperationsConfig.DetectModerationLabels.ProjectVersion": (
        allowed_values.PROJECT_VERSION
    ),
    "StartMediaAnalysisJob.Input.S3Object.Version": allowed_values.VERSION,
    "StartLabelDetection.JobTag": allowed_values.JOB_TAG,
    "StartLabelDetection.MinConfidence": allowed_values.PERCENT,
    "StartLabelDetection.Settings.GeneralLabels.LabelInclusionFilters.*": allowed_values.LABEL,
    "StartLabelDetection.Features.*": allowed_values.FEATURES,
}


def shape(path: str) -> Any:
    operation, *members = path.split(".")
    model = botocore.session.get_session().get_service_model("rekognition")
    found: Any = model.operation_model(operation).input_shape
    for member in members:
        found = found.member if member == "*" else found.members[member]
    return found


@pytest.mark.parametrize("path", MEMBERS)
def test_limits_are_those_of_the_service_model(path: str) -> None:
    told, may_be = shape(path).metadata, MEMBERS[path]
    if shape(path).type_name == "float":
        assert (may_be.least, may_be.most) == (told["min"], told["max"])
    elif "enum" in told:
        assert list(may_be.choices) == told["enum"]
    else:
        assert may_be.longest == told["max"]


def test_a_filter_holds_as_many_labels_as_the_service_takes() -> None:
    path = "StartLabelDetection.Settings.GeneralLabels.LabelExclusionFilters"
    assert shape(path).metadata["max"] == allowed_values.LABELS_AT_MOST
    prefix = shape("StartMediaAnalysisJob.OutputConfig.S3KeyPrefix").metadata["max"]
    bucket = shape("StartMediaAnalysisJob.OutputConfig.S3Bucket").metadata["max"]
    assert allowed_values.OUTPUT.longest == len("s3://") + bucket + len("/") + prefix + 1


TEXTS = [
    "s3://bucket/prefix",
    "s3://bucket/prefix\n",
    "s3://bucket",
    "eu-west-1",
    "eu-west-1\n",
    "arn:aws:iam::111122223333:role/x",
    "arn:aws-cn:sns:cn-north-1:111122223333:topic",
    "111122223333",
    "@hourly",
    "2026-01-31T12:00:00Z",
    "bulk",
    "aws_default",
    "",
]
# A cron expression has no JSON Schema, and it is in no form; times have a format.
IN_FORMS = {name: one for name, one in NAMED.items() if one.check is None}


@pytest.mark.parametrize("name", IN_FORMS)
@given(text=st.sampled_from(TEXTS) | st.text(max_size=20))
def test_the_schema_refuses_what_the_settings_refuse(name: str, text: str) -> None:
    may_be = IN_FORMS[name]
    if may_be.choices and text == "":
        return  # an enum has no empty value
    validator = Draft202012Validator(may_be.schema, format_checker=FormatChecker())
    assert validator.is_valid(text) == may_be.takes(text)


@pytest.mark.parametrize("number", [-1, 0, 0.5, 1, 50, 100, 100.5, 1024, 1025, 86_401])
@pytest.mark.parametrize("name", [n for n, one in NAMED.items() if one.least is not None])
def test_the_schema_has_the_same_limits(name: str, number: float) -> None:
    may_be = NAMED[name]
    schema = may_be.schema | ({"type": "integer"} if may_be.whole else {})
    assert Draft202012Validator(schema).is_valid(number) == may_be.takes(number)


@pytest.mark.parametrize("text", ["2026-01-31", "yesterday", "31.01.2026", "2026-02-30T00:00:00Z"])
def test_the_form_takes_whole_times_only(text: str) -> None:
    validator = Draft202012Validator(allowed_values.TIME.schema, format_checker=FormatChecker())
    assert validator.is_valid("2026-01-31T12:00:00Z")
    assert validator.is_valid("2026-01-31T12:00:00.5+01:00")
    assert not validator.is_valid(text)


@settings(deadline=None)  # the first one imports what Airflow reads schedules with
@given(st.text(alphabet="0123456789*/-, abcLJANmon@", max_size=24))
def test_a_schedule_that_is_taken_is_one_for_airflow(text: str) -> None:
    from airflow.sdk import CronTriggerTimetable
    from croniter import CroniterError

    if is_schedule(text) and text != "none":
        try:
            CronTriggerTimetable(text, timezone="UTC")
        except CroniterError as error:
            pytest.fail(f"{text!r}: {error}")
