# SPDX-License-Identifier: Apache-2.0
"""Where a simulated board meets the world: small structural faces, so that neither side imports the other."""

from collections.abc import Callable, Sequence
from typing import Protocol

from xky.protocol import Burst, Group

__all__ = ["BurstSource", "Supply", "Uplink"]


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


class Supply(Protocol):
    """What terminals I1-A give: a Thevenin source at the carrier's frequency."""

    @property
    def open_circuit_v(self) -> float:
        """Voltage without load, V rms."""
        ...

    @property
    def source_ohm(self) -> float:
        """Resistance, seen from the terminals."""
        ...
