"""A client says which operator it works for, as the provider's own hooks do."""

from __future__ import annotations

from typing import Any

import pytest
from airflow.providers.amazon.aws.hooks.base_aws import AwsGenericHook

from rekognition_results.aws.callers import S3Hook, SqsHook
from rekognition_results.hooks.rekognition import RekognitionHook


class OneOperator:
    def execute(self, hook: Any) -> tuple[str, str | None]:
        return hook._get_caller(), AwsGenericHook._find_operator_class_name("execute")


@pytest.mark.parametrize("kind", [RekognitionHook, S3Hook, SqsHook])
def test_the_operator_is_named_in_the_user_agent(kind: type[Any]) -> None:
    assert OneOperator().execute(kind(None)) == ("OneOperator", "OneOperator")


def test_nobody_is_named_where_no_operator_runs() -> None:
    assert RekognitionHook._find_operator_class_name("no_such_function") is None
