# SPDX-License-Identifier: Apache-2.0
"""LoRaWAN 1.0.x frames (PHYPayload), read and built by one declaration of each.

    frame        MHDR MACPayload MIC                          §4
    data         DevAddr FCtrl FCnt FOpts [FPort FRMPayload]  §4.3
    join request JoinEUI DevEUI DevNonce                      §6.2.4
    join accept  JoinNonce NetID DevAddr DLSettings RxDelay [CFList], sealed as a whole  §6.2.5

Reading takes two steps, as anybody between has no keys: ``read_frame`` tells what a frame says of itself and never
raises, whatever the bytes; ``DataFrame.opened`` and ``JoinAccept.opened`` check its MIC and decrypt it. Clauses are
those of LoRaWAN 1.0.2.
"""

from dataclasses import dataclass, replace
from enum import IntEnum
from hmac import compare_digest
from typing import Any

from construct import (
    BitsInteger,
    BitStruct,
    Bytes,
    ConstructError,
    Flag,
    GreedyBytes,
    Int8ub,
    Int16ul,
    Int24ul,
    Int32ul,
    Int64ul,
    Optional,
    Struct,
    Terminated,
    this,
)

from .lorawan_security import MIC_BYTES, RootKeys, SessionKeys, data_mic, encrypted, join_mic, opened, sealed

__all__ = [
    "DataFrame", "Frame", "JoinAccept", "JoinRequest", "Malformed", "MessageType", "SealedAccept", "read_frame",
]  # fmt: skip

COUNTER_HALF = 1 << 16  # a frame holds the lower half of its counter


class MessageType(IntEnum):
    """MType (§4.2.1)."""

    JOIN_REQUEST = 0
    JOIN_ACCEPT = 1
    UNCONFIRMED_UP = 2
    UNCONFIRMED_DOWN = 3
    CONFIRMED_UP = 4
    CONFIRMED_DOWN = 5
    RESERVED = 6
    PROPRIETARY = 7


_UP = (MessageType.UNCONFIRMED_UP, MessageType.CONFIRMED_UP)
_DATA_TYPES = {  # confirmed, up: of each the type
    (False, True): MessageType.UNCONFIRMED_UP, (False, False): MessageType.UNCONFIRMED_DOWN,
    (True, True): MessageType.CONFIRMED_UP, (True, False): MessageType.CONFIRMED_DOWN,
}  # fmt: skip

_HEADER = BitStruct("type" / BitsInteger(3), "reserved" / BitsInteger(3), "major" / BitsInteger(2))
_CONTROL = BitStruct(
    "adr" / Flag,
    "adr_ack_request" / Flag,  # reserved on the way down
    "ack" / Flag,
    "pending" / Flag,  # FPending on the way down; class B on the way up
    "options_length" / BitsInteger(4),
)
_DATA = Struct(
    "address" / Int32ul,
    "control" / _CONTROL,
    "counter" / Int16ul,
    "options" / Bytes(this.control.options_length),
    "port" / Optional(Int8ub),
    "payload" / GreedyBytes,
)
_JOIN_REQUEST = Struct("join_eui" / Int64ul, "dev_eui" / Int64ul, "dev_nonce" / Int16ul, Terminated)
_JOIN_ACCEPT = Struct(
    "join_nonce" / Int24ul,
    "net_id" / Int24ul,
    "dev_addr" / Int32ul,
    "downlink_settings" / Int8ub,
    "rx_delay" / Int8ub,
    "channels" / Optional(Bytes(16)),
    Terminated,
)
_ACCEPT_SIZES = (16, 32)  # fields and MIC, without and with a list of channels


def _mhdr(type_: MessageType) -> bytes:
    made: bytes = _HEADER.build({"type": type_, "reserved": 0, "major": 0})
    return made


@dataclass(frozen=True, slots=True)
class Malformed:
    """Bytes that are no LoRaWAN 1.0 frame."""

    reason: str


