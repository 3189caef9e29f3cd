# SPDX-License-Identifier: Apache-2.0
"""What frames of one set of groups have in common: which characters are structure, and which may change."""

from collections import Counter
from dataclasses import dataclass, field
from functools import cache

import numpy as np

from ..encoder import encode_frame
from ..general import GeneralDecoder
from ..labels import LABELS, Kind, Label
from ..mode import CR, LF, STX, Mode
from ..model import Frame, Group
from ..timestamp import TIMESTAMP_SIZE
from .columns import Bools, Bytes, Ints, LabelColumn
from .horodates import local_s

__all__ = ["FittingRows", "FramePattern", "learn"]

_BLOCK = 1024  # frames compared at once: what a processor keeps near
_ZERO = ord("0")
_TAIL_SIZE = 2  # separator and checksum


@dataclass(frozen=True)
class GroupPlace:
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

    def fill(self, column: LabelColumn, where: Ints, rows: Bytes, moving: Bools) -> None:
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
            column.local_s[where], column.in_calendar[where] = local_s(stamps)


@dataclass
class FittingRows:
    """Rows that fit a pattern; ``moving`` marks the characters in which they may differ."""

    pattern: "FramePattern"
    rows: Bytes
    moving: Bools
    offsets: Ints = field(default_factory=lambda: np.zeros(0, np.int64))


class FramePattern:
    """What frames of one set of groups have in common."""

    def __init__(self, octets: bytes, groups: list[GroupPlace], unknown: Counter[str], mode: Mode) -> None:
        self.groups = groups
        self.unknown = unknown
        self._base = np.frombuffer(octets, np.uint8)
        self._structure = np.ones(len(octets), np.bool_)
        self._classes: dict[Kind | None, Bools] = {}  # places of each class of characters; None: season letters
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

    def fit(self, rows: Bytes) -> tuple[Bools, Bools]:
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


def learn(octets: bytes, mode: Mode) -> FramePattern | None:
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
    return FramePattern(octets, places, unknown, mode)


def _place(group: Group, begin: int, mode: Mode) -> GroupPlace:
    field_at = begin + len(group.label) + 1
    stamp = None if group.timestamp is None else field_at
    value = field_at if stamp is None else field_at + TIMESTAMP_SIZE + 1
    return GroupPlace(LABELS[mode].get(group.label), begin, stamp, value, value + len(group.value))


def _are_admitted(kind: Kind | None, characters: Bytes) -> Bools:
    """Rows of which each character is one of a kind, or (None) a season letter."""
    if kind is Kind.NUMBER:
        digits: Bools = characters - np.uint8(_ZERO) <= 9  # below zero wraps round
        return np.asarray(digits.all(axis=1))
    return np.asarray(_admitted(kind)[characters].all(axis=1))


@cache
def _admitted(kind: Kind | None) -> Bools:
    """Which codes a value is made of: each kind is one class of characters, repeated."""
    if kind is None:
        return np.isin(np.arange(256), list(b"HEhe "))
    return np.array([code < 0x80 and kind.value.fullmatch(chr(code)) is not None for code in range(256)])


def _numbers(rows: Bytes, digits: slice, moving: Bools) -> Ints:
    """Decimal digits to numbers; digits that stand still are counted once.

    Floats are exact here: a label has nine digits at most, and numbers below 2**53 have no rounding.
    """
    places = np.arange(digits.start, digits.stop)
    weights = 10.0 ** np.arange(len(places))[::-1]
    moves = moving[places]
    still = rows[0, places[~moves]] @ weights[~moves] - _ZERO * weights.sum()
    numbers: Ints = (rows[:, places[moves]].astype(np.float64) @ weights[moves] + still).astype(np.int64)
    return numbers
