# SPDX-License-Identifier: Apache-2.0
"""Plays steps on a bench: each one's meter, faults and happenings, held as long as the device needs.

It acts at frame boundaries. Before each step, and again behind a disturbance, the meter's index and power move to
values that the run has not had, so that a reading tells by itself which step it comes from: neither a constant nor an
old value can pass for a new one.
"""

from collections.abc import Callable, Collection, Generator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import simpy

from xky.emulator import Linky
from xky.emulator.faults import Fault

from ..bench.bench import Bench
from ..bench.limits import TimeLimits, limits_for
from ..bench.probes import Probe
from .hold import Hold, LastsS, Pace
from .plan_meters import PlanMeters
from .power_record import restart_s
from .record import CLOSING, OPENING, Outage, longest_of, longest_period_s, starves
from .stimulus import ServerFault, Stimulus, household

__all__ = ["START_UP", "Frames", "Player"]

START_UP = "start-up"
_BEHIND_A_NETWORK = ("mqtt", "influx")  # probes at what a board reaches by Wi-Fi or Ethernet
_FIRST_READING_S = 10.0  # real seconds that a program may take to say its first word
_FRESHNESS_MARGIN_PERIODS = 2

Frames = Generator[bool, None, None]
"""What goes on the line, frame after frame: it comes back at each frame boundary, True where a frame is sent behind it,
False where nobody has said yet what comes next, so that the line waits."""


@dataclass(frozen=True, slots=True)
class _Gone:
    """Labels that have left the line: in which step that shows, and until when a value kept of them is no fault."""

    step: str
    labels: frozenset[str]
    until_s: float


