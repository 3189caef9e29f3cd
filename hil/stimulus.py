# SPDX-License-Identifier: Apache-2.0
"""What a test purpose wants on the line: which meter, in which state, with which faults, for how long."""

from collections.abc import Callable
from dataclasses import dataclass, field

from xky.emulator import Linky
from xky.emulator.faults import Fault
from xky.protocol import Mode

__all__ = ["BOTH_MODES", "Stimulus"]

BOTH_MODES = frozenset(Mode)


def _no_faults(mode: Mode) -> tuple[Fault, ...]:
    return ()


def _as_it_is(meter: Linky) -> None:
    return None


@dataclass(frozen=True)
class Stimulus:
    """One step of a plan; purposes with the same stimulus share it.

    Attributes:
        name: of the step.
        meter: makes the meter, from mode and seed; steps with the same maker share one meter.
        modes: where it makes sense.
        faults: of each frame of the step.
        before: puts the meter into its state.
        after: puts it back.
        disturbs: whether clean frames follow, in which the device must recover.
        outlasts_freshness: held so long that a value kept from before the step, or after it, is too old.
    """

    name: str
    meter: Callable[[Mode, int], Linky] = field(compare=False)
    modes: frozenset[Mode] = BOTH_MODES
    faults: Callable[[Mode], tuple[Fault, ...]] = field(default=_no_faults, compare=False)
    before: Callable[[Linky], None] = field(default=_as_it_is, compare=False)
    after: Callable[[Linky], None] = field(default=_as_it_is, compare=False)
    disturbs: bool = False
    outlasts_freshness: bool = False

    @property
    def tail(self) -> str:
        """Name of the clean part behind the step."""
        return f"{self.name}, after"
