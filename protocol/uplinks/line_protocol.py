# SPDX-License-Identifier: Apache-2.0
"""InfluxDB's line protocol made, and read as a judge does: each line is a point, or what is wrong with it and where.

Two readers. A plain line (no backslash, nothing unusual) is a pattern; anything else goes to the scanner, which follows
InfluxDB 1.6.7 in what it takes and says why it refuses; it is stricter only where equals signs and commas are out of
order, or a field has no name. Tests hold the first to the second, and the second to the server.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from .line_point import FieldValue, LineFault, Point, Unsigned, make_line, type_of
from .line_rules import RULES
from .line_scanner import RefusedError, Scanner

__all__ = [
    "RULES", "FieldValue", "LineFault", "Point", "Unsigned", "lines_of", "make_line", "numbered_lines", "parse_line",
    "says_something", "type_of",
]  # fmt: skip


def lines_of(body: bytes) -> Iterator[tuple[int, bytes]]:
    """Number (from 1) and bytes of each line of a body that says something: no empty line, no comment.

    A line feed inside a text does not end a line.
    """
    return (line for line in numbered_lines(body) if says_something(line[1]))


def numbered_lines(body: bytes) -> Iterator[tuple[int, bytes]]:
    """The same of every line, for who asks only of some whether they say something."""
    if b'"' not in body and b"\\" not in body:
        return enumerate(body.split(b"\n"), 1)
    return _scanned_lines(body)


def _scanned_lines(body: bytes) -> Iterator[tuple[int, bytes]]:
    start, number = 0, 1
    while start < len(body):
        end = _end_of_line(body, start)
        line = body[start:end]
        yield number, line
        number += line.count(b"\n") + 1
        start = end + 1


def says_something(line: bytes) -> bool:
    """Whether a line is neither empty nor a comment."""
    said = line.lstrip(b" \t\0")
    return said != b"" and said[0] != 35  # a comment begins with #


_CLOSED = re.compile(rb'[^" \\]*+ (?:[^"=, \\]++=(?:"[^"\\]*"|[^"=, \\]*),?)*+[^"\\]*+')  # texts begin and end in it
_LINE_STEPS = re.compile(rb'\\(?=..)|[\n =,"]', re.DOTALL)  # of a backslash at the very end nothing is escaped


def _end_of_line(body: bytes, start: int) -> int:
    """Where the LF stands that ends the line, or the end of the body."""
    plain = body.find(b"\n", start)
    plain = len(body) if plain < 0 else plain
    line = body[start:plain]
    if (b'"' not in line and b"\\" not in line) or _CLOSED.fullmatch(line):
        return plain
    return _stepped_end_of_line(body, start)


def _stepped_end_of_line(body: bytes, start: int) -> int:
    """The same, as InfluxDB finds it: quotes count behind an equals sign of a field alone."""
    in_fields, quoted, equals, commas, place = False, False, 0, 0, start
    while found := _LINE_STEPS.search(body, place):
        step, place = found.group(), found.end()
        if step == b"\\":
            place += 1
        elif step == b"\n" and not quoted:
            return place - 1
        elif step == b" ":
            in_fields = True
        elif in_fields and step == b'"' and equals > commas:
            quoted = not quoted
        elif in_fields and not quoted:
            equals += step == b"="
            commas += step == b","
    return len(body)


_NAME = r'[^\s,="\\#\0][^\s,="\\\0]*'
_VALUE = r'(?:-?[0-9.]{1,300}i?|"[^"\\\r\0]*")'
_PLAIN = re.compile(
    rf"({_NAME}(?:,{_NAME}={_NAME})*) ({_NAME}={_VALUE}(?:,{_NAME}={_VALUE})*)(?: (-?[0-9]{{1,18}}))?", re.ASCII
)
_PLAIN_MAX = 2048  # characters: heads are kept
_PLAIN_FIELD = re.compile(rf"({_NAME})=({_VALUE})", re.ASCII)


@lru_cache(256)
def _plain_head(head: str) -> tuple[str, dict[str, str]] | None:
    measurement, *tags = head.split(",")
    pairs = dict(tag.split("=") for tag in tags)
    return (measurement, pairs) if len(pairs) == len(tags) and "time" not in pairs else None


def _plain_value(said: str) -> FieldValue:
    last = said[-1]
    if last == "i":
        return int(said[:-1])
    return said[1:-1] if last == '"' else float(said)


def _plain_point(line: str) -> Point | None:
    """The point of a plain line, or None where the scanner has to look."""
    found = _PLAIN.fullmatch(line) if len(line) <= _PLAIN_MAX else None
    head = found and _plain_head(found[1])
    if not found or not head:
        return None
    measurement, tags = head
    fields: dict[str, FieldValue] = {}
    try:
        for key, said in _PLAIN_FIELD.findall(found[2]):
            if key in fields or key in tags or key == "time" or (len(said) > 19 and said[0] != '"'):
                return None  # something is wrong with it, or may be
            fields[key] = _plain_value(said)
    except ValueError:
        return None
    time = found[3]
    return Point(measurement, dict(tags), fields, None if time is None else int(time))


def parse_line(line: bytes, *, unsigned: bool = True) -> Point | LineFault:
    """The point that a line says, or what is wrong with it; it never raises.

    Args:
        line: without its LF, as ``lines_of`` gives it.
        unsigned: whether the server knows unsigned integers (InfluxDB 1 does not).
    """
    faults: tuple[LineFault, ...] = ()
    try:
        text = line.decode()
    except UnicodeDecodeError as error:
        text = line.decode(errors="replace")
        start = len(line[: error.start].decode(errors="replace"))
        faults = (LineFault("not_utf8", start + 1, text[start : start + 1]),)
    else:
        point = _plain_point(text)
        if point is not None:
            return point
    try:
        return Scanner(text, unsigned, faults).point()
    except RefusedError as refused:
        fault = refused.fault
        if text.endswith("\r") and fault.rule in ("number", "boolean", "float_range", "time", "missing_fields"):
            fault = LineFault("carriage_return", len(text), "\r")
        return fault
