"""`python -m local.write_docs` writes docs/tables from the schemas and sql/.

A page per table, one for the views, and an index with a diagram of the joins; in README.md the
table of settings, between the two comments that mark its place; the prices that come with us; and
what deploy/ names of the operations (`local.write_deploy`). A test fails when they are stale.
"""

from __future__ import annotations

import csv
import io

from local.write_deploy import write_deploy
from rekognition_tables.operations.spec import SPECS
from rekognition_tables.operations.tables import (
    SETTINGS_TABLES,
    TABLES,
    SettingsTable,
    Table,
    above,
)
from rekognition_tables.settings import CHECKOUT, VARIABLES
from rekognition_tables.warehouse.ddl import DUCKDB_TYPES
from rekognition_tables.warehouse.sql_files import read, views
from rekognition_tables.warehouse.view_columns import view_columns

README = CHECKOUT / "README.md"
PRICES = CHECKOUT / "sql" / "settings" / "prices.csv"
DOCS = CHECKOUT / "docs" / "tables"
SETTINGS_FROM, SETTINGS_TO = "<!-- settings -->\n", "<!-- /settings -->"
WRITTEN = "<!-- Written by `make docs`: edit rekognition_tables/operations/ or sql/. -->"
OF_EVERY_RESULT = ("job_requests", "quarantined_records", "unknown_fields")


def pages() -> dict[str, str]:
    """Every page by file name."""
    written = {f"{table.name}.md": table_page(table) for table in TABLES.values()}
    written |= {f"{table.name}.md": settings_page(table) for table in SETTINGS_TABLES.values()}
    return {"README.md": index_page(), **written, "views.md": views_page()}


def table_page(table: Table) -> str:
    rows = [
        f"| `{one.name}` | {DUCKDB_TYPES[one.kind]}{'' if one.null else ', never NULL'} "
        f"| {one.unit} | {_cell(one.comment)} | {_code(one.member)} |"
        for one in table.columns
    ]
    example = read("examples", table.name)
    grain = ", ".join(f"`{name}`" for name in table.grain)
    return "\n".join(
        [
            f"# {table.name}",
            WRITTEN,
            "",
            table.about,
            "",
            f"- One row per {grain}.",
            f"- Written by: {', '.join(table.operations)}.",
            *_joins(table),
            f"- At Amazon: <{table.aws_page}>",
            "",
            "| column | type | unit | meaning | AWS member |",
            "|---|---|---|---|---|",
            *rows,
            "",
            _question(example.about),
            "",
            "```sql",
            example.statement,
            "```",
            "",
        ]
    )


def settings_page(table: SettingsTable) -> str:
    rows = [
        f"| `{one.name}` | {DUCKDB_TYPES[one.kind]} | {one.unit} | {_cell(one.comment)} |"
        for one in table.columns
    ]
    return "\n".join(
        [
            f"# {table.name}",
            WRITTEN,
            "",
            table.about,
            "",
            f"- One row per {', '.join(f'`{name}`' for name in table.grain)}.",
            f"- Set by people: `rekognition-results settings {table.name}` prints it as CSV, and"
            " takes another one.",
            "",
            "| column | type | unit | meaning |",
            "|---|---|---|---|",
            *rows,
            "",
        ]
    )


def _joins(table: Table) -> list[str]:
    joined = parent(table)
    if joined is None:
        return []
    keys = ", ".join(f"`{name}`" for name in shared_keys(table, joined))
    return [f"- Joins [{joined.name}]({joined.name}.md) on {keys}."]


def parent(table: Table) -> Table | None:
    """The table one level up in the diagram; what nothing of its operation is above, the ledger."""
    if table.name == "loads":
        return None
    if table.name in OF_EVERY_RESULT or table.name.endswith("_jobs"):
        return TABLES["loads"]
    if table.name == "manifest_summaries":
        return TABLES["media_analysis_jobs"]
    return above(table)


