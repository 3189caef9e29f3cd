# SPDX-License-Identifier: Apache-2.0
"""Role ``analyser``: sees the current that the board takes from its capacitor."""

from collections.abc import Sequence
from typing import Protocol

from ..session import Session
from ..switched_instrument import SwitchedInstrument

__all__ = ["Analyser", "AnalyserMake"]


class AnalyserMake(Protocol):
    """How analysers of one make are spoken to, as ammeters.

    Attributes:
        MAKERS: who they are made by, in the answer to ``*IDN?``, in small letters.
        MODELS: how their models begin.
    """

    MAKERS: Sequence[str]
    MODELS: Sequence[str]

    def prepare(self, session: Session) -> None:
        """An ammeter in the board's feed: no voltage of its own, ranges by itself."""
        ...

    def switch(self, session: Session, *, on: bool) -> None:
        """Close or open its path."""
        ...

    def is_on(self, session: Session) -> bool:
        """Whether its path is closed, as the instrument says."""
        ...

    def current_a(self, session: Session) -> float:
        """One reading, the mean over its aperture."""
        ...


class Analyser(SwitchedInstrument):
    """The ammeter in the board's feed."""

    role = "analyser"
    side = "output"

    def prepare(self) -> None:
        """Make it an ammeter, its path closed.

        Raises:
            LostInstrument: it does not answer, or does not say that it did.
        """
        self._make.prepare(self._session)
        self.switch(on=True)

    def current_a(self) -> float:
        """One reading, in amperes.

        Raises:
            LostInstrument: it does not answer.
        """
        return float(self._make.current_a(self._session))
