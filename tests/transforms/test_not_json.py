"""Texts that are no JSON are told as what they are."""

from __future__ import annotations

import pytest

from rekognition_tables.parsing.strict import Refused, strict_json, value_spans

TEXTS = [
    ("<!DOCTYPE html><p>", "It is a web page (HTML)"),
    (" <html><body>", "It is a web page (HTML)"),
    ('<?xml version="1.0"?><Error><Code>AccessDenied', "It is XML"),
    ('{"a": 1,}', "a trailing comma"),
    ('{"a": [1, 2,], "b": 1}', "a trailing comma"),
    ('{"a": 1},', "A comma follows a record"),
    ("{", "It is a line of pretty-printed JSON"),
    ("[", "It is a line of pretty-printed JSON"),
    ('  "source-ref": "s3://b/k",', "It is a line of pretty-printed JSON"),
    ("  },", "It is a line of pretty-printed JSON"),
    ("{'a': None}", "It is a Python dict as print() shows it"),
]


@pytest.mark.parametrize("text, sentence", TEXTS)
def test_what_a_text_is_stands_behind_what_is_wrong(text: str, sentence: str) -> None:
    with pytest.raises(Refused) as caught:
        strict_json(text)
    assert caught.value.reason.startswith(("JSON is malformed: ", "JSON is cut short: "))
    assert sentence in caught.value.reason


def test_lines_of_an_array_without_its_brackets_are_told() -> None:
    with pytest.raises(Refused, match="A comma follows a record"):
        value_spans('{"a": 1},\n{"b": 2},\n')


def test_a_text_that_is_only_wrong_has_no_more_to_it() -> None:
    with pytest.raises(Refused, match=r"at character 6\.$"):
        strict_json('{"a": x}')
