# SPDX-License-Identifier: Apache-2.0
"""Servers that are away, refuse, fail or never answer, while the meter says its frames.

At the end of the plan: a device that does not come back says nothing any more.
"""

from dataclasses import replace

from ...campaign.stimulus import ServerFault, Stimulus
from ...stories.outages import OUTAGES, nothing
from .meters import HOUSE

__all__ = [
    "ACCESS_POINT_AWAY",
    "AS_IT_IS",
    "BROKER_AWAY",
    "BROKER_REFUSES",
    "BROKER_SILENT",
    "DATABASE_AS_IT_IS",
    "DATABASE_AWAY",
    "DATABASE_FAILS",
    "DATABASE_REFUSES",
    "DATABASE_SILENT",
    "NETWORK_AWAY",
    "NETWORK_REFUSES",
    "NETWORK_SILENT",
]


def _step(name: str, fault: ServerFault | None = None) -> Stimulus:
    """Held so long that everything said before it is too old; each frame can be told by its index."""
    server = OUTAGES[name] if fault is None else fault
    return replace(HOUSE, name=name, server=server, counts_on=True, outlasts_freshness=True, last=True)


AS_IT_IS = replace(  # before any of the others: a device that says everything twice from then on does not yet
    _step("broker as it is", ServerFault("mqtt", nothing, nothing)), last=False
)
BROKER_AWAY = _step("broker away")
BROKER_REFUSES = _step("broker refuses")
BROKER_SILENT = _step("broker silent")
DATABASE_AS_IT_IS = replace(_step("database as it is", ServerFault("influx", nothing, nothing)), last=False)
DATABASE_AWAY = _step("database away")
DATABASE_REFUSES = _step("database answers 401")
DATABASE_FAILS = _step("database answers 500")
DATABASE_SILENT = _step("database silent")
ACCESS_POINT_AWAY = _step("access point away")
NETWORK_AWAY = _step("LoRaWAN network away")
NETWORK_SILENT = replace(
    HOUSE,
    name="LoRaWAN network acknowledges nothing",
    server=OUTAGES["LoRaWAN network acknowledges nothing"],
    outlasts_confirmed=True,
    last=True,
)
NETWORK_REFUSES = replace(_step("LoRaWAN network refuses"), restarts=True, joins=True)
