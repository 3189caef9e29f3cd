# SPDX-License-Identifier: Apache-2.0
"""Says that it is there on its first connection alone, so that its will stands for ever behind the next."""

from collections.abc import Iterable

from xky.protocol.uplinks.messages import MqttMessage, MqttSession

from .defect import Defect
from .meddling import MeddledNetwork

__all__ = ["DEFECT"]


class _Forgets(MeddledNetwork):
    def said(self, message: MqttMessage, session: MqttSession) -> Iterable[MqttMessage]:
        is_state = session.will is not None and message.topic == session.will.topic
        return () if is_state and self.connections > 1 else (message,)


DEFECT = Defect(
    title="leaves its will standing while it publishes, once it has come back",
    source="xKy uplinks: a state that is published at the start and not on each connection",
    must_fail=frozenset({"XKY-UPL-3"}),
    network=_Forgets,
    board="eky",
)
