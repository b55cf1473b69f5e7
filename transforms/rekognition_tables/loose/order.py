"""Saved pages in the order of their times, and each element once."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from rekognition_tables.loose.inputs import AnyPath, page_blocks
from rekognition_tables.loose.pages import LoosePage
from rekognition_tables.parsing.lines import Block, Line


@dataclass
class Arrangement:
    """Pages in the order to read them, and in words what is wrong with them or was put right."""

    pages: list[LoosePage]
    faults: list[str]
    notes: list[str]


def arranged(given: Sequence[LoosePage]) -> Arrangement:
    """Pages of one result without those that are there twice, in the order of their times.

    They are put in order only where the service sorted them by time: where they say so, or say
    nothing and each ascends.
    """
    faults: list[str] = []
    pages = _once(given, faults)
    sort_by = {page.sort_by for page in pages}
    if sort_by != {"TIMESTAMP"} and not (sort_by == {None} and all(p.ascends for p in pages)):
        return Arrangement(pages, faults, [])
    ordered = _by_time(pages)
    spans = [(page, page.span) for page in ordered if page.span]
    for (page, (_, last)), (other, (first, _)) in pairwise(spans):
        if first < last:
            faults.append(
                f"{page} and {other} overlap in time, so they cannot be put in order: were they "
                "changed, or merged from other pages?"
            )
    unordered = [page for page in pages if not page.ascends]
    faults += [f"The {page.element}s of {page} are not in order of time." for page in unordered]
    notes = [] if ordered == pages else ["The pages were put in order by their times."]
    return Arrangement(ordered, faults, notes)


def _by_time(pages: list[LoosePage]) -> list[LoosePage]:
    """Sorted by time, the last page last; one without elements stays behind the one before it."""
    keys, before = [], (-np.inf, -np.inf)
    for page in pages:
        before = page.span or before
        last = page.token is None
        keys.append(((np.inf, np.inf) if last and not page.span else before, last))
    order = sorted(range(len(pages)), key=keys.__getitem__)
    return [pages[n] for n in order]


def _once(pages: Sequence[LoosePage], faults: list[str]) -> list[LoosePage]:
    """Without pages whose elements were all there before; of other elements that were, a note.

    No element is twice in an answer: the same time, name and confidence are the same one.
    """
    hashes = np.concatenate([page.hashes for page in pages])
    _, firsts, which = np.unique(hashes, return_index=True, return_inverse=True)
    again = firsts[which] != np.arange(len(hashes))
    owners = np.repeat(np.arange(len(pages)), [len(page.hashes) for page in pages])
    kept, at = [], 0
    seen: set[tuple[str, int]] = set()
    for page in pages:
        own = again[at : at + len(page.hashes)]
        sources = owners[firsts[which[at : at + len(page.hashes)]]]
        at += len(own)
        place = (str(page.path), page.number)
        if place in seen or (len(own) and own.all()):
            source = pages[sources[0]] if len(own) else page
            faults.append(f"{page} repeats {source}: it is counted once.")
            continue
        seen.add(place)
        kept.append(page)
        page.repeats = {
            int(n): f"The {page.element} is there before, in {pages[sources[n]]}."
            for n in np.flatnonzero(own)
        }
        if page.repeats:
            first, count = min(page.repeats), len(page.repeats)
            faults.append(
                f"{page} repeats {count} {page.element}{'' if count == 1 else 's'} that are there "
                f"before, from {page.element} {first + 1} on: they are quarantined, and counted "
                "once."
            )
    return kept


Stored = tuple[Block, list[tuple[Line, LoosePage]]]


def stored(pages: Sequence[LoosePage], longest: int) -> Iterator[Stored]:
    """The pages' bytes in this order, which need not be that of their files."""
    places: dict[AnyPath, dict[int, LoosePage]] = {}
    for page in pages:
        places.setdefault(page.path, {})[page.number] = page
    as_filed = [page for path in places for _, page in sorted(places[path].items())]
    found = (_filed(path, wanted, longest) for path, wanted in places.items())
    if as_filed == list(pages):
        for one in found:
            yield from one
    else:
        yield from _spooled(pages, (stored for one in found for stored in one))


def _filed(path: AnyPath, wanted: dict[int, LoosePage], longest: int) -> Iterator[Stored]:
    for block, lines in page_blocks(path, longest):
        yield block, [(line, wanted[line.number]) for line in lines if line.number in wanted]


def _spooled(pages: Sequence[LoosePage], found: Iterator[Stored]) -> Iterator[Stored]:
    places: dict[LoosePage, tuple[int, int, int]] = {}
    with tempfile.TemporaryFile() as spool:
        for block, lines in found:
            for line, page in lines:
                places[page] = (spool.tell(), line.end - line.start, block.offset + line.start)
                spool.write(block.view(line))
        for page in pages:
            at, size, offset = places[page]
            spool.seek(at)
            block = Block(str(page.path), spool.read(size), offset)
            yield block, [(Line(page.number, 0, size), page)]
