# SPDX-License-Identifier: Apache-2.0
"""What the instruments of a bench recorded of a real board's power, as values; verdicts are made of them alone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from xky.emulator.supply import Supply

__all__ = ["COLD", "CUTS", "DEAD", "FULL", "MeasuredCut", "MeasuredDeadServer", "MeasuredPower", "MeasuredTrial",
           "PowerSample"]  # fmt: skip

COLD, CUTS, DEAD, FULL = "cold", "cuts", "dead", "full"  # parts, each of which may want something


@dataclass(frozen=True, slots=True)
class PowerSample:
    """What was read at once.

    Attributes:
        at_s: on the bench's clock.
        unsure_s: to either side.
        voltage_v: at the capacitor.
        error_v: that this may be off.
        board_a: that the board takes from it; None without an analyser.
    """

    at_s: float
    unsure_s: float
    voltage_v: float
    error_v: float
    board_a: float | None


@dataclass(frozen=True, slots=True)
class MeasuredTrial:
    """Time on one supply.

    Attributes:
        supply: all the time.
        fed_s: when it was switched on.
        unsure_s: of its times, to either side: how late the bench was, and how long an instrument took.
        readings_s: when the device said something, once a wake.
        samples: in order, the first from before it was switched on.
        ended_s: of the trial.
    """

    supply: Supply
    fed_s: float
    unsure_s: float
    readings_s: Sequence[float]
    samples: Sequence[PowerSample]
    ended_s: float

    @property
    def first_reading_s(self) -> float | None:
        """None: it never said anything."""
        return self.readings_s[0] if self.readings_s else None

    @property
    def highest_v(self) -> float:
        """Of the capacitor."""
        return max(one.voltage_v for one in self.samples)

    def stops(self, runs_from_a: float, below_v: float, after_s: float, until_s: float) -> Iterator[PowerSample]:
        """The samples at which the board did not run any more, by the current that it takes.

        Args:
            runs_from_a: the current from which on it runs.
            below_v: at this and above it no board loses its rail: an ammeter was wrong for once.
            after_s: earlier ones do not count.
            until_s: nor do later ones.
        """
        for before, one in pairwise(self.samples):
            if before.board_a is None or one.board_a is None or not after_s < one.at_s <= until_s:
                continue
            if one.board_a < runs_from_a <= before.board_a and one.voltage_v < below_v:
                yield one


@dataclass(frozen=True, slots=True)
class MeasuredCut:
    """The supply was gone for a while.

    Attributes:
        lasted_s: so long.
        back_s: when it came back.
        unsure_s: of these times, to either side.
        terminal_v: of the capacitor then.
        drained: a load drew on it meanwhile, so that it was as after a longer one.
        reading_s: the first reading after it; None: none came in time.
    """

    lasted_s: float
    back_s: float
    unsure_s: float
    terminal_v: float
    drained: bool
    reading_s: float | None


@dataclass(frozen=True, slots=True)
class MeasuredDeadServer:
    """What it publishes by was dead for hours.

    Attributes:
        what: access point, broker or database.
        began_s: when it went away.
        ended_s: when it was back.
        reading_s: when something was said there again; None: nothing within ``trial``.
        within_s: of the return it has to be.
        trial: on the supply meanwhile, from before it went away until it was heard again.
    """

    what: str
    began_s: float
    ended_s: float
    reading_s: float | None
    within_s: float
    trial: MeasuredTrial


@dataclass(frozen=True, slots=True)
class MeasuredPower:
    """All trials of a board in one mode.

    Attributes:
        cold: from an empty capacitor on a minimum-spec meter; None: not played.
        cuts: the supply cut out and given back, again and again.
        rest: on that meter when the capacitor was full.
        full: on the highest voltage behind the same resistance.
        wants: by part, or by what was to be dead, what kept it from being played, or from being played to its end, and
            what it needs.
        meters: roles of the instruments that looked on.
        dead: what it publishes by was dead, one after the other.
    """

    cold: MeasuredTrial | None = None
    cuts: Sequence[MeasuredCut] = ()
    rest: MeasuredTrial | None = None
    full: MeasuredTrial | None = None
    wants: Mapping[str, str] = field(default_factory=dict)
    meters: Sequence[str] = ()
    dead: Sequence[MeasuredDeadServer] = ()
