"""What people get wrong, each of which must cost nothing: (way, DAG, what was given, what is said).

Ways: `api` posts the run as it is; `form` posts all params of the form with these in them, as the
page does; `cli` is `airflow dags trigger`; `backfill` is `airflow backfill create`; `asset` asks
for the asset of our tables; `environment` are variables with which the DAGs are parsed. What
Airflow takes is run.
"""

from __future__ import annotations

from typing import Any, NamedTuple

IMAGES, VIDEOS = "media_analysis", "label_detection"
MANIFESTS = "s3://sample-media/images/manifests/"


class Mistake(NamedTuple):
    way: str
    dag_id: str
    given: dict[str, Any]
    says: str


def _values(way: str, dag_id: str, *wrong: tuple[str, Any]) -> list[Mistake]:
    """Values of the wrong kind: the run is refused before it is there."""
    return [Mistake(way, dag_id, {name: value}, f"Invalid input.* {name}") for name, value in wrong]


VALUES = [
    *_values(
        "api",
        IMAGES,
        ("modified_after", "yesterday"),
        ("modified_before", "31.01.2026"),
        ("modified_after", "2026-13-01T00:00:00Z"),
        ("prefix", "sample-media/images/"),
        ("prefix", "https://sample-media/images/"),
        ("prefix", "s3:/sample-media/images/"),
        ("prefix", ["s3://sample-media/images/"]),
        ("min_confidence", 101),
        ("min_confidence", -1),
        ("min_confidence", "80"),
        ("max_jobs", 0),
        ("max_jobs", 1025),
        ("max_jobs", 1.5),
        ("mode", "images"),
        ("again", "yes"),
        ("region", "Frankfurt"),
        ("output_uri", "s3://sample-output/with space"),
        ("kms_key_id", "my key"),
        ("project_version", "moderation-3"),
        ("job_name", "every night"),
        ("manifest_uri", "s3://sample-media"),
    ),
    *_values(
        "form",
        VIDEOS,
        ("modified_after", "tomorrow"),
        ("job_tag", "two words"),
        ("sns_topic_arn", "finished"),
        ("sns_role_arn", "arn:aws:iam::1:role/x"),
        ("features", ["GENERAL_LABEL"]),
        ("features", "GENERAL_LABELS"),
        ("label_inclusion_filters", ["Person", ""]),
        ("label_inclusion_filters", ["x" * 51]),
        ("label_exclusion_filters", ["Car"] * 101),
        ("label_category_inclusion_filters", "Weapons"),
        ("aggregate_by", "FRAMES"),
    ),
    *_values("cli", VIDEOS, ("min_confidence", 500), ("modified_before", "now")),
    *_values("backfill", IMAGES, ("modified_after", "2026-01-31"), ("min_confidence", True)),
]

