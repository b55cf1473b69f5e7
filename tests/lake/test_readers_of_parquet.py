"""Every table of a large result reads the same in Spark, fastparquet, Polars, pandas and pyarrow.

`make test-lake` runs this. Small tables are written plain, so a small result would prove nothing.
"""

from __future__ import annotations

import json
import math
import os
import re
import statistics
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from flattened import DAMAGED, LABELS_PER_PAGE, PAGES, images, questions, sent_confidences, video

from rekognition_tables.results_root.layout import Layout

pytestmark = pytest.mark.lake
HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
LAKE = ROOT / ".tools" / "lake"
SPARK_SETTINGS = (
    "--master local[1] --driver-memory 512m "
    "--driver-java-options -XX:TieredStopAtLevel=1 --conf spark.ui.enabled=false "
    "--conf spark.driver.host=127.0.0.1 --conf spark.driver.bindAddress=127.0.0.1 pyspark-shell"
)
NAMES, *EXAMPLES = re.findall(
    r"^```python\n(.*?)^```",
    (ROOT / "docs" / "connect" / "parquet.md").read_text(),
    re.DOTALL | re.MULTILINE,
)
Answers = dict[str, Any]


@dataclass(frozen=True)
class Written:
    """A results root named var/, the rows its commits promise, and what readers are asked."""

    folder: Path
    rows: dict[str, int]
    asked: dict[str, Any]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    folder = tmp_path_factory.mktemp("lake")
    root = folder / "var"
    commits = [video(Layout.at(str(root))), images(root)]
    asked = questions(root, commits)
    rows = [file.rows for commit in commits for file in commit.files]
    return Written(folder, dict(zip(asked, rows, strict=True)), asked)


def run(environment: str, arguments: list[str], folder: Path, given: str = "") -> str:
    """What a program prints in an environment of its own, with nothing of this one but Java."""
    python = Path(sys.executable) if environment == "ours" else LAKE / environment / "bin/python"
    assert python.exists(), f"{python} is missing: `make test-lake` installs it"
    variables = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "PYSPARK_SUBMIT_ARGS": SPARK_SETTINGS,
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_LOCAL_DIRS": str(folder / "spark"),
    }
    variables |= {name: os.environ[name] for name in ("JAVA_HOME",) if name in os.environ}
    done = subprocess.run(
        [str(python), *arguments],
        cwd=folder,
        env=variables,
        input=given,
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def child(environment: str, script: str) -> Callable[[Written], Answers]:
    def answers(written: Written) -> Answers:
        arguments, given = [str(HERE / script)], json.dumps(written.asked)
        told: Answers = json.loads(run(environment, arguments, written.folder, given))
        return told

    return answers


def each(read: Callable[[str, list[str], list[str]], Answers]) -> Callable[[Written], Answers]:
    def answers(written: Written) -> Answers:
        return {name: read(**asked) for name, asked in written.asked.items()}

    return answers


def with_pyarrow(file: str, columns: list[str], numbers: list[str]) -> Answers:
    table = pq.ParquetFile(file).read(columns)
    return {
        "rows": table.num_rows,
        "not_null": {name: len(table[name]) - table[name].null_count for name in columns},
        "sums": {name: pc.sum(table[name]).as_py() for name in numbers},
    }


def with_pandas(file: str, columns: list[str], numbers: list[str]) -> Answers:
    frame = pd.read_parquet(file, columns=columns)
    return {
        "rows": len(frame),
        "not_null": {name: int(frame[name].notna().sum()) for name in columns},
        "sums": {name: float(frame[name].sum()) for name in numbers},
    }


def with_polars(file: str, columns: list[str], numbers: list[str]) -> Answers:
    frame = pl.read_parquet(file, columns=columns)
    return {
        "rows": frame.height,
        "not_null": {name: frame[name].count() for name in columns},
        "sums": {name: frame[name].sum() for name in numbers},
    }


READERS = {
    "Spark 3.5": child("spark3", "spark_child.py"),
    "Spark 4": child("spark4", "spark_child.py"),
    "fastparquet": child("fastparquet", "fastparquet_child.py"),
    "pyarrow": each(with_pyarrow),
    "pandas": each(with_pandas),
    "Polars": each(with_polars),
}


def test_the_tables_are_large_enough_to_be_encoded(written: Written) -> None:
    for name, asked in written.asked.items():
        if name.rpartition(" ")[2] in ("labels", "label_instances", "moderation_labels"):
            groups = pq.read_metadata(asked["file"]).row_group(0)
            column = groups.column(asked["columns"].index("confidence"))
            assert (column.compression, set(column.encodings)) == ("ZSTD", {"PLAIN", "RLE"})


@pytest.mark.parametrize("reader", READERS)
def test_a_reader_finds_every_row_and_number(written: Written, reader: str) -> None:
    answers = READERS[reader](written)
    assert {name: told["rows"] for name, told in answers.items()} == written.rows
    for name, asked in written.asked.items():
        truth, told = with_pyarrow(**asked), answers[name]
        assert told["not_null"] == truth["not_null"], name
        for column in asked["numbers"]:
            # Of no number at all some say NULL, others 0. Doubles are added in any order.
            if truth["not_null"][column]:
                assert told["sums"][column] == pytest.approx(truth["sums"][column], rel=1e-9)


def test_the_numbers_are_those_that_were_sent(written: Written) -> None:
    name = "label_detection: labels"
    sent = sent_confidences("video")
    assert written.rows[name] == len(sent) == PAGES * LABELS_PER_PAGE - DAMAGED
    read = with_pyarrow(**written.asked[name])["sums"]["confidence"]
    assert read == pytest.approx(math.fsum(sent), rel=1e-12)


@pytest.mark.parametrize(
    "environment, example",
    list(zip(("spark3", "fastparquet", "ours", "ours"), EXAMPLES, strict=True)),
)
def test_an_example_of_the_page_finds_every_label(
    written: Written, environment: str, example: str
) -> None:
    sent = sent_confidences("video")
    told = run(environment, ["-c", NAMES + example], written.folder)
    found = [float(number) for number in re.findall(r"\d+\.?\d*", told)]
    assert len(sent) in found
    assert any(number == pytest.approx(statistics.fmean(sent), rel=1e-9) for number in found)
