"""Text as people's programs save it, and the byte that is none."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekognition_tables.parsing.encodings import NotUnicode, as_utf8, text_of_file

TEXT = '{"Name": "Café \U0001f600"}\r\n'
# utf-16-le without a mark is what some of Windows' programs write.
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32")


def chunked(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


@pytest.mark.parametrize("encoding", ENCODINGS)
@given(st.integers(1, 40))
def test_text_is_read_however_it_is_cut(encoding: str, size: int) -> None:
    data = TEXT.encode(encoding)
    found = b"".join(as_utf8(chunked(data, size)))
    assert found.decode("utf-8-sig") == TEXT
    assert text_of_file(data) == TEXT


def test_utf_8_stays_byte_for_byte() -> None:
    data = TEXT.encode("utf-8-sig")
    assert b"".join(as_utf8(iter([data]))) == data


@pytest.mark.parametrize("size", [1, 3, 7, 100])
def test_a_byte_that_is_no_utf_8_is_named_with_its_place(size: int) -> None:
    data = 'é\n{"a": 1}\n{"b": "'.encode() + b"\xe9t\xe9" + b'"}'
    with pytest.raises(NotUnicode, match="byte 0xE9 at offset 19 is not UTF-8") as caught:
        list(as_utf8(chunked(data, size)))
    assert caught.value.line == 3
    assert "iconv -f WINDOWS-1252 -t UTF-8" in str(caught.value)


@pytest.mark.parametrize(
    "data", ["é".encode()[:1], "ab".encode("utf-16")[:-1], b"\xff\xfe\x00\xd8"]
)
def test_a_character_that_is_cut_is_told(data: bytes) -> None:
    with pytest.raises(NotUnicode):
        list(as_utf8(iter([data])))


def test_no_text_at_all_is_empty() -> None:
    assert text_of_file(b"") == ""
