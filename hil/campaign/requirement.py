# SPDX-License-Identifier: Apache-2.0
"""Requirements and test purposes: what must hold, and one way to show it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from xky.protocol import Mode

from ..pytest_options import PURPOSE
from .condition import SAYS_WHAT_IS_ASKED, Condition
from .procedure import Procedure
from .stimulus import BOTH_MODES, Stimulus
from .verdict import Level

__all__ = ["Purpose", "Requirement", "purpose", "purpose_of"]

_Test = TypeVar("_Test", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Requirement:
    """What must, or should, hold of every receiver.

    Attributes:
        id: stable name.
        clause: where it comes from.
        text: the requirement, one sentence.
        level: must or should.
        modes: TIC modes in which it applies.
        about_power: it is judged by the trials of the device's power, which are played beside the plan.
        about_light: it is judged by the trials of the device's indicator, which are played beside the plan, too.
        about_input: it is judged by what instruments of a bench measure of the receiver's input.
        about_carrier: it is judged by what a device reads of carriers that a generator of the bench plays.
        may_fail_with: ids of defects that may fail it besides what their files name: a requirement of today tells what
            it makes of the defects of yesterday.
        french: the text in French.
        why: what it means for a user of the device that it fails, one sentence.
        why_french: the same in French.
        compatibility: it is about the meters that exist, beyond what the specification says of them.
        where: what a device's statement has to be for it to concern the device, besides its modes.
        procedure: how an instrument shows it; None: records of the line do.
    """

    id: str
    clause: str
    text: str
    level: Level = Level.MUST
    modes: frozenset[Mode] = BOTH_MODES
    about_power: bool = False
    about_light: bool = False
    about_input: bool = False
    about_carrier: bool = False
    may_fail_with: frozenset[str] = frozenset()
    french: str = ""
    why: str = ""
    why_french: str = ""
    compatibility: bool = False
    where: tuple[Condition, ...] = (SAYS_WHAT_IS_ASKED,)
    procedure: Procedure | None = None

    @property
    def beside_the_plan(self) -> bool:
        """Whether it is judged by trials that are no part of the plan of the line."""
        return self.about_power or self.about_light or self.about_input or self.about_carrier

    @property
    def needs_instruments(self) -> bool:
        """Whether no simulated device can show it."""
        return self.procedure is not None and not self.about_light

    @property
    def about_the_device(self) -> bool:
        """Whether it is one and the same at whichever probe the device is listened to."""
        return self.beside_the_plan or self.procedure is not None


@dataclass(frozen=True, slots=True)
class Purpose:
    """One way to show a requirement.

    Attributes:
        requirement: what it shows.
        name: unique within the requirement.
        stimuli: what it needs on the line; it judges its slice of the first, the others only have to be played;
            none where no line shows it.
        formerly: the step that it judged in earlier suites, and still does in a record that has it; what was damaged is
            looked for in the step of today first.
        names_causes: where it fails, others mostly fail for the same: it comes before them.
    """

    requirement: Requirement
    name: str
    stimuli: tuple[Stimulus, ...]
    formerly: str = ""
    names_causes: bool = False

    @property
    def stimulus(self) -> Stimulus:
        """The step that it judges."""
        return self.stimuli[0]

    @property
    def id(self) -> str:
        """Stable name of the purpose."""
        return f"{self.requirement.id}/{self.name}"

    @property
    def modes(self) -> frozenset[Mode]:
        """Modes in which it can be shown."""
        return self.requirement.modes & self.stimulus.modes if self.stimuli else self.requirement.modes


def purpose(
    requirement: Requirement, name: str, *stimuli: Stimulus, formerly: str = "", names_causes: bool = False
) -> Callable[[_Test], _Test]:
    """Declare the test below as a purpose of ``requirement``."""

    def declare(test: _Test) -> _Test:
        setattr(test, PURPOSE, Purpose(requirement, name, stimuli, formerly, names_causes))
        return test

    return declare


def purpose_of(test: Callable[..., Any]) -> Purpose | None:
    """The purpose that a test was declared as."""
    found: Purpose | None = getattr(test, PURPOSE, None)
    return found
