# SPDX-License-Identifier: Apache-2.0
"""The log of a power profiler cut into the states of a device: boot, associate, listen, publish, sleep.

Bursts of the radio are taken off first: what stays is the floor, the highest level under which a window of a few
bursts fits everywhere (an opening of morphology), with its edges where they were. The floor is cut where its level
changes, the cuts are laid exactly in the samples, and wakes of the same course are counted together.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np

from xky.boards.description.states import BOOT, JOINING, LISTEN, PUBLISHING, RUN, SLEEP
from xky.protocol import InputError

from .measured_columns import AMPERES, SECONDS, read_columns

__all__ = ["OTHER", "Log", "Profile", "ProfileState", "profile_of", "read_log"]

OTHER = "other"  # than any state of the usual wake
_BLOCK_S = 1e-3  # means of so long are looked at; a burst is some of them
_BURST_S = 0.03  # what is shorter is a burst of its state, or a gap between two
_SHORTEST_S = 0.05  # a state
_RATIO = 1.12  # of two floors that are different states
_NOISES = 5.0  # standard deviations of the floor between two of them
_NOISE_FADES = 10.0  # levels below so many standard deviations of the noise are near each other
_ASLEEP = 0.1  # of the mean while awake: what draws less is asleep
_BURST = 1.3  # of the floor: what a burst is above at least
_RAREST, _OFTENEST = 2e-4, 0.6  # share of the time in bursts
_FAINT_A = 1e-9  # a sleep of less is taken for so much, and so is a profiler's offset below zero
_GAP_S = 0.02  # between two samples: nothing was recorded there


@dataclass(frozen=True, slots=True)
class Log:
    """Samples of a current.

    Attributes:
        times_s: ascending.
        amperes: at these times.
        period_s: usual time between two.
        remarks: what a person should know of the file.
    """

    times_s: Any
    amperes: Any
    period_s: float
    remarks: Sequence[str] = ()


@dataclass(slots=True)
class ProfileState:
    """A state of the device.

    Attributes:
        name: as in ``[power.loads]``.
        current_a: mean.
        peak_a: of its bursts; None: there are none.
        peak_s: typical length of a burst.
        durations_s: each time that it was seen from its beginning to its end.
    """

    name: str
    current_a: float
    peak_a: float | None = None
    peak_s: float | None = None
    durations_s: Sequence[float] = ()

    @property
    def duration_s(self) -> float | None:
        """Mean; None where it was never seen whole."""
        return float(np.mean(self.durations_s)) if self.durations_s else None

    @property
    def spread_s(self) -> float | None:
        """Standard deviation from cycle to cycle; None with fewer than two."""
        return float(np.std(self.durations_s, ddof=1)) if len(self.durations_s) > 1 else None


@dataclass(slots=True)
class Profile:
    """What a log shows.

    Attributes:
        states: in the order of a wake, sleep last.
        cycles: wakes of the usual course.
        mean_a: of the whole log.
        pieces: start, end and name of each part of the log, for a picture.
        remarks: what a person should know.
    """

    states: list[ProfileState]
    cycles: int
    mean_a: float
    pieces: list[tuple[float, float, str]]
    remarks: list[str] = field(default_factory=list)


def read_log(path: Path) -> Log:
    """The samples of a profiler's CSV file; units as its header tells them.

    Raises:
        InputError: it cannot be read, or its times do not ascend; the text names file and line.
    """
    columns = read_columns(path, (SECONDS, AMPERES))
    times_s, amperes = columns.values[SECONDS], columns.values[AMPERES]
    if len(times_s) < 2 or times_s[-1] - times_s[0] < 2 * _SHORTEST_S:
        raise InputError(f"{path}: lasts {np.ptp(times_s):g} s; a state lasts {_SHORTEST_S:g} s at least, record more")
    steps_s = np.diff(times_s)
    if (steps_s < 0).any():
        row = int(np.argmax(steps_s < 0)) + 1
        raise columns.complain(row, f"time {times_s[row]:g} s is before that of the row before")
    if (steps_s == 0).any():  # written with fewer digits than it was sampled
        times_s = np.linspace(times_s[0], times_s[-1], len(times_s))
        steps_s = np.diff(times_s)
    period_s = float(np.median(steps_s))
    if period_s > _SHORTEST_S / 2:
        raise InputError(f"{path}: has a sample each {period_s:g} s; states are told apart from 40 samples a second on")
    gaps = np.flatnonzero(steps_s > max(_GAP_S, 5 * period_s))
    remarks: tuple[str, ...] = ()
    if len(gaps):
        at = gaps[0]
        remarks = (
            f"{len(gaps)} gaps; the first of {steps_s[at]:.3g} s at {times_s[at]:.6g} s, where nothing was recorded",
        )
    return Log(times_s, amperes, period_s, remarks)


def profile_of(log: Log) -> Profile:
    """The states of a log, named by what they are."""
    pieces = list(_pieces(log))
    asleep_a = _sleep_level(pieces)
    for piece in pieces:
        piece.asleep = asleep_a is not None and piece.mean_a <= asleep_a
    mean_a = float(np.mean(log.amperes))
    if asleep_a is None:
        return _always_on(log, pieces, mean_a)
    return _cycling(log, pieces, mean_a)


@dataclass(slots=True)
class _LevelStretch:
    """A stretch of one level."""

    start: int
    end: int
    floor_a: float
    mean_a: float
    asleep: bool = False


def _pieces(log: Log) -> Iterator[_LevelStretch]:
    """The log cut where its floor changes."""
    from scipy.ndimage import percentile_filter

    block = max(round(_BLOCK_S / log.period_s), 1)
    count = len(log.amperes) // block
    means_a = log.amperes[: count * block].reshape(count, block).mean(axis=1)
    wide = max(round(_BURST_S / (block * log.period_s)), 1)
    floor_a = percentile_filter(percentile_filter(means_a, 15, wide), 85, wide) if wide > 2 else means_a
    noise_a = float(np.median(np.abs(np.diff(means_a)))) / 0.954  # the median of a difference's size, to one of them
    cuts = _cuts(floor_a, noise_a, max(round(_SHORTEST_S / (block * log.period_s)), 2))
    cuts = _joined(floor_a, cuts, noise_a)
    floors_a = [float(np.median(floor_a[start:end])) for start, end in pairwise(cuts)]
    samples = [0]
    for number, (before_a, after_a) in enumerate(pairwise(floors_a), 1):
        near, reach = cuts[number] * block, 2 * wide * block
        low, high = max(near - reach, samples[-1]), min(near + reach, cuts[number + 1] * block)
        samples.append(low + _exact(log.amperes[low:high], before_a, after_a))
    samples.append(len(log.amperes))
    for (start, end), level_a in zip(pairwise(samples), floors_a, strict=True):
        if end > start:
            yield _LevelStretch(start, end, level_a, float(log.amperes[start:end].mean()))


def _cuts(floor_a: Any, noise_a: float, wide: int) -> list[int]:
    """Where the floor changes its level: steepest places of a scale on which ratios are distances."""
    from scipy.ndimage import gaussian_filter1d

    scale_a = max(_NOISE_FADES * noise_a, _FAINT_A)
    level = np.arcsinh(floor_a / scale_a)
    slope = np.abs(gaussian_filter1d(level, max(wide / 8, 1.0), order=1, mode="nearest")) * max(wide / 8, 1.0)
    least = 0.2 * np.log(_RATIO)
    peaks = np.flatnonzero((slope[1:-1] > least) & (slope[1:-1] >= slope[:-2]) & (slope[1:-1] > slope[2:])) + 1
    return [0, *peaks.tolist(), len(floor_a)]


def _joined(floor_a: Any, cuts: list[int], noise_a: float) -> list[int]:
    """Without the cuts between levels that are the same, the least different first."""
    cuts = list(cuts)

    def difference(number: int) -> float:
        before_a = float(np.median(floor_a[cuts[number - 1] : cuts[number]]))
        after_a = float(np.median(floor_a[cuts[number] : cuts[number + 1]]))
        length = min(cuts[number] - cuts[number - 1], cuts[number + 1] - cuts[number])
        apart_a = abs(after_a - before_a)
        if apart_a < _NOISES * noise_a / np.sqrt(length):
            return 0.0
        return apart_a / max(min(abs(before_a), abs(after_a)), noise_a, _FAINT_A)

    differences = [difference(number) for number in range(1, len(cuts) - 1)]
    while differences and min(differences) < _RATIO - 1:
        least = int(np.argmin(differences))
        del cuts[least + 1], differences[least]
        for number in (least, least + 1):
            if 1 <= number < len(cuts) - 1:
                differences[number - 1] = difference(number)
    return cuts


def _exact(amperes: Any, before_a: float, after_a: float) -> int:
    """The sample at which one level follows the other: least squares of two levels, bursts cut off."""
    cut_off = np.clip(amperes, min(before_a, after_a), max(before_a, after_a))
    gains = np.cumsum((cut_off - after_a) ** 2 - (cut_off - before_a) ** 2)
    return 1 + int(np.argmax(gains))


def _sleep_level(pieces: Sequence[_LevelStretch]) -> float | None:
    """What is asleep draws no more than this; None where nothing is."""
    awake_a = max(piece.mean_a for piece in pieces)
    lowest_a = min(piece.mean_a for piece in pieces)
    if lowest_a > _ASLEEP * awake_a:
        return None
    return max(sqrt(max(lowest_a, _FAINT_A) * awake_a * _ASLEEP), 1.5 * lowest_a)


def _always_on(log: Log, pieces: Sequence[_LevelStretch], mean_a: float) -> Profile:
    """A device that never sleeps: one load, whatever it does meanwhile."""
    whole = _LevelStretch(0, len(log.amperes), min(piece.floor_a for piece in pieces), mean_a)
    floors = [piece.floor_a for piece in pieces]
    levels = "" if len(pieces) == 1 else f"; {len(pieces)} stretches between {min(floors):.3g} and {max(floors):.3g} A"
    told = [*log.remarks, f"no sleep in this log: it is one load, run{levels}"]
    state = _state(log, RUN, [whole], [])
    return Profile([state], 0, mean_a, [(float(log.times_s[0]), float(log.times_s[-1]), RUN)], told)


def _cycling(log: Log, pieces: Sequence[_LevelStretch], mean_a: float) -> Profile:
    wakes: list[list[_LevelStretch]] = []
    sleeps: list[_LevelStretch] = []
    before: _LevelStretch | None = None
    for piece in _slept_through(pieces):
        if piece.asleep:
            sleeps.append(piece)
        elif before is None or before.asleep:
            wakes.append([piece])
        else:
            wakes[-1].append(piece)
        before = piece
    whole = [wake for wake in wakes if wake[0].start > 0 and wake[-1].end < len(log.amperes)]
    remarks = list(log.remarks)
    if not whole:
        remarks.append("no wake is in this log from its beginning to its end; its states have no durations")
    usual = _usual(whole or wakes)
    others = len(whole) - len(usual)
    if whole and others:
        remarks.append(f"{others} of {len(whole)} wakes went otherwise than the usual one, and were left out")
    names = _names(log, usual) if usual else []
    states = []
    for number, name in enumerate(names):
        seen = [wake[number] for wake in usual]
        states.append(_state(log, name, seen, seen if whole else []))
    rests = [piece for piece in sleeps if piece.start > 0 and piece.end < len(log.amperes)]
    states.append(_state(log, SLEEP, sleeps, rests))
    known = {id(piece): name for wake in usual for piece, name in zip(wake, names, strict=True)}
    places = [
        (_time(log, piece.start), _time(log, piece.end), SLEEP if piece.asleep else known.get(id(piece), OTHER))
        for wake in (*wakes, sleeps) for piece in wake
    ]  # fmt: skip
    return Profile(states, len(usual) if whole else 0, mean_a, sorted(places), remarks)


def _slept_through(pieces: Sequence[_LevelStretch]) -> Iterator[_LevelStretch]:
    """Neighbouring stretches of sleep as one."""
    last: _LevelStretch | None = None
    for piece in pieces:
        if last is not None and last.asleep and piece.asleep:
            length = piece.end - last.start
            share = (piece.end - piece.start) / length
            last.mean_a += share * (piece.mean_a - last.mean_a)
            last.end = piece.end
            continue
        if last is not None:
            yield last
        last = piece
    if last is not None:
        yield last


def _usual(wakes: Sequence[Sequence[_LevelStretch]]) -> list[Sequence[_LevelStretch]]:
    """Wakes of the course that most have: as many states, each near the others' level."""
    if not wakes:
        return []
    length, _ = Counter(map(len, wakes)).most_common(1)[0]
    alike = [wake for wake in wakes if len(wake) == length]
    middle_a = np.median([[piece.floor_a for piece in wake] for wake in alike], axis=0)
    return [
        wake for wake in alike
        if all(1 / 1.5 < piece.floor_a / level_a < 1.5 for piece, level_a in zip(wake, middle_a, strict=True))
    ]  # fmt: skip


