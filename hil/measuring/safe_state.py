# SPDX-License-Identifier: Apache-2.0
"""The safe state of a bench: outputs off in the order that was written, whatever ends a run.

A verdict, an exception, Ctrl-C, SIGTERM and a lost connection all come through here. What kills this program at once
(SIGKILL, a crash of the machine, a pulled plug) does not: that no software can promise, and a supply's own limits,
its own time-out or a relay that falls open must. An order to end that comes while outputs are switched off waits.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from xky.protocol import BenchError

from ..bench_file import SAFE_ORDER, orders_deferred
from ..instruments import Instrument

__all__ = ["SafeState", "safe_at_the_end"]


@dataclass(slots=True)
class SafeState:
    """What became of the outputs.

    Attributes:
        safe: roles that said that they are off.
        unknown: roles that did not, each with why.
        reached: whether it was tried at all.
    """

    safe: list[str] = field(default_factory=list)
    unknown: dict[str, str] = field(default_factory=dict)
    reached: bool = False

    @property
    def told(self) -> str:
        """For people."""
        if not self.reached:
            return "nothing was switched"
        if not self.safe and not self.unknown:
            return "bench safe: nothing on it has an output"
        if not self.unknown:
            return "bench safe: " + ", ".join(f"{role} off" for role in self.safe)
        return "bench unknown: " + "; ".join(f"{role}: {why}" for role, why in self.unknown.items())


@contextmanager
def safe_at_the_end(instruments: Mapping[str, Instrument], order: Sequence[str]) -> Iterator[SafeState]:
    """A block at whose end, whatever it is, outputs are off.

    Args:
        instruments: by role.
        order: of roles; others that have an output follow, those that only listen are left alone.
    """
    state = SafeState()
    try:
        yield state
    finally:
        with orders_deferred():
            _make_safe(instruments, order, state)


def _make_safe(instruments: Mapping[str, Instrument], order: Sequence[str], state: SafeState) -> None:
    state.reached = True
    roles = [*order, *(role for role in SAFE_ORDER if role not in order)]
    for role in dict.fromkeys(roles):
        instrument = instruments.get(role)
        if instrument is None:
            continue
        try:
            instrument.make_safe()
        except BenchError as error:  # the others must be tried all the same
            state.unknown[role] = str(error)
        else:
            state.safe.append(role)
