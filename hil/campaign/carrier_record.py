# SPDX-License-Identifier: Apache-2.0
"""What a receiver made of carriers that a generator played at its terminals, as values; what follows from each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from xky.protocol import Mode

__all__ = [
    "CARRIER_HZ", "CARRIER_TOLERANCE", "DISTORTION", "EVEN", "FAST", "ODD", "RAMPS", "READ", "RESIDUAL", "SIGNALS",
    "SLOW", "SOUND", "STRONG", "WEAK", "CarrierRecord", "CarrierTrial", "ReadLevels", "Signal",
]  # fmt: skip

CARRIER_HZ, CARRIER_TOLERANCE = 50_000.0, 0.03  # 54E table 3, 02E §1.3.1
DISTORTION = 0.5  # 54E §5.3.4, 02E §1.3.3
SOUND, WEAK, STRONG, RESIDUAL, SLOW, FAST = "sound", "weak", "strong", "residual", "slow", "fast"
RAMPS, EVEN, ODD = "slow edges", "second harmonic", "third harmonic"
_LOWEST_HZ, _HIGHEST_HZ = CARRIER_HZ * (1 - CARRIER_TOLERANCE), CARRIER_HZ * (1 + CARRIER_TOLERANCE)


@dataclass(frozen=True, slots=True)
class ReadLevels:
    """What a receiver must understand, all of them peak.

    Attributes:
        zero_min_v: the least carrier that is a 0.
        zero_max_v: the most.
        one_max_v: the most that is left of it in a 1.
        hold_s: for how long a bit is at one of these levels, at the least.
    """

    zero_min_v: float
    zero_max_v: float
    one_max_v: float
    hold_s: float


READ: Mapping[Mode, ReadLevels] = {
    Mode.STANDARD: ReadLevels(0.8, 5.0, 0.4, 50e-6),  # 54E §5.3.4
    Mode.HISTORIC: ReadLevels(0.8, 5.0, 0.3, 700e-6),  # 02E §1.3.3
}


@dataclass(frozen=True, slots=True)
class CarrierTrial:
    """One frame, over and over, as one carrier.

    Attributes:
        signal: name of what it was to be.
        zero_v: peak at the terminals in a 0, as a scope saw it.
        zero_unsure_v: what that may be off.
        one_v: peak of what was left in a 1.
        one_unsure_v: likewise.
        carrier_hz: as the generator was set.
        unsure_hz: likewise.
        lasted_s: on the bench's clock.
        readings: of the device that had values of this trial, which no other has.
        labels: whose value of this trial came.
        zero_held_s: how long a single 0 was over the least level of one, as a scope saw it; None: nobody looked.
        one_held_s: likewise, a single 1 under the highest level of one.
        held_least_s: the shorter of both, as short as it may be.
        held_most_s: the longer of both, as long as it may be.
        distortion: harmonics over the carrier, as a fraction; None: nobody looked.
        distortion_unsure: what that may be off.
    """

    signal: str
    zero_v: float
    zero_unsure_v: float
    one_v: float
    one_unsure_v: float
    carrier_hz: float
    unsure_hz: float
    lasted_s: float
    readings: int
    labels: Sequence[str]
    zero_held_s: float | None = None
    one_held_s: float | None = None
    held_least_s: float = 0.0
    held_most_s: float = 0.0
    distortion: float | None = None
    distortion_unsure: float = 0.0

    def is_read_as(self, sound: "CarrierTrial") -> bool:
        """Whether all came that came of a sound carrier, but for a frame that one end of the trial cut."""
        return set(sound.labels) <= set(self.labels) and self.readings >= sound.readings - 1 > 0


@dataclass(frozen=True, slots=True)
class CarrierRecord:
    """All trials, in order; the first is a sound carrier, and so is the one behind each that was not read.

    Attributes:
        trials: as they were played.
        wants: what kept the rest from being played; empty: nothing.
    """

    trials: Sequence[CarrierTrial]
    wants: str = ""

    @property
    def sound(self) -> CarrierTrial | None:
        """The first, by which the others are judged; None: a sound carrier was not read."""
        first = self.trials[0] if self.trials else None
        return first if first is not None and first.readings > 1 else None

    def of(self, signal: str) -> Sequence[CarrierTrial]:
        """Those that were to be so."""
        return [one for one in self.trials if one.signal == signal]

    def still_hears_after(self, trial: CarrierTrial) -> bool:
        """Whether a sound carrier was read as before behind a trial: the bench is not what kept it from being read."""
        behind = self.trials[self.trials.index(trial) + 1 :]
        return self.sound is not None and any(one.signal == SOUND and one.is_read_as(self.sound) for one in behind)


_Sure = Callable[[CarrierTrial, ReadLevels], bool]


@dataclass(frozen=True, slots=True)
class Signal:
    """A carrier at a limit of what a receiver must read.

    Attributes:
        beyond: whether one is there, or beyond, for sure: who reads that is within the limit.
        within: whether it is there, or within, for sure: who does not read that is not.
    """

    beyond: _Sure
    within: _Sure


def _is_loud(one: CarrierTrial, read: ReadLevels) -> bool:
    return one.zero_v - one.zero_unsure_v >= read.zero_min_v and one.zero_v + one.zero_unsure_v <= read.zero_max_v


def _is_quiet(one: CarrierTrial, read: ReadLevels) -> bool:
    return one.one_v + one.one_unsure_v <= read.one_max_v


def _is_legal(one: CarrierTrial, read: ReadLevels) -> bool:
    """ReadLevels that a receiver must tell apart, for sure."""
    return _is_loud(one, read) and _is_quiet(one, read)


def _harmonic() -> Signal:
    return Signal(
        lambda one, _: one.distortion is not None and one.distortion - one.distortion_unsure >= DISTORTION,
        lambda one, read: (
            one.distortion is not None and one.distortion + one.distortion_unsure <= DISTORTION and _is_legal(one, read)
        ),
    )


SIGNALS: Mapping[str, Signal] = {
    WEAK: Signal(lambda one, read: one.zero_v + one.zero_unsure_v <= read.zero_min_v, _is_legal),
    STRONG: Signal(lambda one, read: one.zero_v - one.zero_unsure_v >= read.zero_max_v, _is_legal),
    RESIDUAL: Signal(
        lambda one, read: (
            one.one_v - one.one_unsure_v >= read.one_max_v and one.zero_v + one.zero_unsure_v <= read.zero_min_v
        ),
        _is_legal,
    ),
    SLOW: Signal(
        lambda one, _: one.carrier_hz + one.unsure_hz <= _LOWEST_HZ,
        lambda one, read: one.carrier_hz - one.unsure_hz >= _LOWEST_HZ and _is_legal(one, read),
    ),
    FAST: Signal(
        lambda one, _: one.carrier_hz - one.unsure_hz >= _HIGHEST_HZ,
        lambda one, read: one.carrier_hz + one.unsure_hz <= _HIGHEST_HZ and _is_legal(one, read),
    ),
    RAMPS: Signal(
        lambda one, read: 0 < one.held_most_s <= read.hold_s,
        lambda one, read: one.held_least_s >= read.hold_s,
    ),
    EVEN: _harmonic(),
    ODD: _harmonic(),
}
