"""Tables that people fill, as CSV: thresholds of the review queue, prices, moderation categories."""

from __future__ import annotations

from dataclasses import dataclass

from rekognition_tables.operations.columns import DATE, GUIDE, INTEGER, PERCENT, REAL, TEXT, Column
from rekognition_tables.operations.names import OPERATIONS
from rekognition_tables.operations.table import AnyTable


@dataclass(frozen=True)
class SettingsTable(AnyTable):
    """One table: its columns, its key, and keys that must be there since views fall back on them."""

    must_have: tuple[tuple[str, ...], ...]


REVIEW_THRESHOLDS = SettingsTable(
    "review_thresholds",
    "From which confidence on a person has to look at an image, by top-level moderation category.",
    ("category",),
    (
        Column(
            "category",
            TEXT,
            "Top-level category of moderation model 7, or of a later one; empty for all that have "
            "no row.",
            null=False,
        ),
        Column(
            "min_confidence",
            REAL,
            "Findings from here on are queued.",
            unit=PERCENT,
            null=False,
        ),
    ),
    (("",),),
)

PRICES = SettingsTable(
    "prices",
    "What Amazon charges, by operation and region: the base of estimated costs.",
    ("operation", "region"),
    (
        Column("operation", TEXT, " or ".join(f"`{one}`" for one in OPERATIONS) + ".", null=False),
        Column("region", TEXT, "AWS region; empty for all that have no row.", null=False),
        Column("usd", REAL, "Price of one unit.", unit="US dollars", null=False),
        Column("unit", TEXT, "What is charged: an image, a minute of video.", null=False),
        Column("as_of", DATE, "The day the price was looked up.", null=False),
        Column("source", TEXT, "Where it was looked up.", null=False),
    ),
    tuple((operation, "") for operation in OPERATIONS),
)

MODERATION_TAXONOMY = SettingsTable(
    "moderation_taxonomy",
    "The published names of each moderation model, and the category of model 7 that each belongs to "
    f"({GUIDE}moderation-api.html, {GUIDE}moderation-response-transform.html). AWS does not say "
    "which versions before 6.1 had which names: rows of models 1 to 5 are what its guide listed "
    "while they were in use.",
    ("model_major", "name", "parent"),
    (
        Column(
            "model_major",
            INTEGER,
            "First number of the model's version; the highest is for later models too.",
            null=False,
        ),
        Column("name", TEXT, "Name of the moderation label.", null=False),
        Column("parent", TEXT, "Name of its parent; empty at the top.", null=False),
        Column("category", TEXT, "The model's own top-level category.", null=False),
        Column(
            "category_7",
            TEXT,
            "Top-level category of model 7 that the thresholds go by; empty where none is alike.",
            null=False,
        ),
        Column("source", TEXT, "Where AWS publishes it.", null=False),
    ),
    (),
)
