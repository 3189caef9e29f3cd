# SPDX-License-Identifier: Apache-2.0
"""One stimulus played again: as the only purpose of a run of the suite, or as a test of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from xky.protocol import BenchError, InputError, Mode

from ..bench.bench import board_of
from ..bench.command_secrets import shown_device
from ..bench.devices import open_device
from ..campaign.campaign import Campaign, Options
from ..campaign.oracle import Case
from ..campaign.plan import Plan
from ..campaign.requirement import Purpose
from ..campaign.verdict import Level, NotApplicable, PurposeFailed, Undecided
from ..pytest_options import campaign_options
from .judging import broken_by, requirement_of, told
from .playing import play_story
from .stimulus_file import SUFFIX, StimulusFile, read_stimulus
from .story import plan_of, stimuli_of

__all__ = ["Replay", "purpose_of_stimulus", "require_stood", "stands"]


def purpose_of_stimulus(path: Path, stimulus: StimulusFile, *, own_meter: bool = False) -> Purpose:
    """A stimulus as a purpose of the suite.

    Args:
        path: of its file, for its name.
        stimulus: of the file.
        own_meter: whether it shares the line with others.

    Raises:
        InputError: there is no such requirement.
    """
    name = path.name.removesuffix(SUFFIX)
    requirement = requirement_of(stimulus.requirement)
    if requirement is None:
        raise InputError(f"{path}: requirement {stimulus.requirement!r}: not known; see xky certify --only X for all")
    return Purpose(requirement, name, tuple(stimuli_of(stimulus.story, named=name, own_meter=own_meter)))


def stands(case: Case, purpose: Purpose, stimulus: StimulusFile) -> None:
    """Ask of a device what was asked when the stimulus was found: it breaks no requirement.

    Raises:
        PurposeFailed: it breaks one.
        NotApplicable: nothing of it can be done to this device.
        Undecided: it was not played.
    """
    steps = purpose.stimuli[-len(stimulus.step) :]
    was_played = any(case.record.frames(one.name) for one in steps)
    if not was_played and len(steps) < len(purpose.stimuli):
        raise Undecided("not played: the run ended before, or was another one")
    broken = broken_by(case.record, stimulus.story, purpose.stimuli, strict=_is_strict(stimulus))
    if not was_played and not broken:
        raise NotApplicable("the bench cannot do to this device what the stimulus tells")
    frames = [frame for one in steps for frame in case.record.frames(one.name)] or case.record.truth
    case.trail.sent.append(f"{len(frames)} frames of the stimulus from {frames[0].start_s:.2f} s on")
    case.trail.expected.append("no requirement is broken")
    case.trail.at_s = frames[-1].end_s
    if not broken:
        case.trail.seen.append("none is")
        return
    worst = next((one for one in broken if one.requirement == stimulus.requirement), broken[0])
    case.trail.sent[:] = worst.trail.sent or case.trail.sent
    case.trail.expected[:] = worst.trail.expected or case.trail.expected
    case.trail.seen[:], case.trail.at_s = worst.trail.seen or [worst.reason], worst.trail.at_s
    case.trail.groups[:] = worst.trail.groups
    other = "" if worst.requirement == stimulus.requirement else f"{worst.requirement}: "
    raise PurposeFailed(other + worst.reason)


def _is_strict(stimulus: StimulusFile) -> bool:
    """Whether what was found is a should: a device that does not meet it is found only where they count."""
    requirement = requirement_of(stimulus.requirement)
    return requirement is not None and requirement.level is Level.SHOULD


def _claims_of(path: Path, stimulus: StimulusFile, options: Options) -> dict[str, Any]:
    """Board, labels and statement of the file, where a person tells none: options that make it the question of before.

    They are those of the device on which it was found; what another one claims is not known from there.

    Raises:
        InputError: the statement's file is not there.
    """
    if shown_device(options.device) != stimulus.device:
        return {}
    claims = _untold(stimulus, options)
    statement = claims.get("statement")
    if statement is not None and not statement.is_file():
        raise InputError(
            f"{path}: statement {str(statement)!r}: is not there; go to the folder where it was found, or give "
            "--statement"
        )
    if options.board is None and stimulus.board:
        own = board_of(open_device(options.device, defect=options.defect, line=options.line), None).id
        if stimulus.board != own:
            claims["board"] = stimulus.board
    return claims


def _untold(stimulus: StimulusFile, options: Options) -> dict[str, Any]:
    """Labels and statement of the file that a person does not tell."""
    told = {name: getattr(stimulus, name) for name in ("labels", "statement") if getattr(options, name) is None}
    return {name: value for name, value in told.items() if value is not None}


@dataclass
class Replay(Campaign):
    """A run of the suite that plays one stimulus, and nothing else.

    On the device on which it was found it asks the same question: board, labels and statement are those of the file
    where nobody tells others. What another device claims is not known from there.

    Args:
        path: of the stimulus file.

    Raises:
        InputError: an option names what is not there, the file is wrong, or the board does not read its mode.
    """

    path: Path = field(kw_only=True)

    def __post_init__(self) -> None:
        self.stimulus = read_stimulus(self.path)
        mode = self.options.tic_mode
        if mode is not None and mode is not self.stimulus.mode:
            raise InputError(f"--mode {mode}: {self.path} is of {self.stimulus.mode} mode; leave --mode out")
        for name in ("only", "meter", "profile"):
            if getattr(self.options, name):
                raise InputError(f"--{name}: {self.path} brings its own; leave it out")
        claims = _claims_of(self.path, self.stimulus, self.options)
        if not claims and (untold := _untold(self.stimulus, self.options)):
            with_what = " and ".join(f"--{name}" for name in untold)
            self.tell(
                f"{self.path}: was found with {with_what} on {self.stimulus.device}; give what this device claims, "
                "if that is less than its board says"
            )
        self.options = replace(self.options, mode=self.stimulus.mode, seed=self.stimulus.seed, **claims)
        super().__post_init__()
        self.purpose = purpose_of_stimulus(self.path, self.stimulus)
        self.found = {self.purpose: self.stimulus}

    @property
    def modes(self) -> tuple[Mode, ...]:
        return (self.stimulus.mode,)

    @property
    def files(self) -> Mapping[str, Path]:
        return {**super().files, "stimulus.stim.toml": self.path}

    def asks_for(self, purpose: Purpose) -> bool:
        return purpose is self.purpose

    def plan(self, mode: Mode) -> Plan:
        return plan_of(self.stimulus.story, self.purpose.stimuli)


def require_stood(path: Path, config: pytest.Config) -> None:
    """Play a stimulus on the device of a pytest run, else on that on which it was found.

    Args:
        path: of the stimulus file.
        config: of pytest, with the options of the bench.

    Raises:
        AssertionError: a requirement is broken; the text says which, how, and what was sent, expected and seen.
    """
    stimulus, given = read_stimulus(path), campaign_options(config)
    if given["device"] is None:
        on = {"device": stimulus.device, "board": stimulus.board or None, "defect": stimulus.defect}
        given |= {name: given[name] or was for name, was in on.items()}
    try:
        options = Options(**given | {"mode": stimulus.mode, "seed": stimulus.seed, "meter": None})
        campaign = Campaign(replace(options, **_claims_of(path, stimulus, options)))
        broken = play_story(stimulus.story, campaign, strict=_is_strict(stimulus)).broken
    except (InputError, BenchError) as error:
        pytest.fail(str(error), pytrace=False)
    if broken:
        pytest.fail(told(broken), pytrace=False)
