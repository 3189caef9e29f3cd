# SPDX-License-Identifier: Apache-2.0
"""Writes each point twice once its database was away."""

import simpy

from xky.protocol.uplinks.messages import HttpRequest

from ..ports import NetworkPort
from .defect import Defect
from .meddling import MeddledNetwork

__all__ = ["DEFECT"]


class _Repeats(MeddledNetwork):
    def __init__(self, network: NetworkPort) -> None:
        super().__init__(network)
        self._was_away = False

    def request(self, request: HttpRequest) -> simpy.Event:
        if self._was_away:
            super().request(request)
        asked = super().request(request)
        assert asked.callbacks is not None
        asked.callbacks.append(self._look)
        return asked

    def _look(self, asked: simpy.Event) -> None:
        self._was_away = self._was_away or asked.value is None


DEFECT = Defect(
    title="writes each point twice once its database was away",
    source="xKy uplinks: a retry that is never taken back",
    must_fail=frozenset({"XKY-UPL-2"}),
    network=_Repeats,
    board="winky-lab",
)
