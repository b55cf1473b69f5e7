"""Text as people's programs save it: UTF-8 with or without a byte order mark, UTF-16, UTF-32."""

from __future__ import annotations

import codecs
from collections.abc import Iterator

BOM = codecs.BOM_UTF8
MARKS = (  # the longer ones first: UTF-16's is the beginning of UTF-32's
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
LOOKED_AT = 4  # bytes that tell


class NotUnicode(ValueError):
    """The message says which byte is wrong, and how to convert the file.

    `line`: of that byte, from 1; `record`: how the line begins.
    """

    def __init__(
        self, encoding: str, at: int, byte: bytes, line: int = 1, record: bytes = b""
    ) -> None:
        self.line = line
        self.record = record
        wrong = f"byte 0x{byte.hex().upper()}" if byte else "the end"
        if encoding == "utf-8":
            guess = (
                "the file is damaged, or in Latin-1 or Windows-1252. Convert it "
                "(iconv -f WINDOWS-1252 -t UTF-8 FILE > NEW)"
            )
        else:
            guess = "the file is cut or damaged"
        super().__init__(f"{wrong} at offset {at:,} is not {encoding.upper()}: {guess}")


def encoding_of(start: bytes) -> tuple[str, int]:
    """The encoding of a text by its first bytes, and how many of them are its mark.

    UTF-8 keeps its mark, so that offsets are those of the file.
    """
    for mark, encoding in MARKS:
        if start.startswith(mark):
            return encoding, len(mark)
    # JSON and CSV begin with ASCII, which UTF-16 pads with a zero.
    if len(start) > 1 and not start[1] and start[0]:
        return "utf-16-le", 0
    return ("utf-16-be", 0) if len(start) > 1 and not start[0] and start[1] else ("utf-8", 0)


def as_utf8(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The same text as UTF-8, chunk by chunk. NotUnicode for what is none."""
    first = b""
    for chunk in chunks:
        first += chunk
        if len(first) >= LOOKED_AT:
            break
    encoding, fed = encoding_of(first)
    decoder = codecs.getincrementaldecoder(encoding)()
    lines = 1
    for data, final in _with_an_end(first[fed:], chunks):
        if encoding == "utf-8" and data.isascii() and not decoder.getstate()[0]:
            fed += len(data)
            lines += data.count(b"\n")
            if data:
                yield data
            continue
        try:
            text = decoder.decode(data, final)
        except UnicodeDecodeError as error:
            at = fed + len(data) - len(error.object) + error.start
            before, wrong = error.object[: error.start], error.object[error.start :]
            line = lines + before.count(b"\n")
            record = before[before.rfind(b"\n") + 1 :] + wrong
            raise NotUnicode(encoding, at, wrong[:1], line, record) from None
        fed += len(data)
        lines += data.count(b"\n")
        if text:
            yield text.encode()


def _with_an_end(first: bytes, rest: Iterator[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Each chunk, and True with the last one, where a cut character shows."""
    yield first, False
    for chunk in rest:
        yield chunk, False
    yield b"", True


def text_of_file(data: bytes) -> str:
    """A whole small file, without its mark. NotUnicode for what is none."""
    return b"".join(as_utf8(iter([data]))).removeprefix(BOM).decode()
