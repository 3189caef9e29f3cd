# SPDX-License-Identifier: Apache-2.0
"""The fast path of the decoder: a frame is a fixed pattern, of which few characters change.

A layout is learnt from a frame without complaint. It compares what stands still as whole slices and
looks at the groups that move only: their checksum, and whether their label may hold this. What it takes
is what the general decoder would take, to the byte; anything else it leaves to the general decoder.
"""

import re
from collections import Counter
from collections.abc import Callable
from functools import cache
from zlib import adler32

from .checksum import checksum
from .labels import LABELS, Kind
from .lazy_frame import Fields, fields_of, lazy_frame
from .mode import CR, ETX, LF, STX, Mode
from .model import Damaged, Event, Frame, Group
from .timestamp import TIMESTAMP_FORM, TIMESTAMP_SIZE

__all__ = ["Layout", "Layouts"]

FEW = 8  # layouts kept, one a length
FORGET_AFTER = 1 << 24  # bytes; a group that moved once would be looked at for ever
PATIENCE_MAX = 64  # good frames that fit no layout and are not learnt from, at most, after layouts were in vain

_STAMPED = TIMESTAMP_FORM.pattern.encode() + b"\t"
_VALUE_AT = TIMESTAMP_SIZE + 1
_TAIL_SIZE = 2  # separator and checksum
_TAILS = {mode: tuple(mode.separator + bytes((0x20 + low,)) for low in range(64)) for mode in Mode}
_NO_EVENT = re.compile(rb"[^\x02\x03\x04\n\r\x84\x8d]*")  # inside a group these bytes tell nothing yet

_Shape = tuple[tuple[str, int, bool], ...]  # label, characters of data, stamped
_Step = tuple[slice, slice, slice, bytes, int, Callable[[bytes], object], str, int]
_Piece = tuple[int, slice, bytes]  # group, place, what stands there


@cache
def _admits(label: str, mode: Mode, stamped: bool) -> Callable[[bytes], object]:
    """Whether bytes between label and tail may stand there; their number is fixed by the layout."""
    known = LABELS[mode].get(label)
    if known is not None and known.kind is Kind.NUMBER and not stamped:
        return bytes.isdigit
    data = Kind.TEXT.value if known is None else known.kind.value
    return re.compile((_STAMPED if stamped else b"") + data.pattern.encode()).fullmatch


def _shape(fields: list[Fields]) -> _Shape:
    return tuple((label, len(value), timestamp is not None) for label, value, timestamp in fields)


def _size(fields: Fields) -> int:
    """Characters from LF to CR."""
    label, value, timestamp = fields
    return len(LF) + len(label) + 1 + (0 if timestamp is None else _VALUE_AT) + len(value) + _TAIL_SIZE + len(CR)


def _octets_of(fields: Fields, mode: Mode) -> bytes:
    """LF to CR of a group that was read: it can be written."""
    label, value, timestamp = fields
    if mode is Mode.HISTORIC:
        zone = f"{label} {value}".encode()
        return b"\n%b %c\r" % (zone, checksum(zone))
    zone = (f"{label}\t{value}\t" if timestamp is None else f"{label}\t{timestamp}\t{value}\t").encode()
    return b"\n%b%c\r" % (zone, checksum(zone))


LaidParts = tuple[bytes, dict[str, str]]  # the frame, and its values once somebody asked


