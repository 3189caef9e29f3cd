# SPDX-License-Identifier: Apache-2.0
"""The receiver's input of a virtual board: what a generator plays at its terminals, as characters."""

from collections.abc import Callable
from threading import Event, Thread

import numpy as np

from xky.emulator.carrier import quadrature
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
        self._quality = circuit.quality
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
        return _on_the_wire(read_envelope(is_zero.astype(np.float32) * np.float32(_ZERO_V), step_s, self._mode))

    def _passed(self, volts: Volts, rate_hz: float) -> float:
        """What the filter lets through of the carrier that is played."""
        spectrum = np.abs(np.fft.rfft(volts))
        at_hz = float(np.argmax(spectrum)) * rate_hz / len(volts)
        return float(1 / np.hypot(1.0, 2 * self._quality * (at_hz / CARRIER_HZ - 1)))


def _on_the_wire(heard: Demodulated) -> bytes:
    """With the parity in bit 7, wrong where it was, or where the stop bit was."""
    wrong = {CharacterDefect.PARITY, CharacterDefect.FRAMING}
    return bytes(
        code | (code.bit_count() % 2 ^ (heard.errors.get(place) in wrong)) << 7 for place, code in enumerate(heard.data)
    )
