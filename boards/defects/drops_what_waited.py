# SPDX-License-Identifier: Apache-2.0
"""Loses what it was to keep while its broker was away."""

from collections.abc import Iterable

from xky.protocol.uplinks.messages import MqttMessage, MqttSession

from ..ports import NetworkPort
from .defect import Defect
from .meddling import MeddledNetwork

__all__ = ["DEFECT"]

_WAITED = 6  # messages behind the first of a connection


class _Drops(MeddledNetwork):
    def __init__(self, network: NetworkPort) -> None:
        super().__init__(network)
        self._dropped: dict[int, int] = {}

    def said(self, message: MqttMessage, session: MqttSession) -> Iterable[MqttMessage]:
        is_state = session.will is not None and message.topic == session.will.topic
        dropped = self._dropped.get(self.connections, 0)
        if self.connections < 2 or is_state or dropped >= _WAITED:
            return (message,)
        self._dropped[self.connections] = dropped + 1
        return ()


DEFECT = Defect(
    title="throws away what waited while its broker was away",
    source="xKy uplinks: a queue that is emptied on each connection",
    must_fail=frozenset({"XKY-UPL-2"}),
    network=_Drops,
    board="eky",
)
