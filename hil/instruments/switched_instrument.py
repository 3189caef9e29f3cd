# SPDX-License-Identifier: Apache-2.0
"""An instrument with an output, or an input, that it can switch, and of which it says whether it is on."""

from typing import ClassVar

from .instrument import Instrument
from .lost import LostInstrument

__all__ = ["SwitchedInstrument"]


class SwitchedInstrument(Instrument):
    """Its make has ``switch(session, on=…)`` and ``is_on(session)``; safe is off, as the instrument says."""

    side: ClassVar[str]
    """What it switches: ``output`` or ``input``."""

    def switch(self, *, on: bool) -> None:
        """Switch it; what is seen afterwards is what the instrument says.

        Raises:
            LostInstrument: it does not say that it did.
        """
        self.order(on=on)
        self.confirm(on=on)

    def order(self, *, on: bool) -> None:
        """Tell it to switch, and no more: that is when it happens.

        Raises:
            LostInstrument: it cannot be told.
        """
        self._make.switch(self._session, on=on)

    def confirm(self, *, on: bool) -> None:
        """Ask whether it did.

        Raises:
            LostInstrument: it does not say so.
        """
        if self.is_on() != on:
            told = f"its {self.side} is not {'on' if on else 'off'} after it was told to be"
            raise LostInstrument(f"{self.resource}: {told}")

    def is_on(self) -> bool:
        """Whether it is on, as the instrument says.

        Raises:
            LostInstrument: it does not answer.
        """
        return bool(self._make.is_on(self._session))

    def _switch_safe(self) -> None:
        self.switch(on=False)
