"""Small videos as people have them: times, shares, pairs and counts that views must give of them.

Each goes from the service's JSON through flatten and load to the published file.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from answers import Case, Job, every, only, seen

WEAPON = (500, 1000, 60_000, 120_000, 180_000)
WEAPON_STRETCHES = [(500, 1500), (60_000, 60_500), (120_000, 120_500), (180_000, 180_500)]
SCREEN_TIME = "SELECT name, screen_time_millis FROM label_screen_time ORDER BY ALL"
STRETCHES = (
    "SELECT start_timestamp_millis, end_timestamp_millis FROM label_segments"
    " WHERE name = '{}' ORDER BY ALL"
)
STEP = "SELECT step_millis, step_assumed FROM video_steps"
SHARE = (
    "SELECT screen_time_millis, length_millis, round(percent_of_videos, 2)"
    " FROM label_share_of_videos WHERE name = 'Car'"
)
SHORT = Job("short", seen("Car", 0, 500), millis=1000, key="short.mp4")
LONG = Job(
    "long",
    [*seen("Car", 0), *every("Sky", 1_000_000)[1:]],
    millis=1_000_000,
    key="long.mp4",
)
NONE = Job("none", every("Sky", 1_000_000), millis=1_000_000, key="none.mp4")
CASES = {
    "sparse: a job that is asked for one label": Case(
        [Job("a", seen("Weapon", *WEAPON), millis=300_000, request=only("Weapon"))],
        {
            "SELECT screen_time_millis, round(share_of_video, 4), step_assumed"
            " FROM label_screen_time": [(2500, 0.0083, True)],
            STRETCHES.format("Weapon"): WEAPON_STRETCHES,
            STEP: [(500, True)],
        },
    ),
    "sparse: the same video with all labels": Case(
        [Job("b", every("Indoors", 300_000) + seen("Weapon", *WEAPON), millis=300_000)],
        {
            "SELECT screen_time_millis, round(share_of_video, 4), step_assumed"
            " FROM label_screen_time WHERE name = 'Weapon'": [(2500, 0.0083, False)],
            STRETCHES.format("Weapon"): WEAPON_STRETCHES,
            STEP: [(500, False)],
        },
    ),
    "once": Case(
        [Job("a", seen("Weapon", 2500), millis=300_000, request=only("Weapon"))],
        {
            "SELECT start_timestamp_millis, end_timestamp_millis, duration_millis, sightings,"
            " step_assumed FROM label_segments": [(2500, 3000, 500, 1, True)],
            "SELECT screen_time_millis, share_of_video, first_seen_millis, last_seen_millis"
            " FROM label_screen_time": [(500, 500 / 300_000, 2500, 3000)],
            "SELECT end_timestamp_millis, sample_millis FROM label_timeline": [(3000, 500)],
        },
    ),
    "mixed steps": Case(
        [Job("a", seen("Car", 0, 200, 400, 600, 800, 1000, 1200, 1600, 2000), millis=2400)],
        {
            STEP: [(200, True)],
            STRETCHES.format("Car"): [(0, 1400), (1600, 1800), (2000, 2200)],
            SCREEN_TIME: [("Car", 1800)],
            "SELECT sum(sample_millis), max(end_timestamp_millis) FROM label_timeline": [
                (1800, 2200)
            ],
        },
    ),
    "one odd frame": Case(
        [Job("a", every("Indoors", 60_000) + seen("Indoors", 59_533), millis=60_000)],
        {STEP: [(500, False)], STRETCHES.format("Indoors"): [(0, 60_000)]},
    ),
    "one odd frame, length not known": Case(
        [Job("a", every("Indoors", 60_000) + seen("Indoors", 59_533))],
        {
            STRETCHES.format("Indoors"): [(0, 60_033)],
            "SELECT screen_time_millis, share_of_video FROM label_screen_time": [(60_033, None)],
            "SELECT videos, videos_asked, videos_without_length, length_millis, percent_of_videos"
            " FROM label_share_of_videos": [(1, 1, 1, 0, None)],
        },
    ),
    "uneven": Case(
        [
            Job(
                "a",
                sorted(
                    every("Indoors", 60_000, 1000) + seen("Indoors", *range(480, 60_000, 1000)),
                    key=lambda entry: entry["Timestamp"],
                ),
                millis=60_000,
            )
        ],
        {STEP: [(480, False)], STRETCHES.format("Indoors"): [(0, 59_960)]},
    ),
    "far apart": Case(
        [Job("a", seen("Weapon", 1000, 2500, 60_000), millis=120_000, request=only("Weapon"))],
        {
            STEP: [(500, True)],
            STRETCHES.format("Weapon"): [(1000, 1500), (2500, 3000), (60_000, 60_500)],
            SCREEN_TIME: [("Weapon", 1500)],
        },
    ),
    "share": Case([SHORT, LONG, NONE], {SHARE: [(1500, 2_001_000, 0.07)]}),
    "share, filtered": Case(
        [
            SHORT,
            LONG,
            NONE,
            Job("w", seen("Weapon", 0), None, 300_000, "weapon.mp4", request=only("Weapon")),
        ],
        {
            SHARE: [(1500, 2_001_000, 0.07)],
            "SELECT videos_asked, length_millis FROM label_share_of_videos WHERE name = 'Weapon'": [
                (4, 2_301_000)
            ],
        },
    ),
    "family": Case(
        [
            Job(
                "a",
                every("Car", 5000, parents=["Vehicle"])
                + every("Vehicle", 5000)
                + every("Dog", 5000),
                millis=5000,
            )
        ],
        {
            "SELECT name, other_name, frames, together_millis, is_ancestor FROM label_cooccurrence"
            " ORDER BY ALL": [
                ("Car", "Dog", 10, 5000, False),
                ("Car", "Vehicle", 10, 5000, True),
                ("Dog", "Vehicle", 10, 5000, False),
            ],
        },
    ),
    "peak": Case(
        [Job("a", every("Road", 5000) + seen("Car", 500, boxes=4), millis=5000)],
        {
            "SELECT name, boxes, samples, peak_objects, mean_objects FROM label_objects"
            " ORDER BY name": [("Car", 4, 10, 4, 0.4), ("Road", None, 10, None, None)],
        },
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_video_gives_the_numbers_that_a_person_would_count(
    name: str, tmp_path: Path, empty: Path
) -> None:
    CASES[name].check(tmp_path, empty)
