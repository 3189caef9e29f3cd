# SPDX-License-Identifier: Apache-2.0
"""The power of a device that has a supply of its own, or of which nothing is described: always there."""

from collections.abc import Callable
from math import inf

import simpy

from ..description.states import OFF

__all__ = ["Mains"]


class Mains:
    """A supply that never fails.

    Attributes:
        load: that is drawn.
    """

    is_on = True
    terminal_v = 5.0

    def __init__(self, env: simpy.Environment) -> None:
        self._env = env
        self.load = OFF

    def when_on(self) -> simpy.Event:
        return self._env.timeout(0)

    def carries(self, process: simpy.Process) -> None:
        """It is never interrupted."""

    def draw(self, load: str, for_s: float = inf) -> None:
        """There is enough."""
        self.load = load

    def alarm(self, terminal_v: float | None, callback: Callable[[], None]) -> None:
        """It never comes."""
