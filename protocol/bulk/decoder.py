# SPDX-License-Identifier: Apache-2.0
"""Bytes to columns.

A pattern is learnt from a frame without complaint, as the general decoder reads it: which characters of its length
are structure, and which may change. Rows of which the structure, the characters and the checksums hold are taken
as a whole; whatever is left over between them goes through the general decoder. What comes out is what the
general decoder would say of the stream, wherever the input was cut.
"""

from collections import Counter
from collections.abc import Iterator

import numpy as np

from ..general import STRIP_PARITY, GeneralDecoder
from ..labels import LABELS, Kind
from ..mode import CR, ETX, STX, Mode
from ..model import Event, Frame, Noise
from .columns import Batch, Bools, Bytes, Ints
from .horodates import local_s_of
from .pattern import FittingRows, FramePattern, learn

__all__ = ["BulkDecoder"]

_LENGTH_MAX = 8192  # characters of a frame that is worth a pattern; the longest has 1500
_PATTERNS_MAX = 8  # kept of one length
_TRIALS_MAX = 8  # frames of one length looked at for a new pattern, in one portion
_REST_MAX = 1 << 16  # characters without an ETX, after which nobody waits for one
_SAMPLE = 1 << 16  # characters by which the parity bit is looked for
_CR_PARITY = 0x8D  # CR with its even parity bit


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
        self._patterns: dict[int, list[FramePattern]] = {}
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
        fitting: list[FittingRows] = []
        events: list[Event] = []
        sample = data[:_SAMPLE]
        parity = sample.count(_CR_PARITY) > sample.count(CR)
        plain = data.translate(STRIP_PARITY) if parity else data
        starts, ends, fits = self._find_fitting(plain, fitting)
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
        for one in fitting:
            one.offsets += self._offset
        batch = self._assemble(fitting, [event for event in events if isinstance(event, Frame)])
        self._count(batch, fitting, events)
        self._offset += len(data)
        return batch

    def _find_fitting(self, plain: bytes, fitting: list[FittingRows]) -> tuple[Ints, Ints, Bools]:
        """Where frames begin and end, and which of them fit a pattern; ``fitting`` gets their rows."""
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
                fitting.append(one)
        return starts, ends, fits

    def _by_pattern(self, rows: Bytes) -> Iterator[tuple[Ints, FittingRows]]:
        """The rows of one length that fit a pattern, known or learnt now: their places, and themselves."""
        patterns = self._patterns.setdefault(rows.shape[1], [])
        left = np.arange(len(rows))
        untried, trials = list(patterns), 0
        while len(left):
            if untried:
                pattern = untried.pop(0)
            elif trials < _TRIALS_MAX and len(patterns) < _PATTERNS_MAX:
                trials += 1
                learnt = learn(rows[left[0]].tobytes(), self._mode)
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
                yield left if whole else left[fit], FittingRows(pattern, among if whole else among[fit], moving)
            left = left[~fit]

    def _assemble(self, fitting: list[FittingRows], frames: list[Frame]) -> Batch:
        offsets = np.concatenate([*(one.offsets for one in fitting), np.array([f.offset for f in frames], np.int64)])
        order = np.argsort(offsets, kind="stable")
        place = np.empty_like(order)
        place[order] = np.arange(len(order))
        count = len(order)
        batch = Batch(
            self._number + 1 + np.arange(count), offsets[order], np.ones(count, np.bool_), np.zeros(count, np.int64)
        )
        first = 0
        for one in fitting:
            where = place[first : first + len(one.rows)]
            first += len(one.rows)
            for group in one.pattern.groups:
                if group.label is not None:
                    group.fill(batch.column(group.label), where, one.rows, one.moving)
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
            column = batch.column(label)
            column.present[row] = True
            if label.kind is Kind.NUMBER:
                column.numbers[row] = int(group.value)
            else:
                column.sizes[row] = len(group.value)
                column.text[row, : len(group.value)] = np.frombuffer(group.value.encode(), np.uint8)
            if group.timestamp is not None:
                column.season[row] = ord(group.timestamp[0])
                column.local_s[row], column.in_calendar[row] = local_s_of(group.timestamp)

    def _count(self, batch: Batch, fitting: list[FittingRows], events: list[Event]) -> None:
        self._number += len(batch)
        self.damaged += int(batch.damaged.sum())
        for one in fitting:
            self.good += len(one.rows) * len(one.pattern.groups)
            self.unknown.update({label: len(one.rows) * n for label, n in one.pattern.unknown.items()})
        first_stx = 0 if self._started else min(
            [int(one.offsets.min()) for one in fitting]
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


def _rows(octets: Bytes, starts: Ints, length: int) -> Bytes:
    """Frames of one length as rows: in their place where one follows the other."""
    first = int(starts[0])
    if (np.diff(starts) == length).all():
        return octets[first : first + len(starts) * length].reshape(len(starts), length)
    return np.lib.stride_tricks.sliding_window_view(octets, length)[starts]
