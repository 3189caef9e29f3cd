# SPDX-License-Identifier: Apache-2.0
"""Writes to its database no more once that has refused it."""

import simpy

from xky.protocol.uplinks.messages import HttpRequest

from ..ports import NetworkPort
from .defect import Defect
from .meddling import MeddledNetwork

__all__ = ["DEFECT"]

_UNAUTHORISED = 401


class _GivesUp(MeddledNetwork):
    def __init__(self, network: NetworkPort) -> None:
        super().__init__(network)
        self._refused = False
        self._env: simpy.Environment | None = None

    def request(self, request: HttpRequest) -> simpy.Event:
        if self._env is not None and self._refused:
            return self._env.event()
        asked = super().request(request)
        self._env = asked.env
        assert asked.callbacks is not None
        asked.callbacks.append(self._look)
        return asked

    def _look(self, answer: simpy.Event) -> None:
        self._refused = self._refused or (answer.value is not None and answer.value.status == _UNAUTHORISED)


DEFECT = Defect(
    title="is silent for ever behind a 401 of its database",
    source="xKy uplinks: a token that is thrown away when it is refused",
    must_fail=frozenset({"XKY-UPL-1"}),
    network=_GivesUp,
    board="winky-lab",
    spreads=True,
)
