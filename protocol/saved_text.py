# SPDX-License-Identifier: Apache-2.0
"""Captures that were saved as text: what an editor, a terminal or a version control made of LF and CR, undone.

A line sends LF, a group, CR. Text has one end of line where that pair stood, or the same one twice: so each line of
a text is a group, whatever parts it from the next, and STX, ETX and EOT stay what they are. Editors take blanks away at
the end of lines, too: of a group whose checksum is a space that and the separator before it. Only a file can be judged
so, by its beginning; a line is never mended, for there a CR that is missing is damage.
"""

import re
from collections import Counter
from enum import StrEnum
from typing import TypeAlias

from .decoder import decode
from .file_places import FilePlaces
from .general import judge_group
from .labels import LABELS
from .mode import CR, ETX, LF, STX, Mode
from .model import Frame
from .separators import has_three_parts

__all__ = ["SAMPLE", "Ending", "TextMender", "ending_of", "good_in"]

SAMPLE = 1 << 16  # bytes of a file by which its ends of lines are told
_TOKEN = re.compile(rb"([^\x02\x03\x04\r\n]+)|([\r\n]+)|([\x02\x03\x04])")
_LINE = b"line"
_BLANKS = {Mode.HISTORIC: (b"  ",), Mode.STANDARD: (b"\t ", b" ")}  # separator and checksum, or that alone
_Ends: TypeAlias = Counter[tuple[bytes, bytes, bytes]]  # before, what parts them, behind
_LINE_MAX = 1 << 16  # characters without an end after which nobody waits for one


class Ending(StrEnum):
    """What ends the lines of a text."""

    LF = "lf"
    CR = "cr"
    CRLF = "crlf"


def ending_of(sample: bytes, mode: Mode | None = None) -> Ending | None:
    """How the lines of a text end; None of bytes as a line sends them, damaged ones too, and of what is no TIC.

    Args:
        sample: the beginning of a file, ``SAMPLE`` bytes where it has as many.
        mode: of the line; None tells it from the groups.

    >>> ending_of(b"\\x02\\nADCO 012345678901 E\\nPAPP 00730 +\\n\\x03")
    <Ending.LF: 'lf'>
    """
    ends = _ends_in(sample)
    if ends[STX, LF, _LINE] and not _are_text(ends) and ends[_LINE, CR + LF, _LINE]:
        return None  # as most captures: nobody has to read it twice
    mender = TextMender(mode)
    good = good_in(mender.feed(sample) + mender.close(), mode)
    as_sent = good_in(sample, mode)
    if not good or good < as_sent:
        return None
    if not as_sent or _are_text(ends):
        return _ending_of(ends)
    first = _TOKEN.match(sample)
    if STX not in sample and good > as_sent and first is not None and first[1] and _is_good(first[1], mode):
        return _ending_of(ends)  # it begins with a whole group
    return None


def good_in(data: bytes, mode: Mode | None) -> int:
    """Good groups in bytes of a line."""
    return sum(len(event.good) for event in decode(data, mode) if isinstance(event, Frame))


def _is_good(line: bytes, mode: Mode | None) -> bool:
    return len(judge_group(line, mode or _mode_of(line))) == 3


def _mode_of(line: bytes) -> Mode:
    return Mode.STANDARD if b"\t" in line else Mode.HISTORIC


def _blanks_of(line: bytes, mode: Mode | None) -> bytes:
    """What an editor took away at the end of a group; nothing of one that has its parts, or is no such group with it.

    Nothing but the space tells that a checksum is right, so only a known label with all of its data is believed.
    """
    mode = mode or _mode_of(line)
    for blanks in () if has_three_parts(line, mode) else _BLANKS[mode]:
        fields = judge_group(line + blanks, mode)
        if len(fields) == 3 and (label := LABELS[mode].get(fields[0])) is not None and len(fields[1]) == label.size:
            return blanks
    return b""


def _ends_in(sample: bytes) -> _Ends:
    """What parts STX, lines and ETX: how often, by what stands before and behind."""
    ends: _Ends = Counter()
    before, between = b"", b""
    for token in _TOKEN.finditer(sample):
        _, end, control = token.groups()
        if end is not None:
            between = end
            continue
        this = control or _LINE
        ends[before, between, this] += 1
        before, between = this, b""
    return ends


