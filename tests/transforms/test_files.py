"""Files, local and in S3: whole or not at all, created once, never seen stale."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from threading import Barrier
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from files_child import TIMEOUT, try_to_create
from s3fs.errors import translate_boto_error
from upath import UPath

from rekognition_emulator import Emulator
from rekognition_tables.results_root import files
from rekognition_tables.results_root.files import (
    create,
    is_local,
    local,
    names,
    read_if_there,
    write_whole,
)
from rekognition_tables.results_root.layout import Layout

ACCESS = {"aws_access_key_id": "test", "aws_secret_access_key": "testing"}
BUCKET = "bucket"
Put = Callable[[str, bytes], Any]
Patch = pytest.MonkeyPatch


@pytest.fixture
def endpoint() -> Iterator[str]:
    with Emulator() as emulator:
        yield emulator.url


@pytest.fixture
def other_client(endpoint: str) -> Iterator[Put]:
    """Puts an object behind s3fs's back, as another machine does."""
    s3 = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1", **ACCESS)
    s3.create_bucket(Bucket=BUCKET)
    yield lambda key, data: s3.put_object(Bucket=BUCKET, Key=key, Body=data)
    s3.close()


@pytest.fixture
def remote(endpoint: str, other_client: Put) -> UPath:
    return UPath(f"s3://{BUCKET}/root", endpoint_url=endpoint, key="test", secret="testing")


@pytest.fixture(params=["local", "s3"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> UPath:
    """The same test on a local disk and in S3."""
    if request.param == "local":
        return UPath(tmp_path / "root")
    found: UPath = request.getfixturevalue("remote")
    return found


def test_what_is_written_can_be_read_and_replaced(root: UPath) -> None:
    for data in (b"long old data", b"new", b""):
        write_whole(root / "a" / "x", data)
        assert read_if_there(root / "a" / "x") == data
    assert names(root / "a") == ["x"]


def test_the_first_to_create_a_file_makes_it_and_the_second_changes_nothing(root: UPath) -> None:
    assert create(root / "x", b"first") is True
    assert create(root / "x", b"second") is False
    assert read_if_there(root / "x") == b"first"
    assert names(root) == ["x"]


def test_an_empty_file_is_there_too(root: UPath) -> None:
    assert create(root / "x", b"") is True
    assert create(root / "x", b"second") is False
    assert read_if_there(root / "x") == b""


def test_of_many_threads_exactly_one_creates_a_file(root: UPath) -> None:
    barrier = Barrier(8)

    def race(me: int) -> bool:
        barrier.wait(TIMEOUT)
        return create(root / "x", b"%d" % me)

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(race, range(8)))
    assert won.count(True) == 1
    assert read_if_there(root / "x") == b"%d" % won.index(True)


def test_what_is_missing_reads_as_none_and_lists_as_nothing(root: UPath) -> None:
    assert read_if_there(root / "x") is None
    assert names(root) == []
    write_whole(root / "x", b"")
    assert names(root / "x") == []
    assert names(root / "y") == []
    assert read_if_there(root / "y") is None


def test_names_are_sorted_without_what_is_hidden_or_ends_otherwise(root: UPath) -> None:
    for name in ("b.json", "a.json", "a.job", ".a.json.tmp", "d/e/f.json"):
        write_whole(root / name, b"")
    assert names(root) == ["a.job", "a.json", "b.json", "d"]
    assert names(root, ".json") == ["a.json", "b.json"]
    assert names(root / "d") == ["e"]


def test_of_eight_processes_exactly_one_creates_a_file(tmp_path: Path) -> None:
    context, rounds, processes = get_context("forkserver"), 20, 8
    barrier, pipes = context.Barrier(processes), [context.Pipe(False) for _ in range(processes)]
    children = [
        context.Process(
            target=try_to_create, args=(str(tmp_path / "x"), rounds, me, barrier, answer)
        )
        for me, (_, answer) in enumerate(pipes)
    ]
    for child in children:
        child.start()
    won = {}
    for me, (inbox, answer) in enumerate(pipes):
        assert inbox.poll(TIMEOUT)
        for number in inbox.recv():
            assert won.setdefault(number, me) == me
        inbox.close()
        answer.close()
    for child in children:
        child.join(TIMEOUT)
        child.close()
    assert sorted(won) == list(range(rounds))
    found = {int(path.name): path.read_bytes() for path in (tmp_path / "x").iterdir()}
    assert found == {number: f"{me}".encode() * 100_000 for number, me in won.items()}


@pytest.mark.parametrize("step", ["fsync", "replace"])
@pytest.mark.parametrize("old", [None, b"old"])
def test_a_crash_leaves_the_old_file_or_none(
    tmp_path: Path, monkeypatch: Patch, step: str, old: bytes | None
) -> None:
    path = UPath(tmp_path / "x")
    if old is not None:
        write_whole(path, old)
    with monkeypatch.context() as patch:
        patch.setattr(os, step, _no_space)
        with pytest.raises(OSError, match="No space"):
            write_whole(path, b"new")
    assert read_if_there(path) == old
    assert [child.name for child in tmp_path.iterdir()] == ([] if old is None else ["x"])


def _no_space(*_: object, **__: object) -> None:
    raise OSError(28, "No space left on device")


def test_a_crash_while_creating_leaves_the_name_free(tmp_path: Path, monkeypatch: Patch) -> None:
    path = UPath(tmp_path / "x")
    with monkeypatch.context() as patch:
        patch.setattr(os, "link", _no_space)
        with pytest.raises(OSError, match="No space"):
            create(path, b"half")
    assert list(tmp_path.iterdir()) == []
    assert create(path, b"whole") is True


def test_the_bytes_are_on_the_disk_before_they_get_their_name(
    tmp_path: Path, monkeypatch: Patch
) -> None:
    steps: list[str] = []
    for name in ("fsync", "replace", "link"):
        real = getattr(os, name)
        monkeypatch.setattr(
            os, name, lambda *args, _name=name, _real=real: (steps.append(_name), _real(*args))[1]
        )
    write_whole(UPath(tmp_path / "x"), b"data")
    create(UPath(tmp_path / "y"), b"data")
    assert steps == ["fsync", "replace", "fsync", "link"]


def test_other_users_may_read_what_is_written(tmp_path: Path) -> None:
    write_whole(UPath(tmp_path / "x"), b"data")
    create(UPath(tmp_path / "y"), b"data")
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o644}


