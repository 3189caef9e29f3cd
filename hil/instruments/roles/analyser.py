# SPDX-License-Identifier: Apache-2.0
"""Role ``analyser``: sees the current that the board takes from its capacitor."""

from collections.abc import Sequence
from typing import Protocol

from ..instrument import Instrument
from ..lost import LostInstrument
from ..session import Session

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


class Analyser(Instrument):
    """The ammeter in the board's feed."""

    role = "analyser"

    def prepare(self) -> None:
        """Make it an ammeter, its path closed.

        Raises:
            LostInstrument: it does not answer, or does not say that it did.
        """
        self._make.prepare(self._session)
        self._switch(on=True)

    def current_a(self) -> float:
        """One reading, in amperes.

        Raises:
            LostInstrument: it does not answer.
        """
        return float(self._make.current_a(self._session))

    def is_on(self) -> bool:
        """Whether its path is closed, as the instrument says.

        Raises:
            LostInstrument: it does not answer.
        """
        return bool(self._make.is_on(self._session))

    def _switch(self, *, on: bool) -> None:
        self._make.switch(self._session, on=on)
        if self.is_on() != on:
            raise LostInstrument(f"{self.resource}: its output is not {'on' if on else 'off'} after it was told to be")

    def _switch_safe(self) -> None:
        self._switch(on=False)
