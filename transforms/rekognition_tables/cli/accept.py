"""`accept`: release a result that is held back. The next load takes it into the tables."""

from __future__ import annotations

import argparse
import json
from typing import cast

from rekognition_tables.errors import one_line
from rekognition_tables.flatten.commits import accept, read_commit
from rekognition_tables.operations.names import OPERATIONS, Operation
from rekognition_tables.operations.spec import SPECS
from rekognition_tables.results_root.layout import SEGMENTS_SUFFIX, Layout, ResultKey
from rekognition_tables.settings import Settings


def run(options: argparse.Namespace, settings: Settings) -> int:
    layout = settings.layout()
    commit = accept(layout, _key(layout, options.result), options.reason)
    if options.json:
        told = {"operation": commit.key.operation, "result": commit.key.name}
        print(json.dumps({**told, "reason": commit.reason, "accepted": options.reason.strip()}))
    else:
        why = one_line(str(commit.reason))
        print(f"{commit.key.operation} {commit.key.name} is released although {why}")
        print("`rekognition-results load` takes it into the tables.")
    return 0


def _key(layout: Layout, words: list[str]) -> ResultKey:
    """The result that `[OPERATION] JOB` names; without an operation the one that is committed."""
    if len(words) > 2:
        raise ValueError(f"One result at a time: [OPERATION] JOB, not {' '.join(words)}")
    name = words[-1]
    if len(words) == 2:
        return ResultKey.from_name(cast("Operation", words[0]), name)
    form = "SEGMENTS" if name.endswith(SEGMENTS_SUFFIX) else None
    operations = [one for one in OPERATIONS if form is None or form in SPECS[one].forms]
    found = [ResultKey.from_name(operation, name) for operation in operations]
    committed = [key for key in found if read_commit(layout, key)]
    if not committed:
        raise ValueError(f"Nothing is committed for {name} in {layout.root}.")
    if len(committed) > 1:
        raise ValueError(f"{name} is a job of several operations: say which before it.")
    return committed[0]
