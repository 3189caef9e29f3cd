# SPDX-License-Identifier: Apache-2.0
"""Semtech's UDP protocol between a gateway and its network, version 2, read and built.

    PUSH_DATA 2 token 00 EUI JSON -> PUSH_ACK 2 token 01     frames that were heard, and the gateway's state
    PULL_DATA 2 token 02 EUI      -> PULL_ACK 2 token 04     the gateway can be reached here
    PULL_RESP 2 token 03 JSON     -> TX_ACK   2 token 05 EUI [JSON]    a frame to send

Each PUSH_DATA is acknowledged, whatever it says (observed). Reading never raises.
"""

import base64
import binascii
import json
import math
import re
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from .lorawan_eu868 import data_rate_name
from .messages import RadioFrame

__all__ = [
    "COUNTER_US", "Datagram", "Downlink", "Heard", "Kind", "acknowledged", "heard_frames", "is_acknowledged",
    "pull_data", "pull_response", "push_data", "read_datagram", "read_downlink", "read_transmit_error",
    "transmit_acknowledged",
]  # fmt: skip

COUNTER_US = 1 << 32  # a gateway's clock of microseconds begins anew
_VERSION = 2
_EUI_BYTES = 8
_MOST_FRAMES = 64  # in one datagram; no gateway hears more at once
_DATA_RATE = re.compile(r"SF(7|8|9|10|11|12)BW(125|250|500)")
_CODING_RATES = {"4/5": 1, "4/6": 2, "4/7": 3, "4/8": 4}
_MOST_FRAME_BYTES = 255


class Kind(IntEnum):
    """What a datagram is."""

    PUSH_DATA = 0
    PUSH_ACK = 1
    PULL_DATA = 2
    PULL_RESP = 3
    PULL_ACK = 4
    TX_ACK = 5


_FROM_GATEWAY = (Kind.PUSH_DATA, Kind.PULL_DATA, Kind.TX_ACK)
_ANSWERS = {Kind.PUSH_DATA: Kind.PUSH_ACK, Kind.PULL_DATA: Kind.PULL_ACK}


@dataclass(frozen=True, slots=True)
class Datagram:
    """One datagram.

    Attributes:
        kind: of it.
        token: two bytes, by which it is answered.
        gateway: its EUI, 16 hexadecimal digits; empty from a network.
        content: what its JSON says; empty where it has none.
    """

    kind: Kind
    token: bytes
    gateway: str = ""
    content: Any = None


@dataclass(frozen=True, slots=True)
class Heard:
    """A frame that a gateway heard.

    Attributes:
        frame: as it was on the air.
        counter_us: the gateway's clock at its end, microseconds.
        crc_ok: None where it had no CRC.
        rssi_dbm: how strong; None where nobody said.
        snr_db: how far above the noise; None likewise.
    """

    frame: RadioFrame
    counter_us: int
    crc_ok: bool | None = True
    rssi_dbm: float | None = None
    snr_db: float | None = None


@dataclass(frozen=True, slots=True)
class Downlink:
    """A frame for a gateway to send.

    Attributes:
        frame: as it is to be on the air.
        counter_us: the gateway's clock at its beginning; None: at once.
    """

    frame: RadioFrame
    counter_us: int | None


def read_datagram(data: bytes) -> Datagram | str:
    """A datagram, or what is wrong with it; never raises."""
    if len(data) < 4:
        return f"{len(data)} bytes; a datagram has 4 at the least"
    if data[0] != _VERSION or data[3] not in tuple(Kind):
        return f"protocol version {data[0]}, kind {data[3]}; expected version {_VERSION}, kind 0 to 5"
    kind, rest, gateway = Kind(data[3]), data[4:], ""
    if kind in _FROM_GATEWAY:
        if len(rest) < _EUI_BYTES:
            return f"{kind.name} without the 8 bytes of a gateway's EUI"
        rest, gateway = rest[_EUI_BYTES:], rest[:_EUI_BYTES].hex()
    needs_json = kind in (Kind.PUSH_DATA, Kind.PULL_RESP)
    if not needs_json and (kind is not Kind.TX_ACK or not rest.strip(b"\0 \r\n")):
        return Datagram(kind, data[1:3], gateway)
    try:
        content = json.loads(rest.rstrip(b"\0"))
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        return f"{kind.name}: what follows is no JSON object"
    return Datagram(kind, data[1:3], gateway, content)


def acknowledged(datagram: Datagram) -> bytes:
    """The four bytes that answer PUSH_DATA or PULL_DATA."""
    return bytes((_VERSION,)) + datagram.token + bytes((_ANSWERS[datagram.kind],))


def is_acknowledged(datagram: Datagram) -> bool:
    """Whether it is answered at once."""
    return datagram.kind in _ANSWERS


def push_data(token: bytes, gateway: str, heard: Heard) -> bytes:
    """PUSH_DATA with one frame, as a gateway sends it."""
    frame = heard.frame
    said: dict[str, Any] = {
        "tmst": heard.counter_us % COUNTER_US,
        "chan": 0,
        "rfch": 0,
        "stat": {True: 1, False: -1, None: 0}[heard.crc_ok],
        "rssi": -60 if heard.rssi_dbm is None else heard.rssi_dbm,
        "lsnr": 9.0 if heard.snr_db is None else heard.snr_db,
    }
    return _head(token, Kind.PUSH_DATA, gateway) + _json({"rxpk": [said | _radio(frame)]})


