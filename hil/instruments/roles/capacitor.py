# SPDX-License-Identifier: Apache-2.0
"""Role ``capacitor``: a voltmeter on the supercapacitor."""

from collections.abc import Sequence
from typing import Protocol

from ..instrument import Instrument
from ..session import Session

__all__ = ["Capacitor", "CapacitorMake"]


class CapacitorMake(Protocol):
    """How voltmeters of one make are spoken to.

    Attributes:
        MAKERS: who they are made by, in the answer to ``*IDN?``, in small letters.
        MODELS: how their models begin.
        CLOCK_STEP_S: in which its clock tells the time.
    """

    MAKERS: Sequence[str]
    MODELS: Sequence[str]
    CLOCK_STEP_S: float

    def prepare(self, session: Session) -> None:
        """DC volts, a fixed range of 10 V, the input as high as it gets: nothing is to be drawn from the capacitor."""
        ...

    def voltage_v(self, session: Session) -> float:
        """One reading."""
        ...

    def clock_s(self, session: Session) -> float:
        """Seconds on the instrument's own clock, since some moment of the day."""
        ...

    def error_v(self, voltage_v: float) -> float:
        """What a reading may be off, by the data sheet."""
        ...


class Capacitor(Instrument):
    """The voltmeter on the capacitor."""

    role = "capacitor"

    def prepare(self) -> None:
        """Make it ready for readings; it draws as little as it can.

        Raises:
            LostInstrument: it does not answer.
        """
        self._make.prepare(self._session)

    def voltage_v(self) -> float:
        """One reading, in volts.

        Raises:
            LostInstrument: it does not answer, or says an overload.
        """
        voltage_v = float(self._make.voltage_v(self._session))
        if abs(voltage_v) > 1e9:  # SCPI's 9.9E37 is an overload (SCPI-99 7.2.1.4)
            raise self._session.strange("its reading", f"{voltage_v:g}", "expected volts; it says overload")
        return voltage_v

    def clock_s(self) -> float:
        """Seconds on its own clock.

        Raises:
            LostInstrument: it does not answer.
        """
        return float(self._make.clock_s(self._session))

    def error_v(self, voltage_v: float) -> float:
        """What a reading may be off, in volts, by its data sheet."""
        return float(self._make.error_v(voltage_v))

    @property
    def clock_step_s(self) -> float:
        """In which its clock tells the time."""
        return float(self._make.CLOCK_STEP_S)