def _are_text(ends: _Ends) -> bool:
    """Whether they are others than a line sends all through, and not just here and there, as of damaged characters."""
    between = {end: count for (before, end, after), count in ends.items() if (before, after) == (_LINE, _LINE)}
    if 2 * between.get(CR + LF, 0) < sum(between.values()):
        return True
    behind_stx = [end for (before, end, after) in ends if (before, after) == (STX, _LINE)]
    before_etx = [end for (before, end, after) in ends if (before, after) == (_LINE, ETX)]
    if CR + LF in behind_stx:
        return all(CR in end for end in behind_stx)
    return LF not in behind_stx and bool(before_etx) and all(LF in end for end in before_etx)


def _ending_of(ends: _Ends) -> Ending:
    counts: Counter[frozenset[int]] = Counter()
    for (_, end, _), count in ends.items():
        if end:
            counts[frozenset(end)] += count
    codes = max(counts, key=counts.__getitem__, default=frozenset(LF))
    return Ending.CRLF if len(codes) == 2 else Ending.LF if codes == frozenset(LF) else Ending.CR


class TextMender(FilePlaces):
    """A text, as the line sent it: an LF before each line and a CR behind it.

    Args:
        mode: of the line; None tells it from the groups.
    """

    def __init__(self, mode: Mode | None = None) -> None:
        super().__init__()
        self._mode = mode
        self._line = b""  # whose end has not come
        self._read = 0  # bytes of the file before it
        self._begins_at: int | None = None  # the last LF since the line before, or CR where there is none
        self._begins_with_lf = False
        self._behind_stx = False
        self._in_frame = True  # until an ETX or EOT tells: a file may begin anywhere
        self._is_noise = False  # the line was too long to wait for its end

    def feed(self, data: bytes) -> bytes:
        """Take any bytes of the file, return what they completed."""
        pieces: list[bytes] = []
        data = self._line + data
        at = 0
        for token in _TOKEN.finditer(data):
            line, end, control = token.groups()
            if line is None:
                self._is_noise = False
            if line is not None:
                if token.end() == len(data):
                    break  # its end may yet come
                has_end = data[token.end() : token.end() + 1] in (LF, CR)
                self._take_line(line, self._read + at, pieces, has_end=has_end)
            elif end is not None:
                self._take_end(end, self._read + at)
            else:
                self._in_frame = control == STX
                self._begin()
                self._behind_stx = control == STX
                self._put(control, self._read + at, pieces)
            at = token.end()
        self._line, self._read = data[at:], self._read + at
        if self._is_noise or len(self._line) > _LINE_MAX:
            self._put(self._line, self._read, pieces)
            self._read += len(self._line)
            self._line, self._is_noise = b"", True
        return b"".join(pieces)

    def close(self) -> bytes:
        """The end of the file: its last line, where nothing ends it. Half a group is none."""
        pieces: list[bytes] = []
        line, self._line = self._line, b""
        if line:
            if _is_good(line, self._mode) or _blanks_of(line, self._mode):
                self._take_line(line, self._read, pieces, has_end=False)
            else:
                self._put(LF + line if self._begins_at is not None else line, self._read, pieces)
        self._read += len(line)
        self._end_at(self._read)
        return b"".join(pieces)

    def _begin(self) -> None:
        """What comes before the next line is not known yet."""
        self._begins_at, self._begins_with_lf, self._behind_stx = None, False, False

    def _take_end(self, end: bytes, at: int) -> None:
        place = end.rfind(LF)
        if place >= 0:
            self._begins_at, self._begins_with_lf = at + place, True
        elif not self._begins_with_lf:
            self._begins_at = at + len(end) - 1

    def _take_line(self, line: bytes, at: int, pieces: list[bytes], *, has_end: bool) -> None:
        is_group = self._in_frame and (self._begins_at is not None or self._behind_stx)
        blanks = b"" if self._is_noise else _blanks_of(line, self._mode)
        if not self._is_noise and (is_group or blanks or _is_good(line, self._mode)):
            self._put(LF, at if self._begins_at is None else self._begins_at, pieces)
            self._put(line, at, pieces)
            self._put(blanks, at + len(line) - len(blanks), pieces)
            self._put(CR, at + len(line) - (not has_end), pieces)
        else:
            self._put(line, at, pieces)
        self._begin()
        self._is_noise = False
