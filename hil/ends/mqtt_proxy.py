# SPDX-License-Identifier: Apache-2.0
"""A proxy before a broker that exists: bytes pass unchanged in both directions, and are observed on the way.

``TcpServer(MqttProxy(env, runner, address), runner)`` is where the device connects to, in plain; to the broker goes
what it says, through TLS for ``mqtts://``. What is told is what ``mqtt_observer`` describes, and ``unreachable``
where the broker does not take a connection, ``unwatched`` where it refuses the bench itself, which looks for wills.
"""

import ssl
from collections.abc import Callable

import simpy

from xky.emulator.runner import RealTime
from xky.protocol import BenchError
from xky.protocol.uplinks.mqtt import PacketReader
from xky.protocol.uplinks.mqtt_packets import Connect, Publish
from xky.protocol.uplinks.mqtt_topics import matches

from .end import Conversation, End
from .mqtt_address import BrokerAddress
from .mqtt_observer import MqttMemory, MqttObserver
from .mqtt_upstream import Upstream
from .mqtt_will_watch import WillWatch

__all__ = ["MqttProxy"]


def _why(error: OSError) -> str:
    return str(error.strerror or error).partition(" (_ssl")[0]


class MqttProxy(End):
    """Watches a broker.

    Args:
        env: the bench's clock.
        runner: of that clock.
        address: of the broker; publications on other topics than its filter's are no payloads.
        context: of TLS; the system's authorities unless given.

    Attributes:
        memory: of all that was observed; has ``credentials_seen``.

    Raises:
        BenchError: the broker cannot be reached.
    """

    name = "mqtt"

    def __init__(
        self, env: simpy.Environment, runner: RealTime, address: BrokerAddress, context: ssl.SSLContext | None = None
    ) -> None:
        super().__init__(env)
        self.runner, self.address = runner, address
        self.memory = MqttMemory()
        self._context = context
        self._conversations: list[_Passage] = []
        self.wills = WillWatch(self, address, self.open_upstream)
        try:
            self.open_upstream().close()
        except OSError as error:
            raise BenchError(
                f"{address.shown}: the broker cannot be reached ({_why(error)}); start it, or give another address"
            ) from None

    @property
    def credentials_seen(self) -> list[bytes]:
        """Passwords that clients gave; never printed."""
        return self.memory.credentials_seen

    @property
    def usernames_seen(self) -> list[bytes]:
        """User names that clients gave; never printed."""
        return self.memory.usernames_seen

    def is_wanted(self, topic: str) -> bool:
        """Whether a topic is of interest; without a filter, those that begin with ``$`` are, too."""
        return self.address.topic_filter == "#" or matches(self.address.topic_filter, topic)

    def open_upstream(self) -> Upstream:
        """A new connection to the broker.

        Raises:
            OSError: it cannot be reached.
        """
        return Upstream(self, self.runner, self.address, self._context)

    def converse(self, write: Callable[[bytes], None], close: Callable[[], None]) -> Conversation:
        """A client connects."""
        passage = _Passage(self, write, close)
        self._conversations = [*(each for each in self._conversations if each.is_open), passage]
        return passage

    def go_down(self) -> None:
        """Be away: the broker itself stays, and learns that its clients are cut."""
        if not self.is_down:
            super().go_down()
            self.happened("down", "the way to the broker is cut")
            there, self._conversations = self._conversations, []
            for passage in there:
                passage.go_down()

    def come_back(self) -> None:
        """Be there again."""
        if self.is_down:
            super().come_back()
            self.happened("back", "the way to the broker is open")

    def close(self) -> None:
        """Let go of the broker; safe to call twice."""
        for passage in self._conversations:
            passage.end()
        self.wills.close()


class _Passage(Conversation):
    """One client's connection and the one to the broker that goes with it."""

    def __init__(self, end: MqttProxy, write: Callable[[bytes], None], close: Callable[[], None]) -> None:
        self._end, self._write, self._close = end, write, close
        self._of_client, self._of_broker = PacketReader(), PacketReader()
        self._observer = MqttObserver(end, end.memory, end.is_wanted)
        self._was_silent = False
        self._upstream: Upstream | None = None
        self.is_open = True
        try:
            self._upstream = end.open_upstream()
        except OSError as error:
            end.happened("unreachable", f"{end.address.shown}: {_why(error)}")
            self.is_open = False
            end.after(0, close)
            return
        self._upstream.on_data, self._upstream.on_close = self._answered, self._broker_closed

    def receive(self, data: bytes) -> None:
        """Bytes of the client; in a silence they end here, and so does the connection when it speaks after it."""
        if not self.is_open or self._upstream is None:
            return
        is_silent = self._end.is_silent
        if self._was_silent and not is_silent:
            self._observer.lost("down")
            self.end()
            self._close()
            return
        self._was_silent = is_silent
        for packet in self._of_client.feed(data):
            self._observer.client_says(packet, taken=not is_silent)
            self._of_broker.level = self._of_client.level
            if type(packet) is Publish and self._observer.topic is not None:
                self._end.wills.passed(self._observer.topic, packet.payload)
            elif isinstance(packet, Connect) and packet.will is not None and not is_silent:
                self._end.wills.expect(self._observer, packet.will)
        if not is_silent:
            self._upstream.write(data)

    def lost(self) -> None:
        """The client's side is gone: so is the one to the broker."""
        self._observer.lost("cut")
        self.end()

    def go_down(self) -> None:
        """The proxy is taken away."""
        if self.is_open:
            self._observer.lost("down")
            self.end()
            self._close()

    def end(self) -> None:
        """Let go of the broker's side; safe to call twice."""
        self.is_open = False
        if self._upstream is not None:
            self._upstream.close()

    def _answered(self, data: bytes) -> None:
        if self._end.is_silent or self._was_silent:
            return
        for packet in self._of_broker.feed(data):
            self._observer.broker_says(packet)
        self._write(data)

    def _broker_closed(self) -> None:
        self._observer.broker_closed()
        self.end()
        self._close()
