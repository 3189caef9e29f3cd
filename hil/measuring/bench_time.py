# SPDX-License-Identifier: Apache-2.0
"""One clock for a bench and its instruments: what is asked is stamped on it, with how unsure that is.

On a desk it is this machine's monotonic clock. A virtual bench has one of its own, which its instruments tell: it may
run faster, or stand but while somebody waits.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from ..instruments import Instrument

__all__ = ["BenchTime", "DeskTime", "Stamp", "clock_offset", "time_of"]

_Asked = TypeVar("_Asked")
_TRIES = 8  # round trips, of which the quickest is believed


@dataclass(frozen=True, slots=True)
class Stamp:
    """When something was.

    Attributes:
        at_s: on the bench's clock.
        unsure_s: to either side; it was certainly within.
    """

    at_s: float
    unsure_s: float


class BenchTime(Protocol):
    """The bench's clock, as who measures has it.

    Attributes:
        told: what it is, for people.
    """

    told: str

    def now_s(self) -> float:
        """Seconds since the measurement began."""
        ...

    def wait(self, duration_s: float) -> None:
        """Let so much of it pass."""
        ...

    def stamped(self, act: Callable[[], _Asked]) -> tuple[_Asked, Stamp]:
        """Do something, and say when it was."""
        ...


class DeskTime:
    """This machine's monotonic clock, or one that runs in step with it.

    Args:
        speed: seconds of it per real second.
        offset_s: of it against the monotonic clock times ``speed``.
        unsure_s: of that.
    """

    def __init__(self, *, speed: float = 1.0, offset_s: float | None = None, unsure_s: float = 0.0) -> None:
        self._speed, self._unsure_s = speed, unsure_s
        self._offset_s = -time.monotonic() * speed if offset_s is None else offset_s
        self.told = (
            "this machine's monotonic clock"
            if offset_s is None
            else f"the virtual bench's, {speed:g} times real time, known to {1e3 * unsure_s:.3g} ms"
        )

    def now_s(self) -> float:
        return time.monotonic() * self._speed + self._offset_s

    def wait(self, duration_s: float) -> None:
        time.sleep(max(duration_s, 0.0) / self._speed)

    def stamped(self, act: Callable[[], _Asked]) -> tuple[_Asked, Stamp]:
        before_s = self.now_s()
        asked = act()
        after_s = self.now_s()
        return asked, Stamp((before_s + after_s) / 2, (after_s - before_s) / 2 + self._unsure_s)


class _SteppedTime:
    """The clock of a virtual bench that stands but while somebody waits for it: nothing is unsure.

    Args:
        instrument: that tells it.
    """

    told = "the virtual bench's, which stands but while somebody waits"

    def __init__(self, instrument: Instrument) -> None:
        self._instrument = instrument

    def now_s(self) -> float:
        return self._instrument.asked("XKY:TIME?")

    def wait(self, duration_s: float) -> None:
        self._instrument.asked(f"XKY:WAIT? {max(duration_s, 0.0):.9f}")

    def stamped(self, act: Callable[[], _Asked]) -> tuple[_Asked, Stamp]:
        at_s = self.now_s()
        return act(), Stamp(at_s, 0.0)


def time_of(instruments: Iterable[Instrument]) -> BenchTime:
    """The clock of a bench: that of its virtual instruments where all are, else this machine's.

    Raises:
        LostInstrument: a virtual one does not tell it.
    """
    all_of_them = list(instruments)
    if not all_of_them or not all(one.is_virtual for one in all_of_them):
        return DeskTime()
    first = all_of_them[0]
    speed = first.asked("XKY:SPEed?")
    if speed == 0:
        return _SteppedTime(first)
    offset_s, unsure_s = _offset(lambda: first.asked("XKY:TIME?"), lambda: time.monotonic() * speed)
    return DeskTime(speed=speed, offset_s=offset_s, unsure_s=unsure_s)


def clock_offset(ask_s: Callable[[], float], bench_time: BenchTime) -> Stamp:
    """How far another clock is before the bench's, in ``at_s``, and how unsure that is.

    Args:
        ask_s: asks the other clock.
        bench_time: of the bench.
    """
    best: Stamp | None = None
    for _ in range(_TRIES):
        told_s, stamp = bench_time.stamped(ask_s)
        if best is None or stamp.unsure_s < best.unsure_s:
            best = Stamp(told_s - stamp.at_s, stamp.unsure_s)
    assert best is not None
    return best


def _offset(ask_s: Callable[[], float], now_s: Callable[[], float]) -> tuple[float, float]:
    tries = []
    for _ in range(_TRIES):
        before_s = now_s()
        told_s = ask_s()
        after_s = now_s()
        tries.append(((after_s - before_s) / 2, told_s - (before_s + after_s) / 2))
    unsure_s, offset_s = min(tries)
    return offset_s, unsure_s
