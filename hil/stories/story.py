# SPDX-License-Identifier: Apache-2.0
"""A story of a line: a meter, and step by step what becomes of it and of its frames. What a hunt draws and shrinks.

It is written as scenarios are: what happens to a meter has one language. Before each step, and behind each one that
disturbs the line, the meter's index and power move on to values that the run has not had, as in a plan of the suite.
"""

from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Annotated, Any

import simpy
from pydantic import BeforeValidator, Field, field_serializer, model_validator

from xky.emulator import Linky, Transmitter
from xky.emulator.faults import Fault
from xky.emulator.faults.cut import CutFrame
from xky.emulator.legal_time import parse_at
from xky.emulator.meter_file.meter_file import MeterFile
from xky.emulator.scenario.actions import Actions
from xky.emulator.scenario.checks import meter_after
from xky.emulator.scenario.event import Happening, fault_of
from xky.protocol import InputError, Mode
from xky.protocol.tomlfile import Section

from ..campaign.plan import Plan
from ..campaign.stimulus import MeterMaker, Stimulus, SupplyFault, household
from .outages import OUTAGES, OutageName

__all__ = ["ImpossibleStoryError", "Step", "Story", "StoryStimuli", "plan_of", "stimuli_of", "table_of_fault"]

_STEP = "step"
_START_FRAMES = (
    3  # that in which a device is started, and two whole ones: it may need the first of them to find its way
)
_CLEAN = frozenset({"legal_value", "unknown_label", "repeated_group", "swapped_groups"})
"""Faults that break nothing: no clean frames have to follow in which the device finds back."""


class ImpossibleStoryError(InputError):
    """A meter cannot do what a story tells."""


def table_of_fault(fault: Fault) -> dict[str, Any]:
    """A fault as a scenario writes it: its name, and what is not as it is anyhow."""
    assert is_dataclass(fault)
    told = {one.name: value for one in fields(fault) if (value := getattr(fault, one.name)) != one.default}
    return {"name": fault.name} | told


def _turns(tables: object) -> tuple[tuple[Fault, ...], ...]:
    if not isinstance(tables, list | tuple) or not all(isinstance(turn, list | tuple) for turn in tables):
        raise ValueError('expected a list of faults for each frame, such as [[{ name = "wrong_checksum", … }], []]')
    return tuple(tuple(map(fault_of, turn)) for turn in tables)


class Step(Happening):
    """One step: what happens to the meter before its first frame, as an event of a scenario has it; and its frames.

    Attributes:
        mode: another one of the TIC, for this step alone.
        turns: the faults of its frames in turn, each once at least, and again while the step is held.
        restart: the device is started anew inside its first frame, where it can be.
        server: what befalls the server that a gateway speaks to, while the step lasts.
    """

    may_be_nothing = True

    turns: Annotated[tuple[tuple[Any, ...], ...], BeforeValidator(_turns)] = ()
    restart: bool = False
    server: OutageName | None = None

    @model_validator(mode="after")
    def _is_of_a_story(self) -> "Step":
        if self.faults is not None:
            raise ValueError("faults: a story has them frame by frame; write turns")
        if self.terminal_a is not None and self.terminal_a.for_s is None:
            raise ValueError("terminal_a: in a story the power comes back; write for_s, in seconds")
        return self

    @field_serializer("turns")
    def _written(self, turns: Sequence[Sequence[Fault]]) -> list[list[dict[str, Any]]]:
        return [[table_of_fault(fault) for fault in turn] for turn in turns]

    @property
    def frames(self) -> int:
        """How many frames it tells of, at least one."""
        return max(len(self.turns), 1)

    @property
    def befalls(self) -> list[Fault]:
        """Its faults, frame after frame."""
        return [fault for turn in self.turns for fault in turn]

    @property
    def states(self) -> list[str]:
        """What befalls the meter, the device and its server, by name."""
        return [*self.keys, *(["restart"] if self.restart else []), *([self.server] if self.server else [])]

    @property
    def disturbs(self) -> bool:
        """Whether clean frames must follow, in which the device recovers."""
        gone = self.outage is not None or self.mode is not None
        return gone or any(fault.name not in _CLEAN for fault in self.befalls)

    @property
    def only_cuts(self) -> bool:
        """Whether EOT cuts some of its frames, and nothing else befalls the others."""
        return bool(self.befalls) and all(isinstance(fault, CutFrame) and fault.with_eot for fault in self.befalls)


