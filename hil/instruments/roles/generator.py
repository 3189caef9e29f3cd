# SPDX-License-Identifier: Apache-2.0
"""Role ``generator``: plays waveforms on the line; what each family of them tells of itself and can do."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from xky.protocol import BenchError

from ..instrument import Instrument
from ..session import Session

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from pyvisa.resources import MessageBasedResource

__all__ = ["Family", "Generator", "Model", "WaveformRecord", "check_no_error"]


@dataclass(frozen=True, slots=True)
class Model:
    """Of a family.

    Attributes:
        prefix: how the model begins in the answer to ``*IDN?``.
        points: memory for one waveform.
        rate_max_hz: samples a second at most.
    """

    prefix: str
    points: int
    rate_max_hz: float


@dataclass(frozen=True, slots=True)
class WaveformRecord:
    """A waveform to be played over and over.

    Attributes:
        shape: the samples, from -1 to 1 of ``peak_v``.
        rate_hz: samples a second.
        peak_v: volts of the open output at 1.
    """

    shape: "NDArray[np.float32]"
    rate_hz: int
    peak_v: float

    @property
    def peak_to_peak_v(self) -> float:
        """As generators count amplitudes: of the whole range of their converter."""
        return 2 * self.peak_v


class Family(Protocol):
    """A file of ``makes/generator``, or of a package outside: how generators of one make are spoken
    to, on their first output.

    Attributes:
        MAKERS: who they are made by, in the answer to ``*IDN?``, in small letters.
        MODELS: those that are known, longer prefixes first.
        POINTS_MIN: a waveform has so many points at least.
        EVEN: whether the number of points must be even.
    """

    MAKERS: Sequence[str]
    MODELS: Sequence[Model]
    POINTS_MIN: int
    EVEN: bool

    def switch_off(self, session: "MessageBasedResource | Session") -> None:
        """Take the signal off the output."""
        ...

    def load(self, session: "MessageBasedResource", record: WaveformRecord) -> None:
        """Store a waveform and set rate and level; the output stays off.

        Raises:
            BenchError: the instrument says that it did not take it.
        """
        ...

    def switch_on(self, session: "MessageBasedResource") -> None:
        """Let it play."""
        ...


def check_no_error(session: "MessageBasedResource", query: str) -> None:
    """Ask for the oldest error of an instrument's queue.

    Raises:
        BenchError: there is one.
    """
    answer = session.query(query).strip()
    if answer.split(",")[0].strip() not in ("0", "+0"):
        raise BenchError(f"{session.resource_name}: the generator complains: {answer}")


class Generator(Instrument):
    """A generator on the line; ``upload`` plays waveforms on it."""

    role = "generator"

    def _switch_safe(self) -> None:
        self._make.switch_off(self._session)
        super()._switch_safe()  # the families have no question for the output: it must at least still be there
