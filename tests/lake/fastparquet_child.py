"""What fastparquet reads. Questions come on stdin and answers go to stdout, both as JSON."""

from __future__ import annotations

import json
import sys

from fastparquet import ParquetFile

answers = {}
for table, asked in json.load(sys.stdin).items():
    frame = ParquetFile(asked["file"]).to_pandas(columns=asked["columns"])
    answers[table] = {
        "rows": len(frame),
        "not_null": {name: int(frame[name].notna().sum()) for name in asked["columns"]},
        "sums": {name: float(frame[name].sum()) for name in asked["numbers"]},
    }
print(json.dumps(answers))
