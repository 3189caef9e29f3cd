# SPDX-License-Identifier: Apache-2.0
"""An instrument in its role: what every one has, whatever it does on the bench."""

from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any

from xky.protocol import InputError

from .lost import LostInstrument
from .session import Exchange, Session

__all__ = ["VIRTUAL", "Instrument"]

VIRTUAL = "VIRTUAL"  # begins the serial number of instruments that do not exist


class Instrument:
    """One instrument of a bench; each role is a class derived from it, which adds what the role can do.

    Args:
        session: open, its identity seen.
        make: how it is spoken to: a module of functions.
        make_name: of that.
        limits: what must never be exceeded, in SI units: ``voltage_v``, ``current_a``.

    Attributes:
        role: on the bench.
        resource: VISA.
        identity: as it says itself, the whole answer to ``*IDN?``.
        make: the name of the file that speaks to it.
        limits: as given.
    """

    role = ""

    def __init__(self, session: Session, make: Any, make_name: str, limits: Mapping[str, float]) -> None:
        self._session = session
        self._make: Any = make
        self.make = make_name
        self.resource = session.resource
        self.limits = dict(limits)

    @property
    def identity(self) -> str:
        """As it says itself."""
        return self._session.answer

    @property
    def exchanges(self) -> Sequence[Exchange]:
        """What was said on its connection, in order: evidence."""
        return tuple(self._session.exchanges)

    @property
    def is_virtual(self) -> bool:
        """Whether it is one of ours, which knows the clock of its bench."""
        return self._session.identity.serial.startswith(VIRTUAL)

    def asked(self, question: str) -> float:
        """One number of an instrument's own, beside what its role can do.

        Raises:
            LostInstrument: it does not answer, or not with a number.
        """
        return self._session.number(question)

    def make_safe(self) -> None:
        """Let it give and take nothing, and see that it does so; connects anew where the connection is gone.

        Raises:
            LostInstrument: it does not say that it is safe: what it puts out is unknown.
        """
        try:
            self._switch_safe()
        except LostInstrument:
            if not self._session.is_open:  # it was connected anew already, in vain
                raise
            self._session.reopen()
            self._switch_safe()

    def close(self) -> None:
        """Let go of the connection; what it puts out stays as it is."""
        self._session.close()

    def _switch_safe(self) -> None:
        """What a role does for that; one that only listens has nothing to do but to answer."""
        if self._session.query("*IDN?") != self.identity:
            raise LostInstrument(f"{self.resource}: does not say any more that it is {self._session.identity}")

    def _within(self, key: str, value: float, unit: str) -> float:
        """A value that no limit forbids.

        Raises:
            InputError: one does.
        """
        most = self.limits.get(key)
        if most is not None and abs(value) > most * (1 + 1e-9):
            raise InputError(
                f"{self.role} {self.resource}: {value:g} {unit} asked for; its limit is {most:g} {unit}; ask for less, "
                "or raise the limit in the bench file"
            )
        return value

    @staticmethod
    def functions(make: ModuleType) -> frozenset[str]:
        """Public names of a make."""
        return frozenset(name for name in vars(make) if not name.startswith("_"))