@dataclass(frozen=True, slots=True)
class JoinRequest:
    """A device asks to be let in.

    Attributes:
        join_eui: 16 hexadecimal digits, most significant first.
        dev_eui: likewise.
        dev_nonce: 0 to 65 535; never the same twice.
        data: the frame that it was read from; empty for one that is to be built.
    """

    join_eui: str
    dev_eui: str
    dev_nonce: int
    data: bytes = b""

    def is_of(self, key: bytes) -> bool:
        """Whether its MIC was made with this AppKey."""
        return compare_digest(join_mic(key, self.data[:-MIC_BYTES]), self.data[-MIC_BYTES:])

    def encode(self, key: bytes) -> bytes:
        """The frame, its MIC made with an AppKey."""
        eui = {"join_eui": int(self.join_eui, 16), "dev_eui": int(self.dev_eui, 16)}
        frame: bytes = _mhdr(MessageType.JOIN_REQUEST) + _JOIN_REQUEST.build({**eui, "dev_nonce": self.dev_nonce})
        return frame + join_mic(key, frame)


@dataclass(frozen=True, slots=True)
class SealedAccept:
    """A join accept that nobody has opened yet."""

    data: bytes

    def opened(self, key: bytes) -> "JoinAccept | None":
        """What it says, opened by an AppKey; None where its MIC does not hold."""
        plain = opened(key, self.data[1:])
        fields, mic = plain[:-MIC_BYTES], plain[-MIC_BYTES:]
        if not compare_digest(join_mic(key, self.data[:1] + fields), mic):
            return None
        said = _JOIN_ACCEPT.parse(fields)
        return JoinAccept(
            said.join_nonce, said.net_id, said.dev_addr, said.downlink_settings, said.rx_delay, said.channels or b""
        )


@dataclass(frozen=True, slots=True)
class JoinAccept:
    """A network lets a device in.

    Attributes:
        join_nonce: 24 bits; AppNonce of LoRaWAN 1.0.
        net_id: 24 bits.
        dev_addr: the device's address from now on.
        downlink_settings: offset of RX1's data rate (bits 6 to 4), data rate of RX2 (bits 3 to 0).
        rx_delay: seconds to RX1; 0 is 1.
        channels: CFList, 16 bytes or none.
    """

    join_nonce: int
    net_id: int
    dev_addr: int
    downlink_settings: int = 0
    rx_delay: int = 0
    channels: bytes = b""

    def encode(self, key: bytes) -> bytes:
        """The frame, sealed with an AppKey."""
        header = _mhdr(MessageType.JOIN_ACCEPT)
        names = ("join_nonce", "net_id", "dev_addr", "downlink_settings", "rx_delay")
        said = {name: getattr(self, name) for name in names} | {"channels": self.channels or None}
        fields: bytes = _JOIN_ACCEPT.build(said)
        return header + sealed(key, fields + join_mic(key, header + fields))

    def session(self, keys: RootKeys, dev_nonce: int) -> SessionKeys:
        """The keys of the session that it begins."""
        return keys.session(self.join_nonce, self.net_id, dev_nonce)