class Story(Section):
    """What becomes of a line.

    Attributes:
        meter: on it, from the first frame on; its mode is that of the story.
        seed: of the values that the plan moves on, of gaps, and of what each fault does.
        step: one after the other.
    """

    meter: MeterFile = Field(default_factory=MeterFile)  # made when a story is: it builds what reads it
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0
    step: tuple[Step, ...] = ()

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        """What was told and nothing else, so that a failing example can be read, and pasted."""
        yield from self.model_dump(mode="json", exclude_unset=True).items()

    @property
    def mode(self) -> Mode:
        """Of the TIC."""
        return self.meter.mode

    @property
    def frames(self) -> int:
        """How many frames it tells of; the clean ones around them are the plan's."""
        return sum(step.frames for step in self.step)

    @property
    def faults(self) -> list[Fault]:
        """Its faults, frame after frame."""
        return [fault for step in self.step for fault in step.befalls]


class _OwnMeter:
    """Makes the meter of a story on a line that others have, too: it keeps the hour of its file."""

    keeps_its_time = True

    def __init__(self, file: MeterFile) -> None:
        self._file = file

    def __call__(self, mode: Mode, seed: int, at_us: int) -> Linky:
        return self._file.build()


class StoryStimuli:
    """Makes the steps of a story what the suite plays, one after the other, for whatever bench they are played on.

    Args:
        meter: of the story; it can do what the steps tell.
        seed: of the story.
        named: what the steps are called, with a number behind.
        own_meter: whether they share the line with others, so that its meter is put on it first.
    """

    def __init__(self, meter: MeterFile, *, seed: int = 0, named: str = _STEP, own_meter: bool = False) -> None:
        self._meter = meter
        self._seed = seed
        self._named = named
        self._maker: MeterMaker = _OwnMeter(meter) if own_meter else household
        self._env: simpy.Environment | None = None
        self._actions: Actions | None = None

    @property
    def file(self) -> MeterFile:
        """The meter that is on the line now, as a file describes it."""
        return self._meter if self._actions is None else self._actions.file

    def of(self, number: int, step: Step) -> Stimulus:
        """The step with that number."""
        server, mode = None if step.server is None else OUTAGES[step.server], self._meter.mode
        meets_server, other_mode = server is not None, step.mode is not None

        turns = step.turns
        if step.restart:
            turns += ((),) * (_START_FRAMES - len(turns))

        def after(meter: Linky) -> None:
            if other_mode:
                meter.mode = mode

        return Stimulus(
            f"{self._named} {number}", self._maker, modes=frozenset({mode}), turns=lambda meter: turns,
            happens=lambda env, transmitter: self._happen(step, env, transmitter),
            disturbs=step.disturbs, tail_on_same_meter=True, brief=step.disturbs and not step.keys,
            restarts=step.restart, settles=step.restart,
            after=after, outlasts_detection=other_mode or step.restart, counts_on=meets_server or step.only_cuts,
            server=server, outlasts_freshness=meets_server, supply=_supply_of(step),
            drawn_as=(self._seed, f"{_STEP} {number}"),
        )  # fmt: skip

    def _happen(self, step: Step, env: simpy.Environment, transmitter: Transmitter) -> None:
        try:
            self._let(step, env, transmitter)
        except InputError as error:
            raise ImpossibleStoryError(str(error)) from None

    def _let(self, step: Step, env: simpy.Environment, transmitter: Transmitter) -> None:
        if self._actions is None or self._env is not env:
            self._env, self._actions = env, Actions(env, transmitter, self._meter)
        skip_to_us = 0 if step.skip_to is None else max(parse_at(step.skip_to), transmitter.meter.true_us)
        lasting = step.model_copy(update={"mode": None})
        if lasting.keys:
            after = meter_after(lasting, self._actions.file, Path())
            self._actions.happen(lasting, after, skip_to_us=skip_to_us)
        if step.mode is not None:
            transmitter.meter.mode = step.mode


def _supply_of(step: Step) -> SupplyFault | None:
    told = step.terminal_a
    return None if told is None or told.for_s is None else SupplyFault(told.of, told.for_s)


def stimuli_of(story: Story, *, named: str = _STEP, own_meter: bool = False) -> list[Stimulus]:
    """The steps of a story as the suite plays them; see ``StoryStimuli``.

    Raises:
        InputError: it has none.
    """
    if not story.step:
        raise InputError("a story without a step; write at least one [[step]]")
    made = StoryStimuli(story.meter, seed=story.seed, named=named, own_meter=own_meter)
    steps = [Step(), *story.step] if own_meter else story.step
    return [made.of(number, step) for number, step in enumerate(steps, 0 if own_meter else 1)]


def plan_of(story: Story, stimuli: Sequence[Stimulus]) -> Plan:
    """A plan that plays nothing but this story, on its own meter."""
    return Plan(stimuli, story.mode, at=story.meter.at, house=story.meter, in_order=True)
