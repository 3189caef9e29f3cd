# SPDX-License-Identifier: Apache-2.0
"""What every end of an uplink is to the bench: it hears bytes, answers, keeps what arrived, and can be taken away.

An end knows no sockets: a conversation takes the bytes of one connection and gives those of the answer, on the
bench's clock. A simulated board in virtual time speaks to it directly; in real time ``TcpServer`` carries the same
bytes. What is made of them is one piece of code for both.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import simpy

from xky.protocol.quick import quick

__all__ = ["Conversation", "End", "EndEvent", "Observer", "Payload"]

_NO_FACTS: Mapping[str, Any] = {}


class Payload(NamedTuple):  # hundreds of thousands a day: a frozen dataclass takes three times as long to make
    """One message as it arrived. What it holds may be shared with others: nobody changes it.

    Attributes:
        at_s: when, seconds on the bench's clock.
        source: topic, measurement, FPort or page.
        content: what it says: a JSON value, of InfluxDB ``{"measurement", "tags", "fields", "time"}``, else the text.
        data: the bytes that said it.
        facts: what the protocol tells besides, such as ``qos``, ``retain``, ``client_id``.
    """

    at_s: float
    source: str
    content: Any
    data: bytes = b""
    facts: Mapping[str, Any] = _NO_FACTS


@quick
@dataclass(frozen=True, slots=True)
class EndEvent:
    """Something that happened besides: a client came, left, was refused, said what cannot be read.

    Attributes:
        at_s: when, seconds on the bench's clock.
        kind: a word, such as ``connected``, ``lost``, ``refused``, ``unreadable``.
        text: one line for people; no credentials.
        facts: what of it is judged.
    """

    at_s: float
    kind: str
    text: str
    facts: Mapping[str, Any] = field(default_factory=dict)


class Conversation(ABC):
    """One connection, seen from the end."""

    @abstractmethod
    def receive(self, data: bytes) -> None:
        """Bytes of the client; answers go out by ``write``, as given to ``End.converse``."""

    @abstractmethod
    def lost(self) -> None:
        """The connection is gone, and the end did not close it."""


class Observer:
    """What keeps what arrived, and what happened besides.

    Args:
        env: the bench's clock.

    Attributes:
        payloads: what arrived, in order.
        events: what happened besides, in the order in which it was understood.
        on_payloads: told of payloads as they arrive: of those of one write or message together.
        on_event: told of each event.
    """

    def __init__(self, env: simpy.Environment) -> None:
        self.env = env
        self.payloads: list[Payload] = []
        self.events: list[EndEvent] = []
        self.on_payloads: Callable[[Sequence[Payload]], None] = lambda payloads: None
        self.on_event: Callable[[EndEvent], None] = lambda event: None

    @property
    def now_s(self) -> float:
        """The present on the bench's clock."""
        return float(self.env.now)

    def arrived(self, source: str, content: Any, data: bytes = b"", **facts: Any) -> None:
        """A message arrived."""
        self.take((Payload(float(self.env.now), source, content, data, facts),))

    def take(self, payloads: Sequence[Payload]) -> None:
        """The same, of payloads that are made already."""
        self.payloads += payloads
        self.on_payloads(payloads)

    def happened(self, kind: str, text: str, **facts: Any) -> None:
        """Something else did."""
        event = EndEvent(float(self.env.now), kind, text, facts)
        self.events.append(event)
        self.on_event(event)

    def tell(self, event: EndEvent) -> None:
        """Tell of an event that was understood later than it happened."""
        self.events.append(event)
        self.on_event(event)

    def has_seen(self, kind: str, since_s: float) -> bool:
        """Whether an event of a kind happened since then."""
        return any(event.kind == kind and event.at_s >= since_s for event in reversed(self.events))

    def forget_before(self, at_s: float) -> None:
        """Let go of what is older; who is connected stays so."""
        self.payloads = [one for one in self.payloads if one.at_s >= at_s]
        self.events = [one for one in self.events if one.at_s >= at_s]

    def after(self, delay_s: float, act: Callable[[], None]) -> None:
        """Call ``act`` in ``delay_s`` seconds of the bench's clock."""
        alarm = self.env.timeout(delay_s)
        assert alarm.callbacks is not None
        alarm.callbacks.append(lambda _: act())


class End(Observer, ABC):
    """One end.

    Args:
        env: the bench's clock.

    Attributes:
        is_down: nobody answers: connections are refused, and those that were there are cut.
        is_silent: connections are taken, and never answered.
    """

    name = "end"
    """In messages and in the device's command: ``mqtt``, ``influx``, ``lorawan``."""

    def __init__(self, env: simpy.Environment) -> None:
        super().__init__(env)
        self.is_down = False
        self.is_silent = False

    @abstractmethod
    def converse(self, write: Callable[[bytes], None], close: Callable[[], None]) -> Conversation:
        """A client connects.

        Args:
            write: takes the bytes of answers.
            close: cuts the connection from this side; ``lost`` is not called for it.
        """

    def go_down(self) -> None:
        """Be away from now on: nobody is let in, and who is there is cut."""
        self.is_down = True

    def come_back(self) -> None:
        """Be there again."""
        self.is_down = False

    def down_for(self, duration_s: float) -> None:
        """Be away for ``duration_s`` seconds of the bench's clock."""
        self.go_down()
        self.after(duration_s, self.come_back)