@dataclass(frozen=True, slots=True)
class DataFrame:
    """A data frame; as it was read, its payload is encrypted and its counter has the lower half alone.

    Attributes:
        dev_addr: of the device.
        counter: FCntUp or FCntDown, 32 bits once it is known.
        up: the device sends it.
        confirmed: it is to be acknowledged.
        adr: the network may set the data rate.
        adr_ack_request: the device asks for a sign of life.
        ack: a confirmed frame has been received.
        pending: the network has more to say.
        options: FOpts, MAC commands.
        port: FPort; None where there is no payload.
        payload: FRMPayload.
        data: the frame that it was read from; empty for one that is to be built.
    """

    dev_addr: int
    counter: int
    up: bool = True
    confirmed: bool = False
    adr: bool = False
    adr_ack_request: bool = False
    ack: bool = False
    pending: bool = False
    options: bytes = b""
    port: int | None = None
    payload: bytes = b""
    data: bytes = b""

    def opened(self, keys: SessionKeys, counter: int) -> "DataFrame | None":
        """The frame with its payload in clear.

        Args:
            keys: of the session.
            counter: all 32 bits, as it is taken to be; its lower half is that of the frame.

        Returns: None where the MIC does not hold with them.
        """
        if counter % COUNTER_HALF != self.counter % COUNTER_HALF:
            return None
        about: dict[str, Any] = {"up": self.up, "dev_addr": self.dev_addr, "counter": counter}
        mic = data_mic(keys.network, self.data[:-MIC_BYTES], **about)
        if not compare_digest(mic, self.data[-MIC_BYTES:]):
            return None
        payload = b"" if self.port is None else encrypted(keys.of_port(self.port), self.payload, **about)
        return replace(self, counter=counter, payload=payload)

    def encode(self, keys: SessionKeys) -> bytes:
        """The frame, its payload encrypted and its MIC made with the keys of a session."""
        about: dict[str, Any] = {"up": self.up, "dev_addr": self.dev_addr, "counter": self.counter}
        said: dict[str, Any] = {
            "address": self.dev_addr,
            "control": {
                "adr": self.adr,
                "adr_ack_request": self.adr_ack_request,
                "ack": self.ack,
                "pending": self.pending,
                "options_length": len(self.options),
            },
            "counter": self.counter % COUNTER_HALF,
            "options": self.options,
            "port": self.port,
            "payload": b"" if self.port is None else encrypted(keys.of_port(self.port), self.payload, **about),
        }
        frame: bytes = _mhdr(_DATA_TYPES[self.confirmed, self.up]) + _DATA.build(said)
        return frame + data_mic(keys.network, frame, **about)


Frame = JoinRequest | SealedAccept | DataFrame


def read_frame(data: bytes) -> Frame | Malformed:
    """What a frame says of itself, before any key.

    Never raises: bytes that are no frame of LoRaWAN 1.0 are ``Malformed``.
    """
    if len(data) <= MIC_BYTES:
        return Malformed(f"{len(data)} bytes; a frame has 5 at the least")
    header = _HEADER.parse(data[:1])
    if header.major:
        return Malformed(f"major version {header.major}; LoRaWAN 1.0 has 0")
    type_ = MessageType(header.type)
    read = {MessageType.JOIN_REQUEST: _read_request, MessageType.JOIN_ACCEPT: _read_accept}.get(type_)
    try:
        if read is not None:
            return read(data)
        if type_ in (MessageType.RESERVED, MessageType.PROPRIETARY):
            return Malformed(f"message type {int(type_)}; it says nothing to a network")
        return _read_data(data, type_)
    except ConstructError:
        return Malformed(f"{type_.name.lower().replace('_', ' ')} of {len(data)} bytes; its fields do not fit in")


def _read_request(data: bytes) -> Frame | Malformed:
    said = _JOIN_REQUEST.parse(data[1:-MIC_BYTES])
    return JoinRequest(f"{said.join_eui:016x}", f"{said.dev_eui:016x}", said.dev_nonce, data)


def _read_accept(data: bytes) -> Frame | Malformed:
    if len(data) - 1 not in _ACCEPT_SIZES:
        return Malformed(f"join accept of {len(data)} bytes; it has 17 or 33")
    return SealedAccept(data)


def _read_data(data: bytes, type_: MessageType) -> Frame:
    said = _DATA.parse(data[1:-MIC_BYTES])
    control = said.control
    return DataFrame(
        said.address, said.counter, type_ in _UP, type_ in (MessageType.CONFIRMED_UP, MessageType.CONFIRMED_DOWN),
        control.adr, control.adr_ack_request, control.ack, control.pending,
        said.options, said.port, said.payload, data,
    )  # fmt: skip
