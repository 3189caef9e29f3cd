# SPDX-License-Identifier: Apache-2.0
"""A broker that exists, with a collector behind it: messages go in on one connection, and come out on another.

The topic of a message is that of its gateway below ``PANEL/HOME/``, its payload the gateway's bytes. Between the two
connections QoS is 1 and nothing is retained, so that what is missing was lost by the broker. A mark behind each window
of messages says that all before it are through: the broker keeps their order.
"""

import contextlib
import queue
import secrets
import time
from collections import defaultdict, deque
from collections.abc import Sequence
from typing import Any

from xky.hil.ends.mqtt_address import BrokerAddress
from xky.protocol import BenchError, InputError

from .patience import Patience

__all__ = ["BrokerWay", "Sent"]

Sent = tuple[str, bytes]
"""Topic below the home's, and payload."""

_WINDOW = 200  # messages under way at a time
_OPEN_S = 5.0  # real seconds
_STALLED_S = 10.0  # real seconds without any message
_KEEPALIVE_S = 60
_MARK = "$mark"
_NAME_WILD = str.maketrans("+#/\0", "----")


def _paho() -> Any:
    try:
        from paho.mqtt import client
    except ImportError:
        raise InputError(
            "--broker: paho-mqtt is not installed; install it with: pip install 'xky-hil[uplinks]'"
        ) from None
    return client


class BrokerWay:
    """The way through one broker, for one home at a time.

    Args:
        address: of the broker.
        panel: its name: the first level of all topics.
        patience: with it.

    Raises:
        InputError: paho-mqtt is not installed.
    """

    def __init__(self, address: BrokerAddress, panel: str, patience: Patience) -> None:
        self._address, self._patience = address, patience
        self.root = panel.translate(_NAME_WILD) or "panel"
        self._home: int | None = None
        self._clients: list[Any] = []
        self._heard: queue.SimpleQueue[Sent] = queue.SimpleQueue()
        self._marks: set[bytes] = set()  # ours
        self._is_gone = True
        self._why = ""
        self._paho = _paho()

    def check(self) -> None:
        """See that it is there.

        Raises:
            BenchError: nobody answers there, or lets us in.
        """
        if not self._open():
            raise BenchError(f"{self._address.shown}: no broker answers ({self._why}); start it, or mend the address")

    def begin(self, home: int) -> None:
        """From now on messages are those of this home."""
        self.close()
        self._home, self._is_gone, self._why = home, True, ""

    def through(self, messages: Sequence[Sent]) -> list[list[bytes]]:
        """What came out of each, in order: nothing of one that was lost, more of one that was doubled.

        Raises:
            BenchError: another run publishes the same home there.
        """
        came: list[list[bytes]] = []
        for begin in range(0, len(messages), _WINDOW):
            window = messages[begin : begin + _WINDOW]
            if self._is_gone and not self._open_again():
                came += [[] for _ in window]
            else:
                came += self._window(window)
        return came

    def close(self) -> None:
        """Close both connections."""
        for client in self._clients:
            with contextlib.suppress(Exception):  # paho raises what its sockets do
                client.disconnect()
            client.loop_stop()
        self._clients = []

    def _window(self, window: Sequence[Sent]) -> list[list[bytes]]:
        publisher = self._clients[1]
        below = f"{self.root}/{self._home:04}/"
        mark = secrets.token_bytes(8)
        self._marks.add(mark)
        for topic, payload in (*window, (_MARK, mark)):
            publisher.publish(below + topic, payload, 1)
        waiting: dict[Sent, deque[int]] = defaultdict(deque)
        for place, sent in enumerate(window):
            waiting[sent].append(place)
        last: dict[Sent, int] = {}
        came: list[list[bytes]] = [[] for _ in window]
        stalled_s = time.monotonic() + _STALLED_S
        while True:
            try:
                topic, payload = self._heard.get(timeout=0.05)
            except queue.Empty:
                if self._is_gone or time.monotonic() > stalled_s:
                    self._lose(self._why if self._is_gone else f"nothing came for {_STALLED_S:g} s")
                    self._patience.is_away(self._why)
                    return came
                continue
            stalled_s = time.monotonic() + _STALLED_S
            if topic == below + _MARK:
                if payload == mark:
                    return came
                if payload not in self._marks:  # what it sends cannot be told from what comes out twice
                    raise BenchError(
                        f"{self._address.shown}: another run publishes home {self._home:04} of a panel {self.root!r} "
                        "there; wait for it, or rename one panel's file"
                    )
                continue
            sent = (topic.removeprefix(below), payload)
            if waiting[sent]:
                last[sent] = waiting[sent].popleft()
            if sent in last:  # one that nobody sent is somebody else's
                came[last[sent]].append(payload)

    def _lose(self, why: str) -> None:
        self._is_gone, self._why = True, why

    def _open_again(self) -> bool:
        was_there = not self._why  # a home begins
        if was_there and self._patience.is_there and self._open():
            return True
        return self._patience.again(self._open, self._why)

    def _open(self) -> bool:
        self.close()
        self._heard = queue.SimpleQueue()
        self._is_gone, self._why = False, "nobody listens there"
        try:
            self._clients = [self._client(collects=True), self._client(collects=False)]
        except (OSError, ValueError) as error:
            self._why = getattr(error, "strerror", None) or str(error) or type(error).__name__
            self.close()
            self._is_gone = True
        return not self._is_gone

    def _client(self, *, collects: bool) -> Any:
        """A connection that is open; its thread reads from then on.

        Raises:
            OSError: there is none.
        """
        paho, ready = self._paho, queue.SimpleQueue[str]()
        version = paho.CallbackAPIVersion.VERSION2
        name = f"xky-{secrets.token_hex(8)}"
        client = paho.Client(version, client_id=name, clean_session=True, reconnect_on_failure=False)
        if self._address.username is not None:
            client.username_pw_set(self._address.username, self._address.password)
        if self._address.is_tls:
            client.tls_set()
        client.max_inflight_messages_set(_WINDOW + 1)
        client.connect_timeout = _OPEN_S
        heard = self._heard

        def connected(client: Any, userdata: Any, flags: Any, reason: Any, properties: Any) -> None:
            if reason.value:
                ready.put(f"it refuses us: {reason}")
            elif not collects or self._home is None:
                ready.put("")
            else:
                client.subscribe(f"{self.root}/{self._home:04}/#", 1)

        def subscribed(client: Any, userdata: Any, mid: Any, reasons: Any, properties: Any) -> None:
            ready.put(f"it refuses to let us subscribe: {reasons[0]}" if reasons[0].value >= 128 else "")

        def gone(client: Any, userdata: Any, flags: Any, reason: Any, properties: Any) -> None:
            if client in self._clients:
                self._lose("it cut the connection")
            ready.put("it hung up")

        client.on_connect, client.on_subscribe, client.on_disconnect = connected, subscribed, gone
        client.on_message = lambda client, userdata, message: heard.put((message.topic, bytes(message.payload)))
        client.connect(self._address.host, self._address.port, _KEEPALIVE_S)
        client.loop_start()
        try:
            refused = ready.get(timeout=_OPEN_S)
        except queue.Empty:
            refused = f"nothing came for {_OPEN_S:g} s"
        if refused:
            client.loop_stop()
            raise OSError(refused)
        return client
