# SPDX-License-Identifier: Apache-2.0
"""A written body judged: which of its points the database keeps, and every fault, whatever is answered.

A field's type is what it was first written with, in its measurement and database. A line that can't be read, or has a
field of another type, is not kept; the others of the body are, as InfluxDB 1 does (observed 1.6.7).

Nine of ten lines of a gateway are those of its last write, byte for byte: a line that was kept without a fault is known
by its bytes from then on, for a field never gets another type, and says the same by the same objects, which nobody may
change.
"""

import zlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, NamedTuple

from xky.protocol.uplinks.line_protocol import (
    RULES,
    LineFault,
    numbered_lines,
    parse_line,
    says_something,
    type_of,
)

from .influx_dialect import Dialect, unit_ns

__all__ = ["BodyFault", "Books", "Judged", "ReadLine", "inflated"]

BODY_MAX = 4 << 20  # bytes of a body that was packed
LINES_MAX = 20_000  # of one body
_TOLD_MAX = 20  # faults of one body that are told one by one
_ANSWERED_MAX = 100  # lines that the answer names
_TIME_MAX_NS = 2**63 - 2
_KNOWN_LINES = 1024  # of some 25 in a write, most of them the same in each
_KNOWN_BYTES_MAX = 512  # of a line that is known
_KNOWN_WAYS = 16  # to write: dialect, precision and database


@dataclass(frozen=True, slots=True)
class BodyFault:
    """One fault: kind and text of the event, and what is judged of it."""

    kind: str
    text: str
    facts: dict[str, Any]


class ReadLine(NamedTuple):
    """A line that can be read.

    Attributes:
        line: its bytes.
        measurement: of the point that it says.
        content: as a payload has it; its ``time`` in nanoseconds, None where the server puts its own.
        types: of its fields; the same object for the same fields.
        is_timed: the point says its time.
        faults: what is wrong although the point is stored.
    """

    line: bytes
    measurement: str
    content: Mapping[str, Any]
    types: Mapping[str, str]
    is_timed: bool
    faults: tuple[LineFault, ...]


_IS_TIMED = attrgetter("is_timed")


@dataclass(slots=True)
class Judged:
    """What came of a body.

    Attributes:
        kept: the lines that are kept.
        faults: in the order of the lines, the first of them.
        more: how many faults are not told.
        refused: number, text and reason of lines that were not kept, the first of them.
        conflict: InfluxDB's words for the first point of another type.
        dropped: how many points had another type.
    """

    kept: list[ReadLine] = field(default_factory=list)
    faults: list[BodyFault] = field(default_factory=list)
    more: int = 0
    refused: list[tuple[int, str, str]] = field(default_factory=list)
    conflict: str = ""
    dropped: int = 0

    @property
    def is_timed(self) -> bool:
        """Whether a line that is kept says its time."""
        return any(map(_IS_TIMED, self.kept))


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


class Books:
    """What databases have taken: the types of their fields, and the lines that need not be looked at again."""

    def __init__(self) -> None:
        self._types: dict[str, dict[str, dict[str, str]]] = {}  # by database and measurement: field and type
        self._same_types: dict[tuple[tuple[str, str], ...], Mapping[str, str]] = {}
        self._known: dict[tuple[Dialect, str, str], dict[bytes, ReadLine]] = {}

    @property
    def databases(self) -> Collection[str]:
        """Those that points were written to."""
        return self._types.keys()

    def judged(
        self, body: bytes, dialect: Dialect, precision: str, database: str, masked: Callable[[str], str] = str
    ) -> Judged:
        """Take a body apart; the types that are new in it are known from then on.

        Args:
            body: as it was meant, unpacked.
            dialect: of the API it was written to.
            precision: one that it knows.
            database: where it is written.
            masked: takes what is nobody's business out of what was found, before it is cut short.
        """
        outcome, known = Judged(), self._known_lines(dialect, precision, database)
        for number, line in numbered_lines(body):
            said = known.get(line)
            if said is not None:
                outcome.kept.append(said)
            elif says_something(line):
                read = self._read(line, dialect, precision)
                if isinstance(read, LineFault):
                    _refuse(outcome, number, line, read, masked)
                elif self._keeps(outcome, read, database, number, masked) and len(line) <= _KNOWN_BYTES_MAX:
                    if len(known) >= _KNOWN_LINES:
                        known.clear()
                    known[line] = read
        return outcome

    def _known_lines(self, dialect: Dialect, precision: str, database: str) -> dict[bytes, ReadLine]:
        way = dialect, precision, database
        known = self._known.get(way)
        if known is None:
            if len(self._known) >= _KNOWN_WAYS:
                self._known.clear()
            known = self._known[way] = {}
        return known

    def _read(self, line: bytes, dialect: Dialect, precision: str) -> ReadLine | LineFault:
        point = parse_line(line, unsigned=dialect.unsigned)
        if isinstance(point, LineFault):
            return point
        time_ns = None if point.time is None else point.time * unit_ns(dialect, precision, point.time)
        if time_ns is not None and abs(time_ns) > _TIME_MAX_NS:
            return LineFault("time_range", len(line), str(point.time))
        content = {"measurement": point.measurement, "tags": point.tags, "fields": point.fields, "time": time_ns}
        named = tuple((key, type_of(value)) for key, value in point.fields.items())
        if len(self._same_types) >= _KNOWN_LINES:
            self._same_types.clear()
        types = self._same_types.setdefault(named, dict(named))
        return ReadLine(line, point.measurement, content, types, time_ns is not None, point.faults)

    def _keeps(self, outcome: Judged, said: ReadLine, database: str, number: int, masked: Callable[[str], str]) -> bool:
        """Keep a line that can be read, unless a field has another type; whether it may be kept unseen next time."""
        known = self._types.setdefault(database, {}).setdefault(said.measurement, {})
        if said.types != known and not said.types.items() <= known.items():
            if _conflicts(outcome, known, said, number, masked):
                return False
            known.update(said.types)
        for fault in said.faults:
            _note(outcome, "misread", number, fault, masked)
        outcome.kept.append(said)
        return not said.faults


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
    outcome: Judged, known: dict[str, str], said: ReadLine, number: int, masked: Callable[[str], str]
) -> bool:
    measurement = said.measurement
    for key, came in said.types.items():
        was = known.get(key, came)
        if was != came:
            words = (
                f'partial write: field type conflict: input field "{key}" on measurement "{measurement}" is type '
                f"{came}, already exists as type {was}"
            )
            outcome.conflict = outcome.conflict or words
            outcome.dropped += 1
            _answer(outcome, number, said.line, words)
            facts = {"measurement": measurement, "field": key, "was": was, "came": came, "line": number}
            text = f"line {number}: field {key} of {measurement} is {came}, first written as {was}"
            _tell(outcome, BodyFault("type_conflict", masked(text), facts))
            return True
    return False
