# SPDX-License-Identifier: Apache-2.0
"""What every kind of probe is to the bench: where it sees what a device says."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import simpy

from xky.boards import Board
from xky.emulator.runner import RealTime
from xky.protocol import Mode

from ...ends.end import Observer
from ..reading import Reading, Remark, in_label_table

__all__ = ["Probe", "ProbeContext"]


@dataclass(frozen=True, slots=True)
class ProbeContext:
    """What a probe is opened in.

    Attributes:
        env: the bench's clock.
        runner: plays it in real time; None in virtual time.
        board: what the device is, or claims to be; its mapping tells what payloads mean.
        mode: of the meter at the start.
        speed: bench seconds per real second.
    """

    env: simpy.Environment
    runner: RealTime | None
    board: Board
    mode: Mode
    speed: float


class Probe(ABC):
    """A place where readings are seen. One file a kind in this folder; ``open_probe`` finds it by its scheme.

    Args:
        spec: as it stands on the command line, checked; ``shown`` is what of it may be printed.

    Attributes:
        readings: in order of arrival.
        remarks: what came and is no reading.
        dropped: messages of a flood that were not taken.
    """

    schemes: tuple[str, ...] = ()
    """What a SPEC of this kind begins with."""
    virtual = True
    """Whether it can be on a bench in virtual time."""
    must_be_handed_over = False
    """Whether nobody can know where it is but by ``fields``: it listens on a port that is free just now."""
    end: Observer | None = None
    """The bench's own end of the uplink, once it is open, for a kind that has one."""

    def __init__(self, spec: str) -> None:
        self.shown = spec
        self.readings: list[Reading] = []
        self.remarks: list[Remark] = []
        self.dropped = 0

    @property
    def kind(self) -> str:
        """Its name in a statement: ``lines``, ``mqtt``, ``influx``, ``lorawan``, ``http``."""
        return self.schemes[0]

    @abstractmethod
    def open(self, context: ProbeContext) -> None:
        """Be there before the device starts.

        Raises:
            InputError: an address cannot be listened at.
            BenchError: what it reads from cannot be reached.
        """

    def check(self) -> None:  # noqa: B027 - most kinds find out by opening
        """Ask what it reads from whether it is what it was said to be; called once it is open.

        Raises:
            BenchError: something else answers there.
        """

    def forget_before(self, at_s: float) -> None:
        """Let go of what came until then, seconds on the bench's clock."""
        self.readings = [one for one in self.readings if one.at_s >= at_s]
        self.remarks = [one for one in self.remarks if one.at_s >= at_s]
        if self.end is not None:
            self.end.forget_before(at_s)

    @property
    def has_spoken(self) -> bool:
        """Whether a reading of a label of the TIC came."""
        return any(in_label_table(key) for reading in self.readings for key in reading.said)

    def close(self) -> None:  # noqa: B027 - most kinds hold nothing
        """Let go of everything; safe to call twice, and when it never opened."""

    @property
    def fields(self) -> Mapping[str, str]:
        """What is replaced in each word of a device's command, such as ``{mqtt}``."""
        return {}

    @property
    def notes(self) -> Sequence[str]:
        """What a reader of the report should know of it."""
        return ()
