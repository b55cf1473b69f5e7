"""Videos that were analysed more than once: which analysis counts, and what is compared.

Each goes from the service's JSON through flatten and load to the published file.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from answers import Case, Job, every, only, seen, stretch

SCREEN_TIME = "SELECT name, screen_time_millis FROM label_screen_time ORDER BY ALL"
LATEST = "SELECT job_id, aggregate_by, is_filtered FROM latest_label_detection_jobs ORDER BY ALL"
CONFIGURATIONS = "SELECT job_id FROM latest_label_detection_jobs_by_configuration ORDER BY ALL"
MODELS = (
    "SELECT label_model_version, name, sightings, min_confidence, not_comparable"
    " FROM label_model_versions ORDER BY ALL"
)
TEN_SECONDS = every("Car", 10_000)
DRIFT = Job(
    "old",
    seen("Car", 0, 500) + seen("Tree", 500, confidence=60.0),
    version="v1",
    model="2.0",
    request={"MinConfidence": 50},
    hours_ago=9,
)
CASES = {
    "two configurations": Case(
        [
            Job("a", TEN_SECONDS, millis=10_000, request={"MinConfidence": 50}, hours_ago=2),
            Job("b", TEN_SECONDS, millis=10_000, request={"MinConfidence": 80}, hours_ago=1),
        ],
        {
            "SELECT sum(screen_time_millis), count(*) FROM label_screen_time": [(10_000, 1)],
            "SELECT videos, screen_time_millis FROM label_share_of_videos": [(1, 10_000)],
            LATEST: [("b", "TIMESTAMPS", False)],
            CONFIGURATIONS: [("a",), ("b",)],
        },
    ),
    "order of filters": Case(
        [
            Job("a", TEN_SECONDS, request=only("Car", "Dog"), hours_ago=2),
            Job("b", TEN_SECONDS, request=only("Dog", "Car", "Dog")),
        ],
        {CONFIGURATIONS: [("b",)]},
    ),
    "defaults": Case(
        [
            Job("a", TEN_SECONDS, hours_ago=4),
            Job("b", TEN_SECONDS, request={"MinConfidence": 50}, hours_ago=3),
            Job("c", TEN_SECONDS, request={"MinConfidence": 50, "Features": ["GENERAL_LABELS"]}),
            Job("d", TEN_SECONDS, request=only() | {"Features": []}, hours_ago=0.5),
        ],
        {CONFIGURATIONS: [("d",)], LATEST: [("d", "TIMESTAMPS", False)]},
    ),
    "replaced": Case(
        [
            Job("cat", every("Cat", 10_000), millis=10_000, version="v1", hours_ago=100),
            Job("car", TEN_SECONDS, None, 10_000, "a.mp4", "v2", None, {"MinConfidence": 60}, 2),
        ],
        {
            SCREEN_TIME: [("Car", 10_000)],
            "SELECT DISTINCT name FROM latest_labels": [("Car",)],
            "SELECT DISTINCT name FROM latest_labels_by_configuration": [("Car",)],
        },
    ),
    "replaced under the same name in a bucket without versions": Case(
        [
            Job("cat", every("Cat", 10_000), etag="e1", hours_ago=3),
            Job("car", seen("Car", 0), etag="e2", request=only("Car")),
        ],
        {LATEST: [("car", "TIMESTAMPS", True)], CONFIGURATIONS: [("car",)]},
    ),
    "replaced, filtered": Case(
        [
            Job("a", TEN_SECONDS, version="v1", hours_ago=3),
            Job("b", TEN_SECONDS, version="v2", request=only("Car")),
        ],
        {LATEST: [("b", "TIMESTAMPS", True)]},
    ),
    "filtered later": Case(
        [
            Job("a", TEN_SECONDS, version="v1", etag="e1", hours_ago=3),
            Job("b", TEN_SECONDS, version="v1", request=only("Car")),
        ],
        {LATEST: [("a", "TIMESTAMPS", False)]},
    ),
    "a found job yields to a known request of the same version, not of an older one": Case(
        [
            Job("ours", TEN_SECONDS, version="v1", request=only("Car"), hours_ago=3),
            Job("found", TEN_SECONDS, version="v1", request=None),
            Job("ours-too", TEN_SECONDS, version="v1", key="b.mp4", hours_ago=3),
            Job("newer", TEN_SECONDS, version="v2", key="b.mp4", request=None),
        ],
        {LATEST: [("newer", "TIMESTAMPS", None), ("ours", "TIMESTAMPS", True)]},
    ),
    "both forms": Case(
        [Job("a", TEN_SECONDS, [stretch("Car", 0, 10_000)], 10_000)],
        {
            "SELECT count(*), any_value(aggregate_by) FROM latest_labels": [(20, "TIMESTAMPS")],
            "SELECT sightings, screen_time_millis FROM label_screen_time": [(20, 10_000)],
            "SELECT aggregate_by, sightings FROM label_segments": [("TIMESTAMPS", 20)],
            "SELECT sum(labels) FROM confidence_histogram": [(20,)],
            "SELECT aggregate_by, count(*) FROM latest_labels_by_configuration GROUP BY ALL"
            " ORDER BY ALL": [("SEGMENTS", 1), ("TIMESTAMPS", 20)],
        },
    ),
    "only SEGMENTS": Case(
        [
            Job(
                "a",
                segments=[stretch("Car", 0, 10_000), stretch("Dog", 3000, 4000)],
                millis=10_000,
                timestamps=False,
            )
        ],
        {
            "SELECT name, start_timestamp_millis, end_timestamp_millis, duration_millis"
            " FROM label_segments ORDER BY ALL": [
                ("Car", 0, 10_000, 10_000),
                ("Dog", 3000, 4000, 1000),
            ],
            SCREEN_TIME: [("Car", 10_000), ("Dog", 1000)],
        },
    ),
    "drift": Case(
        [
            DRIFT,
            Job("new", seen("Car", 0, 500), version="v1", request={"MinConfidence": 80}),
        ],
        {MODELS: [("2.0", "Car", 2, 80.0, None), ("3.0", "Car", 2, 80.0, None)]},
    ),
    "drift, filtered": Case(
        [
            DRIFT,
            Job(
                "new",
                seen("Car", 0, 500),
                version="v1",
                request={"MinConfidence": 80} | only("Car"),
            ),
        ],
        {MODELS: [("3.0", None, None, None, "other filters")]},
    ),
    "other object": Case(
        [
            Job("ours", seen("Car", 0), version="v1", model="2.0", hours_ago=3),
            Job("found", seen("Dog", 0), version="v2", request=None),
        ],
        {
            LATEST: [("found", "TIMESTAMPS", None)],
            "SELECT name FROM label_model_versions WHERE not_comparable IS NULL": [],
            MODELS: [("2.0", None, None, None, "another version of the video")],
        },
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_each_video_has_one_answer_and_like_is_compared_with_like(
    name: str, tmp_path: Path, empty: Path
) -> None:
    CASES[name].check(tmp_path, empty)
