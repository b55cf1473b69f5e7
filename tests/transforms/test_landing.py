"""Pages land as they came, in attempts that are whole or do not count."""

from __future__ import annotations

import json
from collections.abc import Sequence
from multiprocessing import get_context
from pathlib import Path
from random import Random
from signal import SIGKILL
from typing import Any

import pytest
from files_child import TIMEOUT, land

from rekognition_tables.errors import IncompleteResults
from rekognition_tables.landing import attempts
from rekognition_tables.landing.attempts import (
    BODIES_PER_PART,
    Attempt,
    LandingAttempt,
    landed_results,
    newest_whole_attempt,
)
from rekognition_tables.operations.names import MEDIA_ANALYSIS
from rekognition_tables.results_root.layout import Layout, ResultKey

VIDEO = ResultKey.of("label_detection", "v")
BULK = ResultKey.of(MEDIA_ANALYSIS, "m")


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout.at(str(tmp_path / "results"))


def bodies(count: int) -> list[bytes]:
    return [b'{"Labels": [%d], "NextToken": "%d"}' % (n, n + 1) for n in range(count)]


def add(attempt: LandingAttempt, some: Sequence[bytes], *, more: bool = False) -> LandingAttempt:
    """Add pages; the token of the last one is None unless there is `more` to come."""
    begin = int(attempt.next_token or 0)
    for number, body in enumerate(some, begin + 1):
        last = not more and number == begin + len(some)
        attempt.add_page(body, None if last else str(number))
    return attempt


def begin(layout: Layout, key: ResultKey = VIDEO) -> LandingAttempt:
    return LandingAttempt.resume_or_begin(layout, key)


def whole(layout: Layout, key: ResultKey = VIDEO) -> Attempt:
    attempt = newest_whole_attempt(layout, key)
    assert attempt is not None
    return attempt


def lines(attempt: Attempt) -> list[bytes]:
    return b"".join(attempt.read(part) for part in attempt.parts).splitlines()


def files(attempt: LandingAttempt | Attempt) -> list[str]:
    return sorted(path.name for path in attempt.path.iterdir())


def test_bodies_land_word_for_word_in_their_order(layout: Layout) -> None:
    some = [b' {"a" : 1.50,"\\u00e9":"\xc3\xa9"}\t', b"not even JSON \xff\x00", b"{}"]
    landed = add(begin(layout), some).succeed(status="SUCCEEDED", sort_by="TIMESTAMP")
    found = whole(layout)
    assert lines(found) == some
    assert found == landed
    assert found.facts == {"status": "SUCCEEDED", "sort_by": "TIMESTAMP"}


def test_a_line_break_inside_a_body_becomes_a_space(layout: Layout) -> None:
    add(begin(layout), [b'{\r\n "a": 1\n}\n', b"{}"]).succeed()
    assert lines(whole(layout)) == [b'{   "a": 1 } ', b"{}"]


@pytest.mark.parametrize(
    "count, records", [(1, [1]), (64, [64]), (65, [64, 1]), (130, [64, 64, 2])]
)
def test_a_part_holds_sixty_four_bodies(layout: Layout, count: int, records: list[int]) -> None:
    assert BODIES_PER_PART == 64
    attempt = add(begin(layout), bodies(count)).succeed()
    assert [part.records for part in attempt.parts] == records
    assert [part.name for part in attempt.parts] == [
        f"pages-{number:05d}.jsonl.zst" for number in range(len(records))
    ]
    assert lines(whole(layout)) == bodies(count)
    for part in attempt.parts:
        stands = attempt.path / part.name
        assert (len(stands.read_bytes()), len(attempt.read(part))) == (part.size, part.raw_size)


def test_landing_goes_on_after_the_last_whole_part(layout: Layout) -> None:
    add(begin(layout), bodies(64 + 10), more=True)
    again = begin(layout)
    assert (again.path.name, again.resumed, again.pages_finished) == ("00001", True, False)
    assert again.next_token == "64"
    add(again, bodies(100)[64:]).succeed()
    assert lines(whole(layout)) == bodies(100)


def test_a_part_without_what_stands_beside_it_is_written_again(layout: Layout) -> None:
    first = add(begin(layout), bodies(128), more=True)
    (first.path / "pages-00001.json").unlink()
    again = begin(layout)
    assert (again.next_token, len(again.files)) == ("64", 1)
    add(again, bodies(130)[64:]).succeed()
    assert lines(whole(layout)) == bodies(130)


def test_pages_that_had_all_come_are_not_asked_for_again(layout: Layout) -> None:
    add(begin(layout), bodies(70))
    again = begin(layout)
    assert (again.resumed, again.pages_finished, again.next_token) == (True, True, None)
    again.succeed()
    assert lines(whole(layout)) == bodies(70)


