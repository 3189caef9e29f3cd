# SPDX-License-Identifier: Apache-2.0
"""Plays what the label's annexes have an indicator shown (54E §9.4.1, 02E annex A.5), one after the other on one line.

Apart from the plan of the line: what is sent here would disturb it, and nothing but the light is looked at.
"""

from collections.abc import Callable, Generator, Sequence
from random import Random

import simpy

from xky.boards import Board
from xky.emulator import Linky
from xky.emulator.faults.metrology_bursts import MetrologyBursts
from xky.emulator.line.transmitter import FRAME_GAP_S
from xky.emulator.truth.timing import bursts_of
from xky.protocol import Burst, Group, Mode, encode_group
from xky.protocol.mode import ETX, STX
from xky.protocol.uart import CharacterDefect

from ...bench.bench import Bench
from ...bench.devices import Device, FedDevice
from .eye import SAMPLED_S, light_of, samples_of
from .light_record import LightRecord, Stretch
from .stretches import (
    ANY_GROUPS,
    BEFORE_FRAMES,
    CARRIER,
    GOOD,
    HELD,
    PAUSE,
    PULSES,
    RATES,
    SILENCE,
    STANDBY,
    UNPOWERED,
    WRONG_CHECKSUM,
)

__all__ = ["IndicatorTrials", "length_s"]

_SHOWN_S = 16.0  # four times round at the slow pace, behind the change to it
_BACK_S = 4.0  # good again, and nobody looks
_PAUSE_S = 8.9  # 54E §9.4.1: less than 9 s
_LOST_S = 18.0  # 10 s (± 1 s), and six times round at the quick pace
_RATE = 0.01  # 54E §5.3.5, 02E §1.5.1
_GROUP_GAP_S = 0.0334  # 54E §5.3.6
_CHUNK_S = 0.5  # of a carrier that does not end
_PULSES = 3  # of each second or so
_DIES_WITHIN_S = 7 * 86_400.0
_LOOKS_EACH_S = 1.0
_ADDRESSES = ("ADCO", "ADSC")

_Time = Generator[simpy.Event, None, None]
_ORDER: Sequence[tuple[str, float]] = (  # the times are those of the line; frames end whole
    (BEFORE_FRAMES, 7.0), (GOOD, _SHOWN_S), (WRONG_CHECKSUM, 12.0), (ANY_GROUPS, _SHOWN_S), (CARRIER, _LOST_S),
    (RATES, _SHOWN_S), (PULSES, _LOST_S), (GOOD, _BACK_S), (STANDBY, 12.0), (GOOD, _SHOWN_S), (PAUSE, _PAUSE_S),
    (GOOD, _BACK_S), (SILENCE, _LOST_S), (GOOD, _BACK_S), (WRONG_CHECKSUM, 0.0), (HELD, 8.5),
)  # fmt: skip


def length_s() -> float:
    """How long the trials take on the line, seconds, but for the ends of frames."""
    return sum(for_s for _, for_s in _ORDER)


