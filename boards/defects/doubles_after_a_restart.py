# SPDX-License-Identifier: Apache-2.0
"""Says each message twice once it has come back to its broker."""

from collections.abc import Iterable

from xky.protocol.uplinks.messages import MqttMessage, MqttSession

from .defect import Defect
from .meddling import MeddledNetwork

__all__ = ["DEFECT"]


class _Doubles(MeddledNetwork):
    def said(self, message: MqttMessage, session: MqttSession) -> Iterable[MqttMessage]:
        return (message, message) if self.connections > 1 else (message,)


DEFECT = Defect(
    title="publishes each message twice behind a restart of its broker",
    source="xKy uplinks: a publisher that is set up again on each connection, and never taken down",
    must_fail=frozenset({"XKY-UPL-2"}),
    network=_Doubles,
    board="eky",
)