class Layout:
    """One set of groups of fixed sizes, and which of them move.

    A group that moves is a step: the places of the run that stands still before its field, of the field (all
    between label and tail) and of the tail (separator and checksum); what the run holds; the sum of what the
    checksum counts besides the field; what the field may be; the label if its value can move, and where in the
    field that is. Beside it stands the place of all of it, to see at once whether it is what was read last.
    """

    def __init__(self, mode: Mode, fields: list[Fields], moving: frozenset[int]) -> None:
        self.mode = mode
        self.fields = fields
        self.shape = _shape(fields)
        counts = Counter(label for label, _, _ in fields)
        # what is said of a label that comes again counts as moving too: the last word ends up in ``values``
        self.moving = moving | {index for index, (label, _, _) in enumerate(fields) if counts[label] > 1}
        self.offsets: list[int] = []  # of the groups in the frame
        self.ends: list[int] = []
        self._octets = octets = b"".join([STX, *[_octets_of(each, mode) for each in fields], ETX])
        self._values = {label: value for label, value, _ in fields}
        self._tails = _TAILS[mode]
        self._steps: list[_Step] = []
        self._wholes: list[slice] = []
        self._pieces: list[list[_Piece]] = [[]]  # of the run before each step, and of the rest
        run, at = 0, len(STX)
        for index, (label, _, timestamp) in enumerate(fields):
            start = at + len(LF) + len(label) + 1
            end = at + _size(fields[index])
            self.offsets.append(at)
            self.ends.append(end)
            if index in self.moving:
                counted = octets[at + 1 : start] + (mode.separator if mode is Mode.STANDARD else b"")
                admits = _admits(label, mode, timestamp is not None)
                value_at = 0 if timestamp is None else _VALUE_AT
                tail = end - len(CR) - _TAIL_SIZE
                after = tail + _TAIL_SIZE
                places = slice(run, start), slice(start, tail), slice(tail, after)
                nothing_said = timestamp is not None and value_at == tail - start and counts[label] == 1  # DATE
                said = "" if nothing_said else label
                self._steps.append((*places, octets[run:start], sum(counted), admits, said, value_at))
                self._wholes.append(slice(run, after))
                self._pieces[-1].append((index, slice(at, start), octets[at:start]))
                self._pieces.append([(index, slice(after, end), CR)])
                run = after
            else:
                self._pieces[-1].append((index, slice(at, end), octets[at:end]))
            at = end
        self._moving = sorted(self.moving)
        self._last = [b""] * len(self._steps)  # what stood there, and was right
        self._rest_at, self._rest = slice(run, None), octets[run:]

    def read(self, data: bytes, at: int, offset: int, told: list[Event]) -> int:
        """Tell the frames that fit, one right after the other; where the first that does not begins.

        Args:
            data: bytes of which ``data[at]`` may begin a frame.
            at: the place to begin.
            offset: that of ``data[at]`` in the stream.
            told: takes the frames.
        """
        length, steps, wholes, tails, last = len(self._octets), self._steps, self._wholes, self._tails, self._last
        rest_at, rest = self._rest_at, self._rest
        shift = offset - at
        while True:
            octets = data[at : at + length]
            for place, whole_at in enumerate(wholes):
                whole = octets[whole_at]
                if whole == last[place]:
                    continue
                still_at, field_at, tail_at, still, counted, admits, _, _ = steps[place]
                field = octets[field_at]
                if (
                    octets[still_at] != still
                    or octets[tail_at] != tails[adler32(field, counted) & 63]
                    or not admits(field)
                ):
                    return at
                last[place] = whole
            if octets[rest_at] != rest:
                return at
            told.append(lazy_frame(self.mode, self, (octets, {}), True, at + shift))
            at += length

    def read_apart(self, octets: bytes) -> tuple[list[Fields | Damaged], list[int]]:
        """The groups of a frame of this length that does not fit as a whole.

        Returns:
            What each group says, if it is good and in its place; which are not, whose fields mean nothing.
        """
        parts: list[Fields | Damaged] = [*self.fields]
        strange: list[int] = []
        tails = self._tails
        for index, pieces, step in zip(self._moving, self._pieces, self._steps, strict=False):
            still_at, field_at, tail_at, still, counted, admits, _, _ = step
            if octets[still_at] != still:
                strange += [group for group, place, piece in pieces if octets[place] != piece]
            field = octets[field_at]
            if octets[tail_at] == tails[adler32(field, counted) & 63] and admits(field):
                parts[index] = self._moved(index, field)
            else:
                strange.append(index)
        if octets[self._rest_at] != self._rest:
            strange += [group for group, place, piece in self._pieces[-1] if octets[place] != piece]
        return parts, strange if len(strange) == 1 else [*dict.fromkeys(strange)]

    def _moved(self, index: int, field: bytes) -> Fields:
        label, _, timestamp = self.fields[index]
        text = field.decode()
        return (label, text, None) if timestamp is None else (label, text[_VALUE_AT:], text[:TIMESTAMP_SIZE])

    def follow(self, octets: bytes, done: int) -> int | None:
        """How many of the steps a frame under way has now behind it; None once it has left the layout.

        Args:
            octets: the frame so far.
            done: the steps known to be behind it.
        """
        for still_at, field_at, tail_at, still, counted, admits, _, _ in self._steps[done:]:
            if len(octets) < tail_at.stop:
                fits = still.startswith(octets[still_at]) and _NO_EVENT.fullmatch(octets, field_at.start)
                return done if fits else None
            field = octets[field_at]
            if (
                octets[still_at] != still
                or octets[tail_at] != self._tails[adler32(field, counted) & 63]
                or not admits(field)
            ):
                return None
            done += 1
        return done if self._rest.startswith(octets[self._rest_at]) else None

    def differences(self, fields: list[Fields]) -> set[int]:
        """The groups that say something else than this layout's."""
        return {index for index, (one, other) in enumerate(zip(self.fields, fields, strict=True)) if one != other}

    def groups(self, parts: LaidParts, offset: int) -> tuple[Group, ...]:
        """The groups of a frame at ``offset``."""
        said = self.said(parts)
        return tuple([Group(*each, offset + at) for each, at in zip(said, self.offsets, strict=True)])

    def said(self, parts: LaidParts) -> list[Fields]:
        """What each of them says."""
        octets, _ = parts
        fields = self.fields.copy()
        for index, step in zip(self._moving, self._steps, strict=True):
            fields[index] = self._moved(index, octets[step[1]])
        return fields

    def values(self, parts: LaidParts) -> dict[str, str]:
        """Label to value."""
        octets, values = parts
        if values:
            return values
        values.update(self._values)
        for _, field_at, _, _, _, _, label, value_at in self._steps:
            if not value_at:
                values[label] = octets[field_at].decode()
            elif label:
                values[label] = octets[field_at][value_at:].decode()
        return values

    def has_good(self, parts: LaidParts) -> bool:
        """Whether there is a group at all: a layout is learnt from no other frames."""
        return True


