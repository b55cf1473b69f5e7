"""What a text is that is no JSON, in words that say what to do about it."""

from __future__ import annotations

import re

WEB_PAGE = re.compile(r"\s*<(!doctype html|html|head|body)\b", re.IGNORECASE)
PRETTY = re.compile(r'\s*([\[{]|[\]}],?|"(?:[^"\\]|\\.)*"\s*:[^{}]*[,{\[]?)\s*')
LINES = "One record a line is needed: `jq -c . FILE > NEW` writes that."


def what_it_is(text: str, at: int) -> str:
    """A sentence about a text whose JSON is wrong at a character; empty when it looks like JSON."""
    if WEB_PAGE.match(text):
        return "It is a web page (HTML), an error page perhaps."
    if text.lstrip().startswith("<"):
        return "It is XML, an error of S3 perhaps."
    if text.lstrip().startswith(("{'", "[{'")):
        return "It is a Python dict as print() shows it: json.dumps writes JSON."
    before, behind = text[:at].rstrip(), text[at:].lstrip()
    closing = behind.lstrip(",").lstrip()[:1]
    if closing in ("]", "}") and (before.endswith(",") or behind.startswith(",")):
        return f"There is a comma before the closing {closing}: a trailing comma."
    if behind.startswith(",") and before.endswith("}"):
        return (
            "A comma follows a record, as inside of a JSON array: take the commas away, or put "
            "the whole in [ and ]."
        )
    if PRETTY.fullmatch(text):
        return f"It is a line of pretty-printed JSON. {LINES}"
    return ""
