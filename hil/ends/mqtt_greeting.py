# SPDX-License-Identifier: Apache-2.0
"""Whether a server that is there is an MQTT broker: one CONNECT, asked before the bench's clock runs."""

import contextlib
import ssl

from xky.protocol.uplinks.mqtt import PacketReader, encode
from xky.protocol.uplinks.mqtt_packets import Connack, Connect, Disconnect

from .mqtt_address import BrokerAddress
from .mqtt_upstream import connected

__all__ = ["said_instead_of_mqtt"]

_CHUNK = 4096


def said_instead_of_mqtt(address: BrokerAddress, context: ssl.SSLContext | None = None) -> bytes | None:
    """What a server answers that is no broker's answer; None where it is one, and where nothing is said in two seconds:
    brokers, too, may close a connection without a word.

    Args:
        address: of the server.
        context: of TLS; the system's authorities unless given.

    Raises:
        OSError: it cannot be reached.
    """
    password = address.password
    asked = Connect("", username=address.username, password=password.encode() if password else None)
    reader, said = PacketReader(), b""
    with connected(address, context) as there, contextlib.suppress(OSError):
        there.sendall(encode(asked))
        while data := there.recv(_CHUNK):
            said += data
            for packet in reader.feed(data):
                if not isinstance(packet, Connack):
                    return said
                if not packet.code:
                    there.sendall(encode(Disconnect()))
                return None
    return said or None
