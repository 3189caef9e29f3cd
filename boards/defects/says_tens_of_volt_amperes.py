# SPDX-License-Identifier: Apache-2.0
"""Publishes apparent powers in another unit than it says."""

import re
from collections.abc import Iterable
from dataclasses import replace

from xky.protocol.uplinks.messages import MqttMessage, MqttSession

from .defect import Defect
from .meddling import MeddledNetwork

__all__ = ["DEFECT"]

_POWER = re.compile(rb'("(?:SINSTS|PAPP)":")(\d+)')


class _Scales(MeddledNetwork):
    def said(self, message: MqttMessage, session: MqttSession) -> Iterable[MqttMessage]:
        def tenfold(found: re.Match[bytes]) -> bytes:
            return found[1] + b"%05d" % (int(found[2]) * 10 % 100_000)

        return (replace(message, payload=_POWER.sub(tenfold, message.payload)),)


DEFECT = Defect(
    title="publishes powers ten times as large as they are",
    source="xKy uplinks: a scale of the display that came into the payload",
    must_fail=frozenset({"TIC-SND-1"}),
    network=_Scales,
    board="eky",
    spreads=True,
)
