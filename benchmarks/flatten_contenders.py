"""One contender, in a process: `python -m benchmarks.flatten_contenders NAME ROOT JOB OUT`.

Each reads the same landed files and writes the tables of labels to Parquet. Before the clock runs,
it does the same with the job JOB-small, so that imports are paid and caches warm. Prints JSON: CPU
and wall seconds, peak megabytes of the process, and rows of labels and label_parents.

The others know nothing of unknown members, wrong types, duplicated keys or reconciliation.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.flatten_input import landed_bytes
from rekognition_tables.flatten.results import flatten
from rekognition_tables.landing.attempts import LandingAttempt, newest_whole_attempt
from rekognition_tables.operations.names import Operation
from rekognition_tables.operations.spec import VIDEO_OPERATIONS
from rekognition_tables.results_root.layout import Layout, ResultKey

Rows = dict[str, float]
LISTS = ("Parents", "Aliases", "Categories", "Instances")


def video(job: str) -> ResultKey:
    return ResultKey.of("label_detection", job)


def simdjson_parse(root: Path, job: str, out: Path) -> Rows:
    """The measure: landed bytes read as ours reads them, each page parsed, nothing taken out."""
    import simdjson

    parser, alone = simdjson.Parser(), 0.0
    attempt = newest_whole_attempt(Layout.at(str(root)), video(job))
    assert attempt
    for part in attempt.parts:
        bodies = attempt.read(part).splitlines()
        begun = time.process_time()
        for body in bodies:
            parser.parse(body)
        alone += time.process_time() - begun
    return {"parse_alone": alone}


def ours(root: Path, job: str, out: Path) -> Rows:
    counts = flatten(Layout.at(str(root)), video(job)).row_counts
    return {"labels": counts["labels"], "parents": counts["label_parents"]}


def ours_by_the_megabyte(operation: Operation) -> Callable[[Path, str, Path], Rows]:
    """Ours, over the pages of any video operation; tells how much JSON they are."""

    def flattened(root: Path, job: str, out: Path) -> Rows:
        key = ResultKey.of(operation, job)
        flatten(Layout.at(str(root)), key)
        attempt = newest_whole_attempt(Layout.at(str(root)), key)
        assert attempt
        return {"megabytes": sum(part.raw_size for part in attempt.parts) / 1e6}

    return flattened


def manifests(root: Path, job: str, out: Path) -> Rows:
    """Every manifest of the landing zone; JOB-small stands for the first."""
    layout, images = Layout.at(str(root)), 0
    names = sorted(path.name for path in (root / "raw/media_analysis").iterdir())
    for name in names[:1] if job.endswith("-small") else names:
        images += flatten(layout, ResultKey.of("media_analysis", name)).row_counts[
            "moderation_images"
        ]
    return {"images": images}


def landing(root: Path, job: str, out: Path) -> Rows:
    """Pages compressed and put, as they are after the hook has read a response."""
    attempt = LandingAttempt.resume_or_begin(Layout.at(str(out)), video(job))
    bodies = list(landed_bytes(root, video(job)))
    for left, body in enumerate(bodies, 1 - len(bodies)):
        attempt.add_page(body, str(left) if left else None)
    attempt.succeed()
    return {"pages": len(bodies)}


def botocore_pandas(root: Path, job: str, out: Path) -> Rows:
    """boto3's own parser, then json_normalize for each table."""
    import botocore.parsers
    import botocore.session
    import pandas as pd

    service = botocore.session.get_session().get_service_model("rekognition")
    shape = service.operation_model("GetLabelDetection").output_shape
    assert shape is not None
    parser = botocore.parsers.JSONParser()
    pages = [
        parser.parse({"body": body, "headers": {}, "status_code": 200}, shape)
        for body in landed_bytes(root, video(job))
    ]
    found = [
        {**entry, "label_index": n}
        for n, entry in enumerate(entry for page in pages for entry in page["Labels"])
    ]
    labels = pd.json_normalize(found)
    labels.drop(columns=[f"Label.{name}" for name in LISTS]).to_parquet(out / "labels.parquet")
    sizes = {}
    for name in LISTS:
        table = pd.json_normalize(found, ["Label", name], ["label_index"])
        sizes[name] = len(table)
        table.drop(columns="DominantColors", errors="ignore").to_parquet(out / f"{name}.parquet")
    return {"labels": len(labels), "parents": sizes["Parents"]}


def orjson_loops(root: Path, job: str, out: Path) -> Rows:
    """Rows made by hand in Python, written by Arrow."""
    import orjson
    import pyarrow as pa
    import pyarrow.parquet as pq

    tables: dict[str, list[Any]] = {name: [] for name in ("labels", *LISTS)}
    for body in landed_bytes(root, video(job)):
        for entry in orjson.loads(body)["Labels"]:
            at, label = len(tables["labels"]), entry["Label"]
            row = {key: value for key, value in label.items() if key not in LISTS}
            tables["labels"].append({"label_index": at, "Timestamp": entry["Timestamp"], **row})
            for name in LISTS:
                for n, child in enumerate(label.get(name) or ()):
                    tables[name].append({"label_index": at, "index": n, **child})
    for name, rows in tables.items():
        pq.write_table(pa.Table.from_pylist(rows), out / f"{name}.parquet", compression="zstd")
    return {"labels": len(tables["labels"]), "parents": len(tables["Parents"])}


def lines_of(root: Path, job: str, out: Path) -> Path:
    """The pages as one JSON Lines file, for contenders that read files alone."""
    path = out / "pages.jsonl"
    with path.open("wb") as file:
        for body in landed_bytes(root, video(job)):
            file.write(body + b"\n")
    return path


