# SPDX-License-Identifier: Apache-2.0
"""What a gateway says by Semtech's UDP protocol, and what it is told; its datagrams come from anywhere."""

from collections.abc import Callable
from typing import Any, Protocol

from xky.protocol.uplinks.messages import RadioFrame
from xky.protocol.uplinks.semtech_udp import (
    Datagram,
    Downlink,
    Heard,
    Kind,
    acknowledged,
    heard_frames,
    is_acknowledged,
    pull_response,
    read_datagram,
    read_transmit_error,
)

from .end import Conversation

__all__ = ["GatewayConversation", "Network", "Reply"]

Reply = Callable[[RadioFrame, float], None]
"""Takes a downlink, and how many seconds behind the end of the uplink it begins."""

_GATEWAYS_MOST = 64


class Network(Protocol):
    """What stands behind gateways; ``LorawanEnd`` is one."""

    is_down: bool
    is_silent: bool
    gateways: dict[str, Callable[[bytes], None]]

    def heard(self, frame: RadioFrame, reply: Reply, *, gateway: str = "") -> None:
        """A frame has just ended."""
        ...

    def damage(self, kind: str, text: str, **facts: Any) -> None:
        """Something came that cannot be taken."""
        ...


class GatewayConversation(Conversation):
    """Datagrams of one gateway.

    Args:
        end: that they are for.
        write: sends a datagram back to where they came from.
    """

    def __init__(self, end: Network, write: Callable[[bytes], None]) -> None:
        self._end, self._write = end, write
        self._token = 0

    def receive(self, data: bytes) -> None:
        end = self._end
        if end.is_down:
            return
        datagram = read_datagram(data)
        if isinstance(datagram, str):
            self._damaged(datagram)
            return
        if is_acknowledged(datagram) and not end.is_silent:
            self._write(acknowledged(datagram))
        if datagram.kind is Kind.PUSH_DATA:
            self._hear(datagram)
        elif datagram.kind is Kind.PULL_DATA:
            if datagram.gateway in end.gateways or len(end.gateways) < _GATEWAYS_MOST:
                end.gateways[datagram.gateway] = self._write
        elif datagram.kind is Kind.TX_ACK:
            if error := read_transmit_error(datagram):
                self._not_sent(datagram.gateway, error)
        else:
            self._damaged(f"{datagram.kind.name}, which only networks send")

    def lost(self) -> None:
        """A gateway says no goodbye."""

    def _damaged(self, reason: str) -> None:
        self._end.damage("unreadable", reason, reason=reason)

    def _not_sent(self, gateway: str, reason: str) -> None:
        self._end.damage("not_sent", f"gateway {gateway}: {reason}", reason=reason, gateway=gateway)

    def _hear(self, datagram: Datagram) -> None:
        frames, wrong = heard_frames(datagram)
        for reason in wrong:
            self._damaged(reason)
        for heard in frames:
            if heard.crc_ok is False:
                self._damaged("rxpk: the gateway says that its CRC is wrong")
            else:
                self._end.heard(heard.frame, self._reply_to(datagram.gateway, heard), gateway=datagram.gateway)

    def _reply_to(self, gateway: str, heard: Heard) -> Callable[[RadioFrame, float], None]:
        def reply(frame: RadioFrame, delay_s: float) -> None:
            write = self._end.gateways.get(gateway)
            if write is None:
                self._not_sent(gateway, "it sent no PULL_DATA, so nobody knows where it is")
                return
            self._token = (self._token + 1) % (1 << 16)
            counter_us = heard.counter_us + round(1e6 * delay_s)
            write(pull_response(self._token.to_bytes(2, "big"), Downlink(frame, counter_us)))

        return reply