def _names(log: Log, wakes: Sequence[Sequence[_LevelStretch]]) -> list[str]:
    """Of the states of a wake: the first boots, the longest of the others listens, the radio associates before it and
    publishes after it."""
    count = len(wakes[0])
    if count == 1:
        return [LISTEN]
    lengths = [float(np.mean([wake[number].end - wake[number].start for wake in wakes])) for number in range(count)]
    listens = 1 + int(np.argmax(lengths[1:]))
    if listens == count - 1 and count > 2 and _bursts(log, [wake[listens] for wake in wakes]) is not None:
        quiet = [n for n in range(1, count - 1) if _bursts(log, [wake[n] for wake in wakes]) is None]
        listens = max(quiet, key=lambda number: lengths[number]) if quiet else listens
    names = []
    for number in range(count):
        if number == 0:
            names.append(BOOT)
        elif number < listens:
            names.append(JOINING[number - 1] if number <= len(JOINING) else f"state_{number + 1}")
        elif number == listens:
            names.append(LISTEN)
        else:
            names.append(PUBLISHING if number == count - 1 else f"state_{number + 1}")
    return names


def _state(log: Log, name: str, seen: Sequence[_LevelStretch], whole: Sequence[_LevelStretch]) -> ProfileState:
    samples = sum(piece.end - piece.start for piece in seen)
    current_a = sum(piece.mean_a * (piece.end - piece.start) for piece in seen) / samples
    peak_a, peak_s = _bursts(log, seen) or (None, None)
    durations_s = [_time(log, piece.end) - _time(log, piece.start) for piece in whole]
    return ProfileState(name, current_a, peak_a, peak_s, durations_s)


