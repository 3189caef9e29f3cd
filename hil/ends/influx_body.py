# SPDX-License-Identifier: Apache-2.0
"""A written body judged: which of its points the database keeps, and every fault, whatever is answered.

A field's type is what it was first written with, in its measurement and database. A line that can't be read, or has a
field of another type, is not kept; the others of the body are, as InfluxDB 1 does (observed 1.6.7).

Nine of ten lines of a gateway are those of its last write, byte for byte: what they say is kept, and said by the same
objects again, which nobody may change.
"""

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from xky.protocol.uplinks.line_protocol import RULES, LineFault, Point, lines_of, parse_line, type_of

from .influx_dialect import Dialect, unit_ns

__all__ = ["BodyFault", "Judged", "ReadLine", "Types", "inflated", "judged"]

Types = dict[str, dict[str, dict[str, str]]]
"""Of each database, and in it of each measurement: field and type."""

BODY_MAX = 4 << 20  # bytes of a body that was packed
LINES_MAX = 20_000  # of one body
_TOLD_MAX = 20  # faults of one body that are told one by one
_ANSWERED_MAX = 100  # lines that the answer names
_TIME_MAX_NS = 2**63 - 2
_KEPT_LINES = 1024  # of some 25 in a write, most of them the same in each
_KEPT_BYTES_MAX = 512  # of a line that is kept


@dataclass(frozen=True, slots=True)
class BodyFault:
    """One fault: kind and text of the event, and what is judged of it."""

    kind: str
    text: str
    facts: dict[str, Any]


class ReadLine(NamedTuple):
    """A line that can be read.

    Attributes:
        point: that it says.
        time_ns: of the point, nanoseconds; None where the server puts its own.
        content: as a payload has it.
        types: of its fields; the same object for the same fields.
    """

    point: Point
    time_ns: int | None
    content: Mapping[str, Any]
    types: Mapping[str, str]


@dataclass(slots=True)
class Judged:
    """What came of a body.

    Attributes:
        kept: bytes of each line that is kept, and what it says.
        faults: in the order of the lines, the first of them.
        more: how many faults are not told.
        refused: number, text and reason of lines that were not kept, the first of them.
        conflict: InfluxDB's words for the first point of another type.
        dropped: how many points had another type.
    """

    kept: list[tuple[bytes, ReadLine]] = field(default_factory=list)
    faults: list[BodyFault] = field(default_factory=list)
    more: int = 0
    refused: list[tuple[int, str, str]] = field(default_factory=list)
    conflict: str = ""
    dropped: int = 0


def inflated(body: bytes) -> bytes | None:
    """What a body in gzip holds; None where it is none, is cut off, or holds too much.

    Args:
        body: of a request; no more than ``BODY_MAX`` bytes are ever made of it.
    """
    parts, size = [], 0
    while body:
        packed = zlib.decompressobj(zlib.MAX_WBITS | 16)
        try:
            part = packed.decompress(body, BODY_MAX - size + 1)
        except zlib.error:
            return None
        size += len(part)
        if size > BODY_MAX or not packed.eof:
            return None
        parts.append(part)
        body = packed.unused_data  # a file of gzip may have several members
    return b"".join(parts) if parts else None


def judged(
    body: bytes, dialect: Dialect, precision: str, database: str, types: Types, masked: Callable[[str], str] = str
) -> Judged:
    """Take a body apart.

    Args:
        body: as it was meant, unpacked.
        dialect: of the API it was written to.
        precision: one that it knows.
        database: where it is written.
        types: of every field until now; those that are new here are added.
        masked: takes what is nobody's business out of what was found, before it is cut short.
    """
    outcome, measurements = Judged(), types.get(database, {})
    for number, line in lines_of(body):
        said = _read(line, dialect, precision) if len(line) <= _KEPT_BYTES_MAX else _read_now(line, dialect, precision)
        if isinstance(said, LineFault):
            _refuse(outcome, number, line, said, masked)
            continue
        point = said.point
        known = measurements.get(point.measurement)
        if known is None:
            known = measurements[point.measurement] = {}
            types[database] = measurements
        if said.types != known and not said.types.items() <= known.items():
            if _conflicts(outcome, known, said, number, line, masked):
                continue
            known.update(said.types)
        for fault in point.faults:
            _note(outcome, "misread", number, fault, masked)
        outcome.kept.append((line, said))
    return outcome


def _read_now(line: bytes, dialect: Dialect, precision: str) -> ReadLine | LineFault:
    point = parse_line(line, unsigned=dialect.unsigned)
    if isinstance(point, LineFault):
        return point
    time_ns = None if point.time is None else point.time * unit_ns(dialect, precision, point.time)
    if time_ns is not None and abs(time_ns) > _TIME_MAX_NS:
        return LineFault("time_range", len(line), str(point.time))
    content = {"measurement": point.measurement, "tags": point.tags, "fields": point.fields, "time": time_ns}
    return ReadLine(
        point, time_ns, content, _types(tuple((key, type_of(value)) for key, value in point.fields.items()))
    )


_read = lru_cache(_KEPT_LINES)(_read_now)


@lru_cache(_KEPT_LINES)
def _types(named: tuple[tuple[str, str], ...]) -> Mapping[str, str]:
    """The types of some fields: one object for all lines that have them."""
    return dict(named)


def _note(outcome: Judged, kind: str, number: int, fault: LineFault, masked: Callable[[str], str]) -> None:
    fault = fault._replace(found=masked(fault.found))
    facts = {"rule": fault.rule, "line": number, "column": fault.column, "found": fault.found[:200]}
    _tell(outcome, BodyFault(kind, f"line {number}, {fault.text}", facts))


def _tell(outcome: Judged, fault: BodyFault) -> None:
    if len(outcome.faults) < _TOLD_MAX:
        outcome.faults.append(fault)
    else:
        outcome.more += 1


def _answer(outcome: Judged, number: int, line: bytes, words: str) -> None:
    if len(outcome.refused) < _ANSWERED_MAX:
        outcome.refused.append((number, line.decode(errors="replace"), words))


def _refuse(outcome: Judged, number: int, line: bytes, fault: LineFault, masked: Callable[[str], str]) -> None:
    _note(outcome, "unreadable", number, fault, masked)
    text = line.decode(errors="replace")
    _answer(outcome, number, line, f"unable to parse '{text}': {RULES[fault.rule].server}")


def _conflicts(
    outcome: Judged, known: dict[str, str], said: ReadLine, number: int, line: bytes, masked: Callable[[str], str]
) -> bool:
    measurement = said.point.measurement
    for key, came in said.types.items():
        was = known.get(key, came)
        if was != came:
            words = (
                f'partial write: field type conflict: input field "{key}" on measurement "{measurement}" is type '
                f"{came}, already exists as type {was}"
            )
            outcome.conflict = outcome.conflict or words
            outcome.dropped += 1
            _answer(outcome, number, line, words)
            facts = {"measurement": measurement, "field": key, "was": was, "came": came, "line": number}
            text = f"line {number}: field {key} of {measurement} is {came}, first written as {was}"
            _tell(outcome, BodyFault("type_conflict", masked(text), facts))
            return True
    return False