def shared_keys(table: Table, joined: Table) -> list[str]:
    """The columns of the parent's grain that the table has too."""
    return [name for name in joined.grain if name in table.names]


def index_page() -> str:
    lines = ["erDiagram"]
    for table in TABLES.values():
        joined = parent(table)
        if joined:
            many = "o|" if table.one_a_result else "o{"
            keys = ", ".join(shared_keys(table, joined))
            lines.append(f'    {joined.name} ||--{many} {table.name} : "{keys}"')
    versions = ", ".join(f"`{name}` {spec.schema_version}" for name, spec in SPECS.items())
    return "\n".join(
        [
            "# Tables",
            WRITTEN,
            "",
            f"Schema versions: {versions}. Positions are 0-based, in the order the service"
            " sent; instants are in UTC; positions in a video are milliseconds.",
            "Every comment below stands in the database too (`duckdb_columns()`), and [the views]"
            "(views.md) answer the usual questions.",
            "",
            "| table | holds | one row per |",
            "|---|---|---|",
            *(
                f"| [{table.name}]({table.name}.md) | {_cell(table.about)} "
                f"| {', '.join(table.grain)} |"
                for table in TABLES.values()
            ),
            "",
            "```mermaid",
            *lines,
            "```",
            "",
            "## Tables that people set",
            "",
            "| table | holds | one row per |",
            "|---|---|---|",
            *(
                f"| [{table.name}]({table.name}.md) | {_cell(table.about)} "
                f"| {', '.join(table.grain)} |"
                for table in SETTINGS_TABLES.values()
            ),
            "",
        ]
    )


def views_page() -> str:
    parts = [
        "# Views",
        WRITTEN,
        "",
        "In every warehouse and every published file; from sql/*/views.",
    ]
    columns = view_columns()
    for view in sorted(views(), key=lambda view: view.name):
        parts += ["", f"## {view.name}", *_header(view.about), "", "| column | type | meaning |"]
        parts += ["|---|---|---|"]
        parts += [
            f"| `{one.name}` | {one.kind} | {_cell(one.meaning or '')} |"
            for one in columns[view.name]
        ]
    return "\n".join([*parts, ""])


def with_settings(readme: str) -> str:
    """`readme` with the table of settings in its place, if it has one."""
    before, begin, rest = readme.partition(SETTINGS_FROM)
    _, end, after = rest.partition(SETTINGS_TO)
    if not (begin and end):
        return readme
    rows = [
        f"| `{name}` | {_code(default)} | {_cell(meaning)} |\n"
        for name, default, meaning in VARIABLES
    ]
    table = "| variable | default | meaning |\n|---|---|---|\n" + "".join(rows)
    return f"{before}{begin}{table}{end}{after}"


def prices() -> str:
    """The prices that come with us, as CSV: one row an operation."""
    text = io.StringIO(newline="")
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(SETTINGS_TABLES["prices"].names)
    for name, spec in sorted(SPECS.items()):
        price = spec.price
        lines.writerow([name, "", price.usd, price.unit, price.as_of, price.source])
    return text.getvalue()


def _header(about: str) -> list[str]:
    """A view's header as a list; a line that is indented goes on where the last one ended."""
    told: list[str] = []
    for line in about.splitlines():
        if line.startswith(" ") and told:
            told[-1] += " " + line.strip()
        else:
            told.append(f"- {line}")
    return told


def _question(about: str) -> str:
    text = about.removeprefix("Answers: ")
    return text[:1].upper() + text[1:]


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


def main() -> None:
    DOCS.mkdir(parents=True, exist_ok=True)
    written = pages()
    for old in DOCS.glob("*.md"):
        if old.name not in written:
            old.unlink()
    for name, text in written.items():
        (DOCS / name).write_text(text)
    PRICES.write_text(prices())
    README.write_text(with_settings(README.read_text()))
    write_deploy()
    print(f"{len(written)} pages in {DOCS}")


if __name__ == "__main__":
    main()
