"""What settings and parameters may be: checked here before a wrong one costs money.

Limits and patterns of members of a request are those of botocore's service model, which a test
compares; an ARN may be of any partition.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Allowed:
    """`words` completes the sentence "it is not ...". Empty text always means: not given.

    `pattern` matches the whole text; `above` is a limit that is not reached itself.
    """

    words: str
    pattern: str = ""
    longest: int | None = None
    choices: Sequence[str] = ()
    least: float | None = None
    above: float | None = None
    most: float | None = None
    whole: bool = False
    check: Callable[[str], bool] | None = None
    date_time: bool = False

    @property
    def is_number(self) -> bool:
        """True when it has limits, which only a number has."""
        return (self.least, self.above, self.most) != (None, None, None)

    def takes(self, value: str | float) -> bool:
        if isinstance(value, str):
            return value == "" or self._takes_text(value)
        return (
            (self.least is None or value >= self.least)
            and (self.above is None or value > self.above)
            and (self.most is None or value <= self.most)
            and (not self.whole or value == int(value))
        )

    def _takes_text(self, text: str) -> bool:
        return (
            (not self.choices or text in self.choices)
            and (not self.pattern or re.fullmatch(self.pattern, text) is not None)
            and (self.longest is None or len(text) <= self.longest)
            and (self.check is None or self.check(text))
        )

    @property
    def schema(self) -> dict[str, Any]:
        """The same as JSON Schema, which Airflow's form and API check."""
        told = {
            # `$` also matches before a line break at the end.
            "pattern": rf"^({self.pattern})?$(?!\n)" if self.pattern else None,
            "maxLength": self.longest,
            "enum": list(self.choices) or None,
            "minimum": self.least,
            "exclusiveMinimum": self.above,
            "maximum": self.most,
            "format": "date-time" if self.date_time else None,
        }
        return {name: value for name, value in told.items() if value is not None}


_CRON_FIELDS = (
    (0, 59, ""),
    (0, 23, ""),
    (1, 31, "l"),
    (1, 12, "jan feb mar apr may jun jul aug sep oct nov dec"),
    (0, 7, "sun mon tue wed thu fri sat"),
)
_CRON_ITEM = re.compile(r"(?:\*|(\w+)(?:-(\w+))?)(?:/([1-9]\d*))?")
SCHEDULES = ("none", "@hourly", "@daily", "@weekly", "@monthly", "@quarterly", "@yearly")


def is_schedule(text: str) -> bool:
    """One of Airflow's words for a cron expression, or one of five fields in range."""
    fields = text.lower().split()
    return text in SCHEDULES or (
        len(fields) == len(_CRON_FIELDS)
        and all(map(_is_cron_field, fields, *zip(*_CRON_FIELDS, strict=True)))
    )


def _is_cron_field(field: str, least: int, most: int, names: str) -> bool:
    def in_range(number: str) -> bool:
        known = number.isdecimal() and least <= int(number) <= most
        return known or number in names.split()

    items = [_CRON_ITEM.fullmatch(item) for item in field.split(",")]
    return all(item and all(map(in_range, filter(None, item.groups()[:2]))) for item in items)


def _is_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


