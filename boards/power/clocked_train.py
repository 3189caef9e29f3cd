# SPDX-License-Identifier: Apache-2.0
"""A power train on the bench's clock: carries the firmware, and takes its rail away when the charge is gone.

Nothing happens between two changes of load or supply but what is known at the first of them: the one next
threshold is an event, and voltages are reckoned when somebody asks.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import starmap
from math import inf
from typing import Any

import simpy

from ..description.power import PowerDescription
from ..description.states import OFF
from ..ports import TerminalsPort
from .balance import FADES_V
from .event_simulation import PowerEvent, PowerEventKind, Stretch
from .train import PowerState, Train

__all__ = ["ClockedTrain", "train_of"]

_KEPT = 64  # trains: their curves take a second to make, and every run of a board needs the same
_BESIDE_V = 1e-9  # of an edge


@lru_cache(maxsize=_KEPT)
def _train(described: str) -> Train:
    return Train(PowerDescription.model_validate_json(described))


def train_of(power: PowerDescription) -> Train:
    """The train of a description at room temperature; the same one for equal descriptions."""
    return _train(power.model_dump_json())


@dataclass(frozen=True, slots=True)
class _Outlook:
    """What is known of a load on the supply of now.

    Attributes:
        state: of both.
        off_v: inner voltage at which the rail is lost.
        full_v: the highest inner voltage that this supply brings about.
        fastest: volts a second that it falls at the most, were nothing to come in; 0 where it does not.
    """

    state: PowerState
    off_v: float
    full_v: float
    fastest: float


class ClockedTrain:
    """One device's power.

    Args:
        env: the bench's clock.
        power: lives on the TIC.
        terminals: I1-A.
        inner_v: of the capacitor at the beginning; None: as full as it gets.

    Attributes:
        events: power on, brown-out and changes of the supply.
    """

    def __init__(
        self, env: simpy.Environment, power: PowerDescription, terminals: TerminalsPort, *, inner_v: float | None = None
    ) -> None:
        self._env = env
        self._terminals = terminals
        self._power = power
        self._train = train_of(power)
        self._beside_a = 0.0
        self._name = OFF
        self._on = False
        self._state = self._train.state(terminals.supply, OFF)
        self._since_s = float(env.now)
        self._inner_v = self._state.flow.rest_v(0.0) if inner_v is None else inner_v
        self._process: simpy.Process | None = None
        self._started = env.event()
        self._round = 0
        self._knows_when = False  # the next threshold is an event on the clock
        self._safe_until_s = inf  # no threshold is met before, whatever the supply gives
        self._changes_at_s = inf  # whoever draws the load of now draws another one then
        self._guard: tuple[float, simpy.Event] | None = None  # it looks closely where that ends
        self._alarm: tuple[float, Callable[[], None]] | None = None
        self._held_until_s = 0.0
        self._waits_for_fall = False  # of the rail, to where the microcontroller starts again
        self._outlooks: dict[str, _Outlook] = {}  # by the name of the load
        self.events: list[PowerEvent] = []
        self._told: list[Any] = []  # of each stretch its values: a day has tens of thousands, which few ask for
        terminals.connect(self._supply_changes)
        self._look_ahead()

    @property
    def is_on(self) -> bool:
        """Whether the microcontroller runs."""
        return self._on

    @property
    def stretches(self) -> list[Stretch]:
        """Time spent in each state, in order."""
        return [*starmap(Stretch, zip(*[iter(self._told)] * len(Stretch._fields), strict=True))]

    @property
    def under_way(self) -> Stretch:
        """The stretch that is not over, up to now: who looks here leaves no trace."""
        passed_s = float(self._env.now) - self._since_s
        after_v = self._inner_v if passed_s <= 0 else self._state.flow.after(self._inner_v, passed_s)
        return Stretch(self._since_s, passed_s, self._state, self._inner_v, after_v)

    @property
    def terminal_v(self) -> float:
        """The capacitor's voltage at its terminals, now."""
        self._catch_up()
        return self._state.terminal_v(self._inner_v)

    @property
    def drawn_a(self) -> float:
        """What the device takes from its capacitor, now, without what is drawn beside it."""
        self._catch_up()
        balance, terminal_v = self._state.balance, self._state.terminal_v(self._inner_v)
        beside_a = self._beside_a * min(max(terminal_v, 0.0) / FADES_V, 1.0)
        return balance.drawn_a(self._inner_v) - beside_a

    @property
    def source_w(self) -> float:
        """What the meter's open-circuit voltage gives, now."""
        self._catch_up()
        return self._state.balance.losses(self._inner_v).source_w

    def draw_beside(self, current_a: float) -> None:
        """Something else hangs on the capacitor, and draws so much from now on: an electronic load, a second device.

        It is drawn as the regulator's own current is: straight from the capacitor's terminals.

        Args:
            current_a: not negative; below half a volt it fades as all the others do.
        """
        regulator = self._power.regulator
        loaded = regulator.model_copy(update={"quiescent_a": regulator.quiescent_a + current_a})
        self._catch_up()
        self._beside_a = current_a
        self._train = train_of(self._power.model_copy(update={"regulator": loaded}))
        self._outlooks.clear()
        self._switch(self._name)
        self._look_on()

    def when_on(self) -> simpy.Event:
        """Happens when the microcontroller starts."""
        return self._started

    def carries(self, process: simpy.Process) -> None:
        """Interrupt this process at a brown-out."""
        self._process = process

    def draw(self, load: str, for_s: float = inf) -> None:
        """Draw another load from now on; without its rail, a device draws nothing.

        Args:
            load: its name.
            for_s: something else is drawn from then on, in seconds from now: nobody need look at that before.
        """
        if self._on:
            self._changes_at_s = self._env.now + for_s
            self._switch(load)
            self._look_on()

    def alarm(self, terminal_v: float | None, callback: Callable[[], None]) -> None:
        """Call back once, as soon as the terminals stand at or under a voltage; takes the place of the last alarm."""
        before, self._alarm = self._alarm, None if terminal_v is None else (terminal_v, callback)
        if self._alarm is None and before is not None and not self._knows_when:
            return  # whoever looks next finds it gone
        self._look_ahead()

    def finish(self) -> None:
        """Reckon up to now, so that ``stretches`` are whole."""
        self._catch_up()

    def forget_before(self, at_s: float) -> None:
        """Let go of events and stretches that began before, seconds on the clock, for a run without end."""
        self.events = [event for event in self.events if event.at_s >= at_s]
        size, over = len(Stretch._fields), 0
        while over < len(self._told) and self._told[over] < at_s:
            over += size
        del self._told[:over]

    def _switch(self, name: str) -> None:
        self._catch_up()
        self._name = name
        known = self._outlooks.get(name)
        self._state = self._train.state(self._terminals.supply, name) if known is None else known.state

    def _catch_up(self, exact_v: float | None = None) -> None:
        now_s = float(self._env.now)
        passed_s = now_s - self._since_s
        if passed_s <= 0 and exact_v is None:
            return
        before_v = self._inner_v
        self._inner_v = self._state.flow.after(before_v, passed_s) if exact_v is None else exact_v
        if passed_s > 0:
            self._told += (self._since_s, passed_s, self._state, before_v, self._inner_v)
        self._since_s = now_s

    def _look_ahead(self) -> None:
        """Set the clock for the next threshold; what was set before is void."""
        self._catch_up()
        self._look_on()

    def _look_on(self) -> None:
        """The same, when it is reckoned up to now."""
        self._round += 1
        self._knows_when = False
        self._safe_until_s = inf
        state, now_v = self._state, self._inner_v
        if not self._on and self._waits_for_fall:
            fallen_s = 0.0 if now_v <= state.restart_v else state.flow.time_to(now_v, state.restart_v)
            self._at(fallen_s, min(state.restart_v, now_v), self._has_fallen)
            return
        if not self._on:
            held_s = self._held_until_s - self._env.now
            wait_s = 0.0 if now_v >= state.on_v else state.flow.time_to(now_v, state.on_v)
            if held_s > wait_s or wait_s == 0.0:
                self._at(max(held_s, 0.0), None, self._comes_on)
            else:
                self._at(wait_s, state.on_v, self._comes_on)
            return
        outlook = self._outlooks.get(self._name) or self._look_out(self._name, state)
        nearest_v = outlook.off_v
        if self._alarm is not None:
            nearest_v = max(nearest_v, state.inner_v(self._alarm[0]))
        if nearest_v == -inf:
            return  # nothing that it is drawing can be lost, and nobody waits for a voltage
        if nearest_v < now_v <= outlook.full_v:
            # Most loads end long before: no faster than this does it fall
            if outlook.fastest > 0:
                self._is_safe_for((now_v - nearest_v) / outlook.fastest, self._since_s)
            return
        self._look_closely()

    def _is_safe_for(self, duration_s: float, now_s: float) -> None:
        """Look closely after that; a guard that is set for earlier looks again then, so that most loads set none."""
        self._safe_until_s = until_s = now_s + duration_s
        if now_s < self._changes_at_s < until_s:
            return  # whoever draws another load looks again
        if self._guard is None or self._guard[0] > until_s:
            event = self._env.timeout(duration_s)
            assert event.callbacks is not None
            event.callbacks.append(self._guard_ends)
            self._guard = until_s, event

    def _guard_ends(self, event: simpy.Event) -> None:
        if self._guard is None or event is not self._guard[1]:
            return  # an earlier one took its place
        self._guard = None
        now_s = self._env.now
        left_s = self._safe_until_s - now_s
        if left_s <= 0:
            self._look_closely()
        elif left_s < inf:
            self._is_safe_for(left_s, now_s)

    def _look_closely(self) -> None:
        self._safe_until_s = inf
        self._catch_up()
        state, now_v = self._state, self._inner_v
        down_s = 0.0 if now_v <= state.off_v else state.flow.time_to(now_v, state.off_v)
        alarm_s = inf
        if self._alarm is not None:
            alarm_v = state.inner_v(self._alarm[0])
            alarm_s = 0.0 if now_v <= alarm_v else state.flow.time_to(now_v, alarm_v)
        if down_s <= alarm_s:  # the reset comes first, whatever else happens at that instant
            self._at(down_s, min(state.off_v, now_v), self._browns_out)
        else:
            self._at(alarm_s, None, self._sounds)

    def _at(self, wait_s: float, exact_v: float | None, act: Callable[[float | None], None]) -> None:
        if wait_s == inf:
            return
        number = self._round
        self._knows_when = True

        def happens(_: simpy.Event) -> None:
            if number == self._round:
                act(exact_v)

        event = self._env.timeout(wait_s)
        assert event.callbacks is not None
        event.callbacks.append(happens)

    def _look_out(self, name: str, state: PowerState) -> _Outlook:
        full_v = self._train.state(self._terminals.supply, OFF).flow.rest_v(0.0)
        balance, off_v = state.balance, state.off_v
        # Between two edges, what flows out is most at one of them; where a converter collapses it jumps
        edges = [v for knot in balance.knots for v in (knot - _BESIDE_V, knot) if off_v < v < full_v]
        outflow_a = max(balance.charge_a(v) - balance.net_a(v) for v in (max(off_v, 0.0), *edges, full_v))
        outlook = self._outlooks[name] = _Outlook(state, off_v, full_v, outflow_a / balance.capacitance_f)
        return outlook

    def _comes_on(self, exact_v: float | None) -> None:
        self._catch_up(exact_v)
        if self._inner_v < self._state.on_v:  # it fell again while the reset held
            self._look_ahead()
            return
        self._note(PowerEventKind.POWER_ON)
        started, self._started = self._started, self._env.event()
        self._on = True  # it draws nothing before its first load
        started.succeed()

    def _browns_out(self, exact_v: float | None) -> None:
        self._catch_up(exact_v)
        self._note(PowerEventKind.BROWN_OUT)
        self._on = False
        self._waits_for_fall = not self._state.restarts
        self._switch(OFF)
        self._alarm, self._changes_at_s = None, inf
        self._held_until_s = float(self._env.now) + self._train.power.mcu.reset_s
        self._look_ahead()
        if self._process is not None and self._process.is_alive:
            self._process.interrupt("brown-out")

    def _has_fallen(self, exact_v: float | None) -> None:
        self._catch_up(exact_v)
        self._waits_for_fall = False
        self._held_until_s = float(self._env.now) + self._train.power.mcu.reset_s
        self._look_ahead()

    def _sounds(self, _: float | None) -> None:
        self._catch_up()
        assert self._alarm is not None
        callback = self._alarm[1]
        self._alarm = None
        self._look_ahead()
        callback()

    def _supply_changes(self) -> None:
        self._outlooks.clear()
        self._switch(self._name)
        self._note(PowerEventKind.SUPPLY)
        self._look_ahead()

    def _note(self, what: PowerEventKind) -> None:
        terminal_v = self._state.terminal_v(self._inner_v)
        self.events.append(PowerEvent(float(self._env.now), what, self._inner_v, terminal_v))
