# SPDX-License-Identifier: Apache-2.0
"""What a test purpose wants on the line: which meter, in which state, with which faults, for how long."""

from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass, field
from typing import Any

import simpy

from xky.emulator import Linky, Transmitter
from xky.emulator.faults import Fault
from xky.emulator.supply import Supply
from xky.protocol import Mode

__all__ = [
    "BOTH_MODES",
    "SUITE_AT",
    "MeterMaker",
    "ServerFault",
    "Stimulus",
    "SupplyFault",
    "household",
    "step_of",
    "tail_of",
]

BOTH_MODES = frozenset(Mode)
MeterMaker = Callable[[Mode, int, int], Linky]
_AFTER = ", after"

SUITE_AT = (
    "2026-10-15T18:00"  # legal time at which the suite begins: days before the steps that have a time of their own
)


def household(mode: Mode, seed: int, at_us: int) -> Linky:
    """The suite's common meter, which ``certify --meter`` replaces: single-phase, HC/HP, in peak hours."""
    return Linky(mode=mode, contract="hc", seed=seed, at=at_us)


def _no_faults(meter: Linky) -> tuple[Fault, ...]:
    return ()


def _no_turns(meter: Linky) -> tuple[tuple[Fault, ...], ...]:
    return ()


def _as_it_is(meter: Linky) -> None:
    return None


def _stays(meter: Linky, number: int) -> None:
    return None


@dataclass(frozen=True)
class ServerFault:
    """What befalls the other end of an uplink while a step lasts.

    Attributes:
        probe: kind of the probes at whose ends it does; empty: at those that a network leads to.
        begin: does it to an end, or to the network where there is no kind.
        finish: undoes it.
        needs: what an end has to have for it; at others the step is left out.
        is_there: whether the end is there all the while, so that nobody has to find back to it.
        met_by: kind of the event by which an end tells that the device has met it: the step is held until then, as long
            as a device may take to come; empty: nobody has to come to meet it.
    """

    probe: str
    begin: Callable[[Any], None] = field(compare=False)
    finish: Callable[[Any], None] = field(compare=False)
    needs: str = "go_down"
    _: KW_ONLY
    is_there: bool = False
    met_by: str = ""


@dataclass(frozen=True)
class SupplyFault:
    """What befalls the power on terminals I1-A from the beginning of a step on.

    Attributes:
        becomes: what they give then of what they gave.
        for_s: so long; then it is as before. The step lasts until then.
    """

    becomes: Callable[[Supply], Supply] = field(compare=False)
    for_s: float


