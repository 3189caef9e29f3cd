# SPDX-License-Identifier: Apache-2.0
"""Role ``load``: draws a constant current from the capacitor."""

from collections.abc import Sequence
from typing import Protocol

from ..session import Session
from ..switched_instrument import SwitchedInstrument

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


class Load(SwitchedInstrument):
    """An electronic load on the capacitor."""

    role = "load"
    side = "input"

    def set_current(self, current_a: float) -> None:
        """Draw so much when it is on, in amperes.

        Raises:
            InputError: over its limit.
            LostInstrument: it does not answer.
        """
        self._make.set_current(self._session, self._within("current_a", current_a, "A"))

    def current_a(self) -> float:
        """What it draws now, in amperes.

        Raises:
            LostInstrument: it does not answer.
        """
        return float(self._make.current_a(self._session))