@pytest.mark.parametrize("uri", ["{}", "file://{}", "local://{}"])
def test_local_roots_are_known_by_their_uri(tmp_path: Path, uri: str) -> None:
    path = Layout.at(uri.format(tmp_path)).root / "x"
    assert is_local(path)
    assert local(path) == tmp_path / "x"
    assert create(path, b"data") is True
    assert (tmp_path / "x").read_bytes() == b"data"


def test_a_listing_shows_what_another_client_wrote_since(remote: UPath, other_client: Put) -> None:
    write_whole(remote / "a", b"")
    assert names(remote) == ["a"]
    other_client("root/b", b"")
    other_client("root/d/c", b"")
    assert names(remote) == ["a", "b", "d"]
    assert names(remote / "d") == ["c"]
    other_client("root/d/e", b"")
    assert names(remote / "d") == ["c", "e"]


def test_a_file_put_by_another_client_after_a_listing_is_read(
    remote: UPath, other_client: Put
) -> None:
    write_whole(remote / "a", b"")
    assert names(remote) == ["a"]
    assert read_if_there(remote / "b") is None
    other_client("root/b", b"data")
    assert read_if_there(remote / "b") == b"data"


def test_a_file_replaced_by_a_longer_one_after_a_listing_is_read_to_its_end(
    remote: UPath, other_client: Put
) -> None:
    other_client("root/a", b"short")
    assert names(remote) == ["a"]
    other_client("root/a", b"much longer than before")
    assert read_if_there(remote / "a") == b"much longer than before"


def test_a_folder_made_in_s3_s_console_is_not_listed_in_itself(
    remote: UPath, other_client: Put
) -> None:
    other_client("root/", b"")
    assert names(remote) == []
    other_client("root/00001/", b"")
    other_client("root/00001/x", b"")
    assert names(remote) == ["00001"]
    assert names(remote / "00001") == ["x"]


def test_a_file_made_by_another_client_is_not_created_again(
    remote: UPath, other_client: Put
) -> None:
    assert names(remote) == []
    other_client("root/x", b"theirs")
    assert create(remote / "x", b"mine") is False
    assert read_if_there(remote / "x") == b"theirs"


class Answers:
    """In the place of pipe_file: raises what s3fs raises for these error answers, then puts."""

    def __init__(self, path: UPath, monkeypatch: Patch, *errors: dict[str, str]):
        self._real, self._errors, self.calls = path.fs.pipe_file, list(errors), 0
        monkeypatch.setattr(path.fs, "pipe_file", self)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self.calls += 1
        if self._errors:
            raise translate_boto_error(ClientError({"Error": self._errors.pop(0)}, "PutObject"))
        return self._real(*args, **kwargs)


FAILED = {"Code": "PreconditionFailed", "Message": "At least one precondition did not hold"}
CONFLICT = {"Code": "ConditionalRequestConflict", "Message": "A conflicting operation"}


@pytest.mark.parametrize("answer", [FAILED, {**FAILED, "Condition": "If-None-Match"}])
def test_a_failed_precondition_means_that_it_was_there(
    remote: UPath, monkeypatch: Patch, answer: dict[str, str]
) -> None:
    """S3 names the condition, stores that speak like it need not."""
    answers = Answers(remote, monkeypatch, answer)
    assert create(remote / "x", b"data") is False
    assert answers.calls == 1


def test_a_conflict_is_tried_again(remote: UPath, monkeypatch: Patch) -> None:
    answers = Answers(remote, monkeypatch, CONFLICT, CONFLICT)
    assert create(remote / "x", b"data") is True
    assert answers.calls == 3
    assert read_if_there(remote / "x") == b"data"


def test_a_conflict_with_somebody_who_wins_is_false(remote: UPath, monkeypatch: Patch) -> None:
    write_whole(remote / "x", b"theirs")
    Answers(remote, monkeypatch, CONFLICT)
    assert create(remote / "x", b"mine") is False


def test_a_conflict_without_an_end_is_an_error(remote: UPath, monkeypatch: Patch) -> None:
    Answers(remote, monkeypatch, *[CONFLICT] * files.CONFLICTS_AT_MOST)
    with pytest.raises(BlockingIOError, match="written by others"):
        create(remote / "x", b"")


def test_a_refusal_is_not_taken_for_a_file_that_was_there(
    remote: UPath, monkeypatch: Patch
) -> None:
    Answers(remote, monkeypatch, {"Code": "AccessDenied", "Message": "no"})
    with pytest.raises(PermissionError):
        create(remote / "x", b"mine")
