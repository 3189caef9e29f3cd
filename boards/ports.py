# SPDX-License-Identifier: Apache-2.0
"""Where a simulated board meets the world: small structural faces, so that neither side imports the other."""

from collections.abc import Callable, Sequence
from typing import Protocol

import simpy

from xky.protocol import Burst, Group

__all__ = ["BurstSource", "PowerPort", "SupplyPort", "TerminalsPort", "Uplink"]


class BurstSource(Protocol):
    """A line that yields bursts."""

    @property
    def current(self) -> Burst | None:
        """The last burst, under way or over."""
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

    def draw(self, load: str) -> None:
        """Draw what the board's file says of a load, from now on."""
        ...

    def alarm(self, terminal_v: float | None, callback: Callable[[], None]) -> None:
        """Call back once, as soon as the terminals stand at or under a voltage; takes the place of the last alarm."""
        ...
