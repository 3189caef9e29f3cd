# SPDX-License-Identifier: Apache-2.0
"""Will this board live on a meter's A terminal, how often can it speak, and by what margin?"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from xky.protocol import InputError, Mode

from ..description.board import Board
from ..description.lora import shortest_period_s
from ..description.parts import ROOM_C
from ..description.phases import phases_of
from ..description.states import OFF, RUN, SLEEP
from ..ports import SupplyPort
from .cycle import Cycle
from .energy import EnergyBalance
from .event_simulation import EventSimulation, PowerEventKind, Stretch, energy_over
from .ratings import Rated, ratings_exceeded
from .train import Train

__all__ = ["Analysis", "ColdStart", "analyse", "cold_start", "one_period", "overfed"]

_PATIENCE_S = 6 * 3600.0  # a device that has not spoken by then never will
_RESETS = 200  # in a row without a word: then it is looked at whether they lead anywhere
_STOPS = 50  # wakes broken off without a reading: there will be none
_CYCLES_SHOWN = 5
GUARANTEED_W = 0.130  # 54E table 1: a load at I1-A is given at least that


@dataclass(frozen=True, slots=True)
class ColdStart:
    """From an empty capacitor.

    Attributes:
        start_s: the wake that comes through to the first reading begins; None: none ever does.
        reading_s: the first reading; None: there is none.
        resets: brown-outs before.
        trouble: why there is none, for people; empty where there is one.
        stretches: the way there, and a few cycles more.
        readings_s: times of the readings in them.
        wakes_v: inner voltages at which wakes began.
    """

    start_s: float | None
    reading_s: float | None
    resets: int
    trouble: str
    stretches: Sequence[Stretch]
    readings_s: Sequence[float]
    wakes_v: Sequence[float]


@dataclass(frozen=True, slots=True)
class Analysis:
    """What a board does on a supply.

    Attributes:
        board: that was looked at.
        train: of it.
        supply: that it lives on.
        mode: of the TIC.
        refused: why it cannot live on the TIC at all, for people: it has a supply of its own, or a boost that is fed
            with more than it makes; empty for one that may.
        needs_w: mean power that it takes over a period: from the capacitor; at its rail where it is refused.
        offered_w: the most that the supply gives to any load.
        cold: start from an empty capacitor.
        period_s: asked for, from wake to wake; 0 for a device that never sleeps.
        min_period_s: the shortest that goes on for ever; None: none does.
        limited_by: what it is limited by: ``energy``, ``wake`` or ``duty cycle``.
        margin_v: at the terminals over brown-out, at the worst instant of the worst wake; None where there is no wake.
        settled_v: terminal voltage at which wakes begin in the long run; None: it does not come through, or skips some.
        per_reading: where the energy of one period goes; None where it does not come through.
        exceeded: ratings that are not kept at the highest supply allowed.
        cycle: at ``period_s``; None for a device that never sleeps.
    """

    board: Board
    supply: SupplyPort
    mode: Mode
    refused: str
    needs_w: float
    offered_w: float
    train: Train | None = None
    cold: ColdStart | None = None
    period_s: float = 0.0
    min_period_s: float | None = None
    limited_by: str = ""
    margin_v: float | None = None
    settled_v: float | None = None
    per_reading: EnergyBalance | None = None
    exceeded: Sequence[Rated] = ()
    cycle: Cycle | None = None

    @property
    def lives(self) -> bool:
        """Whether it starts by itself and keeps its period for ever."""
        return (
            not self.refused and self.cold is not None and self.cold.start_s is not None and self.settled_v is not None
        )


def analyse(
    board: Board,
    supply: SupplyPort,
    *,
    highest: SupplyPort,
    mode: Mode = Mode.STANDARD,
    period_s: float | None = None,
    temperature_c: float = ROOM_C,
) -> Analysis:
    """Look at a board.

    Args:
        board: with a power train.
        supply: that it lives on.
        highest: the highest that it may meet; ratings are looked at there.
        mode: of the TIC.
        period_s: from wake to wake; None takes what the board does.
        temperature_c: of all parts.

    Raises:
        InputError: the board's file has no power, or the period is shorter than the wake.
    """
    power = board.power
    if power is None:
        raise InputError(f"board {board.id}: its file has no [power] table; describe its power train there")
    offered_w = supply.open_circuit_v**2 / (4 * supply.source_ohm)
    if power.source == "external":
        return _refusal(board, supply, mode, offered_w)
    train = Train(power, temperature_c=temperature_c)
    exceeded = ratings_exceeded(train, highest)
    if board.wake is None:
        return _always_on(board, train, supply, mode, offered_w, exceeded)
    phases = phases_of(board, mode)
    awake_s = sum(phase.duration_s for phase in phases)
    if period_s is not None and period_s < awake_s:
        raise InputError(f"--period {period_s:g} s: shorter than the wake, which takes {awake_s:g} s; give more")
    cycle = Cycle(train, supply, phases, board.wake.sleep_s if period_s is None else period_s - awake_s)
    cold = cold_start(board, supply, train=train, mode=mode, sleep_s=None if period_s is None else cycle.sleep_s)
    begins_v = power.policy.begins_v
    first_v = 0.0 if begins_v is None else train.state(supply, SLEEP).inner_v(begins_v)
    shortest = cycle.shortest_period_s(first_v)
    min_period_s, limited_by = (None, "energy") if shortest is None else (shortest[0], "energy")
    if shortest is not None and shortest[0] <= awake_s * (1 + 1e-9):
        limited_by = "wake"
    if min_period_s is not None and power.lora is not None and shortest_period_s(power.lora) > min_period_s:
        min_period_s, limited_by = shortest_period_s(power.lora), "duty cycle"
    settled_v = cycle.settles_at(max(cold.wakes_v[-1], first_v)) if cold.start_s is not None else None
    if settled_v is not None and settled_v < first_v:
        settled_v = None  # its firmware sleeps on long before it comes to that
    starts = [*cold.wakes_v, *([] if settled_v is None else [settled_v])]
    margin_v = min((cycle.margin_v(max(v, first_v)) for v in starts), default=None)
    settled = [] if settled_v is None else one_period(cycle, settled_v)
    refused = overfed(train, [*cold.stretches, *settled])
    if refused:
        return Analysis(board, supply, mode, refused, 0.0, offered_w, train, exceeded=exceeded)
    per_reading = None if settled_v is None else energy_over(settled)
    needs_w = 0.0 if per_reading is None else (per_reading.delivered_j + per_reading.regulator_j) / cycle.period_s
    return Analysis(
        board=board, supply=supply, mode=mode, refused="", needs_w=needs_w, offered_w=offered_w, train=train, cold=cold,
        period_s=cycle.period_s, min_period_s=min_period_s, limited_by=limited_by, margin_v=margin_v,
        settled_v=None if settled_v is None else train.state(supply, SLEEP).terminal_v(settled_v),
        per_reading=per_reading, exceeded=exceeded, cycle=cycle,
    )  # fmt: skip


def _refusal(board: Board, supply: SupplyPort, mode: Mode, offered_w: float) -> Analysis:
    assert board.power is not None
    needs_w = board.power.regulator.output_v * _mean_a(board, mode)
    takes, gives = f"{1e3 * needs_w:.3g} mW", f"the {1e3 * offered_w:.0f} mW that this supply gives at the most"
    refused = (
        f"cannot live on the TIC: its rail takes {takes} on the mean, {needs_w / offered_w:.1f} times {gives} "
        f"(54E guarantees {1e3 * GUARANTEED_W:.0f} mW); it has a supply of its own"
        if needs_w > offered_w
        else f"does not live on the TIC: it has a supply of its own; its rail takes {takes} on the mean, of {gives}"
    )
    return Analysis(board=board, supply=supply, mode=mode, refused=refused, needs_w=needs_w, offered_w=offered_w)


def overfed(train: Train, stretches: Sequence[Stretch]) -> str:
    """Why no boost could hold the rail, for people; empty where there is none, or it only has to raise.

    Args:
        train: of the board.
        stretches: what it went through.
    """
    regulator = train.power.regulator
    if regulator.kind != "boost":
        return ""
    fed_v = max((one.state.terminal_v(v) for one in stretches for v in (one.before_v, one.after_v)), default=0.0)
    if fed_v <= regulator.output_v:
        return ""
    return (
        f"cannot hold its rail: its boost converter makes {regulator.output_v:.2f} V and is fed with up to "
        f"{fed_v:.2f} V; a boost only raises, what is more it passes through; keep the capacitor below that, or take a "
        "buck or an LDO"
    )


def _mean_a(board: Board, mode: Mode) -> float:
    """What its rail draws over a period."""
    assert board.power is not None
    loads = board.power.loads
    if board.wake is None:
        return loads[RUN].current_a
    parts = [(phase.load, phase.duration_s) for phase in phases_of(board, mode)]
    parts.append((SLEEP, board.wake.sleep_s))
    return sum(loads[name].current_a * lasts_s for name, lasts_s in parts) / sum(lasts_s for _, lasts_s in parts)


def _always_on(
    board: Board, train: Train, supply: SupplyPort, mode: Mode, offered_w: float, exceeded: Sequence[Rated]
) -> Analysis:
    cold = cold_start(board, supply, train=train, mode=mode)
    state = train.state(supply, RUN)
    refused = overfed(train, cold.stretches)
    if refused:
        return Analysis(board, supply, mode, refused, 0.0, offered_w, train, exceeded=exceeded)
    rest_v = state.flow.rest_v(state.on_v)
    # It runs from power on to where it comes to rest, and goes one way between
    margin_v = min(state.terminal_v(v) for v in (train.state(supply, OFF).on_v, rest_v)) - state.off_terminal_v
    settled_v = state.terminal_v(rest_v) if cold.start_s is not None else None
    losses = state.balance.losses(rest_v)
    return Analysis(
        board=board, supply=supply, mode=mode, refused="", needs_w=losses.delivered_w + losses.regulator_w,
        offered_w=offered_w, train=train, cold=cold, min_period_s=0.0 if settled_v is not None else None,
        limited_by="energy", margin_v=margin_v, settled_v=settled_v, exceeded=exceeded,
    )  # fmt: skip


def one_period(cycle: Cycle, inner_v: float) -> list[Stretch]:
    """A wake and its sleep from an inner voltage on, whether it comes through or not."""
    stretches, at_s = [], 0.0
    for state, duration_s in cycle.states:
        after_v = state.flow.after(inner_v, duration_s)
        stretches.append(Stretch(at_s, duration_s, state, inner_v, after_v))
        inner_v, at_s = after_v, at_s + duration_s
    return stretches


def cold_start(
    board: Board,
    supply: SupplyPort,
    *,
    train: Train | None = None,
    mode: Mode = Mode.STANDARD,
    full_once: bool = True,
    sleep_s: float | None = None,
    changes: Sequence[tuple[float, SupplyPort]] = (),
    inner_v: float = 0.0,
) -> ColdStart:
    """Let a board start from an empty capacitor, and go on for some cycles.

    A board that resets again and again with no more charge than before hangs: nothing in it changes any more.

    Args:
        board: lives on the TIC.
        supply: at the beginning; ``changes`` are further ones, each with its second.
        train: of the board, made where there is none.
        mode: of the TIC.
        full_once: whether its ADC has found its scale before.
        sleep_s: in the place of what the board does.
        changes: see ``EventSimulation``.
        inner_v: of the capacitor at the beginning.
    """
    simulation = EventSimulation(
        board, supply, train=train, mode=mode, full_once=full_once, sleep_s=sleep_s, changes=changes, inner_v=inner_v,
        keep=True,
    )  # fmt: skip
    wakes: list[tuple[float, float]] = []
    readings: list[float] = []
    started_s: float | None = None
    resets_v: list[float] = []
    stops = 0
    hangs_v: float | None = None
    for event in simulation.run(_PATIENCE_S):
        if event.what is PowerEventKind.WAKE:
            if len(readings) == _CYCLES_SHOWN:
                break
            wakes.append((event.at_s, event.inner_v))
            if board.wake is None:
                started_s = event.at_s
        elif event.what is PowerEventKind.WAITS:
            wakes.pop()  # it went on sleeping
        elif event.what is PowerEventKind.STOPS:
            stops += 1
            if not readings and stops == _STOPS:
                break  # each wake begins where the last one did, or with less
        elif event.what is PowerEventKind.READING:
            readings.append(event.at_s)
            if started_s is None:
                started_s = wakes[-1][0]
        elif event.what is PowerEventKind.BROWN_OUT:
            if board.wake is None:
                started_s = None
            resets_v.append(event.inner_v)
            if not readings and _lead_nowhere(resets_v):
                hangs_v = event.terminal_v
                break
    trouble = "" if started_s is not None else _trouble_of(simulation, stops, hangs_v)
    assert simulation.stretches is not None
    return ColdStart(
        started_s, readings[0] if readings else None, len(resets_v), trouble, tuple(simulation.stretches), readings,
        [v for _, v in wakes],
    )  # fmt: skip


def _trouble_of(simulation: EventSimulation, stops: int, hangs_v: float | None) -> str:
    off, policy = simulation.train.state(simulation.supply, OFF), simulation.train.power.policy
    if simulation.waits_for_fall:
        return (
            "hangs: it was reset, and starts again only when its capacitor has been down to "
            f"{off.restart_terminal_v:.2f} V, where its rail is low enough; the meter keeps it at "
            f"{off.terminal_v(simulation.inner_v):.2f} V"
        )
    if hangs_v is not None:
        return f"hangs: it resets again and again at {hangs_v:.2f} V and never comes to read"
    if stops:
        return (
            f"never reads: it begins a wake again and again, at {policy.stop_v:.2f} V it breaks off, "
            "and what is stored above does not carry a reading"
        )
    needed_v = max(off.on_terminal_v, policy.begins_v or 0.0)
    return f"never starts: it comes to {off.terminal_v(simulation.inner_v):.2f} V, and needs {needed_v:.2f} V"


def _lead_nowhere(resets_v: Sequence[float]) -> bool:
    recent, before = resets_v[-_RESETS // 2 :], resets_v[-_RESETS : -_RESETS // 2]
    return len(resets_v) >= _RESETS and max(recent) <= max(before, default=inf) + 1e-6
