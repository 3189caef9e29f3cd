# SPDX-License-Identifier: Apache-2.0
"""Captures that were written out for people to read: hex dumps, and logs of programs that write what they receive.

A line of the file tells bytes as pairs of digits or as text with escapes; whatever else it holds, and other lines, are
left out. A file is taken for one only where the bytes so read have a good group, and those of the file none.
"""

import re
from collections.abc import Iterator
from enum import StrEnum

from .file_places import FilePlaces
from .mode import ETX, STX, Mode
from .saved_text import good_in

__all__ = ["WrittenBytes", "WrittenForm", "written_form_of"]

_LINE_MAX = 1 << 20  # characters; a longer line is one of digits, and taken in parts
_PAIR = re.compile(rb"(?:0[xX])?([0-9A-Fa-f]{2})")
_CHARACTER = re.compile(rb"\\x([0-9A-Fa-f]{2})|\\(.)|(.)", re.DOTALL)
_ESCAPES = {b"a": b"\a", b"b": b"\b", b"t": b"\t", b"n": b"\n", b"v": b"\v", b"f": b"\f", b"r": b"\r", b"e": b"\x1b"}


class WrittenForm(StrEnum):
    """How bytes were written out."""

    DUMP = "a hex dump"  # of xxd, hexdump -C, od -t x1, or of pairs of digits alone
    ESPHOME = "a log of ESPHome"  # uart: debug: with log_string or log_hex (esphome components/uart/uart_debugger.cpp)
    TASMOTA = "a log of Tasmota"  # memory: what a serial bridge receives, as digits


_WAYS: dict[WrittenForm, tuple[re.Pattern[bytes], ...]] = {
    WrittenForm.DUMP: (
        re.compile(rb"\s*+[0-9A-Fa-f]{4,16}:\s++(?P<pairs>(?:[0-9A-Fa-f]{2}){1,16}+(?: (?:[0-9A-Fa-f]{2}){1,16}+)*+)"),
        re.compile(rb"\s*+[0-9A-Fa-f]{6,16}\s++(?P<pairs>(?:[0-9A-Fa-f]{2}(?:\s{1,2}+|$))++)\s*+(?:\|.*)?$"),
        re.compile(rb"\s*+(?P<pairs>(?:(?:0[xX])?[0-9A-Fa-f]{2}[ ,:;\-\t]{0,2}+)++)\s*$"),
    ),
    WrittenForm.ESPHOME: (
        re.compile(rb'.*?<<< "(?P<text>(?:[^"\\]|\\.)*+)"'),
        re.compile(rb".*?<<< (?P<pairs>[0-9A-Fa-f]{2}(?:[^0-9A-Za-z][0-9A-Fa-f]{2}(?![0-9A-Za-z]))*+)"),
    ),
    WrittenForm.TASMOTA: (re.compile(rb'.*?"S?SerialReceived":\s*+"(?P<pairs>(?:[0-9A-Fa-f]{2})++)"'),),
}


def written_form_of(sample: bytes, mode: Mode | None = None) -> WrittenForm | None:
    """How the bytes of a line were written out into a file; None of a file that holds them as they are, or none.

    Args:
        sample: the beginning of the file.
        mode: of the line; None tells it from the groups.

    >>> written_form_of(b"0a 50 41 50 50 20 30 30 37 33 30 20 2b 0d")
    <WrittenForm.DUMP: 'a hex dump'>
    """
    if STX in sample or ETX in sample or good_in(sample, mode):
        return None
    for form in WrittenForm:
        reader = WrittenBytes(form)
        if good_in(reader.feed(sample) + reader.close(), mode):
            return form
    return None


class WrittenBytes(FilePlaces):
    """The bytes of a line out of a file in which they are written out.

    Args:
        form: in which.
    """

    def __init__(self, form: WrittenForm) -> None:
        super().__init__()
        self._form, self._ways = form, _WAYS[form]
        self._line = b""  # whose end has not come
        self._read = 0  # bytes of the file before it

    def feed(self, data: bytes) -> bytes:
        """Take any bytes of the file, return those of the line in its whole lines."""
        pieces: list[bytes] = []
        *lines, rest = (self._line + data).split(b"\n")
        for line in lines:
            self._take_line(line, pieces)
            self._read += len(line) + 1
        if len(rest) > _LINE_MAX:
            part = max(rest.rfind(b" "), rest.rfind(b",")) + 1 or len(rest) & ~1  # no pair of digits is torn
            self._take_line(rest[:part], pieces)
            self._read += part
            rest = rest[part:]
        self._line = rest
        return b"".join(pieces)

    def close(self) -> bytes:
        """The end of the file: its last line, where nothing ends it."""
        pieces: list[bytes] = []
        self._take_line(self._line, pieces)
        self._read += len(self._line)
        self._line = b""
        self._end_at(self._read)
        return b"".join(pieces)

    def _take_line(self, line: bytes, pieces: list[bytes]) -> None:
        found = next((found for way in self._ways if (found := way.match(line.rstrip(b"\r")))), None)
        if found is None:
            return
        if self._form is WrittenForm.DUMP:  # of one way all through: the last offset alone is no pairs of digits
            self._ways = (found.re,)
        characters = _written if "text" in found.groupdict() else _dumped
        for character, place in characters(line, *found.span(1)):
            self._put(character, self._read + place, pieces)


def _dumped(line: bytes, start: int, end: int) -> Iterator[tuple[bytes, int]]:
    """Characters written as two digits each, and where."""
    for pair in _PAIR.finditer(line, start, end):
        yield bytes((int(pair[1], 16),)), pair.start()


def _written(line: bytes, start: int, end: int) -> Iterator[tuple[bytes, int]]:
    """Characters written as themselves or with a backslash, and where."""
    for found in _CHARACTER.finditer(line, start, end):
        digits, escape, plain = found.groups()
        if digits is not None:
            yield bytes((int(digits, 16),)), found.start()
        else:
            yield plain or _ESCAPES.get(escape, escape), found.start()
