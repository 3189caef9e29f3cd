# SPDX-License-Identifier: Apache-2.0
"""What a LoRaWAN device keeps in flash: all that it must never use twice outlives its brown-outs."""

from dataclasses import dataclass
from typing import Any

from xky.protocol.uplinks.lorawan_security import SessionKeys

from .duty_cycle import AirLedger, FairUse

__all__ = ["LorawanFlash", "LorawanLink", "forget_session", "lorawan_in"]


@dataclass(slots=True)
class LorawanLink:
    """A session, as a join accept began it.

    Attributes:
        dev_addr: its address.
        keys: of it.
        next_up: FCntUp of the next uplink; raised before that is on the air.
        last_down: the highest FCntDown heard; -1 before the first.
        spreading_factor: that it sends with.
        transmissions: of each unconfirmed uplink.
        unheard: uplinks since the network was last heard.
    """

    dev_addr: int
    keys: SessionKeys
    spreading_factor: int
    next_up: int = 0
    last_down: int = -1
    transmissions: int = 1
    unheard: int = 0


@dataclass(slots=True)
class LorawanFlash:
    """All of it.

    Attributes:
        air: what it sent.
        fair_use: what its network grants; None where it does not ask.
        next_nonce: DevNonce of the next join; raised before that is on the air. They count up, as LoRaWAN 1.0.4 has it.
        join_tries: since it was last let in.
        link: the session; None: it is to join.
        sequence: of readings.
    """

    air: AirLedger
    fair_use: FairUse | None = None
    next_nonce: int = 0
    join_tries: int = 0
    link: LorawanLink | None = None
    sequence: int = 0


def lorawan_in(flash: dict[str, Any]) -> LorawanFlash | None:
    """What a device keeps for LoRaWAN in all of its flash; None before its first start."""
    found = flash.get("lorawan")
    return found if isinstance(found, LorawanFlash) else None


def forget_session(flash: dict[str, Any]) -> None:
    """Have a device join anew, as a button or a command does: the session goes, what must not be used twice stays."""
    kept = lorawan_in(flash)
    if kept is not None:
        kept.link, kept.join_tries = None, 0
