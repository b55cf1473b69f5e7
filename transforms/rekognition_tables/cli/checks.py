"""`checks`: what a load checks before it commits, and with --show the SQL of it."""

from __future__ import annotations

import argparse
import json

from rekognition_tables.settings import Settings
from rekognition_tables.warehouse.checks import checks
from rekognition_tables.warehouse.sql_files import SqlFile


def run(options: argparse.Namespace, settings: Settings) -> int:
    every = checks()
    if unknown := [name for name in options.names if name not in every]:
        raise ValueError(
            f"There is no check {unknown[0]}: `rekognition-results checks` lists their names."
        )
    chosen = [every[name] for name in options.names or every]
    if options.json:
        print(json.dumps([_facts(check, options.show) for check in chosen]))
    elif options.show:
        print("\n\n".join(map(_script, chosen)))
    else:
        width = max(len(check.name) for check in chosen)
        print("\n".join(f"{check.name:<{width}}  {_finds(check)}" for check in chosen))
    return 0


def _finds(check: SqlFile) -> str:
    """The last of its header, on one line."""
    return " ".join(check.about.partition("Finds: ")[2].split())


def _facts(check: SqlFile, show: bool) -> dict[str, str]:
    facts = {"check": check.name, "finds": _finds(check)}
    return facts | {"sql": check.statement} if show else facts


def _script(check: SqlFile) -> str:
    """The statement under its name, to be run as it is."""
    header = "\n".join(f"-- {line}" for line in (check.name, *check.about.splitlines()))
    return (
        f"{header}\n{check.statement}\n;"  # on a line of its own: the last one may end in a comment
    )
