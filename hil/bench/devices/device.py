# SPDX-License-Identifier: Apache-2.0
"""What every kind of device under test is to the bench."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence, Set
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import simpy

from xky.boards import Board
from xky.boards.ports import NetworkPort, RadioPort
from xky.boards.power.clocked_train import ClockedTrain
from xky.emulator import Line
from xky.emulator.outputs import PortSettings
from xky.emulator.runner import RealTime
from xky.emulator.supply import SUPPLIES, Terminals
from xky.protocol import BenchError, Mode

from ..lamp import Lamp
from ..probes.lines import LinesProbe

__all__ = ["Device", "DeviceContext", "FedDevice"]


@dataclass(frozen=True, slots=True)
class DeviceContext:
    """What a device is plugged into.

    Attributes:
        env: the bench's clock.
        runner: plays it in real time; None in virtual time.
        line: I1-I2.
        probe: where the lines go that it prints.
        board: the hardware that it is, or claims to be.
        mode: of the meter, and what the device is configured for.
        speed: bench seconds per real second.
        terminals: I1-A.
        fields: what is replaced in each word of a command besides, such as ``{mqtt}``.
        handed_over: of ``fields``, what a command must have one of: nobody can know the address but by it.
        network: what a simulated board reaches by Wi-Fi or Ethernet; None where nobody listens there.
        radio: what it reaches by LoRa, likewise.
        listens_to_lines: whether somebody asked for the lines that it prints.
        lamp: the light of a simulated board's indicator; None: nobody looks at it.
    """

    env: simpy.Environment
    runner: RealTime | None
    line: Line
    probe: LinesProbe
    board: Board
    mode: Mode
    speed: float
    terminals: Terminals = field(default_factory=lambda: Terminals(SUPPLIES["min_spec"]))
    fields: Mapping[str, str] = field(default_factory=dict)
    handed_over: Sequence[tuple[str, ...]] = ()
    network: NetworkPort | None = None
    radio: RadioPort | None = None
    listens_to_lines: bool = True
    lamp: Lamp | None = None


class Device(ABC):
    """A live instance under test. One file a kind in this folder; ``open_device`` finds it by its scheme.

    A kind says how it is started and stopped, and of the rest what it can: what it cannot is as here. It is made of
    what stands behind the scheme and of the options ``defect``, ``line`` and ``parity``, and refuses what it does
    not take.
    """

    example = ""
    """What may stand behind the scheme; the tests that all kinds share open it."""
    virtual = False
    """Whether it lives in virtual time."""
    on_hardware = False
    """Whether it is a real board on a wire: it has ports of this machine, and may take ``reset`` and ``flash``."""
    spoils_characters = True
    """Whether a single character on its line can have a wrong parity or stop bit; else it is sent right."""
    has_uplinks = False
    """Whether it speaks by the uplinks of its board, so that it is listened to there unless somebody says."""
    board: Board | None = None
    """The board that the device's name tells; None where the user says which it is."""

    @property
    def files(self) -> Sequence[Path]:
        """The files that the program under test is made of, as far as the bench knows; none where it runs elsewhere."""
        return ()

    def check(self, context: DeviceContext) -> None:  # noqa: B027 - most kinds find out by starting
        """Refuse what a person gave wrong, without starting anything.

        Raises:
            InputError: it does not take what the bench hands over.
        """

    def held(self, tell: Callable[[str], None]) -> AbstractContextManager[object]:
        """Keep others from it while the block runs, over several starts; most kinds are this run's alone.

        Args:
            tell: told in a line what a person ought to know of how it was left.

        Raises:
            InputError: what holds it is missing.
            BenchError: as a context: it cannot be had.
        """
        return nullcontext()

    @abstractmethod
    def start(self, context: DeviceContext, clock_starts: Callable[[], None]) -> None:
        """Power it, connect it, and call ``clock_starts`` when the line may begin to speak.

        Raises:
            BenchError: it cannot be started.
        """

    @abstractmethod
    def stop(self) -> None:
        """End it, whatever state it is in; safe to call twice, and when it never started."""

    can_restart = False
    """Whether ``restart`` is there, so that what a device makes of its start can be tried."""

    def restart(self) -> None:
        """End it and start it anew on the line as it is; the bench's clock stands still meanwhile.

        One that has ended stays so. What it said, asked of its port and complained of before stays.

        Raises:
            BenchError: it cannot be started again.
        """
        raise BenchError("this kind of device cannot be started anew")

    def join_anew(self) -> None:  # noqa: B027 - most kinds have no such network
        """Have it join its LoRaWAN network at its next start, as a button or a command of a device does; one without
        such a network has nothing to forget."""

    def cover(self) -> None:  # noqa: B027 - most kinds cannot tell
        """Before ``start``: keep which parts of it are run, which costs speed; one that cannot tell does nothing."""

    @property
    def covered(self) -> Set[int]:
        """Basic blocks that it has run, by address or place; empty where it cannot tell, or was not asked to."""
        return frozenset()

    @property
    def filled(self) -> Mapping[str, int]:
        """How many bytes of each of its buffers it had in use, by name; empty where it cannot tell, or was not asked
        to keep what it runs."""
        return {}

    def forget_covered(self) -> None:  # noqa: B027 - most kinds cannot tell
        """Count those that it runs from now on alone: another story begins."""

    @property
    def coverage_blocks(self) -> int:
        """How many basic blocks there are; 0 where nobody knows."""
        return 0

    def explain_silence(self) -> None:  # noqa: B027 - most kinds are not wired by hand
        """It has said nothing in all the time given for a first word: see whether the bench is to blame.

        Raises:
            BenchError: it is.
        """

    @property
    def ended(self) -> str | None:
        """None while it lives; else how it ended, for people."""
        return None

    @property
    def last_words(self) -> str:
        """Its last line of standard error, if it has such a thing."""
        return ""

    @property
    def stderr(self) -> bytes:
        """All of its standard error."""
        return b""

    @property
    def overruns(self) -> int:
        """Characters that found its receive buffer full."""
        return 0

    @property
    def notes(self) -> Sequence[str]:
        """What a reader of the report should know about how it was run."""
        return ()

    @property
    def page_url(self) -> str | None:
        """Where its own page is served in real time, such as ``http://127.0.0.1:41234``; None: nowhere."""
        return None

    @property
    def port_settings(self) -> Sequence[PortSettings]:
        """What it asked of its port, in order of time; empty where the bench cannot know."""
        return ()


class FedDevice(Device):
    """A device that lives on what the bench's terminals I1-A give it, so that its power can be tried."""

    @abstractmethod
    def begin_at(self, inner_v: float, *, full_once: bool) -> None:
        """Have so much in its capacitor when it starts; as full as it gets, and was before, unless told.

        Args:
            inner_v: voltage of the capacitance.
            full_once: whether it was full before in the life of the device.
        """

    @property
    @abstractmethod
    def train(self) -> ClockedTrain:
        """Its power train, once it has started on a board that lives on the TIC."""