@pytest.mark.parametrize("resumed", [False, True])
def test_a_token_that_came_before_ends_the_attempt(layout: Layout, resumed: bool) -> None:
    attempt = add(begin(layout), bodies(64), more=True)
    attempt = begin(layout) if resumed else attempt
    with pytest.raises(IncompleteResults, match="same NextToken twice for job v") as raised:
        attempt.add_page(b"{}", "7")
    error = raised.value
    assert (error.operation, error.job_id, error.attempt) == ("label_detection", "v", "00001")


def test_an_attempt_whose_last_page_did_not_come_cannot_succeed(layout: Layout) -> None:
    for count in (3, 64):
        attempt = add(begin(layout), bodies(count), more=True)
        with pytest.raises(IncompleteResults, match="the rest is missing"):
            attempt.succeed()
        assert newest_whole_attempt(layout, VIDEO) is None


def test_attempts_are_numbered_and_the_newest_whole_one_counts(layout: Layout) -> None:
    assert newest_whole_attempt(layout, VIDEO) is None
    assert add(begin(layout), [b"1"]).succeed().name == "00001"
    assert add(begin(layout), [b"2"]).succeed().name == "00002"
    third = begin(layout)
    assert third.path.name == "00003"
    assert (whole(layout).name, lines(whole(layout))) == ("00002", [b"2"])
    add(third, [b"3"]).succeed()
    assert (whole(layout).name, lines(whole(layout))) == ("00003", [b"3"])


def test_an_abandoned_attempt_is_kept_and_never_read(layout: Layout) -> None:
    add(begin(layout), [b"1"]).succeed()
    dead = add(begin(layout), bodies(64), more=True)
    dead.abandon("the token died")
    assert lines(whole(layout)) == [b"1"]
    assert json.loads((dead.path / "_ABANDONED.json").read_bytes()) == {"reason": "the token died"}
    fresh = begin(layout)
    assert (fresh.path.name, fresh.resumed, fresh.next_token) == ("00003", False, None)
    assert "pages-00000.jsonl.zst" in files(dead)


def test_an_attempt_abandoned_after_it_was_whole_gives_way_to_the_one_before(
    layout: Layout,
) -> None:
    add(begin(layout), [b"1"]).succeed()
    add(begin(layout), [b"2"]).succeed().abandon("damaged")
    assert whole(layout).name == "00001"
    assert begin(layout).path.name == "00003"


def test_two_who_begin_at_once_do_not_share_an_attempt(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second one listed the folder before the first one's attempt was there."""
    first = begin(layout)
    monkeypatch.setattr(attempts, "names", lambda folder: [])
    assert (first.path.name, begin(layout).path.name) == ("00001", "00002")


def test_two_who_land_one_attempt_do_not_touch_each_others_parts(layout: Layout) -> None:
    """A task that was taken for dead goes on beside its retry."""
    some = bodies(200)
    dead = add(begin(layout), some[:64], more=True)
    retry = begin(layout)
    retry._bodies, retry.next_token = [], "64"
    for number in range(64, 127):  # both have begun the second part
        for lander in (dead, retry):
            lander.add_page(some[number], str(number + 1))
    retry.add_page(some[127], "128")
    with pytest.raises(IncompleteResults, match="Another task lands job v at the same") as lost:
        dead.add_page(some[127].replace(b"Labels", b"LABELS"), "128")
    assert lost.value.another_lander is True
    add(begin(layout), some[128:]).succeed()
    assert [file.name for file in whole(layout).parts] == [
        "pages-00000.jsonl.zst",
        "pages-00001.r1.jsonl.zst",
        "pages-00002.r2.jsonl.zst",
        "pages-00003.r2.jsonl.zst",
    ]
    assert lines(whole(layout)) == some


def test_every_result_with_an_attempt_is_listed(layout: Layout) -> None:
    segments = ResultKey.of("label_detection", "v", "SEGMENTS")
    assert list(landed_results(layout)) == []
    for key in (VIDEO, segments, BULK):
        begin(layout, key)
    assert list(landed_results(layout)) == [VIDEO, segments, BULK]


@pytest.mark.parametrize("seed", range(10))
def test_a_killed_landing_is_taken_up_until_every_body_is_there_once(
    layout: Layout, seed: int
) -> None:
    """Each child lands until SIGKILL strikes at one of some 60 file events; the last one lives."""
    some, chance, codes = bodies(20), Random(seed), []
    context: Any = get_context("forkserver")
    context.set_forkserver_preload(["rekognition_tables.landing.attempts", "files_child"])
    for die_at in (*chance.sample(range(1, 60), 4), 0):
        child = context.Process(target=land, args=(str(layout.root), VIDEO, some, die_at))
        child.start()
        child.join(TIMEOUT)
        codes.append(child.exitcode)
        child.close()
        if codes[-1] == 0:
            break
    assert codes[0] == -SIGKILL
    assert codes[-1] == 0
    found = whole(layout)
    assert (found.name, lines(found)) == ("00001", some)
    assert sum(part.records for part in found.parts) == len(some)
