# SPDX-License-Identifier: Apache-2.0
"""What a scope on the virtual bench sees: the carrier on I1-I2, the supply on I1-A, the capacitor."""

from bisect import bisect_right
from dataclasses import replace
from functools import cached_property
from math import pi, sqrt
from threading import Lock
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from xky.emulator import Linky
from xky.emulator.carrier import Waveform, add_noise, render
from xky.protocol import Burst, Mode

from ..emulation.carrier_line import frames_of
from .board import VirtualBoard
from .input_circuit import InputCircuit

__all__ = ["Signals", "Volts"]

_FRAMES = 3  # that come round and round
_DIODE_V = 0.3  # of each of the two that conduct, as the terminals see them: uncertain, a picture only
_CARRIER_HZ = 50_000.0  # 54E table 1

Volts = NDArray[np.float64]


@runtime_checkable
class Driver(Protocol):
    """What may drive the receiver's input: a generator, its waveform over and over."""

    is_on: bool
    rate_hz: float

    def put_out(self) -> Volts:
        """Volts of the open output, once through the waveform."""
        ...


class Signals:
    """The voltages of a virtual bench over time.

    Args:
        board: on its terminals.
        waveform: how the meter's carrier is drawn; its rate is that of whoever looks.
        seed: of silences and noise on the line.
        circuit: the receiver's input, behind a resistor.
    """

    def __init__(
        self, board: VirtualBoard, waveform: Waveform, *, seed: int = 0, circuit: InputCircuit | None = None
    ) -> None:
        self._board, self._waveform, self._seed = board, waveform, seed
        self._rng = np.random.default_rng(seed)
        self._circuit = circuit or InputCircuit()
        self._driver: Driver | None = None
        self._kept: dict[bool, tuple[float, Volts, Volts]] = {}
        self._lock = Lock()

    def drive_by(self, instrument: object) -> None:
        """Let a generator drive the receiver's input while it is on, in the meter's place; nothing else does."""
        self._driver = instrument if isinstance(instrument, Driver) else None

    def volts(self, channel: int, start_s: float, count: int, interval_s: float) -> Volts:
        """Samples of a channel: 1 is I1-I2, 2 is I1-A, 3 the capacitor, 4 a generator before its resistor.

        Args:
            channel: of the scope.
            start_s: on the bench's clock.
            count: of samples.
            interval_s: between two.
        """
        if channel in (1, 4) and self._driver is not None and self._driver.is_on:
            return self._driven(self._driver, start_s, count, interval_s, before=channel == 4)
        if channel == 1:
            return self._line(start_s, count, interval_s)
        if channel == 2:
            return self._terminals(start_s, count, interval_s)
        return np.full(count, self._board.capacitor_v if channel == 3 else 0.0)

    def _driven(self, generator: Driver, start_s: float, count: int, interval_s: float, *, before: bool) -> Volts:
        """What a generator makes of the line, at the terminals or before the resistor: its waveform over and over."""
        once, rate_hz = self._once(generator, before=before), generator.rate_hz
        at = (start_s * rate_hz + np.arange(count) * (interval_s * rate_hz)) % len(once)
        volts: Volts = np.interp(at, np.arange(len(once) + 1), np.append(once, once[0]))
        return volts

    def driven_once(self) -> tuple[Volts, float] | None:
        """What a generator makes of the terminals once through its waveform, and at how many samples a second; the same
        object as long as it plays the same. None: none plays."""
        driver = self._driver
        if driver is None or not driver.is_on:
            return None
        return self._once(driver, before=False), driver.rate_hz

    def _once(self, generator: Driver, *, before: bool) -> Volts:
        open_v, rate_hz = generator.put_out(), generator.rate_hz
        with self._lock:
            kept = self._kept.get(before)
            if kept is not None and kept[0] == rate_hz and np.array_equal(kept[1], open_v):
                return kept[2]
            shares = self._circuit.share(np.fft.rfftfreq(len(open_v), 1 / rate_hz), before=before)
            once: Volts = np.fft.irfft(np.fft.rfft(open_v) * shares, len(open_v))
            self._kept[before] = rate_hz, open_v, once
            return once

    @cached_property
    def _bursts(self) -> list[Burst]:
        frames = frames_of(Linky(mode=self._board.mode), _FRAMES, seed=self._seed)
        return [burst for frame in frames for burst in frame]

    def _line(self, start_s: float, count: int, interval_s: float) -> Volts:
        rate_hz = min(max(round(1 / interval_s), 200_000), 100_000_000)
        waveform = replace(self._waveform, rate_hz=rate_hz)
        bursts, loop_s = self._bursts, self._bursts[-1].end_s
        pace = 1 + waveform.baud_error  # the line runs by the meter's bit clock
        begin_s = start_s * pace % loop_s
        end_s = begin_s + count / rate_hz * pace
        rounds = range(int(end_s // loop_s) + 1)
        starts = [burst.start_s for burst in bursts]
        seen: list[Burst] = []
        for turn in rounds:
            shift_s = turn * loop_s
            first = max(bisect_right(starts, begin_s - shift_s) - 1, 0)
            last = bisect_right(starts, end_s - shift_s)
            seen += [replace(burst, start_s=burst.start_s + shift_s) for burst in bursts[first:last]]
        samples = render(seen, waveform, start_s=begin_s, end_s=end_s + 4 / rate_hz)
        add_noise(samples, waveform, self._rng)
        return samples[:count].astype(np.float64)

    def _terminals(self, start_s: float, count: int, interval_s: float) -> Volts:
        """A sine that the rectifier loads where it is higher than the capacitor."""
        board = self._board
        phase = 2 * pi * _CARRIER_HZ * (start_s % 1.0 + interval_s * np.arange(count))
        open_v = sqrt(2) * board.fed_v * np.sin(phase)
        power = board.board.power
        assert power is not None and power.rectifier is not None
        before_ohm = board.supply.source_ohm
        loop_ohm = before_ohm + power.rectifier.series_ohm
        conducts_v = board.capacitor_v + 2 * _DIODE_V
        current_a = np.maximum(np.abs(open_v) - conducts_v, 0.0) / loop_ohm
        loaded: Volts = open_v - np.sign(open_v) * current_a * before_ohm
        return loaded

    @property
    def mode(self) -> Mode:
        """Of the TIC on the line."""
        return self._board.mode
