# SPDX-License-Identifier: Apache-2.0
"""Asks a broker that refused it again at once, and again."""

import simpy

from xky.protocol.uplinks.messages import MqttSession

from .defect import Defect
from .meddling import MeddledNetwork

__all__ = ["DEFECT"]

_TIMES = 50


class _Hammers(MeddledNetwork):
    def connect_mqtt(self, session: MqttSession) -> simpy.Event:
        asked = self.network.connect_mqtt(session)
        if asked.triggered and isinstance(asked.value, int) and asked.value > 0:
            for _ in range(_TIMES):
                self.network.connect_mqtt(session)
        return super().connect_mqtt(session)


DEFECT = Defect(
    title="asks a broker that refuses it fifty times in a row",
    source="xKy uplinks: a reconnection without a pause",
    must_fail=frozenset({"XKY-UPL-6"}),
    network=_Hammers,
    board="eky",
)
