"""Every benchmark, one after the other; each writes its section of benchmarks/RESULTS.md.

python -m benchmarks [--short]
"""

from __future__ import annotations

import argparse
import subprocess
import sys

from benchmarks.results import RESULTS, machine, put_section

# name: (arguments in full, in short); in full they take an hour on two cores, in short minutes
BENCHMARKS: dict[str, tuple[list[str], list[str]]] = {
    "flatten": ([], ["--pages", "100", "--manifests", "10", "--rounds", "1", "--slow-pages", "5"]),
    "load": (
        ["--millions", "0", "1", "10", "50"],
        ["--millions", "0", "0.1", "--lakes", "0.1", "--rounds", "1"],
    ),
    "load_views": ([], ["--millions", "0.2", "--rounds", "1"]),
    "emulator": ([], ["--jobs", "500", "--pages", "100"]),
    "waiting": ([], ["--waits", "50"]),
    "parse": ([], ["--rounds", "1"]),
    "scale": ([], ["--jobs", "1000", "5000"]),
    "pipeline": ([], ["--videos", "3"]),
}
PRINT_ONLY = {"emulator": "Emulator", "waiting": "Waiting", "parse": "Parsing the DAGs"}


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--short", action="store_true", help="a small input: minutes, not an hour")
    parser.add_argument("only", nargs="*", help=f"of {', '.join(BENCHMARKS)}")
    arguments = parser.parse_args()
    unknown = set(arguments.only) - set(BENCHMARKS)
    if unknown:
        parser.error(
            f"no benchmark {', '.join(sorted(unknown))}: choose of {', '.join(BENCHMARKS)}"
        )
    failed = 0
    for name, (full, short) in BENCHMARKS.items():
        if not arguments.only or name in arguments.only:
            failed += run(name, short if arguments.short else full)
    print(f"Written to {RESULTS}.")
    return 1 if failed else 0


def run(name: str, options: list[str]) -> int:
    """Run one benchmark in a process of its own; keep what it prints if it writes no section."""
    command = [sys.executable, "-m", f"benchmarks.{name}", *options]
    print("$", " ".join(command[1:]), flush=True)
    if name not in PRINT_ONLY:
        return subprocess.run(command).returncode
    ran = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    print(ran.stdout)
    if ran.returncode == 0:
        told = f"\n`python -m benchmarks.{name}`, {machine()}\n\n```\n{ran.stdout.strip()}\n```"
        put_section(PRINT_ONLY[name], told)
    return ran.returncode


if __name__ == "__main__":
    sys.exit(main())
