# SPDX-License-Identifier: Apache-2.0
"""What terminals I1-A give while a run goes on: another supply, a failure for a while, nothing in an outage."""

from collections.abc import Callable

import simpy

from ..supply import SUPPLIES, Supply, Terminals
from .event import TerminalA

__all__ = ["TerminalFeed"]


class TerminalFeed:
    """Feeds terminals as their meter does; ``supplies_of`` tells the same of a whole scenario ahead of time.

    Here an outage takes all away and gives back what would have been there, whatever was told meanwhile.

    Args:
        env: the bench's clock.
        supply: at the beginning; what every meter gives at least, unless told.

    Attributes:
        terminals: what lives on them is told of each change.
    """

    def __init__(self, env: simpy.Environment, supply: Supply = SUPPLIES["min_spec"]) -> None:
        self._env = env
        self._lasting = supply  # what it comes back to
        self._brief: Supply | None = None
        self._told = 0
        self._is_powered = True
        self.terminals = Terminals(supply)
        self.back_at_s: float | None = None
        """When a failure for a while ends, seconds on the bench's clock; None: there is none."""

    def take(self, told: TerminalA) -> None:
        """Another supply from now on, or for a while; what ends later of what was told before ends unseen."""
        self._told += 1
        other = told.of(self._lasting)
        if told.for_s is None:
            self._lasting, self._brief, self.back_at_s = other, None, None
        else:
            self._brief, self.back_at_s = other, float(self._env.now) + told.for_s
            self._after(told.for_s, self._come_back)
        self._give()

    def have_network(self, is_there: bool) -> None:
        """The meter loses its own supply, or has it back."""
        self._is_powered = is_there
        self._give()

    def _after(self, wait_s: float, act: Callable[[int], None]) -> None:
        number, event = self._told, self._env.timeout(wait_s)
        assert event.callbacks is not None
        event.callbacks.append(lambda _: act(number))

    def _come_back(self, number: int) -> None:
        if number == self._told:  # else something else was told meanwhile
            self._brief = self.back_at_s = None
            self._give()

    def _give(self) -> None:
        given = self._brief or self._lasting
        given = given if self._is_powered else given.cut
        if given != self.terminals.supply:
            self.terminals.supply = given
