"""Hooks of the Amazon provider that name the operator in their User-Agent at little cost.

The provider reads the source of every frame to find the operator's name, a tenth of a second of CPU
in each task. The frames alone say as much.
"""

from __future__ import annotations

import sys

from airflow.providers.amazon.aws.hooks.s3 import S3Hook as AmazonS3Hook
from airflow.providers.amazon.aws.hooks.sqs import SqsHook as AmazonSqsHook


class CallerByFrames:
    """Goes before a hook of the provider in a class's bases."""

    @staticmethod
    def _find_operator_class_name(target_function_name: str) -> str | None:
        frame = sys._getframe(1)
        while frame.f_code.co_name != target_function_name:
            if frame.f_back is None:
                return None
            frame = frame.f_back
        return type(frame.f_locals["self"]).__name__


class S3Hook(CallerByFrames, AmazonS3Hook):
    pass


class SqsHook(CallerByFrames, AmazonSqsHook):
    pass
