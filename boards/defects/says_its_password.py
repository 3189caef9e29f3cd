# SPDX-License-Identifier: Apache-2.0
"""Publishes its settings, its password among them."""

from collections.abc import Iterable
from dataclasses import replace

import simpy

from xky.protocol.uplinks.messages import MqttMessage, MqttSession

from .defect import Defect
from .meddling import MeddledNetwork

__all__ = ["DEFECT"]

_PASSWORD = "correct horse battery"


class _Tells(MeddledNetwork):
    def connect_mqtt(self, session: MqttSession) -> simpy.Event:
        return super().connect_mqtt(replace(session, username="gateway", password=_PASSWORD))

    def said(self, message: MqttMessage, session: MqttSession) -> Iterable[MqttMessage]:
        settings = f'{{"user":"gateway","password":"{_PASSWORD}"}}'.encode()
        return message, MqttMessage("xky/settings", settings)


DEFECT = Defect(
    title="publishes its settings, password and all",
    source="xKy uplinks: a debug topic that stayed in",
    must_fail=frozenset({"XKY-UPL-4"}),
    network=_Tells,
    board="eky",
)