_UNKNOWN = "has no parameter '{}'"
NAMES = [
    Mistake("api", IMAGES, {"prefx": "s3://sample-media/new/"}, "did you mean prefix"),
    Mistake("form", IMAGES, {"min_confidense": 90}, "did you mean min_confidence"),
    Mistake("api", VIDEOS, {"Prefix": "s3://sample-media/new/"}, "did you mean prefix"),
    Mistake("api", VIDEOS, {"mode": "image"}, _UNKNOWN.format("mode")),
    Mistake("cli", IMAGES, {"max-jobs": 1}, "did you mean max_jobs"),
    Mistake("cli", VIDEOS, {"labels": ["Car"]}, _UNKNOWN.format("labels")),
    Mistake("backfill", IMAGES, {"modifed_after": "2026-01-31T00:00:00Z"}, "modified_after"),
    Mistake("api", "collect_finished_jobs", {"job_id": "x"}, _UNKNOWN.format("job_id")),
    Mistake("api", "reflatten", {"job_id": "x"}, "did you mean job_ids"),
    Mistake("api", "load_warehouse", {"all": True}, "it has none"),
]
# Airflow makes no asset that several DAGs make: so it takes no parameters on this way either.
ASSET = [Mistake("asset", IMAGES, {"prefx": "s3://sample-media/new/"}, "More than one Dag")]
TOGETHER = [
    Mistake(
        "form",
        IMAGES,
        {"modified_after": "2026-02-01T00:00:00Z", "modified_before": "2026-01-01T00:00:00Z"},
        "not before modified_before",
    ),
    Mistake("api", IMAGES, {"manifest_version": "v1"}, "without a manifest_uri"),
    Mistake("api", IMAGES, {"output_uri": None}, "output_uri is ''"),
    Mistake("form", IMAGES, {"prefix": None}, "the prefix of the images is ''"),
    Mistake(
        "api", IMAGES, {"prefix": "s3://sample-media/images/nothing/"}, "There is nothing under"
    ),
    Mistake("api", IMAGES, {"region": "eu-west-1"}, "is in us-east-1, but the jobs run"),
    Mistake(
        "api", VIDEOS, {"sns_role_arn": "arn:aws:iam::123456789012:role/x"}, "give both or none"
    ),
    Mistake(
        "api",
        VIDEOS,
        {"label_inclusion_filters": ["Car"], "label_exclusion_filters": ["Car", "Dog"]},
        "Car: included and excluded",
    ),
]

_LINE = b'{"source-ref": "s3://sample-media/images/a.jpg"}\n'
BODIES = {
    "bom": (b"\xef\xbb\xbf" + _LINE, "byte order mark"),
    "utf16": (_LINE.decode().encode("utf-16"), "UTF-16"),
    "latin1": (_LINE.replace(b"a.jpg", b"\xe9.jpg"), "UTF-8"),
    "twice": (b'{"source-ref": "s3://b/a.jpg", "source-ref": "s3://b/c.jpg"}\n', "Duplicated key"),
    "nan": (b'{"source-ref": "s3://b/a.jpg", "weight": NaN}\n', "NaN is not a JSON number"),
    "long": (_LINE * 10_001, "10,001 lines"),
    "empty": (b"\n\n", "no line"),
    "csv": (b"source-ref\ns3://b/a.jpg\n", "Line 1 of"),
    "array": (b'[{"source-ref": "s3://b/a.jpg"}]\n', "no source-ref"),
    "key": (_LINE.replace(b"source-ref", b"source_ref"), "no source-ref"),
    "http": (_LINE.replace(b"s3://", b"https://"), "no source-ref"),
    "bucket": (b'{"source-ref": "s3://sample-media"}\n', "no source-ref"),
    "cut": (_LINE + _LINE[:20], "Line 2 of"),
}
MANIFEST = [
    Mistake("api", IMAGES, {"manifest_uri": f"{MANIFESTS}{name}.jsonl"}, says)
    for name, (_, says) in BODIES.items()
]

ENVIRONMENT = [
    Mistake("environment", IMAGES, {f"REKOGNITION_{name}": value}, f"REKOGNITION_{name} is ")
    for name, value in {
        "MODE": "images",
        "MIN_CONFIDENCE": "500",
        "MAX_JOBS_PER_RUN": "5000",
        "QUARANTINE_LIMIT": "5",
        "IMAGES_URI": "s3:/sample-media/images",
        "VIDEOS_URI": "sample-media/videos",
        "OUTPUT_URI": "out",
        "SCHEDULE": "often",
        "REGION": "Frankfurt",
        "AGGREGATE_BY": "FRAMES",
        "RESULTS_URI": "s3:/sample-output/results",
        "BUCKET_OWNER": "me",
        "WAITER_DELAY": "-1",
        "COMPLETIONS_QUEUE_URL": "done",
        "PROJECT_VERSION": "mine",
        "JOB_TAG": "two words",
    }.items()
]
MISTAKES = [*VALUES, *NAMES, *ASSET, *TOGETHER, *MANIFEST, *ENVIRONMENT]
