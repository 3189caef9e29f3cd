# SPDX-License-Identifier: Apache-2.0
"""A LoRaWAN network of the bench's own: lets devices in, checks each uplink, answers in RX1 or RX2, keeps what it saw.

Class A, EU868, LoRaWAN 1.0.x, over-the-air activation. Frames come from ``heard``: a virtual radio gives them, or a
gateway's datagrams (``converse``; ``semtech_udp`` carries them). What a judge needs:

``Payload``: ``source`` is FPort as text, ``data`` the bytes in clear, ``content`` what the codec makes of them, else
their hexadecimal text. Facts: ``dev_eui``, ``dev_addr``, ``fcnt``, ``confirmed``, ``adr``, ``frequency_hz``,
``spreading_factor``, ``bandwidth_hz``, ``data_rate``, ``started_s``, ``airtime_s``, ``gateway``.

``EndEvent`` by kind, each with its facts:

- ``transmission``: any frame on the air (see ``transmissions``): ``sender``, ``type``, ``confirmed``, ``started_s``,
  ``airtime_s``, ``frequency_hz``, ``spreading_factor``, ``bytes``, ``sub_band`` and ``duty_cycle`` (None where
  nobody may send);
- ``join_requested``, ``join_accepted``, ``join_refused``: ``dev_eui``, ``dev_nonce``; accepted with ``dev_addr``;
  refused with ``reason``: ``mood``, ``dev_nonce_used``, ``unknown_device``, ``wrong_mic``;
- ``repeated``: the same frame again, ``fcnt``, ``confirmed``, ``attempt`` (2 is the first repetition);
- ``replayed``: one that was heard before a later one: ``fcnt``, ``last_fcnt``;
- ``counter_reused``: a counter that is not above the last, in another frame: ``fcnt``, ``last_fcnt``;
- ``counter_gap``: counters that never came: ``fcnt``, ``last_fcnt``, ``missed``;
- ``wrong_mic``, ``unknown_address``: ``dev_addr``, ``fcnt`` (its lower half);
- ``not_acknowledged``: a confirmed uplink that the bench leaves without an answer: ``dev_addr``, ``fcnt``;
- ``duplicate``: a frame that one more gateway heard: ``gateway``;
- ``answered``: a downlink: ``window``, ``begins_s``, ``ack``, ``fcnt`` (FCntDown), ``frequency_hz``,
  ``spreading_factor``;
- ``commands``: MAC commands of a device: ``names``; ``device_status``: ``battery``, ``margin_db``;
- ``unreadable``: ``reason``; ``not_sent``: a gateway could not send a downlink: ``reason``, ``gateway``.
"""

from collections.abc import Callable, Sequence
from typing import Any

import simpy

from xky.protocol.uplinks.lorawan import DataFrame, Frame, JoinAccept, JoinRequest, Malformed, read_frame
from xky.protocol.uplinks.lorawan_airtime import airtime_of
from xky.protocol.uplinks.lorawan_commands import Command, CommandId, link_check_answer, read_commands, read_status
from xky.protocol.uplinks.lorawan_eu868 import (
    JOIN_DELAYS_S,
    RX2_HZ,
    RX2_SPREADING_FACTOR,
    RX_DELAYS_S,
    Transmission,
    data_rate_name,
    sub_band,
)
from xky.protocol.uplinks.lorawan_security import RootKeys
from xky.protocol.uplinks.messages import RadioFrame

from .end import Conversation, End
from .gateway_conversation import GatewayConversation, Reply
from .lorawan_session import LorawanDevice, Seen, Session

__all__ = ["TEST_DEVICE", "Codec", "LorawanEnd"]

Codec = Callable[[int, bytes], Any]
"""Makes of FPort and the bytes in clear what they say; None where it does not know them."""

TEST_DEVICE = RootKeys("70b3d57ed0000001", "70b3d57ed0000000", "2b7e151628aed2a6abf7158809cf4f3c")
"""What a simulated LoKy is joined by; its AppKey is the example key of FIPS 197, which is no secret."""

