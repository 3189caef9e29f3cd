# SPDX-License-Identifier: Apache-2.0
"""Role ``scope``: the waveform on terminals I1-I2, and on A."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from ..instrument import Instrument
from ..session import Session

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["BEFORE", "CAPACITOR", "FEED", "LINE", "Scope", "ScopeMake", "ScopeRecord"]

LINE, FEED, CAPACITOR = 1, 2, 3  # channels: I1-I2, I1-A, the capacitor
BEFORE = 4  # between a generator and the resistor through which it drives I1-I2


@dataclass(frozen=True, slots=True)
class ScopeRecord:
    """What a scope caught.

    Attributes:
        voltage_v: samples.
        interval_s: between two of them.
        step_v: the smallest difference that its converter tells.
    """

    voltage_v: "NDArray[np.float32]"
    interval_s: float
    step_v: float


class ScopeMake(Protocol):
    """How scopes of one make are spoken to.

    Attributes:
        MAKERS: who they are made by, in the answer to ``*IDN?``, in small letters.
        MODELS: how their models begin.
        GAIN_ERROR: what volts may be off, as a fraction.
        TIME_ERROR: what its time base may be off, likewise.
    """

    MAKERS: Sequence[str]
    MODELS: Sequence[str]
    GAIN_ERROR: float
    TIME_ERROR: float

    def prepare(self, session: Session, channel: int, scale_v: float, points: int, interval_s: float) -> None:
        """One channel, no probe's factor; so many volts a division, record length and rate."""
        ...

    def beside(self, session: Session, channel: int, scale_v: float, points: int) -> None:
        """Another channel besides the one that was prepared, at the same rate."""
        ...

    def capture(self, session: Session) -> None:
        """Take one record, now, and wait for it."""
        ...

    def record(self, session: Session, channel: int) -> ScopeRecord:
        """Fetch what was taken."""
        ...


class Scope(Instrument):
    """An oscilloscope; channel 1 on I1-I2, 2 on I1-A, 3 on the capacitor."""

    role = "scope"

    def record(self, channel: int, *, scale_v: float, points: int, interval_s: float) -> ScopeRecord:
        """Take a record, now.

        Args:
            channel: 1 to 4.
            scale_v: volts a division, of eight.
            points: how many samples; it may take more or fewer, by its own steps.
            interval_s: between two of them; likewise.

        Raises:
            LostInstrument: it does not answer.
        """
        self._make.prepare(self._session, channel, scale_v, points, interval_s)
        self._make.capture(self._session)
        record: ScopeRecord = self._make.record(self._session, channel)
        return record

    def pair(
        self, channel: int, beside: int, *, scale_v: float, points: int, interval_s: float
    ) -> tuple[ScopeRecord, ScopeRecord]:
        """Records of two channels at once; arguments and errors as of ``record``."""
        self._make.prepare(self._session, channel, scale_v, points, interval_s)
        self._make.beside(self._session, beside, scale_v, points)
        self._make.capture(self._session)
        return self._make.record(self._session, channel), self._make.record(self._session, beside)

    @property
    def gain_error(self) -> float:
        """What its volts may be off, as a fraction, by its data sheet."""
        return float(self._make.GAIN_ERROR)

    @property
    def time_error(self) -> float:
        """What its time base may be off, likewise."""
        return float(self._make.TIME_ERROR)
