# SPDX-License-Identifier: Apache-2.0
"""A home on a bench: its meter, its gateway and its servers, and what was seen of them since somebody last looked."""

from collections.abc import Sequence
from itertools import count
from math import inf
from typing import NamedTuple

from xky.boards.power.event_simulation import PowerEventKind
from xky.emulator.supply import SUPPLIES, supply_named
from xky.emulator.truth import SentFrame
from xky.emulator.truth.plain_frame import PlainFrame
from xky.hil.bench.bench import Bench
from xky.hil.bench.devices import FedDevice, open_device
from xky.hil.bench.probes import Probe
from xky.hil.bench.probes.mapped import MappedProbe
from xky.hil.bench.reading import Reading
from xky.hil.ends.end import End, Payload
from xky.protocol import Mode

from ..possible import board_of_panel
from .away import Absences
from .dues import AlwaysOn, Away, HeardFrame, Sleeper
from .home import Home
from .wakes import Listening, Wake, Wakes

__all__ = ["Gateway", "Said"]

_LATER_S = 1e-6  # rounding of instants


class Said(NamedTuple):
    """A message that a server had, and the reading that it is, if it is one; its number among all that there were."""

    number: int
    probe: MappedProbe
    payload: Payload
    reading: Reading | None


class Gateway:
    """One home's. Use it as a context.

    Args:
        home: that it is of.
        at_us: the instant at which the bench's clock begins, µs since 1970-01-01 UTC.
        keeps_all: keep messages that are no readings, too.

    Attributes:
        bench: with all of it.
        away: who was away when.
        dark: when its microcontroller had no power, seconds on the bench's clock; infinite while it lasts.
    """

    def __init__(self, home: Home, at_us: int, *, keeps_all: bool = False) -> None:
        self.home = home
        device = open_device(f"sim:{home.board}", defect=home.defect)
        board = home.board_of_its_own(device.board or board_of_panel(home.board))
        meter = home.meter(at_us)
        supply = SUPPLIES["min_spec"] if home.supply is None else supply_named(home.supply)
        self.bench = Bench(
            device, board, meter, seed=home.seed, only_when_heard=True, supply=supply, probes=home.uplinks
        )
        self._said: list[Said] = []
        self._numbers = count()  # of all messages, also those that are not kept: they do not depend on the chain
        self.dark: list[tuple[float, float]] = []
        self._keeps_all = keeps_all
        env = self.bench.env
        self._listening = Listening(self.bench.line, env)
        self._frames: list[SentFrame] = []
        none = Absences(env)
        self.away = Away(none, none, none, home.uplinks)
        self._wakes = Wakes(board, Mode(home.mode)) if board.wake is not None and self.bench.feeds_the_device else None

    def __enter__(self) -> "Gateway":
        self.bench.__enter__()
        env, network = self.bench.env, self.bench.network
        ends: dict[str, End] = {}
        for probe in self.bench.probes:
            assert isinstance(probe.end, End)
            ends[probe.kind] = probe.end
            self._watch(probe)
        radio = Absences(env)
        if network is not None:
            radio = Absences(env, network.go_down, network.come_back)
        elif "lorawan" in ends:
            radio = Absences(env, ends["lorawan"].go_down, ends["lorawan"].come_back)
        broker, database = (
            Absences(env, ends[kind].go_down, ends[kind].come_back) if kind in ends else Absences(env)
            for kind in ("mqtt", "influx")
        )
        self.away = Away(radio, broker, database, self.home.uplinks)
        if self._wakes is not None:
            self.dark.append((0.0, inf))
        return self

    def __exit__(self, *error: object) -> None:
        self.bench.__exit__(None, None, None)

    def _watch(self, probe: Probe) -> None:
        assert isinstance(probe, MappedProbe)
        end, said, keeps_all, numbers = probe.end, self._said, self._keeps_all, self._numbers
        assert end is not None
        take, mapped = end.on_payloads, probe

        def watched(payloads: Sequence[Payload]) -> None:
            for payload in payloads:  # one by one, to know what became of each
                number, before = next(numbers), len(mapped.readings)
                take((payload,))
                reading = mapped.readings[-1] if len(mapped.readings) > before else None
                if reading is not None or keeps_all:
                    said.append(Said(number, mapped, payload, reading))

        end.on_payloads = watched

    @property
    def dues(self) -> Sleeper | AlwaysOn:
        """What finds the readings that are due."""
        board = self.bench.board
        if board.wake is not None:
            return Sleeper(board, Mode(self.home.mode), self.away)
        return AlwaysOn(board, self.away)

    def run_to(self, at_s: float) -> None:
        """Let time pass up to an instant of the bench's clock."""
        self.bench.run_for(at_s - float(self.bench.env.now))

    # what was seen

    def heard(self) -> list[HeardFrame]:
        """The frames heard whole that ended since the last look."""
        now_s = float(self.bench.env.now)
        truth = self.bench.truth
        self._frames += truth
        truth.clear()
        spans, place = self._listening.spans, 0
        found: list[HeardFrame] = []
        left: list[SentFrame] = []
        for frame in self._frames:
            data = frame.data
            is_plain = isinstance(frame, PlainFrame)  # as nearly all, of which nobody need look at the pieces
            end_s = frame.start_s + len(data) * frame.character_s if is_plain else frame.end_s
            if end_s > now_s + _LATER_S:
                left.append(frame)
                continue
            while place < len(spans) and spans[place][1] + _LATER_S < end_s:
                place += 1
            if place < len(spans) and spans[place][0] <= frame.start_s and frame.complete:
                groups = frame.said if isinstance(frame, PlainFrame) else [one.group for one in frame.groups]
                found.append(HeardFrame(frame.start_s, end_s, groups, data))
        self._frames = left
        self._listening.forget_before(min((frame.start_s for frame in left), default=now_s))
        return found

    def wakes(self) -> tuple[list[Wake], Wake | None]:
        """Those that came to their end since the last look, and the one under way."""
        device, watched = self.bench.device, self._wakes
        if watched is None:
            return [], None
        assert isinstance(device, FedDevice)
        train = device.train
        train.finish()
        browned_out = []
        for event in train.events:
            if event.what is PowerEventKind.BROWN_OUT:
                browned_out.append(event.at_s)
                self.dark.append((event.at_s, inf))
            elif event.what is PowerEventKind.POWER_ON:
                self.dark[-1] = self.dark[-1][0], event.at_s
        over = watched.over(train.stretches, browned_out)
        train.forget_before(inf)
        return over, watched.under_way

    def taken(self) -> list[Said]:
        """The messages that servers had since the last look, in order."""
        said, self._said[:] = [*self._said], []
        self.bench.forget_before(inf)
        return said

    def forget_before(self, at_s: float) -> None:
        """Let go of who was away, and of what was dark, seconds on the bench's clock."""
        for absences in (self.away.radio, self.away.broker, self.away.database):
            absences.forget_before(at_s)
        self.dark = [span for span in self.dark if span[1] >= at_s]
