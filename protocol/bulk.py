# SPDX-License-Identifier: Apache-2.0
"""Captures in bulk: frames of one length are rows of an array, and columns come out by slicing. Needs numpy.

A pattern is learnt from a frame without complaint, as the general decoder reads it: which characters of its length
are structure, and which may change. Rows of which the structure, the characters and the checksums hold are taken
as a whole; whatever is left over between them goes through the general decoder. What comes out is what the
general decoder would say of the stream, wherever the input was cut.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from .encoder import encode_frame
from .general import STRIP_PARITY, GeneralDecoder
from .labels import LABELS, Kind, Label
from .mode import CR, ETX, LF, STX, Mode
from .model import Event, Frame, Group, Noise
from .timestamp import TIMESTAMP_SIZE

__all__ = ["Batch", "BulkDecoder", "LabelColumn"]

_Bytes = NDArray[np.uint8]
_Ints = NDArray[np.int64]
_Bools = NDArray[np.bool_]

_LENGTH_MAX = 8192  # characters of a frame that is worth a pattern; the longest has 1500
_PATTERNS_MAX = 8  # kept of one length
_TRIALS_MAX = 8  # frames of one length looked at for a new pattern, in one portion
_REST_MAX = 1 << 16  # characters without an ETX, after which nobody waits for one
_SAMPLE = 1 << 16  # characters by which the parity bit is looked for
_BLOCK = 1024  # frames compared at once: what a processor keeps near
_ZERO = ord("0")
_CR_PARITY = 0x8D  # CR with its even parity bit
_TAIL_SIZE = 2  # separator and checksum


@dataclass
class LabelColumn:
    """What one label says, a row a frame.

    Attributes:
        label: the row of the label table.
        present: whether a good group of the frame says it.
        numbers: its value, where the label is of decimal digits.
        text: its value padded with zero bytes, else; empty where the label has no data.
        sizes: characters of each text.
        season: letter of the horodate, for labels that have one.
        local_s: the legal time that it shows, in seconds since 1970-01-01 00:00 of a clock that never changes.
        in_calendar: whether there is such a day and hour.
    """

    label: Label
    present: _Bools
    numbers: _Ints
    text: _Bytes
    sizes: _Ints
    season: _Bytes
    local_s: _Ints
    in_calendar: _Bools

    @classmethod
    def empty(cls, label: Label, rows: int) -> "LabelColumn":
        """Of a label that no frame has."""
        numeric = label.kind is Kind.NUMBER
        stamps = rows if label.stamped else 0
        return cls(
            label, np.zeros(rows, np.bool_), np.zeros(rows if numeric else 0, np.int64),
            np.zeros((0 if numeric else rows, label.size), np.uint8), np.zeros(0 if numeric else rows, np.int64),
            np.zeros(stamps, np.uint8), np.zeros(stamps, np.int64), np.zeros(stamps, np.bool_),
        )  # fmt: skip


@dataclass
class Batch:
    """Some frames of a stream, a row each, in order; cut ones too.

    Attributes:
        number: of the frame in the stream, from 1 on.
        offset: of its STX, or of the first group of one without.
        complete: STX to ETX.
        damaged: groups that were refused.
        columns: by label, those that a frame of the batch has.
    """

    number: _Ints
    offset: _Ints
    complete: _Bools
    damaged: _Ints
    columns: dict[str, LabelColumn] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.number)


class BulkDecoder:
    """Bytes to columns; as ``GeneralDecoder(mode)`` reads them.

    Args:
        mode: of the line; what is of the other mode is refused.

    Attributes:
        good: groups kept so far.
        damaged: groups refused so far.
        noise_inside: whether noise lies after the first STX.
        unknown: labels that no table knows, and how many groups had them; they get no column.
    """

    def __init__(self, mode: Mode) -> None:
        self._mode = mode
        self._gaps = _Gaps(mode)
        self._patterns: dict[int, list[_Pattern]] = {}
        self._rest = b""
        self._offset = 0  # of the first byte of ``_rest``
        self._number = 0
        self._started = False
        self.good = 0
        self.damaged = 0
        self.noise_inside = False
        self.unknown: Counter[str] = Counter()

    def feed(self, data: bytes) -> Batch:
        """Take any bytes, megabytes at best; return the frames that they completed."""
        data = self._rest + data
        end = data.rfind(ETX) + 1
        if len(data) - end > _REST_MAX:
            end = len(data)
        self._rest = data[end:]
        return self._take(data[:end], last=False)

    def close(self) -> Batch:
        """The end of the input: what is under way, as far as it got."""
        data, self._rest = self._rest, b""
        return self._take(data, last=True)

    def _take(self, data: bytes, *, last: bool) -> Batch:
        taken: list[_Taken] = []
        events: list[Event] = []
        sample = data[:_SAMPLE]
        parity = sample.count(_CR_PARITY) > sample.count(CR)
        plain = data.translate(STRIP_PARITY) if parity else data
        starts, ends, fits = self._fitting(plain, taken)
        starts, ends = starts[fits], ends[fits]
        at = 0
        for index in np.flatnonzero(starts != np.concatenate([[-1 if self._gaps.is_busy else 0], ends[:-1]])).tolist():
            if index:
                at = int(ends[index - 1])
                self._gaps.skip_to(self._offset + at, parity=parity)
            events += self._gaps.feed(data[at : int(starts[index])] + STX)  # which breaks off what is under way
        if len(ends):
            at = int(ends[-1])
            self._gaps.skip_to(self._offset + at, parity=parity)
        if at < len(data):
            events += self._gaps.feed(data[at:])
        if last:
            events += self._gaps.close()
        for one in taken:
            one.offsets += self._offset
        batch = self._assemble(taken, [event for event in events if isinstance(event, Frame)])
        self._count(batch, taken, events)
        self._offset += len(data)
        return batch

    def _fitting(self, plain: bytes, taken: "list[_Taken]") -> tuple[_Ints, _Ints, _Bools]:
        """Where frames begin and end, and which of them fit a pattern; ``taken`` gets their rows."""
        octets = np.frombuffer(plain, np.uint8)
        etx = np.flatnonzero(octets == ETX[0])
        starts = np.concatenate([[0], etx[:-1] + 1])[: len(etx)]  # most frames follow one another
        begins = octets[starts] == STX[0]
        if not begins.all():
            stx = np.flatnonzero(octets == STX[0])
            before = np.searchsorted(stx, etx) - 1
            begins |= before >= 0
            starts = np.where(octets[starts] == STX[0], starts, stx[before]) if len(stx) else starts
        starts, ends = starts[begins], etx[begins] + 1
        lengths = ends - starts
        fits = np.zeros(len(starts), np.bool_)
        for length in np.unique(lengths).tolist():
            if length > _LENGTH_MAX:
                continue
            places = np.flatnonzero(lengths == length)
            rows = _rows(octets, starts[places], length)
            for chosen, one in self._by_pattern(rows):
                one.offsets = starts[places[chosen]]
                fits[places[chosen]] = True
                taken.append(one)
        return starts, ends, fits

    def _by_pattern(self, rows: _Bytes) -> "Iterator[tuple[_Ints, _Taken]]":
        """The rows of one length that fit a pattern, known or learnt now: their places, and themselves."""
        patterns = self._patterns.setdefault(rows.shape[1], [])
        left = np.arange(len(rows))
        untried, trials = list(patterns), 0
        while len(left):
            if untried:
                pattern = untried.pop(0)
            elif trials < _TRIALS_MAX and len(patterns) < _PATTERNS_MAX:
                trials += 1
                learnt = _learn(rows[left[0]].tobytes(), self._mode)
                if learnt is None:
                    left = left[1:]
                    continue
                patterns.append(pattern := learnt)
            else:
                return
            among = rows if len(left) == len(rows) else rows[left]
            fit, moving = pattern.fit(among)
            if fit.any():
                whole = fit.all()
                yield left if whole else left[fit], _Taken(pattern, among if whole else among[fit], moving)
            left = left[~fit]

    def _assemble(self, taken: "list[_Taken]", frames: list[Frame]) -> Batch:
        offsets = np.concatenate([*(one.offsets for one in taken), np.array([f.offset for f in frames], np.int64)])
        order = np.argsort(offsets, kind="stable")
        place = np.empty_like(order)
        place[order] = np.arange(len(order))
        count = len(order)
        batch = Batch(
            self._number + 1 + np.arange(count), offsets[order], np.ones(count, np.bool_), np.zeros(count, np.int64)
        )
        first = 0
        for one in taken:
            where = place[first : first + len(one.rows)]
            first += len(one.rows)
            for group in one.pattern.groups:
                if group.label is not None:
                    group.fill(_column(batch, group.label), where, one.rows, one.moving)
        for row, frame in zip(place[first:].tolist(), frames, strict=True):
            self._fill(batch, row, frame)
        return batch

    def _fill(self, batch: Batch, row: int, frame: Frame) -> None:
        """One frame as the general decoder read it."""
        batch.complete[row] = frame.complete
        good = frame.good
        batch.damaged[row] = len(frame.groups) - len(good)
        self.good += len(good)
        for group in good:
            label = LABELS[self._mode].get(group.label)
            if label is None:
                self.unknown[group.label] += 1
                continue
            column = _column(batch, label)
            column.present[row] = True
            if label.kind is Kind.NUMBER:
                column.numbers[row] = int(group.value)
            else:
                column.sizes[row] = len(group.value)
                column.text[row, : len(group.value)] = np.frombuffer(group.value.encode(), np.uint8)
            if group.timestamp is not None:
                column.season[row] = ord(group.timestamp[0])
                column.local_s[row], column.in_calendar[row] = _local_s_of(group.timestamp)

    def _count(self, batch: Batch, taken: "list[_Taken]", events: list[Event]) -> None:
        self._number += len(batch)
        self.damaged += int(batch.damaged.sum())
        for one in taken:
            self.good += len(one.rows) * len(one.pattern.groups)
            self.unknown.update({label: len(one.rows) * n for label, n in one.pattern.unknown.items()})
        first_stx = 0 if self._started else min(
            [int(one.offsets.min()) for one in taken]
            + [e.offset for e in events if isinstance(e, Frame) and not (e.groups and e.groups[0].offset == e.offset)],
            default=None,
        )  # fmt: skip
        self._started = first_stx is not None
        if first_stx is not None and any(isinstance(e, Noise) and e.offset > first_stx for e in events):
            self.noise_inside = True


class _Gaps(GeneralDecoder):
    """Decodes what lies between frames that fit."""

    @property
    def is_busy(self) -> bool:
        """Whether something is under way that the next STX breaks off."""
        return self._frame is not None or self._group is not None or self._noise_length > 0

    def skip_to(self, offset: int, *, parity: bool) -> None:
        """A good frame ends at ``offset``: what an STX left under way was its begin."""
        self._frame = self._group = None
        self._noise_length = 0
        self._offset = offset
        self._parity = parity


def _rows(octets: _Bytes, starts: _Ints, length: int) -> _Bytes:
    """Frames of one length as rows: in their place where one follows the other."""
    first = int(starts[0])
    if (np.diff(starts) == length).all():
        return octets[first : first + len(starts) * length].reshape(len(starts), length)
    return np.lib.stride_tricks.sliding_window_view(octets, length)[starts]


def _column(batch: Batch, label: Label) -> LabelColumn:
    if label.name not in batch.columns:
        batch.columns[label.name] = LabelColumn.empty(label, len(batch))
    return batch.columns[label.name]


@dataclass(frozen=True)
class _Place:
    """One group in a pattern: places of its characters in the frame, and what it is."""

    label: Label | None
    """None for one that no table knows."""
    begin: int
    """After its LF."""
    stamp: int | None
    """Where its horodate begins."""
    value: int
    tail: int
    """Where its data ends, and separator and checksum follow."""

    def fill(self, column: LabelColumn, where: _Ints, rows: _Bytes, moving: _Bools) -> None:
        """Put what the rows say of this group into a column."""
        column.present[where] = True
        data = slice(self.value, self.tail)
        if len(column.numbers):
            column.numbers[where] = _numbers(rows, data, moving)
        elif column.text.shape[1]:
            column.text[where, : self.tail - self.value] = rows[:, data] if moving[data].any() else rows[0, data]
            column.sizes[where] = self.tail - self.value
        if self.stamp is not None:
            stamp = slice(self.stamp, self.stamp + TIMESTAMP_SIZE)
            stamps = rows[:, stamp] if moving[stamp].any() else rows[:1, stamp]
            column.season[where] = stamps[:, 0]
            column.local_s[where], column.in_calendar[where] = _local_s(stamps)


@dataclass
class _Taken:
    """Rows that fit a pattern; ``moving`` marks the characters in which they may differ."""

    pattern: "_Pattern"
    rows: _Bytes
    moving: _Bools
    offsets: _Ints = field(default_factory=lambda: np.zeros(0, np.int64))


class _Pattern:
    """What frames of one set of groups have in common."""

    def __init__(self, octets: bytes, groups: list[_Place], unknown: Counter[str], mode: Mode) -> None:
        self.groups = groups
        self.unknown = unknown
        self._base = np.frombuffer(octets, np.uint8)
        self._structure = np.ones(len(octets), np.bool_)
        self._classes: dict[Kind | None, _Bools] = {}  # places of each class of characters; None: season letters
        for group in groups:
            if group.stamp is not None:
                self._mark(None, group.stamp, group.stamp + 1)
                self._mark(Kind.NUMBER, group.stamp + 1, group.stamp + TIMESTAMP_SIZE)
            self._mark(Kind.TEXT if group.label is None else group.label.kind, group.value, group.tail)
            self._structure[group.tail + 1] = False
        self._summed = 0 if mode is Mode.HISTORIC else 1  # separators before the checksum that it counts

    def _mark(self, kind: Kind | None, begin: int, end: int) -> None:
        self._classes.setdefault(kind, np.zeros(len(self._base), np.bool_))[begin:end] = True
        self._structure[begin:end] = False

    def fit(self, rows: _Bytes) -> tuple[_Bools, _Bools]:
        """Which rows fit, and in which characters some row differs from the one that was learnt."""
        moving = np.zeros(len(self._base), np.bool_)
        fit = np.empty(len(rows), np.bool_)
        differs = np.empty((min(_BLOCK, len(rows)), len(self._base)), np.bool_)
        for at in range(0, len(rows), _BLOCK):
            block = rows[at : at + _BLOCK]
            np.not_equal(block, self._base, out=differs[: len(block)])
            moves = np.bitwise_or.reduce(differs[: len(block)], axis=0)
            fit[at : at + _BLOCK] = ~differs[: len(block), moves & self._structure].any(axis=1)
            moving |= moves
        moved = [group for group in self.groups if moving[group.begin : group.tail + _TAIL_SIZE].any()]
        if moved:
            bounds = [at for group in moved for at in (group.begin, group.tail + self._summed)]
            sums = np.add.reduceat(rows, bounds, axis=1, dtype=np.uint8)[:, ::2]
            sent = rows[:, [group.tail + 1 for group in moved]]
            fit &= (sent == (sums & 0x3F) + 0x20).all(axis=1)
        for kind, places in self._classes.items():
            if len(moved_places := np.flatnonzero(places & moving)):
                fit &= _are_admitted(kind, rows[:, moved_places])
        return fit, moving


def _learn(octets: bytes, mode: Mode) -> _Pattern | None:
    """The pattern of a frame without complaint; None for another."""
    events = GeneralDecoder(mode).feed(octets)
    if len(events) != 1 or not isinstance(frame := events[0], Frame) or not frame.complete or not frame.groups:
        return None
    if encode_frame(frame) != octets:
        return None
    places, at = [], len(STX)
    unknown: Counter[str] = Counter()
    for group in frame.good:
        places.append(_place(group, at + len(LF), mode))
        if places[-1].label is None:
            unknown[group.label] += 1
        at = places[-1].tail + _TAIL_SIZE + len(CR)
    return _Pattern(octets, places, unknown, mode)


def _place(group: Group, begin: int, mode: Mode) -> _Place:
    field_at = begin + len(group.label) + 1
    stamp = None if group.timestamp is None else field_at
    value = field_at if stamp is None else field_at + TIMESTAMP_SIZE + 1
    return _Place(LABELS[mode].get(group.label), begin, stamp, value, value + len(group.value))


def _are_admitted(kind: Kind | None, characters: _Bytes) -> _Bools:
    """Rows of which each character is one of a kind, or (None) a season letter."""
    if kind is Kind.NUMBER:
        digits: _Bools = characters - np.uint8(_ZERO) <= 9  # below zero wraps round
        return np.asarray(digits.all(axis=1))
    return np.asarray(_admitted(kind)[characters].all(axis=1))


@cache
def _admitted(kind: Kind | None) -> _Bools:
    """Which codes a value is made of: each kind is one class of characters, repeated."""
    if kind is None:
        return np.isin(np.arange(256), list(b"HEhe "))
    return np.array([code < 0x80 and kind.value.fullmatch(chr(code)) is not None for code in range(256)])


def _numbers(rows: _Bytes, digits: slice, moving: _Bools) -> _Ints:
    """Decimal digits to numbers; digits that stand still are counted once.

    Floats are exact here: a label has nine digits at most, and numbers below 2**53 have no rounding.
    """
    places = np.arange(digits.start, digits.stop)
    weights = 10.0 ** np.arange(len(places))[::-1]
    moves = moving[places]
    still = rows[0, places[~moves]] @ weights[~moves] - _ZERO * weights.sum()
    numbers: _Ints = (rows[:, places[moves]].astype(np.float64) @ weights[moves] + still).astype(np.int64)
    return numbers


@lru_cache(maxsize=4096)
def _local_s_of(stamp: str) -> tuple[int, bool]:
    """One horodate; an array of one would cost fifty times as much."""
    local_s, exists = _local_s(np.frombuffer(stamp.encode(), np.uint8)[None, :])
    return int(local_s[0]), bool(exists[0])


def _local_s(stamps: _Bytes) -> tuple[_Ints, _Bools]:
    """Horodates to seconds of local time, and whether there is such a day and hour."""
    digits = stamps[:, 1:].astype(np.int64) - _ZERO
    year, month, day, hour, minute, second = (10 * digits[:, 0::2] + digits[:, 1::2]).T
    year = year + 2000  # two digits (54E §6.2.1.1)
    leap = year % 4 == 0  # 2000 to 2099
    in_year = (month >= 1) & (month <= 12)
    at = np.where(in_year, month, 1)
    days = _DAYS[at] + ((at == 2) & leap)
    exists = in_year & (day >= 1) & (day <= days) & (hour < 24) & (minute < 60) & (second < 60)
    months = ((year - 1970) * 12 + at - 1).astype("datetime64[M]")
    midnight = months.astype("datetime64[D]").astype(np.int64) + day - 1
    return midnight * 86400 + hour * 3600 + minute * 60 + second, exists


_DAYS = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
