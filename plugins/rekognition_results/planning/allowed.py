"""What a DAG's form may name: the connections and the places in S3 that settings list.

Who may trigger a DAG may fill in its form. Without this, that person could use every AWS connection
that Airflow has, on every bucket that those reach. What a DAG file itself says is not restricted.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from airflow.sdk.exceptions import AirflowFailException

from rekognition_tables.errors import one_line
from rekognition_tables.settings import Settings


def refuse_what_no_setting_lists(context: Any) -> None:
    """Airflow's pre_execute of every task: AirflowFailException before anything is asked of AWS."""
    params, settings = context.get("params") or {}, Settings.from_env()
    connection = params.get("aws_conn_id")
    if connection and connection not in connections(settings):
        raise AirflowFailException(
            f"The form names the connection {one_line(connection)}, which no setting lists: choose "
            f"{' or '.join(connections(settings))}, or add it to REKOGNITION_AWS_CONN_IDS."
        )
    for param, places in _places(settings).items():
        uri = params.get(param)
        if uri and not _is_under(uri, places):
            listed = " or ".join(filter(None, places)) or "none is listed"
            raise AirflowFailException(
                f"The form names {one_line(uri)} as {param}, which no setting lists: choose a "
                f"place under those that are ({listed}), or add it to REKOGNITION_ALLOWED_URIS."
            )


def connections(settings: Settings) -> list[str]:
    """The connections that a form may name, the settings' own first."""
    return list(dict.fromkeys([settings.aws_conn_id, *_listed(settings.aws_conn_ids)]))


def may_be_shown(uri: str) -> bool:
    """True when what is in an object may be shown in a log: it is where a form may point to."""
    return any(_is_under(uri, places) for places in _places(Settings.from_env()).values())


def _places(settings: Settings) -> dict[str, list[str]]:
    """Where each param of a form may point to."""
    more = _listed(settings.allowed_uris)
    inputs = [settings.images_uri, settings.videos_uri, *more]
    outputs = [settings.output_uri, *more]
    return {"prefix": inputs, "output_uri": outputs, "manifest_uri": [*inputs, *outputs]}


def _listed(text: str) -> list[str]:
    return [part for part in (part.strip() for part in text.split(",")) if part]


def _is_under(uri: str, places: Iterable[str]) -> bool:
    """True for a place itself, as it is written, and for what is in it; not for its namesakes."""
    return any(uri == place or uri.startswith(place.rstrip("/") + "/") for place in places if place)
