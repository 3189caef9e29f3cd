# SPDX-License-Identifier: Apache-2.0
"""The receiver's input of a virtual board: what a generator plays at its terminals, as characters."""

from collections.abc import Callable
from threading import Event, Thread

import numpy as np
from numpy.typing import NDArray

from xky.emulator.carrier import Samples, quadrature
from xky.emulator.carrier.demodulator import Demodulated, read_envelope
from xky.emulator.carrier.specification import CARRIER_HZ, READ
from xky.protocol import Mode
from xky.protocol.uart import CharacterDefect

from .clock import BenchClock
from .input_circuit import InputCircuit
from .signals import Signals, Volts

__all__ = ["CarrierEar"]

_LOOK_S = 0.1  # real seconds
_ZERO_V = 2.0  # behind its comparator
_NEAR_V = 0.05  # of a level that must be read
_PURE_S = 2 / CARRIER_HZ  # in which crossings are counted


class CarrierEar:
    """Listens from now on; each time the generator has come round, what it played is handed over.

    Args:
        signals: of the bench.
        clock: likewise.
        mode: of the TIC.
        circuit: the input.
        hear: takes characters, eight bits with the parity in bit 7.
    """

    def __init__(
        self,
        signals: Signals,
        clock: BenchClock,
        mode: Mode,
        circuit: InputCircuit,
        hear: Callable[[bytes], None],
    ) -> None:
        self._signals, self._clock, self._mode, self._hear = signals, clock, mode, hear
        self._threshold_v = circuit.threshold_v or (READ[mode].zero_min_v + READ[mode].one_max_v) / 2
        self._circuit = circuit
        self._ends = Event()
        self._thread = Thread(target=self._listens, daemon=True, name="virtual input")
        self._thread.start()

    def close(self) -> None:
        """End it."""
        self._ends.set()
        self._thread.join()

    def _listens(self) -> None:
        heard: tuple[object, bytes, float] | None = None  # what plays, what is heard of it, when it has come round
        while not self._ends.wait(_LOOK_S):
            played = self._signals.driven_once()
            if played is None:
                heard = None
            elif heard is None or heard[0] is not played[0]:
                volts, rate_hz = played
                heard = volts, self._characters(volts, rate_hz), self._clock.now_s() + len(volts) / rate_hz
            while heard is not None and played is not None and self._clock.now_s() >= heard[2]:
                self._hear(heard[1])
                heard = heard[0], heard[1], heard[2] + len(played[0]) / played[1]

    def _characters(self, volts: Volts, rate_hz: float) -> bytes:
        envelope_v, step_s = quadrature(volts.astype(np.float32), round(rate_hz))
        is_zero = envelope_v * self._passed(volts, rate_hz) > self._threshold_v
        if self._circuit.needs_s:
            is_zero = self._held(envelope_v, step_s)
        if self._circuit.counts_crossings:
            is_zero &= _is_pure(volts, rate_hz, len(envelope_v), step_s)
        return _on_the_wire(read_envelope(is_zero.astype(np.float32) * np.float32(_ZERO_V), step_s, self._mode))

    def _held(self, envelope_v: Samples, step_s: float) -> NDArray[np.bool_]:
        """Where a 0 is by a receiver that changes its mind only when a level has lasted."""
        read, count = READ[self._mode], max(round(self._circuit.needs_s / step_s), 1)
        last = np.zeros(len(envelope_v), np.int64)  # twice the place of the last change of mind, and what it was to
        for is_zero, there in ((1, envelope_v > read.zero_min_v - _NEAR_V), (0, envelope_v < read.one_max_v + _NEAR_V)):
            since = np.convolve(there, np.ones(count, np.int64))[: len(there)]
            lasted = np.flatnonzero(since == count)
            last[lasted] = 2 * lasted + is_zero
        zeros: NDArray[np.bool_] = np.maximum.accumulate(last) % 2 == 1
        return zeros

    def _passed(self, volts: Volts, rate_hz: float) -> float:
        """What the filter lets through of the carrier that is played."""
        spectrum = np.abs(np.fft.rfft(volts))
        at_hz = float(np.argmax(spectrum)) * rate_hz / len(volts)
        return float(1 / np.hypot(1.0, 2 * self._circuit.quality * (at_hz / CARRIER_HZ - 1)))


def _is_pure(volts: Volts, rate_hz: float, count: int, step_s: float) -> NDArray[np.bool_]:
    """For each value of an envelope whether no more crossings of 0 V are near than a sine has."""
    crossings = np.flatnonzero(np.diff(volts > 0)) / rate_hz
    centres_s = (np.arange(count) + 0.5) * step_s
    near = np.searchsorted(crossings, centres_s + _PURE_S / 2) - np.searchsorted(crossings, centres_s - _PURE_S / 2)
    pure: NDArray[np.bool_] = near <= 2 * _PURE_S * CARRIER_HZ + 1
    return pure


def _on_the_wire(heard: Demodulated) -> bytes:
    """With the parity in bit 7, wrong where it was, or where the stop bit was."""
    wrong = {CharacterDefect.PARITY, CharacterDefect.FRAMING}
    return bytes(
        code | (code.bit_count() % 2 ^ (heard.errors.get(place) in wrong)) << 7 for place, code in enumerate(heard.data)
    )
