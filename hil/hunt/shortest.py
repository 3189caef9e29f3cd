# SPDX-License-Identifier: Apache-2.0
"""The shortest stimuli that show what a run of the suite found: a frame or a few, each tried in virtual time.

A step of the suite has many frames and faults, of which one mostly does it. Each is tried alone; where none does, the
frames that it takes are what Hypothesis leaves of them. What no stimulus of a hunt can tell, or what its questions do
not ask, has none: the command that plays the purpose alone shows it.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import HealthCheck, Verbosity, find, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from xky.emulator.faults import Fault
from xky.emulator.legal_time import parse_at
from xky.emulator.meter_file.meter_file import MeterFile
from xky.protocol import BenchError, InputError

from ..campaign.campaign import Campaign
from ..campaign.judgement import Conclusion
from ..campaign.report.folder import STIMULI
from ..campaign.stimulus import SUITE_AT, Stimulus
from ..campaign.verdict import Verdict
from ..stories.judging import Broken
from ..stories.playing import play_story
from ..stories.stimulus_file import SUFFIX, read_stimulus, write_stimulus
from ..stories.story import Step, Story, table_of_fault
from .interrupt import interrupts_come_out

__all__ = ["require_virtual", "shortest_stimuli"]

_TRIES = 100  # stories that Hypothesis may draw; to shrink one it plays more
_SEEDS = 2**32
_Turns = tuple[tuple[Fault, ...], ...]
_Asked = tuple[str, str, str]  # purpose, mode, probe


def require_virtual(campaign: Campaign) -> None:
    """Complain where a line cannot be played again in no time.

    Raises:
        InputError: the device, or where it is listened to, lives in real time.
    """
    if not campaign.virtual:
        raise InputError(
            f"--shrink: {campaign.options.device.partition(':')[0]}: runs in real time, where each try takes seconds; "
            "leave --shrink out: each fail has the command that plays it alone; xky fuzz hunts there"
        )


def shortest_stimuli(campaign: Campaign, folder: Path) -> dict[_Asked, dict[str, Any]]:
    """Find and write them; what a report says of each, by purpose, mode and probe.

    Args:
        campaign: judged; its device runs in virtual time.
        folder: of the report. A person who interrupts it keeps what was found by then.

    Raises:
        OSError: one cannot be written.
    """
    found: dict[_Asked, dict[str, Any]] = {}
    search = _Search(campaign)
    try:
        for one in campaign.conclusions:
            if one.verdict is not Verdict.FAIL or one.purpose.requirement.beside_the_plan:
                continue
            shown = search.of(one)
            if shown is not None:
                name = f"{one.purpose.id.replace('/', '.')}.{one.mode}{SUFFIX}"
                if told := _kept(campaign, folder / STIMULI / name, *shown):
                    found[one.purpose.id, one.mode.value, one.asked.probe] = told
    except KeyboardInterrupt:
        pass
    return found


class _Search:
    """Looks for the shortest story of each fail; what was played once is known."""

    def __init__(self, campaign: Campaign) -> None:
        self._campaign = campaign
        self._played: dict[str, list[Broken]] = {}

    def of(self, one: Conclusion) -> tuple[Story, Broken] | None:
        """A story that shows a fail, and what it breaks; None: none does."""
        moment = one.trail.groups[0].fault if one.trail.groups else None

        def shows(step: Stimulus, turns: _Turns) -> tuple[Story, Broken] | None:
            story = self._story(one, step, turns)
            broken = [] if story is None else self._broken(story)
            shown = [b for b in broken if _is_it(b, one, turns, moment)]
            told = min(shown, key=lambda b: b.requirement != one.purpose.requirement.id, default=None)
            return None if story is None or told is None else (story, told)

        steps = [
            (step, turns) for step in one.purpose.stimuli if (turns := self._turns_of(step, one, moment)) is not None
        ]
        for step, turns in steps:
            for single in _alone(turns, moment):
                if (shown := shows(step, single)) is not None:
                    return shown
        for step, turns in steps:
            if len(turns) > 1 and shows(step, turns) is not None:
                return shows(step, self._fewest(turns, lambda few, step=step: shows(step, few) is not None))  # type: ignore[misc]
        return None

    def _turns_of(self, step: Stimulus, one: Conclusion, moment: str | None) -> _Turns | None:
        """What befalls its frames in turn; None where it is more than faults that befall the frames of a meter.

        A step that asks about something else besides lends its frames to a damaged group: that fault alone is told.
        """
        if one.mode not in step.modes or step.server or step.supply or step.last:
            return None
        meter = step.meter(one.mode, self._campaign.options.seed, parse_at(SUITE_AT))
        step.before(meter)
        turns = tuple(turn for turn in step.turns(meter) or (step.faults(meter),) if turn)
        if step.happens or step.at:
            return tuple((fault,) for turn in turns for fault in turn if fault.name == moment) or None
        return turns or ((),)

    def _story(self, one: Conclusion, step: Stimulus, turns: _Turns) -> Story | None:
        house = self._campaign.house
        seed = self._campaign.options.seed % _SEEDS
        meter = MeterFile(mode=one.mode, at=SUITE_AT, seed=seed) if house is None else house.changed(mode=one.mode)
        tables = [[table_of_fault(fault) for fault in turn] for turn in turns if turn]
        try:
            told: dict[str, Any] = {
                **({"turns": tables} if tables else {}),
                **({"restart": True} if step.restarts else {}),
            }
            return Story(meter=meter, seed=seed, step=(Step.model_validate(told),))
        except ValueError:  # a fault that no file can tell
            return None

    def _broken(self, story: Story) -> list[Broken]:
        key = story.model_dump_json()
        if key not in self._played:
            try:
                self._played[key] = play_story(story, self._campaign).broken
            except (InputError, BenchError):  # the meter cannot, or the device does not even start
                self._played[key] = []
        return self._played[key]

    def _fewest(self, turns: _Turns, shows: Callable[[_Turns], bool]) -> _Turns:
        """The fewest of some turns that show it, by Hypothesis's own shrinking; all of them show it."""
        places = st.lists(st.sampled_from(range(len(turns))), min_size=1, max_size=len(turns), unique=True).map(sorted)
        quiet = settings(
            max_examples=_TRIES, database=None, deadline=None, suppress_health_check=list(HealthCheck),
            verbosity=Verbosity.quiet,
        )  # fmt: skip
        try:
            with interrupts_come_out():
                few = find(places, lambda chosen: shows(_those(turns, chosen)), settings=quiet, random=Random(0))
        except NoSuchExample:
            return turns
        return _those(turns, few)