NET_ID = 0x000001  # for experiments (LoRaWAN 1.0.2 §6.1.1, memory)
_ADDRESS_PREFIX = NET_ID << 25  # NwkID, the seven bits before a device's own
_TOGETHER_S = 0.8  # the same bytes within it are one frame, heard by several gateways: a device waits for RX1 at least
_TOLD_MOST = 1000  # events of bytes that are wrong; from there on they are counted only
_HEARD_MOST = 64  # frames looked at for duplicates
_MARGIN_DB = 20  # of LinkCheckAns; the bench's radio is a good one


class LorawanEnd(End):
    """One network.

    Args:
        env: the bench's clock.
        devices: that may join.
        codec: makes readings of payloads.

    Attributes:
        join_refused: no join is answered.
        acknowledges: confirmed uplinks are.
        window: the receive window that is answered in, 1 or 2.
        transmissions: all that was on the air, in order.
        gateways: of those that forward datagrams, by EUI: what takes a datagram for it.
        damaged: how many frames and datagrams could not be taken, told or not.
    """

    name = "lorawan"

    def __init__(
        self, env: simpy.Environment, devices: Sequence[RootKeys] = (TEST_DEVICE,), *, codec: Codec | None = None
    ) -> None:
        super().__init__(env)
        self.join_refused = False
        self.acknowledges = True
        self.window = 1
        self.transmissions: list[Transmission] = []
        self.damaged = 0
        self._devices = {device.dev_eui: LorawanDevice(device) for device in devices}
        self._codec = codec
        self._sessions: dict[int, Session] = {}
        self._joins = 0
        self._lately: list[tuple[float, bytes, str]] = []
        self.gateways: dict[str, Callable[[bytes], None]] = {}

    def forget_before(self, at_s: float) -> None:
        super().forget_before(at_s)
        self.transmissions = [sent for sent in self.transmissions if sent.start_s >= at_s]

    def converse(self, write: Callable[[bytes], None], close: Callable[[], None]) -> Conversation:
        return GatewayConversation(self, write)

    def ask(self, dev_eui: str, *commands: Command) -> None:
        """Say MAC commands to a device in the next downlink, which its next uplink then has."""
        self._devices[dev_eui.lower()].asks += [one.encode() for one in commands]

    def damage(self, kind: str, text: str, **facts: Any) -> None:
        """Something came that cannot be taken: counted, and told until there is too much of it."""
        self.damaged += 1
        if self.damaged <= _TOLD_MOST:
            self.happened(kind, text, **facts)

    def heard(self, frame: RadioFrame, reply: Reply, *, gateway: str = "") -> None:
        """A frame has just ended.

        Args:
            frame: as it was on the air.
            reply: takes the downlink, if there is one.
            gateway: who heard it.
        """
        if self.is_down:
            return
        if self._is_heard_again(frame.data, gateway):
            self.happened("duplicate", f"gateway {gateway} heard it too", gateway=gateway)
            return
        said = read_frame(frame.data)
        is_flood, before = self.damaged >= _TOLD_MOST, self.damaged
        if not is_flood:
            self._note(frame, said)
        self._take(said, frame, reply, gateway)
        if is_flood and self.damaged == before:
            self._note(frame, said)

    def _take(self, said: Frame | Malformed, frame: RadioFrame, reply: Reply, gateway: str) -> None:
        answer = _nobody if self.is_silent else reply
        if isinstance(said, Malformed):
            self.damage("unreadable", said.reason, reason=said.reason)
        elif isinstance(said, JoinRequest):
            self._join(said, frame, answer)
        elif isinstance(said, DataFrame) and said.up:
            self._uplink(said, frame, answer, gateway)
        else:
            reason = "a frame that only networks send"
            self.damage("unreadable", reason, reason=reason)

    def _is_heard_again(self, data: bytes, gateway: str) -> bool:
        """Whether another gateway heard it just now; the same one hears what was sent again."""
        self._lately = [one for one in self._lately if one[0] > self.now_s - _TOGETHER_S][-_HEARD_MOST:]
        by = [one[2] for one in self._lately if one[1] == data]
        self._lately.append((self.now_s, data, gateway))
        return bool(by) and gateway not in by

    def _note(self, frame: RadioFrame, said: object) -> None:
        """Of each frame what it took of the air."""
        sender = kind = ""
        if isinstance(said, JoinRequest):
            sender, kind = said.dev_eui, "join_request"
        elif isinstance(said, DataFrame):
            sender, kind = _address(said.dev_addr), "data"
        airtime_s = airtime_of(frame)
        sent = Transmission(
            self.now_s - airtime_s, airtime_s, frame.frequency_hz, frame.spreading_factor, sender
        )  # fmt: skip
        self.transmissions.append(sent)
        band = sub_band(frame.frequency_hz)
        self.happened(
            "transmission",
            f"{kind or 'frame'} of {sender or 'nobody'}, {1e3 * airtime_s:.1f} ms at {frame.frequency_hz / 1e6:g} MHz",
            sender=sender,
            type=kind,
            confirmed=isinstance(said, DataFrame) and said.confirmed,
            started_s=sent.start_s,
            airtime_s=airtime_s,
            frequency_hz=frame.frequency_hz,
            spreading_factor=frame.spreading_factor,
            sub_band=band and band.name,
            duty_cycle=band and band.duty_cycle,
            bytes=len(frame.data),
        )

    def _join(self, asked: JoinRequest, frame: RadioFrame, reply: Reply) -> None:
        facts = {"dev_eui": asked.dev_eui, "dev_nonce": asked.dev_nonce}
        device = self._devices.get(asked.dev_eui)
        is_known = device is not None and device.keys.join_eui == asked.join_eui
        if device is None or not is_known or not asked.is_of(device.keys.key):
            reason = "wrong_mic" if is_known else "unknown_device"
            self.damage("join_refused", f"{asked.dev_eui}: {reason.replace('_', ' ')}", reason=reason, **facts)
            return
        self.happened("join_requested", f"{asked.dev_eui} asks with DevNonce {asked.dev_nonce}", **facts)
        reason = "dev_nonce_used" if asked.dev_nonce in device.nonces else "mood" if self.join_refused else ""
        device.nonces.add(asked.dev_nonce)
        if reason:
            text = {"dev_nonce_used": f"DevNonce {asked.dev_nonce} was used before", "mood": "the bench says no"}
            self.happened("join_refused", f"{asked.dev_eui}: {text[reason]}", reason=reason, **facts)
            return
        self._joins += 1
        accept = JoinAccept(self._joins, NET_ID, _ADDRESS_PREFIX | self._joins)
        session = Session(device, accept.dev_addr, accept.session(device.keys, asked.dev_nonce))
        self._sessions[accept.dev_addr] = session
        for left in device.remember(session):
            self._sessions.pop(left, None)
        address = _address(accept.dev_addr)
        self.happened("join_accepted", f"{asked.dev_eui} is {address}", dev_addr=address, **facts)
        self._send(accept.encode(device.keys.key), frame, reply, JOIN_DELAYS_S, ack=False, fcnt=None, to=address)

    def _uplink(self, said: DataFrame, frame: RadioFrame, reply: Reply, gateway: str) -> None:
        address = _address(said.dev_addr)
        session = self._sessions.get(said.dev_addr)
        facts: dict[str, Any] = {"dev_addr": address, "fcnt": said.counter}
        if session is None:
            self.damage("unknown_address", f"{address}: nobody has that address", **facts)
            return
        opened = session.opened(said)
        if opened is None:
            self.damage("wrong_mic", f"{address}: the MIC of frame {said.counter} does not hold", **facts)
            return
        last, facts["fcnt"] = session.last, opened.counter
        seen = session.take(opened)
        if seen in (Seen.REPLAYED, Seen.REUSED):
            kind = "replayed" if seen is Seen.REPLAYED else "counter_reused"
            text = f"{address}: frame {opened.counter} after {last}"
            self.damage(kind, text, last_fcnt=last, **facts)
            return
        for over in session.device.settle(session):
            self._sessions.pop(over, None)
        if seen is Seen.REPEATED:
            attempt = session.attempts
            text = f"{address}: frame {opened.counter}, attempt {attempt}"
            self.happened("repeated", text, attempt=attempt, confirmed=said.confirmed, **facts)
        else:
            if opened.counter > last + 1:
                missed = opened.counter - last - 1
                text = f"{address}: {missed} frames before {opened.counter} never came"
                self.happened("counter_gap", text, last_fcnt=last, missed=missed, **facts)
            self._deliver(opened, session, frame, gateway)
        self._answer(opened, session, frame, reply)

    def _deliver(self, said: DataFrame, session: Session, frame: RadioFrame, gateway: str) -> None:
        port = said.port
        options = said.options if port != 0 else said.payload
        commands, rest = read_commands(options, up=True)
        if commands or rest:
            self._commands(commands, rest, session)
        if not port:
            return
        content = None if self._codec is None else self._codec(port, said.payload)
        airtime_s = airtime_of(frame)
        self.arrived(
            str(port),
            said.payload.hex() if content is None else content,
            said.payload,
            dev_eui=session.device.keys.dev_eui,
            dev_addr=_address(said.dev_addr),
            fcnt=said.counter,
            confirmed=said.confirmed,
            adr=said.adr,
            frequency_hz=frame.frequency_hz,
            spreading_factor=frame.spreading_factor,
            bandwidth_hz=frame.bandwidth_hz,
            data_rate=data_rate_name(frame.spreading_factor, frame.bandwidth_hz),
            started_s=self.now_s - airtime_s,
            airtime_s=airtime_s,
            gateway=gateway,
        )

    def _commands(self, commands: list[Command], rest: bytes, session: Session) -> None:
        address = _address(session.dev_addr)
        names = [one.id.name.lower() for one in commands]
        text = f"{address}: {', '.join(names) or 'none known'}" + (f", and {len(rest)} bytes unknown" if rest else "")
        self.happened("commands", text, dev_addr=address, names=names, unknown=rest.hex())
        for one in commands:
            if one.id is CommandId.LINK_CHECK:
                session.device.asks.append(link_check_answer(_MARGIN_DB, 1).encode())
            elif one.id is CommandId.DEV_STATUS:
                battery, margin_db = read_status(one)
                text = f"{address}: battery {battery}, margin {margin_db} dB"
                self.happened("device_status", text, dev_addr=address, battery=battery, margin_db=margin_db)

    def _answer(self, said: DataFrame, session: Session, frame: RadioFrame, reply: Reply) -> None:
        if said.confirmed and (reply is _nobody or not self.acknowledges):
            address = _address(said.dev_addr)
            text = f"{address}: frame {said.counter} is confirmed, and left without an answer"
            self.happened("not_acknowledged", text, dev_addr=address, fcnt=said.counter)
        if reply is _nobody:
            return
        ack = said.confirmed and self.acknowledges
        options = session.device.commands_to_say()
        if not (ack or options or said.adr_ack_request):
            return
        counter = session.next_down()
        down = DataFrame(said.dev_addr, counter, up=False, adr=said.adr, ack=ack, options=options)
        data = down.encode(session.keys)
        self._send(data, frame, reply, RX_DELAYS_S, ack=ack, fcnt=counter, to=_address(said.dev_addr))

    def _send(
        self, data: bytes, uplink: RadioFrame, reply: Reply, delays_s: tuple[float, float], *, to: str, **facts: Any
    ) -> None:
        if reply is _nobody:
            return
        first = self.window == 1
        frame = RadioFrame(
            data,
            uplink.frequency_hz if first else RX2_HZ,
            uplink.spreading_factor if first else RX2_SPREADING_FACTOR,
            uplink.bandwidth_hz if first else 125e3,
        )
        delay_s = delays_s[0 if first else 1]
        self.happened(
            "answered", f"{to} in RX{self.window}", dev_addr=to, window=self.window, begins_s=self.now_s + delay_s,
            frequency_hz=frame.frequency_hz, spreading_factor=frame.spreading_factor, **facts,
        )  # fmt: skip
        reply(frame, delay_s)


def _nobody(frame: RadioFrame, delay_s: float) -> None:
    """Takes no answer."""


def _address(dev_addr: int) -> str:
    return f"{dev_addr:08x}"
