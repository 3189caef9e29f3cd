# SPDX-License-Identifier: Apache-2.0
"""Counts its DevNonces from nought at each start."""

from typing import Any

from ..firmware.lorawan_flash import lorawan_in
from .defect import Defect

__all__ = ["DEFECT"]


def _forgets(flash: dict[str, Any]) -> None:
    kept = lorawan_in(flash)
    if kept is not None:
        kept.next_nonce = 0


DEFECT = Defect(
    title="begins its DevNonces anew at each start",
    source="Lora-net/LoRaMac-node: the DevNonce counter of 1.0.4, where nothing keeps it in non-volatile memory",
    must_fail=frozenset({"XKY-LRW-1"}),
    flash=_forgets,
    board="loky",
)
