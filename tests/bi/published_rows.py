"""What SQL on the published file says, asked beside Superset."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb


@dataclass(frozen=True)
class Published:
    """A published file, opened anew for each question."""

    path: Path

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.path), read_only=True) as con:
            con.execute("SET TimeZone = 'UTC'")
            return con.execute(query).fetchall()

    def tile(self, query: str) -> str:
        """One value as a tile writes it: whole numbers with commas, others with one decimal."""
        ((value,),) = self.ask(query)
        return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"