class Player:
    """Plays steps on a bench. Whoever has it says which: ``script`` is asked at each frame boundary.

    Args:
        bench: whose device is about to start.
        speed: bench seconds per real second; 1 in virtual time.
        meters: of the steps, exchanged where other ones begin.

    Attributes:
        disturbed: names of the steps in which the line was not clean.
        restarts_s: when the device was started anew for a step.
        outages: what befell the other ends of its uplinks.
        has_begun: whether the first step is over which the device is known to hear: there is something to judge.
        silent: the device said nothing usable in the time given for a first word.
        done: whether the script has come to its end.
        shared: steps whose clean frames are those of the step that follows.
        unrepeated: steps of which nobody says again, right behind them, what they are there for.
        waits: where the line waits to be told what comes next, what it goes on at; else None.
    """

    def __init__(self, bench: Bench, speed: float, meters: PlanMeters) -> None:
        self._bench = bench
        self._speed = speed
        self.meters = meters
        self.script: Frames = self.start_up()
        self.disturbed: set[str] = set()
        self.restarts_s: list[float] = []
        self.outages: list[Outage] = []
        self.silent = False
        self.has_begun = False
        self.done = False
        self.waits: simpy.Event | None = None
        self.shared: Collection[Stimulus] = ()
        self.unrepeated: Collection[Stimulus] = ()
        self._gone: _Gone | None = None
        self._last: Stimulus | None = None
        self._recovers_from: Stimulus | None = None  # in the frames of the step under way
        self._sleeps = bool(bench.board.pace_s)  # or is as slow as who does
        self._pace = Pace(bench, speed)
        self._held: Hold | None = None

    def at_boundary(self) -> simpy.Event | None:
        """A frame is about to start; what it has to wait for, if anything."""
        is_told = None if self.done else next(self.script, None)
        self.done = is_told is None
        self.waits = self._bench.env.event() if is_told is False else None
        return self.waits

    def open(self) -> Frames:
        """The first clean frames that the device is known to hear, of the household's meter."""
        self.meters.begin()
        meter = self._bench.transmitter.meter = self.meters.of(household)
        self.meters.vary(meter)
        yield from self._hold(OPENING, lambda limits, _: limits.completeness_s)
        self.has_begun = True

    def close(self) -> Frames:
        """Clean frames until what the last step brought must have been said."""
        self.meters.vary(self._bench.meter)  # the last step's values are its own, too
        self._bench.transmitter.step = CLOSING
        aging_s = 0.0 if self._gone is None else self._gone.until_s - float(self._bench.env.now)
        open_s = self._open_s()

        def lasts_s(limits: TimeLimits, _: float) -> float:
            due_s = limits.completeness_s if open_s is None else open_s
            return max(due_s + limits.latency_s, aging_s)

        yield from self._hold(CLOSING, lasts_s)

    def _open_s(self) -> float | None:
        """How long what the last step brought may still be due, latency apart; None: as long as anything may be.

        What is new came in the first two of its frames at the latest, and it was held for as long as is allowed from
        the first on; the clean frames behind it bring theirs in the first one.
        """
        last, truth = self._last, self._bench.truth
        if last is None or self._sleeps or last.brief or last.server is not None or last.supply is not None:
            return None
        behind = truth.of_step(last.tail)
        own = truth.of_step(last.name)
        if not own or last.happens is not None:
            return None
        tail_s = float(self._bench.env.now) - own[-1].end_s
        return max(2 * longest_of(own) - tail_s, longest_of(behind) if behind else 0.0)

    def start_up(self) -> Frames:
        """Clean frames until the device says its first word, at each place where it is listened to."""
        bench = self._bench
        yield from self._hold(START_UP, lambda limits, _: 0.0)
        began_s = bench.env.now
        patience_s = self._pace.limits(self._pace.period_s).completeness_s + _FIRST_READING_S * self._speed
        while not all(probe.has_spoken for probe in bench.probes):
            # Where the bench itself came too late, its waiting begins anew, at the end of its patience at the latest.
            late_s = bench.late[-1].due_s if bench.late else began_s
            if bench.env.now - min(max(began_s, late_s), began_s + patience_s) > patience_s:
                self.silent = not any(probe.has_spoken for probe in bench.probes)
                return
            yield True

    def step(self, step: Stimulus) -> Frames:
        """A step, with the clean frames behind it where it has some."""
        transmitter = self._bench.transmitter
        server = step.server
        hit, ends = self._hit_by(server)
        if not self._can_be_done(step, hit):
            return
        yield from self._let_age(step)
        self._recovers_from = self._last if self._last in self.shared else None
        self._last = step
        self._go_on_to(step)
        meter = transmitter.meter = self.meters.of(step.meter)
        self.meters.vary(meter, fall=step.indexes_fall, ends_stay=step.rides)
        if step.happens is not None:
            step.happens(self._bench.env, transmitter)
            meter = self.meters.put(step.meter, transmitter.meter)
        step.before(meter)
        self.meters.note(meter)
        began_s, outage_s = float(self._bench.env.now), 0.0
        for end in ends:
            assert server is not None
            server.begin(end)
        self._restart(step)
        self._starve(step)
        if step.disturbs:
            self.disturbed.add(step.name)
        turns = step.turns(meter) or (step.faults(meter),)
        prepare = partial(self._prepare, step, meter, turns, began_s)

        def lasts_s(limits: TimeLimits, period_s: float) -> float:
            unmet_s = 0.0 if _has_met(server, hit, began_s) else self._bench.board.server_returns_s
            return self._step_s(step, limits, period_s) + unmet_s

        how_long = lasts_s if server else partial(self._step_s, step)
        yield from self._hold(step.name, how_long, len(turns), prepare, step.drawn_as)
        transmitter.faults = ()
        step.after(meter)
        if server is not None:
            for end in ends:
                server.finish(end)
            outage_s = float(self._bench.env.now) - began_s
            self.outages += [Outage(step.name, probe.shown, began_s, began_s + outage_s) for probe in hit]
        if self._has_tail(step):
            if not step.tail_on_same_meter:
                meter = transmitter.meter = self.meters.of(household)
            self.meters.vary(meter)

            def count_on(number: int) -> None:
                if step.counts_on and step.server is not None and number:
                    self.meters.advance(meter)

            how_long = partial(self._tail_s, step, outage_s)
            yield from self._hold(step.tail, how_long, prepare=count_on, drawn_as=step.tail_drawn_as)
            self._note_what_left(step)

    def _has_tail(self, step: Stimulus) -> bool:
        """Whether clean frames of its own follow; who sleeps is given some behind each disturbance."""
        has_tail = step.has_tail(self.meters.mode) or (
            step.outlasts_confirmed and self._bench.board.makes_up_s(0.0) > 0
        )
        return has_tail or step.disturbs if self._sleeps else has_tail and step not in self.shared

    def _leaves(self, step: Stimulus) -> bool:
        return self.meters.mode in step.leaves

    def _note_what_left(self, step: Stimulus) -> None:
        """Behind the first clean frames that follow it."""
        if self._leaves(step) and not self._sleeps:
            said, stay = (self._labels_on_the_line(name) for name in (step.name, step.tail))
            last_s = self._bench.truth.of_step(step.name)[-1].end_s
            self._gone = _Gone(step.tail, said - stay, last_s + self.aged_s())

    def _labels_on_the_line(self, step: str) -> frozenset[str]:
        return frozenset(one.group.label for frame in self._bench.truth.of_step(step) for one in frame.groups)

    def _let_age(self, step: Stimulus) -> Frames:
        """Clean frames of the household until labels that are gone are too old, where the step would say them again."""
        gone, now_s = self._gone, float(self._bench.env.now)
        if gone is None or now_s >= gone.until_s:
            return
        if not step.restarts and gone.labels.isdisjoint(self._labels_of(step)):
            return
        transmitter = self._bench.transmitter
        meter = transmitter.meter = self.meters.of(household)
        self.meters.vary(meter)
        yield from self._hold(gone.step, lambda limits, period_s: gone.until_s - now_s)
        self._gone = None

    def _labels_of(self, step: Stimulus) -> frozenset[str]:
        """The labels that a step would say now."""
        meter = self.meters.of(step.meter)
        snapshot = meter.snapshot()
        step.before(meter)
        labels = frozenset(group.label for group in meter.groups())
        meter.restore(snapshot)
        return labels

    def _go_on_to(self, step: Stimulus) -> None:
        """Let the meters' time jump where a step belongs to an hour, or where it would else come to evening."""
        if step.happens is not None or step.rides:
            return
        if step.at is not None:
            self.meters.go_on_to(step.at)
            return
        period_s = self._pace.period_s
        step_s = self._step_s(step, self._pace.limits(period_s), period_s)
        self.meters.stay_in_the_day(max(step_s, self.aged_s()) + self.aged_s())

    def _prepare(
        self, step: Stimulus, meter: Linky, turns: Sequence[Sequence[Fault]], began_s: float, number: int
    ) -> None:
        """Before the frame of that number of a step, which began at an instant of the bench's clock."""
        last = len(turns) - 1
        turn_s = self._bench.board.pace_s if step.turns_heard else 0.0
        turn = int((self._bench.env.now - began_s) / turn_s) if turn_s else number
        faults = turns[min(turn, last) if step.settles else turn % (last + 1)]
        if step.happens is None:
            self._bench.transmitter.faults = faults
        else:
            self._bench.transmitter.take_checked(faults)
        step.moves(meter, number)
        if step.counts_on and number:
            self.meters.advance(meter)

    def _can_be_done(self, step: Stimulus, hit: Sequence[Probe]) -> bool:
        """Whether the bench can do to this device what a step asks for; else it is left out."""
        bench = self._bench
        if step.restarts and not bench.device.can_restart:
            return False
        if step.supply is not None and not bench.feeds_the_device:
            return False
        return step.server is None or bool(hit)

    def _starve(self, step: Stimulus) -> None:
        """Let fail what the device lives on, where a step asks for it."""
        if step.supply is None:
            return
        terminals, fault = self._bench.terminals, step.supply
        before = terminals.supply

        def come_back() -> Generator[simpy.Event, None, None]:
            yield self._bench.env.timeout(fault.for_s)
            terminals.supply = before

        terminals.supply = fault.becomes(before)
        self._bench.env.process(come_back())

    def _restart(self, step: Stimulus) -> None:
        """Start the device anew for a step that asks for it."""
        device = self._bench.device
        if step.joins:
            device.join_anew()
        if step.restarts:
            device.restart()
            self.restarts_s.append(float(self._bench.env.now))

    def _hit_by(self, fault: ServerFault | None) -> tuple[Sequence[Probe], Sequence[Any]]:
        """The probes at which a fault shows, and the ends to which it is done."""
        if fault is None:
            return (), ()
        if not fault.probe:
            network = self._bench.network
            hit = [] if network is None else [one for one in self._bench.probes if one.kind in _BEHIND_A_NETWORK]
            return hit, [network] if hit else []
        hit = [one for one in self._bench.probes if one.kind == fault.probe and hasattr(one.end, fault.needs)]
        return hit, [one.end for one in hit]

    def _step_s(self, step: Stimulus, limits: TimeLimits, period_s: float) -> float:
        """How long a step is held, by the frames of now."""
        is_brief = step.brief or (step.detected and not limits.detection_s)
        hold_s = 0.0 if is_brief and not self._sleeps else limits.completeness_s
        if self._recovers_from is not None:
            hold_s = max(hold_s, limits.recovery_s + self._search_s(self._recovers_from, limits))
        hold_s = max(hold_s, step.turns_heard * self._bench.board.pace_s)
        if step.outlasts_freshness or (self._sleeps and (step.ages or self._leaves(step) or step.fades)):
            hold_s = max(hold_s, self.aged_s())
        if step.shows and (self._sleeps or step not in self.unrepeated):
            hold_s += limits.latency_s + (2 if self._sleeps else 0.5) * period_s
        if step.outlasts_detection:
            hold_s += limits.detection_s
        board = self._bench.board
        lorawan = board.lorawan
        if step.outlasts_confirmed and lorawan is not None:  # one more: it lasts until its last repetition
            last_s = max(board.report_period_s, lorawan.transmissions_max * board.repeats_within_s)
            hold_s = max(hold_s, lorawan.confirmed_every * board.report_period_s + last_s)
        if step.supply is not None:
            hold_s = max(hold_s, step.supply.for_s + period_s)
        return hold_s

    def _tail_s(self, step: Stimulus, outage_s: float, limits: TimeLimits, _: float) -> float:
        """How long the clean frames behind it last."""
        ages = step.outlasts_freshness or step.fades or (self._sleeps and (step.ages or self._leaves(step)))
        recovery_s = 0.0 if self._leaves(step) and not step.disturbs and not self._sleeps else limits.recovery_s
        tail_s = max(recovery_s, self.aged_s() if ages else 0.0)
        if step.server is not None:
            tail_s += self._bench.board.server_returns_after(outage_s)
        if step.supply is not None:
            tail_s += restart_s(self._bench.board)
        return tail_s + self._search_s(step, limits)

    def _search_s(self, step: Stimulus, limits: TimeLimits) -> float:
        """How long a device may look for its TIC mode behind a step."""
        searches = step.outlasts_detection or (limits.detection_s > 0 and starves(self._bench.truth, step.name))
        return limits.detection_s if searches else 0.0

    def aged_s(self) -> float:
        """After so long a value from before is too old."""
        longest_s = longest_period_s(self._bench.truth, self._bench.env.now)
        freshness_s = limits_for(self._bench.board, longest_s, self._speed).freshness_s
        return freshness_s + _FRESHNESS_MARGIN_PERIODS * longest_s

    def _hold(
        self,
        name: str,
        lasts_s: LastsS,
        at_least: int = 1,
        prepare: Callable[[int], None] = lambda number: None,
        drawn_as: tuple[int | None, str] | None = None,
    ) -> Frames:
        """Frames of one step: so many, and as many as start within a duration that they may change.

        Args:
            name: of the step.
            lasts_s: how long it is, by the limits and the period of the frames of now.
            at_least: so many frames.
            prepare: told the number of each frame before it starts.
            drawn_as: seed and name by which gaps and faults are drawn; the run's and its own unless told.
        """
        seed, drawn_for = drawn_as or (None, name)
        self._bench.transmitter.step = name
        self._bench.transmitter.draw_anew(drawn_for, seed)
        self._held = Hold(self._bench, self._pace, lasts_s, at_least)
        for number in self._held.frames():
            prepare(number)
            yield True
        self._held = None

    def lull_s(self) -> float:
        """For how many seconds from the boundary of a frame on no frame is needed that nobody hears."""
        lull_s, step = 0.0 if self._held is None else self._held.lull_s, self._last
        # Where a server or the meter itself changes within a step, the next event may be that.
        if lull_s and step is not None and (step.server is not None or step.happens is not None):
            return min(lull_s, float(self._bench.env.peek() - self._bench.env.now))
        return lull_s


def _has_met(fault: ServerFault | None, probes: Sequence[Probe], since_s: float) -> bool:
    """Whether the device has met what befell the other end since then."""
    if fault is None or not fault.met_by:
        return True
    return all(one.end is not None and one.end.has_seen(fault.met_by, since_s) for one in probes)
