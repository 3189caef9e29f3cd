# SPDX-License-Identifier: Apache-2.0
"""Plays a scenario on a line: each event at its second, on whatever clock runs the bench."""

from collections.abc import Callable, Generator

import simpy

from ..line.transmitter import Transmitter
from ..meter import Linky
from .actions import Actions
from .checks import meter_after
from .scenario import Scenario

__all__ = ["Play"]


class Play:
    """A scenario under way.

    Args:
        env: the bench's clock.
        transmitter: its meter is one of ``scenario.first_meter``.
        scenario: checked when it was read.
        on_event: told each event as it happens.

    Attributes:
        actions: what its events do; others may use them too.
        ended: whether the end of the scenario is past.
    """

    def __init__(
        self,
        env: simpy.Environment,
        transmitter: Transmitter,
        scenario: Scenario,
        on_event: Callable[[int, str], None] = lambda at_us, text: None,
    ) -> None:
        self._env = env
        self._transmitter = transmitter
        self._scenario = scenario
        self.actions = Actions(env, transmitter, scenario.first_meter, on_event)
        self.ended = False

    @property
    def meter(self) -> Linky:
        """The one on the line."""
        return self._transmitter.meter

    def run(self) -> Generator[simpy.Event, None, None]:
        """The process: start it with ``env.process(play.run())``."""
        for event in self._scenario.event:
            yield from self._wait_until(event.at_us)
            after = meter_after(event, self.actions.file, self._scenario.folder)
            self.actions.happen(event, after, at_us=event.at_us, skip_to_us=event.skip_to_us)
        yield from self._wait_until(self._scenario.end_us)
        self.ended = True

    def _wait_until(self, at_us: int) -> Generator[simpy.Event, None, None]:
        while (wait_us := at_us - self.meter.true_us) > 0:  # others may let the meter's time jump on meanwhile
            yield self._env.timeout(wait_us / 1e6) | self.actions.jumped
