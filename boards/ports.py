# SPDX-License-Identifier: Apache-2.0
"""Where a simulated board meets the world: small structural faces, so that neither side imports the other."""

from collections.abc import Callable, Sequence
from math import inf
from typing import Protocol

import simpy

from xky.protocol import Burst, Group
from xky.protocol.uplinks.messages import HttpRequest, MqttMessage, MqttSession, RadioFrame

__all__ = [
    "BurstSource", "LampPort", "MqttLink", "NetworkPort", "PowerPort", "RadioPort", "SupplyPort", "TerminalsPort",
    "Uplink",
]  # fmt: skip


class BurstSource(Protocol):
    """A line that yields bursts."""

    @property
    def current(self) -> Burst | None:
        """The last burst, under way or over."""
        ...

    @property
    def end(self) -> simpy.Event | None:
        """What happens at the end of a burst that is being handed over, where its sender waits for that."""
        ...

    def connect(self, receiver: Callable[[Burst], None]) -> None:
        """Hand each burst over as it starts."""
        ...

    def disconnect(self, receiver: Callable[[Burst], None]) -> None:
        """Stop handing over."""
        ...


class Uplink(Protocol):
    """Where a board publishes."""

    def publish(self, groups: Sequence[Group]) -> None:
        """Say what was read: one reading, now."""
        ...


class MqttLink(Protocol):
    """An MQTT session that was accepted."""

    @property
    def is_open(self) -> bool:
        """Whether it still is there, as far as the board can know."""
        ...

    @property
    def lost(self) -> simpy.Event:
        """Happens when the other side, or the network, has gone; not when the board closed it."""
        ...

    def publish(self, message: MqttMessage) -> simpy.Event:
        """Send a message; the event happens when that is done: by QoS 0 at once, by 1 and 2 when acknowledged."""
        ...

    def subscribe(self, topic_filter: str, on_message: Callable[[MqttMessage], None]) -> None:
        """Hear what is published there."""
        ...

    def close(self) -> None:
        """Say goodbye (DISCONNECT), and close the connection."""
        ...


class NetworkPort(Protocol):
    """What a board reaches by Wi-Fi or Ethernet."""

    @property
    def is_up(self) -> bool:
        """Whether the access point, or the switch, is there."""
        ...

    def connect_mqtt(self, session: MqttSession) -> simpy.Event:
        """Connect to the broker: the event's value is an ``MqttLink``, or the code (int) of a refusal, or -1 where
        nobody listens there; it never happens where nobody answers."""
        ...

    def request(self, request: HttpRequest) -> simpy.Event:
        """Ask the database: the event's value is an ``HttpResponse``, or None where nobody listens there; it never
        happens where nobody answers."""
        ...

    def cut(self) -> None:
        """The board has lost its power: its connections are gone without a word."""
        ...


class RadioPort(Protocol):
    """What a board reaches by LoRa."""

    @property
    def is_receiving(self) -> bool:
        """Whether a downlink that began while the board listened is still under way."""
        ...

    def transmit(self, frame: RadioFrame) -> None:
        """Put a frame on the air, from now on; it takes its airtime."""
        ...

    def listen(self, on_frame: Callable[[RadioFrame], None] | None) -> None:
        """Hear downlinks that begin from now on, each told at its end; None: none that begins later."""
        ...

    def cut(self) -> None:
        """The board has lost its power: what it was sending breaks off, what it was hearing is lost."""
        ...


class LampPort(Protocol):
    """The light of an indicator."""

    def light(self, *, on: bool) -> None:
        """Lit or dark from now on."""
        ...


class SupplyPort(Protocol):
    """What terminals I1-A give: a Thevenin source at the carrier's frequency."""

    @property
    def open_circuit_v(self) -> float:
        """Voltage without load, V rms."""
        ...

    @property
    def source_ohm(self) -> float:
        """Resistance, seen from the terminals."""
        ...


class TerminalsPort(Protocol):
    """Terminals I1-A while time passes."""

    @property
    def supply(self) -> SupplyPort:
        """What they give now."""
        ...

    def connect(self, on_change: Callable[[], None]) -> None:
        """Be told when that changes, just after it did."""
        ...


class PowerPort(Protocol):
    """What firmware has to do with its power."""

    @property
    def is_on(self) -> bool:
        """Whether the microcontroller runs."""
        ...

    @property
    def terminal_v(self) -> float:
        """The capacitor's voltage, as it is now at its terminals."""
        ...

    def when_on(self) -> simpy.Event:
        """Happens when the microcontroller starts."""
        ...

    def carries(self, process: simpy.Process) -> None:
        """Interrupt this process at a brown-out."""
        ...

    def draw(self, load: str, for_s: float = inf) -> None:
        """Draw what the board's file says of a load, from now on; ``for_s`` where something else is drawn from then on,
        whatever happens but a brown-out, in seconds from now."""
        ...

    def alarm(self, terminal_v: float | None, callback: Callable[[], None]) -> None:
        """Call back once, as soon as the terminals stand at or under a voltage; takes the place of the last alarm."""
        ...