def _those(turns: _Turns, places: Sequence[int]) -> _Turns:
    return tuple(turns[place] for place in places)


def _alone(turns: _Turns, moment: str | None) -> Iterator[_Turns]:
    """Each fault in a frame of its own, that of the moment first; then each frame with all that befalls it."""
    faults = list(dict.fromkeys(fault for turn in turns for fault in turn))
    yield from (((fault,),) for fault in sorted(faults, key=lambda fault: fault.name != moment))
    yield from ((turn,) for turn in turns if len(turn) != 1)


def _is_it(broken: Broken, one: Conclusion, turns: _Turns, moment: str | None) -> bool:
    """Whether what a story breaks is the fail: the same requirement, or what comes of the same fault alone."""
    if broken.requirement == one.purpose.requirement.id:
        return True
    faults = {fault.name for turn in turns for fault in turn}
    return moment is not None and faults == {moment} and broken.signature.context == frozenset(faults)


def _kept(campaign: Campaign, path: Path, story: Story, broken: Broken) -> dict[str, Any] | None:
    """Write it, and see that what was written shows it; what a report says of it."""
    options = campaign.options
    path.parent.mkdir(exist_ok=True)
    write_stimulus(
        path, story, broken, device=options.device, board=options.board or campaign.board.id, defect=options.defect,
        labels=options.labels, statement=options.statement,
    )  # fmt: skip
    again = play_story(read_stimulus(path).story, campaign).broken
    if all(one.requirement != broken.requirement for one in again):
        path.unlink()
        return None
    faults = list(dict.fromkeys(fault.name for fault in story.faults))
    return {
        "file": f"{STIMULI}/{path.name}", "requirement": broken.requirement, "frames": story.frames, "faults": faults
    }  # fmt: skip
