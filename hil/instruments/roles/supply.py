# SPDX-License-Identifier: Apache-2.0
"""Role ``supply``: what feeds terminals I1-A."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ..session import Session
from ..switched_instrument import SwitchedInstrument

__all__ = ["Supply", "SupplyMake", "SupplyReading"]


class SupplyMake(Protocol):
    """How supplies of one make are spoken to, on their first output.

    Attributes:
        MAKERS: who they are made by, in the answer to ``*IDN?``, in small letters.
        MODELS: how their models begin.
    """

    MAKERS: Sequence[str]
    MODELS: Sequence[str]

    def set_voltage(self, session: Session, voltage_v: float) -> None:
        """Set the voltage; the output stays as it is."""
        ...

    def set_current(self, session: Session, current_a: float) -> None:
        """Set the most that it gives."""
        ...

    def switch(self, session: Session, *, on: bool) -> None:
        """Switch the output."""
        ...

    def is_on(self, session: Session) -> bool:
        """Whether the output is on, as the instrument says."""
        ...

    def voltage_v(self, session: Session) -> float:
        """Measured at its terminals."""
        ...

    def current_a(self, session: Session) -> float:
        """Measured."""
        ...


@dataclass(frozen=True, slots=True)
class SupplyReading:
    """What a supply measures itself.

    Attributes:
        voltage_v: at its terminals.
        current_a: that it gives.
    """

    voltage_v: float
    current_a: float


class Supply(SwitchedInstrument):
    """A supply on I1-A: its setting is the open-circuit voltage of the terminals."""

    role = "supply"
    side = "output"

    def set_voltage(self, voltage_v: float) -> None:
        """Set the voltage; the output stays as it is.

        Raises:
            InputError: over its limit.
            LostInstrument: it does not answer.
        """
        self._make.set_voltage(self._session, self._within("voltage_v", voltage_v, "V"))

    def set_current(self, current_a: float) -> None:
        """Set the most that it gives, in amperes.

        Raises:
            InputError: over its limit.
            LostInstrument: it does not answer.
        """
        self._make.set_current(self._session, self._within("current_a", current_a, "A"))

    def reading(self) -> SupplyReading:
        """What it measures now.

        Raises:
            LostInstrument: it does not answer.
        """
        return SupplyReading(self._make.voltage_v(self._session), self._make.current_a(self._session))
