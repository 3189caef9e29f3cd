# SPDX-License-Identifier: Apache-2.0
"""What may befall the server that a gateway speaks to, by the names that a story has for it: those of the suite's
steps."""

from typing import Literal

from ..campaign.stimulus import ServerFault
from ..conformance.stimuli import servers

__all__ = ["OUTAGES", "OutageName"]

_STEPS = (
    servers.BROKER_AWAY, servers.BROKER_REFUSES, servers.BROKER_SILENT, servers.DATABASE_AWAY, servers.DATABASE_REFUSES,
    servers.DATABASE_FAILS, servers.DATABASE_SILENT, servers.ACCESS_POINT_AWAY, servers.NETWORK_AWAY,
)  # fmt: skip

OUTAGES: dict[str, ServerFault] = {step.name: step.server for step in _STEPS if step.server is not None}
"""Name to what it does."""

OutageName = Literal[*OUTAGES]  # type: ignore[valid-type]  # the names stand in one place
