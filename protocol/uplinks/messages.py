# SPDX-License-Identifier: Apache-2.0
"""What travels on an uplink, as values: an MQTT session and its messages, an HTTP request, a frame on the air."""

from dataclasses import dataclass

from xky.protocol.quick import quick

__all__ = ["HttpRequest", "HttpResponse", "MqttMessage", "MqttSession", "RadioFrame"]


@quick
@dataclass(frozen=True, slots=True)
class MqttMessage:
    """One publication.

    Attributes:
        topic: without wildcards.
        payload: of any bytes.
        qos: 0, 1 or 2.
        retain: the broker is to keep it for who comes later.
    """

    topic: str
    payload: bytes
    qos: int = 0
    retain: bool = False


@quick
@dataclass(frozen=True, slots=True)
class MqttSession:
    """What a client says of itself as it connects.

    Attributes:
        client_id: its name; empty lets the broker choose one.
        keepalive_s: the longest it will be silent, seconds; 0 for ever.
        clean: nothing is remembered of an earlier session.
        will: published by the broker when the client is lost.
        username: None for none.
        password: None for none.
        level: protocol level on the wire: 3 (MQTT 3.1), 4 (3.1.1) or 5.
    """

    client_id: str
    keepalive_s: int = 60
    clean: bool = True
    will: MqttMessage | None = None
    username: str | None = None
    password: str | None = None
    level: int = 4


@quick
@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request.

    Attributes:
        method: such as ``POST``.
        target: path and query.
        headers: names and values, as they are sent.
        body: its bytes.
    """

    method: str
    target: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


@quick
@dataclass(frozen=True, slots=True)
class HttpResponse:
    """What was answered."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class RadioFrame:
    """One LoRa frame on the air.

    Attributes:
        data: PHYPayload.
        frequency_hz: of the channel.
        spreading_factor: 7 to 12.
        bandwidth_hz: of the modulation.
        coding_rate: 1 for 4/5.
        power_dbm: EIRP.
    """

    data: bytes
    frequency_hz: float
    spreading_factor: int
    bandwidth_hz: float = 125e3
    coding_rate: int = 1
    power_dbm: float = 14.0
