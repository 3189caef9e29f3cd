# SPDX-License-Identifier: Apache-2.0
"""What virtual voltmeters of all makes do: they read the board's capacitor, with the noise and error of a real one."""

from .instrument import VirtualInstrument

__all__ = ["VirtualVoltmeter"]

_NOISE_V = 2e-6  # standard deviation, one power line cycle, 10 V range: assumption
_STEP_V = 1e-6
_GAIN, _ZERO_V = 35e-6, 50e-6  # most that it is off: data sheets from memory, uncertain
_OVERLOAD = 9.9e37  # SCPI-99 7.2.1.4


class VirtualVoltmeter(VirtualInstrument):
    """A voltmeter on the capacitor; how much it is off is drawn once, by the seed."""

    role = "capacitor"
    range_v = 10.0

    def reset(self) -> None:
        self.is_prepared = False
        self._began_s: float | None = None
        if not hasattr(self, "_gain"):
            self._gain, self._zero_v = self.random.uniform(-_GAIN, _GAIN), self.random.uniform(-_ZERO_V, _ZERO_V)

    def prepare(self) -> None:
        """DC volts."""
        self.is_prepared = True

    def read(self) -> float:
        """One reading."""
        capacitor_v = self.bench.board.capacitor_v
        if abs(capacitor_v) > 1.2 * self.range_v:
            return _OVERLOAD
        seen_v = capacitor_v * (1 + self._gain) + self._zero_v + self.random.gauss(0.0, _NOISE_V)
        return round(seen_v / _STEP_V) * _STEP_V

    def begin(self) -> None:
        """The buffer's time begins anew with its first reading."""
        self._began_s = None

    def since_first_s(self) -> float:
        """Seconds since the first reading in the buffer."""
        now_s = self.bench.clock.now_s()
        if self._began_s is None:
            self._began_s = now_s
        return now_s - self._began_s