def _bursts(log: Log, pieces: Sequence[_LevelStretch]) -> tuple[float, float] | None:
    """Height and length of the bursts of a state; None where it has none."""
    parts = [log.amperes[piece.start : piece.end] for piece in pieces]
    together = np.concatenate(parts)
    floor_a = float(np.median([piece.floor_a for piece in pieces]))
    noise_a = 1.4826 * float(np.median(np.abs(together - np.median(together))))
    top_a = float(np.quantile(together, 0.9995))
    level_a = 0.5 * (floor_a + top_a)
    if top_a < _BURST * floor_a or level_a < floor_a + _NOISES * noise_a:
        return None
    above = [part > level_a for part in parts]
    share = float(np.mean(np.concatenate(above)))
    if not _RAREST < share < _OFTENEST:
        return None
    lengths: list[int] = []
    for one in above:
        edges = np.flatnonzero(np.diff(np.concatenate(([0], one.astype(np.int8), [0]))))
        lengths += (edges[1::2] - edges[::2]).tolist()
    return float(np.median(together[together > level_a])), float(np.median(lengths)) * log.period_s


def _time(log: Log, sample: int) -> float:
    """Of a sample's beginning; that of the end of the log is one period after its last sample."""
    return float(log.times_s[sample]) if sample < len(log.times_s) else float(log.times_s[-1]) + log.period_s
