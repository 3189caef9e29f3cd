# SPDX-License-Identifier: Apache-2.0
"""Says its last reading of before again and again, once it has come back to its broker."""

from collections.abc import Iterable
from dataclasses import replace

from xky.protocol.uplinks.messages import MqttMessage, MqttSession

from ..ports import NetworkPort
from .defect import Defect
from .meddling import MeddledNetwork

__all__ = ["DEFECT"]


class _Stale(MeddledNetwork):
    def __init__(self, network: NetworkPort) -> None:
        super().__init__(network)
        self._last: MqttMessage | None = None

    def said(self, message: MqttMessage, session: MqttSession) -> Iterable[MqttMessage]:
        if session.will is not None and message.topic == session.will.topic:
            return (message,)
        if self.connections < 2 or self._last is None:
            self._last = message
            return (message,)
        return (replace(message, payload=self._last.payload),)


DEFECT = Defect(
    title="publishes its last reading for ever behind a restart of its broker",
    source="xKy uplinks: a payload that is made once a connection",
    must_fail=frozenset({"TIC-FRS-1", "XKY-UPL-1"}),
    network=_Stale,
    board="eky",
    spreads=True,
)