class IndicatorTrials:
    """The trials of one device's indicator in one mode.

    Args:
        device: not started yet; simulated.
        board: that it runs on, with an indicator.
        mode: of the TIC.
        seed: of the meter, of what is drawn, of the eye.
        probes: where the device speaks; nobody listens.
    """

    def __init__(self, device: Device, board: Board, mode: Mode, *, seed: int = 0, probes: Sequence[str] = ()) -> None:
        self._mode = mode
        self._seed = seed
        self._meter = Linky(mode=mode, contract="hc", seed=seed)
        self._bench = Bench(device, board, self._meter, seed=seed, probes=probes)
        self._device = device
        self._rng = Random(f"indicator {seed} {mode}")
        self._finds_back_s = board.finds_back_s
        self._stretches: list[Stretch] = []
        self._ends_s: list[float] = []
        nobody_says = self._bench.env.event()
        self._bench.transmitter.before_frame = lambda: nobody_says  # what is sent is sent here

    def play(self) -> LightRecord:
        """Play them all."""
        bench = self._bench
        with bench:
            played = bench.env.process(self._play())
            bench.run(lambda: played.processed)
            seen = self._looks(0.0, is_lit=False)
            if bench.feeds_the_device:
                from_s = self._cut_off()
                seen += self._looks(from_s, is_lit=bool(seen) and seen[-1][1])
        return LightRecord(SAMPLED_S, tuple(seen), tuple(self._stretches))

    def _looks(self, from_s: float, *, is_lit: bool) -> list[tuple[float, bool]]:
        """What an eye has seen up to the present."""
        samples = samples_of(self._bench.lamp.changes, from_s, float(self._bench.env.now), self._seed)
        return light_of(samples, from_s, SAMPLED_S, is_lit=is_lit)

    def _play(self) -> _Time:
        for name, for_s in _ORDER:
            started_s, self._ends_s = float(self._bench.env.now), []
            starved = bool(self._stretches) and not self._stretches[-1].frame_ends_s
            yield from self._stretch(name, started_s + for_s + (self._finds_back_s if starved else 0.0))
            self._stretches.append(Stretch(name, started_s, float(self._bench.env.now), tuple(self._ends_s)))

    def _stretch(self, name: str, until_s: float) -> _Time:
        frames: dict[str, Callable[[], _Time]] = {
            GOOD: lambda: self._frame(self._groups()),
            WRONG_CHECKSUM: self._spoilt_frame,
            ANY_GROUPS: lambda: self._frame(self._some(self._groups())),
            RATES: self._frame_at_the_limits,
            STANDBY: lambda: self._frame([one for one in self._groups() if one.label in _ADDRESSES]),
            CARRIER: self._carrier,
            PULSES: self._pulses,
        }
        if name not in frames:
            yield self._bench.env.timeout(until_s - self._bench.env.now)
            return
        while True:
            yield from frames[name]()
            if name not in (CARRIER, PULSES):
                self._ends_s.append(float(self._bench.env.now))
                yield self._bench.env.timeout(self._rng.uniform(*FRAME_GAP_S))
            if self._bench.env.now >= until_s:
                return

    def _groups(self) -> list[Group]:
        return list(self._meter.groups())

    def _some(self, groups: Sequence[Group]) -> list[Group]:
        """Any set of groups but that of a meter that stands by."""
        kept = [one for one in groups if self._rng.random() < 0.3]
        if all(one.label in _ADDRESSES for one in kept):
            kept.append(groups[-1])
        return kept

    def _frame(self, groups: Sequence[Group]) -> _Time:
        yield from self._say(STX + b"".join(encode_group(one, self._mode) for one in groups) + ETX)

    def _spoilt_frame(self) -> _Time:
        encoded = [bytearray(encode_group(one, self._mode)) for one in self._groups()]
        encoded[self._rng.randrange(len(encoded))][-2] ^= 0x01  # 0x20 to 0x5F still, and another one
        yield from self._say(STX + b"".join(map(bytes, encoded)) + ETX)

    def _frame_at_the_limits(self) -> _Time:
        """One slow or fast, with all the gaps that a frame may have."""
        rate = 1 + self._rng.choice((-_RATE, _RATE))
        encoded = [encode_group(one, self._mode) for one in self._groups()]
        for number, part in enumerate((STX + encoded[0], *encoded[1:-1], encoded[-1] + ETX)):
            if number:
                yield self._bench.env.timeout(_GROUP_GAP_S)
            yield from self._say(part, rate)

    def _carrier(self) -> _Time:
        count = round(_CHUNK_S / self._mode.character_s)
        low = dict.fromkeys(range(count), CharacterDefect.FRAMING)
        yield from self._send(Burst(float(self._bench.env.now), self._mode.character_s, bytes(count), low))

    def _pulses(self) -> _Time:
        pieces = MetrologyBursts(count=_PULSES).apply([], self._mode, self._rng)
        for burst in bursts_of(pieces, float(self._bench.env.now), self._mode.character_s):
            yield self._bench.env.timeout(max(burst.start_s - self._bench.env.now, 0.0))
            yield from self._send(burst)
        yield self._bench.env.timeout(self._rng.uniform(0.5, 1.0))

    def _say(self, data: bytes, rate: float = 1.0) -> _Time:
        yield from self._send(Burst(float(self._bench.env.now), self._mode.character_s / rate, data))

    def _send(self, burst: Burst) -> _Time:
        end = self._bench.env.timeout(burst.end_s - self._bench.env.now)
        self._bench.line.send(burst, end)
        yield end

    def _cut_off(self) -> float:
        """Take the power of terminal A away, and look on once nothing of it is left; from when on."""
        bench, device = self._bench, self._device
        assert isinstance(device, FedDevice)
        bench.terminals.supply = bench.terminals.supply.cut
        until_s = bench.env.now + _DIES_WITHIN_S
        while device.train.is_on and bench.env.now < until_s:
            bench.run_for(_LOOKS_EACH_S)
        bench.run_for(_LOOKS_EACH_S)
        started_s = float(bench.env.now)
        bench.run_for(_SHOWN_S)
        self._stretches.append(Stretch(UNPOWERED, started_s, float(bench.env.now)))
        return started_s