class Layouts:
    """The few layouts of a stream, by the length of their frames."""

    def __init__(self) -> None:
        self.by_length: dict[int, Layout] = {}
        self._patience = 1
        self._wait = 0

    def learn(self, frame: Frame, end: int) -> Layout | None:
        """Take over a frame without complaint that no layout took, as the general decoder read it.

        A group more that moves is learnt at once: there are no more than groups. Sets of groups that
        take turns at one length, or more lengths than are kept, are learnt from ever more rarely.

        Args:
            frame: the one just told.
            end: the offset after it.
        """
        if not frame.complete:
            return None
        if self._wait:
            self._wait -= 1
            return None
        fields = fields_of(frame)
        if not fields:
            return None
        mode, length = frame.mode, end - frame.offset
        if length != sum(_size(each) for each in fields) + len(STX + ETX):
            return None  # noise was among them
        moving: frozenset[int] = frozenset()
        known = self.by_length.get(length)
        if known is not None and known.mode is mode and known.shape == _shape(fields):
            moving = known.moving | known.differences(fields)
            if moving == known.moving:  # it would have fitted, but came with parity bits or in pieces
                self._lose_patience()
                return known
        elif known is not None or len(self.by_length) >= FEW:
            self._lose_patience()
            self.by_length.pop(next(iter(self.by_length)) if known is None else length)
        self.by_length[length] = layout = Layout(mode, fields, moving)
        return layout

    def _lose_patience(self) -> None:
        self._patience = min(2 * self._patience, PATIENCE_MAX)
        self._wait = self._patience
