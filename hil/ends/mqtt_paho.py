# SPDX-License-Identifier: Apache-2.0
"""The MQTT client of a simulated board in real time: paho-mqtt, without a thread, driven by the bench's runner.

Keepalive runs on the bench's clock, whatever its speed; paho's own, on the wall clock, is left running beside it.
"""

import contextlib
import socket
from collections.abc import Callable
from typing import Any

import simpy

from xky.emulator.runner import RealTime
from xky.protocol import BenchError, InputError
from xky.protocol.uplinks.messages import MqttMessage, MqttSession
from xky.protocol.uplinks.mqtt_topics import check_filter

from .mqtt_sessions import FOR_EVER

__all__ = ["PahoLink", "PahoMqtt"]

_TICK_S = 1.0  # bench seconds between looks at what was left unsent and at the keepalive; less where that is short
_CONNECT_S = 1.0  # real seconds; the other side is on this machine or near
_PINGREQ = b"\xc0\x00"
_OLD_CODES = {0x84: 1, 0x85: 2, 0x88: 3, 0x86: 4, 0x87: 5}  # paho tells CONNACK codes of 3.1.1 as those of 5


def _paho() -> Any:
    try:
        from paho.mqtt import client
    except ImportError:
        raise InputError(
            "MQTT in real time: paho-mqtt is not installed; install it with: pip install 'xky-hil[uplinks]'"
        ) from None
    return client


class PahoLink:
    """One connection; an ``MqttLink`` once it was accepted."""

    def __init__(self, env: simpy.Environment, runner: RealTime, session: MqttSession) -> None:
        paho = _paho()
        self._env, self._runner, self._session = env, runner, session
        self.accepted: simpy.Event = env.event()
        self._lost: simpy.Event = env.event()
        self._is_accepted = self._is_over = False
        self._waiting: dict[int, simpy.Event] = {}
        self._tick_s = min(_TICK_S, session.keepalive_s / 4) or _TICK_S
        self._said_s = self._heard_s = float(env.now)
        self._pinged_s: float | None = None
        try:
            self._client = paho.Client(
                paho.CallbackAPIVersion.VERSION2,
                session.client_id,
                clean_session=session.clean if session.level < 5 else None,
                protocol=paho.MQTTProtocolVersion(session.level),
                reconnect_on_failure=False,
            )
        except ValueError as error:
            raise InputError(f"MQTT client {session.client_id!r}: {error}") from None
        client, will = self._client, session.will
        client.connect_timeout = _CONNECT_S
        if session.username is not None or session.password is not None:
            client.username_pw_set(session.username, session.password)
        if will is not None:
            client.will_set(will.topic, will.payload, will.qos, will.retain)
        client.on_connect = self._connected
        client.on_disconnect = lambda *_: self._gone()
        client.on_publish = lambda client, userdata, number, *_: self._done(number)
        client.on_socket_close = lambda client, userdata, sock: self._unwatch(sock)

    @property
    def is_open(self) -> bool:
        """Whether it was accepted and has not ended."""
        return self._is_accepted and not self._is_over

    @property
    def lost(self) -> simpy.Event:
        """Happens when the other side, or the network, has gone."""
        return self._lost

    def open(self, host: str, port: int) -> None:
        """Connect to a broker's address.

        Raises:
            BenchError: it has no such name.
        """
        options: dict[str, Any] = {}
        if self._session.level == 5:
            options["clean_start"] = self._session.clean
            if not self._session.clean:
                options["properties"] = _kept()
        try:
            self._client.connect(host, port, self._session.keepalive_s, **options)
        except socket.gaierror as error:
            raise BenchError(f"{host}:{port}: {error.strerror}") from None
        except TimeoutError:
            return
        except OSError:
            self._is_over = True
            self.accepted.succeed(-1)
            return
        self._runner.watch(self._client.socket().fileno(), self._read)
        self._tick_later()

    def publish(self, message: MqttMessage) -> simpy.Event:
        """Send a message; the event happens when that is done, never where the link has gone."""
        done = self._env.event()
        if self.is_open:
            self._said_s = float(self._env.now)
            if message.qos:
                info = self._client.publish(message.topic, message.payload, message.qos, message.retain)
                self._waiting[info.mid] = done
            else:
                self._client.publish(message.topic, message.payload, 0, message.retain)
                done.succeed()
        return done

    def subscribe(self, topic_filter: str, on_message: Callable[[MqttMessage], None]) -> None:
        """Hear what is published there, at QoS 0."""

        def hear(client: Any, userdata: Any, message: Any) -> None:
            on_message(MqttMessage(message.topic, bytes(message.payload), message.qos, bool(message.retain)))

        self._client.message_callback_add(check_filter(topic_filter), hear)
        if self.is_open:
            self._said_s = float(self._env.now)
            self._client.subscribe(topic_filter)

    def close(self) -> None:
        """Say goodbye, and close the connection."""
        if not self._is_over:
            self._is_over = True
            self._client.disconnect()
            self.release()

    def cut(self) -> None:
        """Be gone without a word: the socket stays, deaf and mute, so that the broker hears of nothing."""
        self._is_over = True
        sock = self._client.socket()
        if sock is not None:
            self._unwatch(sock)

    def network_gone(self) -> None:
        """Its board learns that there is no network any more."""
        if self._is_accepted and not self._lost.triggered:
            self._lost.succeed()

    def release(self) -> None:
        """Close the socket; safe to call twice."""
        self._is_over = True
        sock = self._client.socket()
        if sock is not None:
            self._unwatch(sock)
            sock.close()

    def _unwatch(self, sock: Any) -> None:
        with contextlib.suppress(KeyError, ValueError):
            self._runner.unwatch(sock.fileno())

    def _read(self) -> None:
        if self._is_over or self._client.socket() is None:
            return
        self._heard_s = float(self._env.now)
        failed = self._client.loop_read()
        if not self._is_over and self._client.want_write():
            self._client.loop_write()
        if failed and not self.accepted.triggered:  # paho keeps two refusals of 3.1.1 for itself
            is_refused = self._session.level == 4 and failed == _paho().MQTT_ERR_PROTOCOL
            code = (1 if self._session.client_id else 2) if is_refused else -1
            self.accepted.succeed(code)

    def _connected(self, client: Any, userdata: Any, flags: Any, reason: Any, properties: Any) -> None:
        if self._is_over or self.accepted.triggered:
            return
        code = int(reason.value)
        if code:
            self._is_over = True
            self.accepted.succeed(code if self._session.level == 5 else _OLD_CODES.get(code, code))
        else:
            self._is_accepted = True
            self.accepted.succeed(self)

    def _done(self, number: int) -> None:
        if number in self._waiting:
            self._waiting.pop(number).succeed()

    def _gone(self) -> None:
        was_open = self.is_open
        self._is_over = True
        if was_open:
            self._lost.succeed()

    def _tick_later(self) -> None:
        alarm = self._env.timeout(self._tick_s)
        assert alarm.callbacks is not None
        alarm.callbacks.append(lambda _: self._tick())

    def _tick(self) -> None:
        """Send what is left, and ping when nothing was said for a keepalive of the bench's clock."""
        sock = self._client.socket()
        if self._is_over or sock is None:
            return
        now_s, keepalive_s = float(self._env.now), self._session.keepalive_s
        if self._client.want_write():
            self._client.loop_write()
        elif self.is_open and keepalive_s and now_s - self._said_s >= keepalive_s:
            with contextlib.suppress(OSError):  # the reading side will notice
                sock.send(_PINGREQ)
            self._said_s = now_s
            self._pinged_s = now_s if self._pinged_s is None or self._heard_s >= self._pinged_s else self._pinged_s
        is_deaf = self._pinged_s is not None and self._heard_s < self._pinged_s <= now_s - keepalive_s
        if is_deaf:
            self.release()
            self._lost.succeed()
            return
        self._client.loop_misc()
        self._tick_later()