@dataclass(frozen=True)
class Stimulus:
    """One step of a plan; purposes with the same stimulus share it.

    Attributes:
        name: of the step.
        meter: makes the meter, from mode, seed and instant; steps with the same maker share one meter.
        modes: where it makes sense.
        at: legal time at which the step begins: all meters of the run go on to it, and such steps come last.
        faults: of each frame of the step.
        turns: faults of its frames in turn, again and again, each turn once at least; in the place of ``faults``.
        turns_heard: so many turns a device that sleeps has to meet: each goes on for as long as it may take to report
            once. 0: it meets those that come while it is awake.
        moves: what the meter does before each frame of the step, told its number from 0 on.
        counts_on: whether its indexes move on before each frame, so that the frame can be told by its values.
        before: puts the meter into its state.
        after: puts it back.
        happens: what becomes of the meter on the line as a story tells it: it keeps its hour, goes on as it then is,
            and faults on groups that it does not have change nothing.
        disturbs: whether clean frames follow, in which the device must recover.
        unfollowed: nobody asks how a device comes back from what disturbs it: the next step follows at once.
        follows: modes in which its first frames are clean and may be those behind a disturbance, too.
        goes_on: the same behind a disturbance of its own meter alone.
        lengthens: modes in which its frames are so much longer than clean ones that what is due behind is due late.
        rides: it is played on the meter of the step before it, and at its time.
        ages: a value kept from before the step is too old in the end, at that of the step behind it, which lacks the
            label, too; who sleeps is held in it as long.
        leaves: modes in which labels are gone behind it. They come back, and the device is started anew, only when a
            value kept of them is too old; until then other steps may go by.
        outlasts_freshness: held so long that a value kept from before the step, or after it, is too old.
        fades: the clean frames behind it last so long that a value kept of it is too old.
        tail_on_same_meter: the clean frames behind it come from its own meter; else from the household's.
        indexes_fall: from the meter before; else they go up, though a suite has many meters.
        shows: labels whose new values it is there for. Where the step behind it says them again, it is held so long
            that they are reported in the step or too late.
        brief: it only has to be heard: one frame, or as long as a sleeping device needs to hear one.
        last: at the end of the plan: a device that fails it may say nothing any more.
        outlasts_detection: held so long that a device that has to find its way again has done so.
        detected: a device that finds the TIC mode by itself has to report it; to others it is brief.
        restarts: the device is started anew just before it, in the first of its turns. Where it cannot be, the step is
            left out.
        settles: behind the last of its turns that one stays.
        joins: it has to join its network at that start.
        outlasts_confirmed: held so long that a LoRaWAN device sends a confirmed uplink, as often as it may.
        server: what befalls the other end of an uplink. Where the device is not listened to at such an end, the step is
            left out.
        drawn_as: seed and name by which its gaps and faults are drawn, in the place of the run's and its own; so a
            stimulus that was found does the same under any name, in any run.
        french: its name in French, where ``french.toml`` does not have it.
        supply: what befalls its power. Where the bench does not feed the device, the step is left out.
    """

    name: str
    meter: MeterMaker = field(compare=False)
    modes: frozenset[Mode] = BOTH_MODES
    at: str | None = None
    faults: Callable[[Linky], tuple[Fault, ...]] = field(default=_no_faults, compare=False)
    turns: Callable[[Linky], tuple[tuple[Fault, ...], ...]] = field(default=_no_turns, compare=False)
    turns_heard: int = 0
    moves: Callable[[Linky, int], None] = field(default=_stays, compare=False)
    counts_on: bool = False
    before: Callable[[Linky], None] = field(default=_as_it_is, compare=False)
    after: Callable[[Linky], None] = field(default=_as_it_is, compare=False)
    happens: Callable[[simpy.Environment, Transmitter], None] | None = field(default=None, compare=False)
    disturbs: bool = False
    unfollowed: bool = False
    follows: frozenset[Mode] = frozenset()
    goes_on: bool = False
    lengthens: frozenset[Mode] = frozenset()
    rides: bool = field(default=False, compare=False)
    ages: bool = False
    leaves: frozenset[Mode] = frozenset()
    outlasts_freshness: bool = False
    fades: bool = False
    outlasts_detection: bool = False
    detected: bool = False
    tail_on_same_meter: bool = False
    indexes_fall: bool = False
    shows: frozenset[str] = frozenset()
    brief: bool = False
    last: bool = False
    restarts: bool = False
    settles: bool = False
    joins: bool = False
    outlasts_confirmed: bool = False
    server: ServerFault | None = None
    supply: SupplyFault | None = None
    drawn_as: tuple[int, str] | None = None
    french: str = field(default="", compare=False)

    def has_tail(self, mode: Mode) -> bool:
        """Whether clean frames follow it that are asked about."""
        gone = self.supply is not None or (self.server is not None and not self.server.is_there)
        waits = mode in self.leaves or self.outlasts_freshness or self.fades
        return (self.disturbs and not self.unfollowed) or waits or gone

    @property
    def may_be_followed(self) -> bool:
        """Whether a clean step may stand in the place of the clean frames behind it."""
        waits = self.outlasts_freshness or bool(self.leaves) or self.fades
        plain = self.server is None and self.supply is None and self.happens is None and not self.restarts
        return self.disturbs and not self.unfollowed and not waits and plain and self.at is None and not self.last

    @property
    def tail(self) -> str:
        """Name of the clean part behind the step."""
        return tail_of(self.name)

    @property
    def tail_drawn_as(self) -> tuple[int, str] | None:
        """The same of that part."""
        return None if self.drawn_as is None else (self.drawn_as[0], tail_of(self.drawn_as[1]))


def tail_of(name: str) -> str:
    """Name of the clean frames behind a step."""
    return f"{name}{_AFTER}"


def step_of(name: str) -> str:
    """The step that frames of that name belong to: its own, or the clean ones behind it."""
    return name.removesuffix(_AFTER)