def polars_explode(root: Path, job: str, out: Path) -> Rows:
    import polars as pl

    pages = pl.read_ndjson(lines_of(root, job, out), infer_schema_length=None)
    entries = (
        pages.select("Labels").explode("Labels").unnest("Labels").with_row_index("label_index")
    )
    labels = entries.unnest("Label")
    labels.drop(LISTS).write_parquet(out / "labels.parquet", compression="zstd")
    sizes = {}
    for name in LISTS:
        children = labels.select("label_index", name).explode(name).drop_nulls(name).unnest(name)
        children.write_parquet(out / f"{name}.parquet", compression="zstd")
        sizes[name] = len(children)
    return {"labels": len(labels), "parents": sizes["Parents"]}


def duckdb_read_json(root: Path, job: str, out: Path) -> Rows:
    """Explicit columns, read once into a table, one COPY for each Parquet file."""
    import duckdb

    named = "STRUCT(Name VARCHAR)[]"
    instance = (
        'STRUCT(BoundingBox STRUCT(Width DOUBLE, Height DOUBLE, "Left" DOUBLE, Top DOUBLE), '
        "Confidence DOUBLE)[]"
    )
    label = (
        f"STRUCT(Name VARCHAR, Confidence DOUBLE, Instances {instance}, Parents {named}, "
        f"Aliases {named}, Categories {named})"
    )
    columns = f"{{'Labels': 'STRUCT(Timestamp BIGINT, Label {label})[]'}}"
    with duckdb.connect(config={"threads": 1}) as con:
        con.execute(
            f"CREATE TABLE found AS SELECT row_number() OVER () - 1 AS label_index, entry.* FROM "
            f"(SELECT unnest(Labels) AS entry FROM read_json('{lines_of(root, job, out)}', "
            f"format = 'newline_delimited', maximum_object_size = 100000000, columns = {columns}))"
        )
        selects = {
            "labels": "SELECT label_index, Timestamp, Label.Name, Label.Confidence FROM found",
            **{
                name: f"SELECT label_index, generate_subscripts(Label.{name}, 1) AS n, "
                f"unnest(Label.{name}, recursive := true) FROM found"
                for name in LISTS
            },
        }
        sizes = {}
        for name, select in selects.items():
            copy = f"COPY ({select}) TO '{out / name}.parquet' (COMPRESSION zstd)"
            sizes[name] = con.execute(copy).fetchall()[0][0]
    return {"labels": sizes["labels"], "parents": sizes["Parents"]}


def pyarrow_json(root: Path, job: str, out: Path) -> Rows:
    """Arrow's own reader, part by part, flattened with its own functions."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.json as pj
    import pyarrow.parquet as pq

    options = pj.ReadOptions(block_size=64 * 2**20, use_threads=False)
    pages = pj.read_json(lines_of(root, job, out), read_options=options)
    entries = pc.list_flatten(pages["Labels"].combine_chunks())
    label = entries.field("Label")
    index = pa.array(range(len(entries)), pa.int64())
    flat = [index, entries.field("Timestamp"), label.field("Name"), label.field("Confidence")]
    names = ["label_index", "Timestamp", "Name", "Confidence"]
    pq.write_table(pa.table(flat, names), out / "labels.parquet", compression="zstd")
    sizes = {}
    for name in LISTS:
        lists = label.field(name)
        children = pa.Table.from_struct_array(pc.list_flatten(lists)).flatten()
        children = children.append_column("label_index", pc.list_parent_indices(lists))
        pq.write_table(children, out / f"{name}.parquet", compression="zstd")
        sizes[name] = len(children)
    return {"labels": len(index), "parents": sizes["Parents"]}


def dlt_pipeline(root: Path, job: str, out: Path) -> Rows:
    """A resource that yields entries, normalized by dlt into Parquet files."""
    import dlt
    import orjson

    def entries() -> Iterator[Any]:
        for body in landed_bytes(root, video(job)):
            yield orjson.loads(body)["Labels"]

    pipeline = dlt.pipeline(job, pipelines_dir=str(out / "dlt"), destination="duckdb")
    resource_ = dlt.resource(entries, name="labels")
    pipeline.extract(resource_, loader_file_format="parquet")
    pipeline.normalize()
    counts = pipeline.last_trace.last_normalize_info.row_counts
    return {"labels": counts["labels"], "parents": counts["labels__label__parents"]}


CONTENDERS: dict[str, Callable[[Path, str, Path], Rows]] = {
    "simdjson": simdjson_parse,
    "ours": ours,
    **{operation: ours_by_the_megabyte(operation) for operation in VIDEO_OPERATIONS},
    "manifests": manifests,
    "landing": landing,
    "pyarrow.json": pyarrow_json,
    "DuckDB read_json": duckdb_read_json,
    "orjson loops": orjson_loops,
    "polars": polars_explode,
    "boto3 + json_normalize": botocore_pandas,
    "dlt": dlt_pipeline,
}


def main(name: str, root: Path, job: str, out: Path) -> None:
    run = CONTENDERS[name]
    for folder in (out / "small", out / "whole"):
        folder.mkdir(parents=True)
    run(root, f"{job}-small", out / "small")
    cpu, wall = time.process_time(), time.perf_counter()
    rows = run(root, job, out / "whole")
    told = {
        "cpu": time.process_time() - cpu,
        "wall": time.perf_counter() - wall,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "rows": rows,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3], Path(sys.argv[4]))
