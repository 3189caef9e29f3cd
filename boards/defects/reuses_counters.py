# SPDX-License-Identifier: Apache-2.0
"""Keeps its session over a restart, and forgets how far its counter was."""

from typing import Any

from ..firmware.lorawan_flash import lorawan_in
from .defect import Defect

__all__ = ["DEFECT"]


def _forgets(flash: dict[str, Any]) -> None:
    kept = lorawan_in(flash)
    if kept is not None and kept.link is not None:
        kept.link.next_up = 0


DEFECT = Defect(
    title="counts its uplinks from nought again behind a restart, in the same session",
    source="mcci-catena/arduino-lmic: a session kept over a reset without its frame counter",
    must_fail=frozenset({"XKY-LRW-2"}),
    flash=_forgets,
    board="loky",
    spreads=True,  # its network refuses what it says
)
