# SPDX-License-Identifier: Apache-2.0
"""What was recorded of a device's trials of power, as values; with the board's description they tell all the rest."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from xky.boards import Board
from xky.boards.description.states import OFF, SLEEP
from xky.boards.power.clocked_train import train_of
from xky.boards.power.event_simulation import PowerEvent, PowerEventKind
from xky.boards.power.train import Train
from xky.emulator.supply import SUPPLIES, Supply

__all__ = [
    "DEAD_S",
    "MINIMUM",
    "MODEL_V",
    "SERVERS",
    "CutOut",
    "DeadServer",
    "LoadStretch",
    "PowerRecord",
    "Trial",
    "at_terminals_w",
    "restart_s",
    "rests_at_v",
    "works_v",
]

MINIMUM = SUPPLIES["min_spec"]
MODEL_V = 0.0025  # what the model of a train does not know: 0.05 % of 5 V, against SPICE in carrier detail
SERVERS = {"access point": "", "broker": "mqtt", "database": "influx"}  # what dies, and the kind of probe there
DEAD_S = 2 * 3600.0  # for so long: longer than any capacitor of the family lasts awake
_COUNTED = 8  # readings


@dataclass(frozen=True, slots=True)
class LoadStretch:
    """Time with one load.

    Attributes:
        at_s: its beginning.
        duration_s: of it.
        load: name, or ``off``.
        before_v: inner voltage of the capacitor at its beginning.
        after_v: at its end.
    """

    at_s: float
    duration_s: float
    load: str
    before_v: float
    after_v: float


@dataclass(frozen=True, slots=True)
class Trial:
    """One run on one supply.

    Attributes:
        supply: all the time.
        readings_s: when the device said something.
        events: power on, brown-outs.
        stretches: time with each load.
        duration_s: of the run.
    """

    supply: Supply
    readings_s: Sequence[float]
    events: Sequence[PowerEvent]
    stretches: Sequence[LoadStretch]
    duration_s: float

    @property
    def first_reading_s(self) -> float | None:
        """None: it never said anything."""
        return self.readings_s[0] if self.readings_s else None

    def brown_outs(self, after_s: float = 0.0) -> Sequence[PowerEvent]:
        """The brown-outs after an instant."""
        return [one for one in self.events if one.what is PowerEventKind.BROWN_OUT and one.at_s > after_s]

    @property
    def browns_out(self) -> bool:
        """Whether it lost its rail once it had read."""
        return self.first_reading_s is not None and bool(self.brown_outs(self.first_reading_s))

    def least_headroom_v(self, board: Board, after_s: float) -> float:
        """Least distance of the terminals from where the rail is lost, while awake after an instant; else infinite."""
        train, least_v = _train(board), inf
        for one in self.stretches:
            state = train.state(self.supply, one.load)
            skipped_s = max(after_s - one.at_s, 0.0)  # a device that never sleeps has one stretch
            if skipped_s < one.duration_s and state.off_terminal_v > 0:
                before_v = state.flow.after(one.before_v, skipped_s) if skipped_s else one.before_v
                lowest_v = min(state.terminal_v(v) for v in (before_v, one.after_v))
                least_v = min(least_v, lowest_v - state.off_terminal_v)
        return least_v

    def need_w(self, board: Board) -> float:
        """Mean power at the terminals I1-A that what it does in ``counted_s`` needs, on a minimum-spec meter.

        Reckoned at the lowest voltage at which it still works: what an LDO burns of a higher one, and the clamp of a
        full capacitor, it does not need.
        """
        train, (first_s, last_s) = _train(board), self.counted_s
        at_v = works_v(board)
        states = {name: train.state(MINIMUM, name) for name in (OFF, *train.power.loads)}
        taken_j = 0.0
        for one in self.stretches:
            spent_s = min(one.at_s + one.duration_s, last_s) - max(one.at_s, first_s)
            if spent_s > 1e-9:
                state = states[one.load]
                losses = state.balance.losses(state.inner_v(at_v))
                taken_j += spent_s * (losses.delivered_w + losses.regulator_w + losses.leakage_w)
        return at_terminals_w(board, taken_j / (last_s - first_s))

    @property
    def counted_s(self) -> tuple[float, float]:
        """From reading to reading, when it had found its pace."""
        counted = self.readings_s[-_COUNTED:]
        return counted[0], counted[-1]


@dataclass(frozen=True, slots=True)
class CutOut:
    """The supply was gone for a while.

    Attributes:
        lasted_s: so long.
        back_s: when it came back.
        terminal_v: of the capacitor then.
        reading_s: the first reading after it; None: none came in time.
    """

    lasted_s: float
    back_s: float
    terminal_v: float
    reading_s: float | None


@dataclass(frozen=True, slots=True)
class DeadServer:
    """What a device needs to publish was dead for hours.

    Attributes:
        what: ``access point``, ``broker`` or ``database``.
        began_s: from then on.
        ended_s: until then.
        reading_s: the first reading after it, at its own end; None: none came in time.
        limit_s: how long that may take.
        trial: the whole run.
    """

    what: str
    began_s: float
    ended_s: float
    reading_s: float | None
    limit_s: float
    trial: Trial


@dataclass(frozen=True, slots=True)
class PowerRecord:
    """All trials of a device in one mode.

    Attributes:
        cold: from an empty capacitor on a minimum-spec meter, its ADC without a scale.
        first_charge: likewise, from just over the least voltage at which it begins a wake by that ADC; None where its
            firmware does not decide by its capacitor.
        cuts: the supply cut out and given back, again and again.
        stiff: from a source that has more than enough.
        lost_lower: ``cold`` again, were the rail lost ``MODEL_V`` lower only; None where ``cold`` started, and kept
            its rail.
        found_lower: likewise, were it found so much lower; None where ``cold`` or ``lost_lower`` started.
        dead: each thing that it needs to publish dead for hours; none where it reaches no network.
    """

    cold: Trial
    first_charge: Trial | None
    cuts: Sequence[CutOut]
    stiff: Trial
    lost_lower: Trial | None = None
    found_lower: Trial | None = None
    dead: Sequence[DeadServer] = ()


def works_v(board: Board) -> float:
    """The lowest terminal voltage of the capacitor at which a board still works on a minimum-spec meter."""
    train = _train(board)
    lowest_v = max(train.state(MINIMUM, name).off_terminal_v for name in (OFF, *train.power.loads))
    stop_v = train.power.policy.stop_v
    return lowest_v if stop_v is None else max(lowest_v, stop_v)


def at_terminals_w(board: Board, taken_w: float) -> float:
    """The power at terminals I1-A that it takes to have so much behind rectifier and charger, on such a meter.

    Args:
        board: with a power train.
        taken_w: from the capacitor at ``works_v``.
    """
    dark = _train(board).state(MINIMUM, OFF)
    charging = dark.balance.losses(dark.inner_v(works_v(board)))
    through_w = charging.source_w - charging.meter_w
    return taken_w / (1 - (charging.diode_w + charging.charger_w) / through_w)


def restart_s(board: Board) -> float:
    """How long a device may take to read again: one that kept its charge may sleep on first."""
    return board.limits.cold_start_s + board.longest_period_s


def rests_at_v(board: Board) -> float:
    """Where its capacitor comes to rest on a minimum-spec meter while it sleeps, or while it is off."""
    train = _train(board)
    return train.state(MINIMUM, SLEEP if board.power is not None and SLEEP in board.power.loads else OFF).flow.rest_v(
        0.0
    )


def _train(board: Board) -> Train:
    assert board.power is not None
    return train_of(board.power)
