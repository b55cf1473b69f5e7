"""`rekognition-results`: each subcommand is thin over the library, in a module of its own.

Exit status: 0, 1 (something failed, was quarantined or is held back), 2 (bad arguments, or SQL that
DuckDB refuses), 130 (Ctrl-C). Commands are imported when they run, so that `--help` and a mistyped
word answer at once.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, NoReturn

from rekognition_tables.errors import ResultsError, one_line
from rekognition_tables.operations.names import OPERATIONS

FAILED, BAD_ARGUMENTS, STOPPED = 1, 2, 130
SETTINGS_TABLES = ("review_thresholds", "prices")


class _Parser(argparse.ArgumentParser):
    """One sentence and exit status 2 for what it does not understand."""

    def error(self, message: str) -> NoReturn:
        self.exit(
            BAD_ARGUMENTS, f"{self.prog}: {one_line(message)} (`{self.prog} --help` tells more)\n"
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns the exit status; bad arguments raise SystemExit(2)."""
    options = parser().parse_args(arguments)
    try:
        status = _run(options)
    except BrokenPipeError:  # the reader, `head` perhaps, has seen enough
        status = 0
    except KeyboardInterrupt:
        status = _say("Stopped: nothing but what was being printed is left half done.", STOPPED)
    _give_up_output()
    return status


def _run(options: argparse.Namespace) -> int:
    try:
        from rekognition_tables.settings import Settings

        status: int = import_module(f"rekognition_tables.cli.{options.command}").run(
            options, Settings.from_env()
        )
        sys.stdout.flush()  # here, where a full disk is one sentence
        return status
    except BrokenPipeError:
        raise
    except (ResultsError, OSError) as error:
        return _say(str(error), FAILED)
    except ValueError as error:
        return _say(str(error), BAD_ARGUMENTS)


def _give_up_output() -> None:
    """What standard output does not take must not fail once more when Python ends."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _say(message: str, status: int) -> int:
    print(f"rekognition-results: {one_line(message)}", file=sys.stderr)
    return status


def parser() -> argparse.ArgumentParser:
    """All subcommands with their options."""
    whole = _Parser(
        prog="rekognition-results",
        description="Rekognition's landed results as tables: flatten, load, publish, ask.",
        epilog="REKOGNITION_RESULTS_URI and REKOGNITION_WAREHOUSE_URI say where everything stands.",
    )
    commands = whole.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_flatten(commands)
    _add_load(commands)
    _add_publish(commands)
    _add_sql(commands)
    _add_status(commands)
    _add_unlanded(commands)
    _add_settings(commands)
    _add_accept(commands)
    _add_checks(commands)
    return whole


def _command(commands: Any, name: str, about: str, **more: Any) -> argparse.ArgumentParser:
    made: argparse.ArgumentParser = commands.add_parser(
        name, help=about, description=about, allow_abbrev=False, **more
    )
    return made


def _add_json(command: Any) -> None:
    command.add_argument("--json", action="store_true", help="print JSON for machines")


def _add_flatten(commands: Any) -> None:
    command = _command(
        commands,
        "flatten",
        "Write landed results as Parquet tables; with PATHs, loose files of responses.",
    )
    command.add_argument(
        "paths", nargs="*", metavar="PATH", help="loose files, folders, globs; none: results root"
    )
    command.add_argument(
        "--operation", choices=OPERATIONS, help="what the files hold; found out when left out"
    )
    command.add_argument("--out", metavar="DIR", help="where the tables of loose files go")
    command.add_argument("--job-id", metavar="JOB", help="only this job; of loose files, theirs")
    command.add_argument(
        "--all", action="store_true", help="also what is already flattened (results root only)"
    )
    _add_json(command)


def _add_load(commands: Any) -> None:
    command = _command(
        commands, "load", "Load what is committed and not loaded, check it, and publish."
    )
    command.add_argument("--all", action="store_true", help="build the whole warehouse anew")
    _add_json(command)


def _add_publish(commands: Any) -> None:
    _add_json(_command(commands, "publish", "Put a new copy of the warehouse where readers look."))


def _add_output(command: argparse.ArgumentParser) -> None:
    """Without one of these, an aligned table: its first 1,000 rows in a terminal, else all."""
    form = command.add_mutually_exclusive_group()
    form.add_argument("--csv", action="store_true", help="print CSV with a header line")
    form.add_argument(
        "--csv-safe",
        dest="csv",
        action="store_const",
        const="safe",
        help="the same for spreadsheets: no text in it becomes a formula",
    )
    form.add_argument("--parquet", metavar="OUT", help="write a Parquet file")
    _add_json(form)


def _add_sql(commands: Any) -> None:
    command = _command(
        commands,
        "sql",
        "Ask the published file, whose tables SQL cannot change here.",
        epilog="COPY ... TO and ATTACH work on other files of yours, as in DuckDB itself.",
    )
    command.add_argument("statement", metavar="SQL", help="what to ask; `-` reads it from stdin")
    _add_output(command)


def _add_status(commands: Any) -> None:
    command = _command(commands, "status", "Every result of the published file: does it reconcile?")
    _add_output(command)


def _add_settings(commands: Any) -> None:
    command = _command(
        commands,
        "settings",
        "Thresholds of the review queue and prices: list them, print one as CSV, or put a new one.",
    )
    command.add_argument(
        "table",
        nargs="?",
        choices=SETTINGS_TABLES,
        metavar="TABLE",
        help=" or ".join(SETTINGS_TABLES),
    )
    command.add_argument("file", nargs="?", metavar="FILE", help="CSV to put; `-` reads stdin")
    _add_json(command)


def _add_unlanded(commands: Any) -> None:
    command = _command(
        commands, "unlanded", "Known jobs that are not landed, those that expire first on top."
    )
    _add_output(command)


def _add_accept(commands: Any) -> None:
    command = _command(
        commands,
        "accept",
        "Release a result that is held back, with a reason that the ledger keeps; then load.",
        usage="%(prog)s [-h] [OPERATION] JOB --reason REASON [--json]",
    )
    command.add_argument(
        "result",
        nargs="+",
        metavar="[OPERATION] JOB",
        help="JOB is the job id, for its SEGMENTS form `JOB.segments`",
    )
    command.add_argument("--reason", required=True, help="why it is good enough")
    _add_json(command)


def _add_checks(commands: Any) -> None:
    command = _command(
        commands, "checks", "What a load checks before it commits: list it, or show its SQL."
    )
    command.add_argument("names", nargs="*", metavar="NAME", help="only these checks")
    command.add_argument("--show", action="store_true", help="print the SQL that runs")
    _add_json(command)


if __name__ == "__main__":
    sys.exit(main())
