# SPDX-License-Identifier: Apache-2.0
"""A scenario played to its end in virtual time: each frame with the true instant at which it began."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property

import simpy

from xky.emulator import Line, Play, Transmitter, Truth, scenario_named
from xky.emulator.legal_time import SECOND_US, parse_at
from xky.emulator.scenario.scenario import Scenario
from xky.protocol import Burst, Decoder, Frame, Mode, decode
from xky.protocol.mode import EOT, ETX
from xky.protocol.status import Status

__all__ = ["Played", "Sent", "check_clean", "indexes", "play", "played"]

_DECODER = Decoder()  # one for all: it is fast with frames like those before


@dataclass
class Sent:
    """STX to ETX, or as far as EOT cut it."""

    at_us: int
    data: bytes = b""

    @cached_property
    def frame(self) -> Frame:
        """As a receiver reads it."""
        [frame] = [event for event in _DECODER.feed(self.data) if isinstance(event, Frame)]
        return frame

    @property
    def cut(self) -> bool:
        """Whether EOT ended it."""
        return self.data.endswith(EOT)

    def __getitem__(self, label: str) -> str:
        return self.frame.values[label]

    def __contains__(self, label: str) -> bool:
        return label in self.frame.values

    def stamp(self, label: str) -> str:
        """Horodate of a group."""
        [stamp] = [group.timestamp for group in self.frame.good if group.label == label]
        assert stamp is not None
        return stamp

    @property
    def status(self) -> Status:
        """STGE."""
        return Status.parse(self["STGE"])


@dataclass
class Played:
    """What came of it."""

    scenario: Scenario
    sent: list[Sent] = field(default_factory=list)
    remarks: list[tuple[int, str]] = field(default_factory=list)

    def around(self, at: str) -> tuple[Sent, Sent]:
        """The last frame that began before a legal time, and the first one after."""
        at_us = parse_at(at)
        place = bisect_left(self.sent, at_us, key=lambda sent: sent.at_us)
        before, after = self.sent[place - 1], self.sent[place]
        assert before.at_us < at_us <= after.at_us
        return before, after

    def between(self, start: str, end: str) -> list[Sent]:
        """The frames that began in a span of time."""
        return [sent for sent in self.sent if parse_at(start) <= sent.at_us < parse_at(end)]

    def sample(self, seconds: int = 60) -> Iterator[Sent]:
        """Each frame of a short scenario; of a long one those around its start, its end, and each event."""
        spots_us = [self.scenario.at_us, self.scenario.end_us, *(at_us for at_us, _ in self.remarks)]
        long = self.scenario.end_us - self.scenario.at_us > 3 * 3600 * SECOND_US and len(self.sent) > 5000
        for sent in self.sent:
            if not long or any(abs(sent.at_us - spot_us) <= seconds * SECOND_US for spot_us in spots_us):
                yield sent


def play(scenario: Scenario) -> Played:
    """Play it to its end."""
    result, env, line, truth = Played(scenario), simpy.Environment(), Line(), Truth()
    meter = scenario.first_meter.build(at_us=scenario.at_us)
    meter.run_by(lambda: float(env.now))
    transmitter = Transmitter(env, meter, line, truth, seed=scenario.first_meter.seed)
    transmitter.before_frame = truth.clear
    player = Play(env, transmitter, scenario, lambda at_us, text: result.remarks.append((at_us, text)))

    def hear(burst: Burst) -> None:
        if not result.sent or result.sent[-1].data[-1:] in (ETX, EOT):
            result.sent.append(Sent(transmitter.meter.true_us))
        result.sent[-1].data += burst.data

    line.connect(hear)
    env.process(player.run())
    env.process(transmitter.run(until=lambda: player.ended))
    env.run()
    return result


@cache
def played(name: str, mode: Mode | None = None) -> Played:
    """A ready scenario; each is played once."""
    return play(scenario_named(name, mode=mode))


def indexes(sent: Sent) -> dict[str, int]:
    """Each energy that it shows."""
    return {label: int(sent[label]) for label in sent.frame.values if label.startswith(("EAS", "EAIT", "BASE", "HC"))}


def check_clean(frames: Iterable[Sent], *, cut: int) -> None:
    """Every group of every frame is good, and every frame whole but for so many that EOT cut."""
    data = b"".join(sent.data for sent in frames)
    events = decode(data)
    assert {type(event).__name__ for event in events} <= {"LazyFrame", "Frame", "Interrupted"}
    heard = [event for event in events if isinstance(event, Frame)]
    assert all(len(frame.good) == len(frame.groups) > 0 for frame in heard)
    assert sum(not frame.complete for frame in heard) == cut == data.count(EOT)
