"""What Spark reads. Questions come on stdin and answers go to stdout, both as JSON."""

from __future__ import annotations

import json
import sys

from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
answers = {}
for table, asked in json.load(sys.stdin).items():
    counts = [f"count(`{name}`)" for name in asked["columns"]]
    sums = [f"sum(`{name}`)" for name in asked["numbers"]]
    frame = spark.read.parquet(asked["file"])
    rows, *values = frame.selectExpr("count(*)", *counts, *sums).first()
    answers[table] = {
        "rows": rows,
        "not_null": dict(zip(asked["columns"], values[: len(counts)], strict=True)),
        "sums": dict(zip(asked["numbers"], values[len(counts) :], strict=True)),
    }
spark.stop()
print(json.dumps(answers))
