# SPDX-License-Identifier: Apache-2.0
"""Connects to its broker once."""

import simpy

from xky.protocol.uplinks.messages import MqttSession

from .defect import Defect
from .meddling import MeddledNetwork

__all__ = ["DEFECT"]


class _Once(MeddledNetwork):
    def connect_mqtt(self, session: MqttSession) -> simpy.Event:
        asked = super().connect_mqtt(session)
        return asked.env.event() if self.connections else asked


DEFECT = Defect(
    title="never comes back to a broker that was away",
    source="xKy uplinks: a client whose connection is made at the start alone",
    must_fail=frozenset({"XKY-UPL-1"}),
    network=_Once,
    board="eky",
    spreads=True,
)