_BUCKET = r"[0-9A-Za-z._\-]{3,255}"
S3_PREFIX = Allowed("s3://bucket/prefix", rf"s3://{_BUCKET}(/[^\x00-\x1f\x7f]*)?", 1024 + 262)
_LISTED = rf"s3://{_BUCKET}(/[^\x00-\x1f\x7f,]*)?"
S3_PREFIXES = Allowed(
    "s3://bucket/prefix, several with commas between",
    rf"{_LISTED}(,\s*{_LISTED})*",
)
S3_OBJECT = Allowed("s3://bucket/key", rf"s3://{_BUCKET}/[^\x00-\x1f\x7f]+", 1024 + 262)
# OutputConfig takes no white space in a prefix.
OUTPUT = Allowed("s3://bucket/prefix without spaces", rf"s3://{_BUCKET}(/\S*)?", 800 + 262)
VERSION = Allowed("the version id of an S3 object", r"\S+", 1024)
PERCENT = Allowed("a number from 0 to 100", least=0, most=100)
SHARE = Allowed("a number from 0 to 1 (0.05 is 5 percent)", least=0, most=1)
JOBS_PER_RUN = Allowed("a whole number from 1 to 1024", least=1, most=1024, whole=True)
MODE = Allowed("bulk or image", choices=("bulk", "image"))
AGGREGATE_BY = Allowed("TIMESTAMPS or SEGMENTS", choices=("TIMESTAMPS", "SEGMENTS"))
FEATURES = Allowed("GENERAL_LABELS", choices=("GENERAL_LABELS",))
LABEL = Allowed("a label's name of at most 50 characters", r"[A-Za-z0-9àâèçñó'-_(). ]*", 50)
LABELS_AT_MOST = 100  # in one filter
REGION = Allowed("a region such as eu-west-1", r"[a-z]{2,5}(-[a-z]+)+-\d{1,2}")
# What Airflow takes: airflow.models.connection.sanitize_conn_id.
_CONNECTION = r"[\w#!()\-.:/\\]+"
CONNECTION = Allowed("the id of an Airflow connection", _CONNECTION, 250)
CONNECTIONS = Allowed(
    "ids of Airflow connections with commas between", rf"{_CONNECTION}(\s*,\s*{_CONNECTION})*"
)
TIME = Allowed("a time such as 2026-01-31T12:00:00Z", check=_is_time, date_time=True)
JOB_NAME = Allowed("1 to 64 of a-z, A-Z, 0-9, . _ -", r"[a-zA-Z0-9_.\-]+", 64)
JOB_TAG = Allowed("1 to 1024 of a-z, A-Z, 0-9, . _ - : + = /", r"[a-zA-Z0-9_.\-:+=/]+", 1024)
KMS_KEY = Allowed(
    "the id, alias or ARN of a KMS key", r"[A-Za-z0-9][A-Za-z0-9:_/+=,@.\-]{0,2048}", 2048
)
PROJECT_VERSION = Allowed(
    "the ARN of a project version (arn:aws:rekognition:...:project/.../version/...)",
    r"arn:[a-z\d\-]+:rekognition:[a-z\d\-]+:\d{12}:project/[a-zA-Z0-9_.\-]{1,255}/version/"
    r"[a-zA-Z0-9_.\-]{1,255}/[0-9]+",
    2048,
)
SNS_TOPIC = Allowed("the ARN of an SNS topic", r"arn:aws[a-z\-]*:sns:[a-z0-9\-]+:\w{12}:\S+")
ROLE = Allowed("the ARN of an IAM role", r"arn:aws[a-z\-]*:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-/]+")
QUEUE_URL = Allowed("the URL of an SQS queue (https://...)", r"https?://[^\s/]+/\S+")
OWNERS = Allowed(
    "an account of 12 digits, or bucket=account for each bucket, with commas between",
    rf"\s*({_BUCKET}=)?\d{{12}}\s*(,\s*({_BUCKET}=)?\d{{12}}\s*)*",
)
SCHEDULE = Allowed(f"a cron expression or one of {', '.join(SCHEDULES)}", check=is_schedule)
# `s3:/bucket` would be a folder of that name on this machine.
ROOT = Allowed(
    "a path or a URI such as s3://bucket/prefix",
    r"s3://[^/\s].*|(?!s3[:/])([a-z][a-z0-9+.\-]*://.+|[^:/]*(/.*)?)",
)
WAREHOUSE = Allowed(
    "a DuckDB file on this machine or a DuckLake (`ducklake:...`)",
    r"ducklake:.+|file:///.+|[^:/]*(/.*)?",
)
SECONDS = Allowed("a number of seconds of 0 or more", least=0)
PAUSE = Allowed("a number of seconds above 0, and at most a day", above=0, most=86_400)
RATE = Allowed("a number of calls a second above 0", above=0)
LINE_BYTES = Allowed("a whole number of bytes from 1,000", least=1_000)
