"""Mode image in which no image could be analysed is red, and says why wherever one looks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from airflow.sdk.exceptions import AirflowFailException
from pipeline_steps import MEDIA, RETRIES, cleared, plan_images, put_images, root
from test_image_mode import flattened, land, paid, rows

from bi.datasets import ASSETS, FOLDER
from bi.superset.published import connect
from rekognition_emulator import Emulator
from rekognition_results.operators.image_mode import RekognitionStartModerationOperator
from rekognition_tables.cli.main import main
from rekognition_tables.flatten.commits import Commit, read_commit
from rekognition_tables.results_root.layout import Layout, ResultKey

DETECT = "DetectModerationLabels"
BAD = "2 INVALID_IMAGE_FORMAT, 1 INVALID_S3_OBJECT"


def start(layout: Layout, token: str) -> RekognitionStartModerationOperator:
    return RekognitionStartModerationOperator(
        task_id="start", token=token, mode="image", results_uri=root(layout), retries=RETRIES
    )


@pytest.fixture
def token(s3: Any, layout: Layout, context: dict[str, Any]) -> str:
    """A request for two images that are none, and one that is gone."""
    for key in ("images/a.jpg", "images/b.jpg", "images/c.jpg"):
        s3.put_object(Bucket=MEDIA, Key=key, Body=b"no image: " + key.encode())
    (planned,) = plan_images(layout).execute(context)
    s3.delete_object(Bucket=MEDIA, Key="images/b.jpg")
    return str(planned)


def red(layout: Layout, job_id: str, context: dict[str, Any]) -> tuple[str, Commit]:
    """The sentence with which the job is red, and what is committed all the same."""
    land(layout, job_id).execute(context)
    with pytest.raises(AirflowFailException) as told:
        flattened(layout, job_id, context)
    commit = read_commit(layout, ResultKey.of("media_analysis", job_id))
    assert commit is not None
    assert commit.reconciled
    return str(told.value), commit


def shown(published: Path) -> list[tuple[Any, ...]]:
    """What the dashboard's chart of such jobs shows of a published file."""
    path = ASSETS / "charts" / "Jobs_that_failed_or_left_images_out.yaml"
    chart = yaml.safe_load(path.read_text())
    (view,) = [
        dataset["table_name"]
        for dataset in (yaml.safe_load(one.read_text()) for one in FOLDER.glob("*.yaml"))
        if dataset["uuid"] == chart["dataset_uuid"]
    ]
    columns = ", ".join(chart["params"]["all_columns"])
    orders = map(json.loads, chart["params"]["order_by_cols"])
    order = ", ".join(f"{column} {'ASC' if up else 'DESC'}" for column, up in orders)
    with connect(published) as con:
        rows: list[tuple[Any, ...]] = con.execute(
            f"SELECT {columns} FROM {view} ORDER BY {order}"
        ).fetchall()
    return rows


def test_it_is_red_with_the_number_of_each_error(
    token: str, layout: Layout, context: dict[str, Any], amazon: Emulator
) -> None:
    job_id = start(layout, token).execute(context)
    told, commit = red(layout, job_id, context)
    assert f"Job {job_id} FAILED: NO_IMAGE_ANALYSED: No image could be analysed: {BAD}." in told
    assert "Clear the start task of this job" in told
    assert paid(amazon) == 0
    codes = [row["code"] for row in rows(layout, commit, "manifest_errors")]
    assert codes == ["INVALID_IMAGE_FORMAT", "INVALID_S3_OBJECT", "INVALID_IMAGE_FORMAT"]


def test_status_and_the_dashboards_view_say_it(
    token: str,
    layout: Layout,
    context: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    red(layout, start(layout, token).execute(context), context)
    monkeypatch.setenv("REKOGNITION_RESULTS_URI", root(layout))
    assert main(["load"]) == 0
    capsys.readouterr()
    assert main(["status", "--csv"]) == 0
    told = capsys.readouterr().out
    assert "FAILED" in told
    assert BAD in told
    published = Path(root(layout)) / "published" / "rekognition.duckdb"
    with duckdb.connect(str(published), read_only=True) as con:
        found = con.execute("SELECT status, status_message FROM job_status").fetchall()
    ((status, message),) = found
    assert status == "FAILED"
    assert BAD in message
    assert [row[1:5] for row in shown(published)] == [
        ("image", "FAILED", "INVALID_IMAGE_FORMAT", 2),
        ("image", "FAILED", "INVALID_S3_OBJECT", 1),
    ]
    assert all(BAD in row[-1] for row in shown(published))


def test_clearing_start_asks_again_once_the_cause_is_fixed(
    token: str, s3: Any, layout: Layout, context: dict[str, Any], amazon: Emulator
) -> None:
    first = start(layout, token).execute(context)
    red(layout, first, context)
    assert start(layout, token).execute(context) == first  # Airflow's own retry
    put_images(s3, "images/a.jpg", "images/b.jpg", "images/c.jpg")
    second = start(layout, token).execute(cleared())
    assert second != first
    land(layout, second).execute(context)
    commit = flattened(layout, second, context)
    assert commit.row_counts["moderation_images"] == paid(amazon) == 3


def test_a_wrong_request_is_told_with_the_first_refusal(
    s3: Any, layout: Layout, context: dict[str, Any], amazon: Emulator
) -> None:
    put_images(s3, *(f"images/{number:02d}.jpg" for number in range(12)))
    (token,) = plan_images(layout).execute(context)
    job_id = start(layout, token).execute(context)
    amazon.faults.error(
        "InvalidParameterException", times=None, operation=DETECT, message="MinConfidence is 101."
    )
    told, commit = red(layout, job_id, context)
    assert "No image could be analysed: 12 INVALID_PARAMETER. Line 1 of the input" in told
    assert "MinConfidence is 101." in told
    assert commit.row_counts["manifest_errors"] == 12


def test_the_log_counts_what_is_refused(
    token: str,
    s3: Any,
    layout: Layout,
    context: dict[str, Any],
    capsys: pytest.CaptureFixture[str],
) -> None:
    put_images(s3, "images/a.jpg")
    land(layout, start(layout, token).execute(context)).execute(context)
    said = "1 images analysed, 2 refused (1 INVALID_IMAGE_FORMAT, 1 INVALID_S3_OBJECT)."
    assert said in capsys.readouterr().out


@pytest.mark.parametrize("number", [1, 3])
def test_one_image_of_which_a_length_is_broken_keeps_no_other(
    number: int, s3: Any, layout: Layout, context: dict[str, Any], amazon: Emulator
) -> None:
    put_images(s3, *(f"images/{one}.jpg" for one in range(6)))
    (token,) = plan_images(layout).execute(context)
    job_id = start(layout, token).execute(context)
    amazon.faults.error("ValidationException", times=number, operation=DETECT)
    land(layout, job_id).execute(context)
    commit = flattened(layout, job_id, context)
    codes = [row["code"] for row in rows(layout, commit, "manifest_errors")]
    assert codes == ["INVALID_PARAMETER"] * number
    assert commit.row_counts["moderation_images"] == paid(amazon) == 6 - number
