# SPDX-License-Identifier: Apache-2.0
"""Role ``load``: draws a constant current from the capacitor."""

from collections.abc import Sequence
from typing import Protocol

from ..instrument import Instrument
from ..lost import LostInstrument
from ..session import Session

__all__ = ["Load", "LoadMake"]


class LoadMake(Protocol):
    """How electronic loads of one make are spoken to.

    Attributes:
        MAKERS: who they are made by, in the answer to ``*IDN?``, in small letters.
        MODELS: how their models begin.
    """

    MAKERS: Sequence[str]
    MODELS: Sequence[str]

    def set_current(self, session: Session, current_a: float) -> None:
        """Constant current, so much; the input stays as it is."""
        ...

    def switch(self, session: Session, *, on: bool) -> None:
        """Switch the input."""
        ...

    def is_on(self, session: Session) -> bool:
        """Whether the input is on, as the instrument says."""
        ...

    def current_a(self, session: Session) -> float:
        """Measured."""
        ...


class Load(Instrument):
    """An electronic load on the capacitor."""

    role = "load"

    def set_current(self, current_a: float) -> None:
        """Draw so much when it is on, in amperes.

        Raises:
            InputError: over its limit.
            LostInstrument: it does not answer.
        """
        self._make.set_current(self._session, self._within("current_a", current_a, "A"))

    def switch(self, *, on: bool) -> None:
        """Switch the input; what is seen afterwards is what the instrument says.

        Raises:
            LostInstrument: it does not say that it did.
        """
        self.order(on=on)
        self.confirm(on=on)

    def order(self, *, on: bool) -> None:
        """Tell it to switch its input, and no more: that is when it happens.

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
            raise LostInstrument(f"{self.resource}: its input is not {'on' if on else 'off'} after it was told to be")

    def is_on(self) -> bool:
        """Whether the input is on, as the instrument says.

        Raises:
            LostInstrument: it does not answer.
        """
        return bool(self._make.is_on(self._session))

    def current_a(self) -> float:
        """What it draws now, in amperes.

        Raises:
            LostInstrument: it does not answer.
        """
        return float(self._make.current_a(self._session))

    def _switch_safe(self) -> None:
        self.switch(on=False)