def _kept() -> Any:
    """Properties of a session that never expires (5)."""
    from paho.mqtt.packettypes import PacketTypes
    from paho.mqtt.properties import Properties

    properties: Any = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    properties.SessionExpiryInterval = FOR_EVER
    return properties


class PahoMqtt:
    """How a simulated board reaches a broker in real time.

    Args:
        env: the bench's clock.
        runner: of that clock.
        host: of the broker, or of the proxy before it.
        port: of the same.

    Raises:
        InputError: paho-mqtt is not installed.
    """

    def __init__(self, env: simpy.Environment, runner: RealTime, host: str, port: int) -> None:
        _paho()
        self._env, self._runner, self._host, self._port = env, runner, host, port
        self._links: list[PahoLink] = []
        self._silent: list[PahoLink] = []

    def connect(self, session: MqttSession) -> simpy.Event:
        """Connect: the event's value is an ``MqttLink``, or the code of a refusal, or -1 where nobody listens; it
        never happens where nobody answers."""
        link = PahoLink(self._env, self._runner, session)
        link.open(self._host, self._port)
        self._links = [*(each for each in self._links if not each._is_over), link]
        return link.accepted

    def cut(self) -> None:
        """The board has lost its power: its sockets stay open and mute until ``close``."""
        for link in self._links:
            link.cut()
        self._silent += self._links
        self._links = []

    def drop(self) -> None:
        """The network has gone: its sockets stay open and mute, and the board's links are lost."""
        links = self._links
        self.cut()
        for link in links:
            link.network_gone()

    def close(self) -> None:
        """Close every socket."""
        for link in (*self._links, *self._silent):
            link.release()
        self._links, self._silent = [], []
