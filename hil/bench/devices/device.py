# SPDX-License-Identifier: Apache-2.0
"""What every kind of device under test is to the bench."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeGuard

import simpy

from xky.boards import Board
from xky.boards.power.clocked_train import ClockedTrain
from xky.emulator import Line
from xky.emulator.outputs import PortSettings
from xky.emulator.runner import RealTime
from xky.emulator.supply import SUPPLIES, Terminals
from xky.protocol import Mode

from ..probe import Probe

__all__ = ["Device", "DeviceContext", "FedDevice", "is_fed"]


@dataclass(frozen=True, slots=True)
class DeviceContext:
    """What a device is plugged into.

    Attributes:
        env: the bench's clock.
        runner: plays it in real time; None in virtual time.
        line: I1-I2.
        probe: where its words go.
        board: the hardware that it is, or claims to be.
        mode: of the meter, and what the device is configured for.
        speed: bench seconds per real second.
        terminals: I1-A.
    """

    env: simpy.Environment
    runner: RealTime | None
    line: Line
    probe: Probe
    board: Board
    mode: Mode
    speed: float
    terminals: Terminals = field(default_factory=lambda: Terminals(SUPPLIES["min_spec"]))


class Device(Protocol):
    """A live instance under test. One file a kind in this folder; ``open_device`` finds it by its scheme."""

    virtual: bool
    """Whether it lives in virtual time."""
    feeds_on_the_bench: bool
    """Whether the bench itself is what terminals I1-A give it, so that its power can be judged."""
    board: Board | None
    """The board that the device's name tells; None where the user says which it is."""

    def start(self, context: DeviceContext, clock_starts: Callable[[], None]) -> None:
        """Power it, connect it, and call ``clock_starts`` when the line may begin to speak.

        Raises:
            BenchError: it cannot be started.
        """
        ...

    def stop(self) -> None:
        """End it, whatever state it is in; safe to call twice, and when it never started."""
        ...

    @property
    def ended(self) -> str | None:
        """None while it lives; else how it ended, for people."""
        ...

    @property
    def last_words(self) -> str:
        """Its last line of standard error, if it has such a thing."""
        ...

    @property
    def stderr(self) -> bytes:
        """All of its standard error."""
        ...

    @property
    def overruns(self) -> int:
        """Characters that found its receive buffer full."""
        ...

    @property
    def notes(self) -> Sequence[str]:
        """What a reader of the report should know about how it was run."""
        ...

    @property
    def port_settings(self) -> Sequence[PortSettings]:
        """What it asked of its port, in order of time; empty where the bench cannot know."""
        ...


class FedDevice(Device, Protocol):
    """A device that lives on what the bench's terminals I1-A give it, so that its power can be tried."""

    def begin_at(self, inner_v: float, *, full_once: bool) -> None:
        """Have so much in its capacitor when it starts; as full as it gets, and was before, unless told.

        Args:
            inner_v: voltage of the capacitance.
            full_once: whether it was full before in the life of the device.
        """
        ...

    @property
    def train(self) -> ClockedTrain:
        """Its power train, once it has started on a board that lives on the TIC."""
        ...


def is_fed(device: Device) -> TypeGuard[FedDevice]:
    """Whether the bench feeds it."""
    return device.feeds_on_the_bench