def pull_data(token: bytes, gateway: str) -> bytes:
    """PULL_DATA."""
    return _head(token, Kind.PULL_DATA, gateway)


def pull_response(token: bytes, downlink: Downlink) -> bytes:
    """PULL_RESP: a frame to send."""
    when: dict[str, Any] = {"imme": True}
    if downlink.counter_us is not None:
        when = {"imme": False, "tmst": downlink.counter_us % COUNTER_US}
    frame = downlink.frame
    said = when | {"rfch": 0, "powe": round(frame.power_dbm), "ipol": True, "ncrc": True} | _radio(frame)
    return _head(token, Kind.PULL_RESP) + _json({"txpk": said})


def transmit_acknowledged(token: bytes, gateway: str, error: str = "NONE") -> bytes:
    """TX_ACK: the frame will be sent, or why not (``TOO_LATE``, ``TOO_EARLY``, ``COLLISION_PACKET``, …)."""
    return _head(token, Kind.TX_ACK, gateway) + _json({"txpk_ack": {"error": error}})


def heard_frames(datagram: Datagram) -> tuple[list[Heard], list[str]]:
    """The frames of a PUSH_DATA, and of those that cannot be read what is wrong with them."""
    listed = datagram.content.get("rxpk", [])
    if not isinstance(listed, list):
        return [], ["rxpk is no list"]
    read = [_heard(one) for one in listed[:_MOST_FRAMES]]
    wrong = [one for one in read if isinstance(one, str)]
    if len(listed) > _MOST_FRAMES:
        wrong.append(f"rxpk holds {len(listed)} frames; {_MOST_FRAMES} are looked at")
    return [one for one in read if isinstance(one, Heard)], wrong


def read_downlink(datagram: Datagram) -> Downlink | str:
    """What a PULL_RESP asks a gateway to send, or what is wrong with it."""
    said = datagram.content.get("txpk")
    frame = _frame(said)
    if isinstance(frame, str):
        return f"txpk: {frame}"
    counter = said.get("tmst")
    if said.get("imme") is True:
        return Downlink(frame, None)
    return Downlink(frame, counter) if _is_counter(counter) else "txpk: neither tmst nor imme"


def read_transmit_error(datagram: Datagram) -> str:
    """What a TX_ACK complains of; empty where the frame will be sent."""
    said = (datagram.content or {}).get("txpk_ack")
    error = said.get("error", "NONE") if isinstance(said, dict) else "NONE"
    return "" if error == "NONE" else str(error)[:40]


def _head(token: bytes, kind: Kind, gateway: str = "") -> bytes:
    return bytes((_VERSION,)) + token + bytes((kind,)) + bytes.fromhex(gateway)


def _json(said: dict[str, Any]) -> bytes:
    return json.dumps(said, separators=(",", ":")).encode()


def _radio(frame: RadioFrame) -> dict[str, Any]:
    coding = next(text for text, rate in _CODING_RATES.items() if rate == frame.coding_rate)
    return {
        "freq": round(frame.frequency_hz / 1e6, 6),
        "modu": "LORA",
        "datr": data_rate_name(frame.spreading_factor, frame.bandwidth_hz),
        "codr": coding,
        "size": len(frame.data),
        "data": base64.b64encode(frame.data).decode(),
    }


def _is_counter(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < COUNTER_US


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _frame(said: Any) -> RadioFrame | str:
    """The frame of a rxpk or txpk, or what is wrong with it."""
    if not isinstance(said, dict):
        return "no object"
    rate = _DATA_RATE.fullmatch(said["datr"]) if isinstance(said.get("datr"), str) else None
    if said.get("modu") != "LORA" or rate is None:
        return "modu and datr of no LoRa frame; expected LORA, SF7BW125 to SF12BW500"
    coding_text = said.get("codr", "4/5")
    coding = _CODING_RATES.get(coding_text) if isinstance(coding_text, str) else None
    if coding is None:
        return "codr of no LoRa frame; expected 4/5 to 4/8"
    megahertz = _number(said.get("freq"))
    if megahertz is None or not 100 <= megahertz <= 3000:
        return "freq is no frequency in MHz"
    text = said.get("data")
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), validate=True) if isinstance(text, str) else None
    except (ValueError, binascii.Error):
        data = None
    if data is None or len(data) > _MOST_FRAME_BYTES:
        return "data is no base64 of 255 bytes or fewer"
    power_dbm = _number(said.get("powe"))
    return RadioFrame(
        data, round(megahertz * 1e6), int(rate[1]), int(rate[2]) * 1e3, coding, 14.0 if power_dbm is None else power_dbm
    )


def _heard(said: Any) -> Heard | str:
    frame = _frame(said)
    if isinstance(frame, str):
        return f"rxpk: {frame}"
    if not _is_counter(said.get("tmst")):
        return "rxpk: tmst is no counter of microseconds"
    status = said.get("stat", 1)
    if isinstance(status, bool) or status not in (-1, 0, 1):
        return "rxpk: stat is none of -1, 0, 1"
    crc_ok = {1: True, 0: None, -1: False}[status]
    return Heard(frame, said["tmst"], crc_ok, _number(said.get("rssi")), _number(said.get("lsnr")))
