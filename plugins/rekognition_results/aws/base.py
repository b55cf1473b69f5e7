"""The Amazon provider's base classes, imported here only: they are marked internal and may move."""

from __future__ import annotations

from airflow.providers.amazon.aws.operators.base_aws import AwsBaseOperator
from airflow.providers.amazon.aws.sensors.base_aws import AwsBaseSensor
from airflow.providers.amazon.aws.utils.mixins import AwsBaseHookMixin, aws_template_fields

__all__ = ["AwsBaseHookMixin", "AwsBaseOperator", "AwsBaseSensor", "aws_template_fields"]
