# SPDX-License-Identifier: Apache-2.0
"""Which phases draw more than their setting, now or a minute ago: what ADPS, ADIR and short frames tell."""

from dataclasses import dataclass

from ..legal_time import SECOND_US

__all__ = ["Overload"]

_LASTS_US = 60 * SECOND_US  # short frames go on for a minute after the last overload (02E §2.5.1)


@dataclass
class Overload:
    """What the meter remembers of it.

    Attributes:
        phases: those that draw more than the setting.
    """

    phases: frozenset[int] = frozenset()
    _ended_us: int | None = None

    def update(self, phases: frozenset[int], at_us: int) -> None:
        """From ``at_us`` on, these are over."""
        if self.phases and not phases:
            self._ended_us = at_us
        self.phases = phases

    def lasts(self, at_us: int) -> bool:
        """Whether a phase is over, or was within the last minute."""
        return bool(self.phases) or (self._ended_us is not None and at_us < self._ended_us + _LASTS_US)
