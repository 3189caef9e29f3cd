# SPDX-License-Identifier: Apache-2.0
"""How long the plans of a campaign take: each is played first on a simulated reader, in no time."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Protocol

from xky.boards import Board
from xky.emulator.meter_file.meter_file import MeterFile
from xky.protocol import Mode

from ..bench.devices import open_device
from .judgement import Asked, Judgement
from .performance import CutShort, play
from .plan import Plan
from .record import LINES, Record
from .step_lengths import lengths_of
from .step_spans import Span, spans_of
from .stimulus import Stimulus

__all__ = ["Rehearsal", "Timing"]


class Timing(Protocol):
    """What a rehearsal takes of the options of a campaign: its seed, and bench seconds per real second."""

    @property
    def seed(self) -> int: ...

    @property
    def speed(self) -> float: ...


class Rehearsal(Judgement):
    """A judgement whose plans are to be played.

    Attributes:
        options: of the run.
        board: of the device.
        house: meter in the place of the suite's household.
        kinds: of the probes.
        virtual: whether it is played in no time.
    """

    options: Timing
    board: Board
    house: MeterFile | None
    kinds: set[str]
    virtual: bool

    @cached_property
    def planned(self) -> dict[Mode, Sequence[Span]]:
        """When each step of a mode will be played, as it was rehearsed; of a mode that was not, nothing."""
        return {}

    @property
    @abstractmethod
    def left(self) -> Sequence[Asked]:
        """What is asked of the device now."""

    @property
    @abstractmethod
    def plays_power(self) -> bool:
        """Whether trials of power can be played: the bench feeds the device what it lives on."""

    @property
    @abstractmethod
    def plays_light(self) -> bool:
        """Whether trials of an indicator can be played: there is one, and an eye sees it."""

    @property
    @abstractmethod
    def plays_input(self) -> bool:
        """Whether the bench can measure the receiver's input."""

    @property
    def plays_carrier(self) -> bool:
        """Whether the bench can play carriers to the device."""
        return False

    @property
    def measures_power(self) -> bool:
        """Whether trials of power can be played on a real board, by the instruments of its bench: they take minutes."""
        return False

    @abstractmethod
    def plan(self, mode: Mode) -> Plan:
        """The plan of a mode."""

    def step_lengths_s(self, mode: Mode) -> dict[Stimulus, float]:
        """How long each step of a plan takes, as ``lengths_of`` has it."""
        plan = self.plan(mode)
        return lengths_of(plan, self.rehearsed(plan), self.board, self.options.speed)

    @cached_property
    def lengths_s(self) -> Mapping[Mode, float]:
        """How long each mode takes in real seconds; 0 in virtual time. Known once the purposes are selected."""
        if self.virtual:
            return dict.fromkeys(self.modes, 0.0)
        asked = {one.mode for one in self.left} - set(self.records)
        return {mode: self._length_s(self.plan(mode)) if mode in asked else 0.0 for mode in self.modes}

    def _length_s(self, plan: Plan) -> float:
        """How long a plan takes in real seconds."""
        outages = sum(one.server is not None and one.server.probe in self.kinds for one in plan.steps)
        rehearsed = self.rehearsed(plan)
        self.planned[plan.mode] = spans_of(rehearsed.truth)
        return (rehearsed.duration_s + outages * self.board.server_returns_s) / self.options.speed

    def rehearsed(self, plan: Plan) -> Record:
        """The record of a plan played first on a simulated reader, in no time.

        A reader at its lines meets no server: what befalls one lasts as long there as any disturbance, and the longest
        that the device may then take to come back is added.
        """
        board = self.board.model_copy(update={"power": None})  # a reader, whatever the board lives on
        here = [one for one in plan.steps if one.server is None or one.server.probe in self.kinds]
        lines = [one if one.server is None else replace(one, server=None, disturbs=True) for one in here]
        try:
            return play(
                Plan(lines, plan.mode, house=self.house, in_order=True), open_device("sim:generic"), board,
                probes=(LINES,), seed=self.options.seed, speed=self.options.speed,
            )  # fmt: skip
        except CutShort:  # its record is not that of the device
            raise KeyboardInterrupt from None
