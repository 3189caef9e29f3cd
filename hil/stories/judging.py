# SPDX-License-Identifier: Apache-2.0
"""A played story judged: the questions of the suite, asked about each of its steps, and what they were answered."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from math import inf
from typing import NamedTuple

from xky.emulator import SentFrame
from xky.protocol import Mode

from ..bench.reading import kind_of
from ..campaign.oracle import Accusation, AccusationKind, Case, Oracle, Trail
from ..campaign.record import CLOSING, Record, starves
from ..campaign.requirement import Purpose, Requirement
from ..campaign.stimulus import Stimulus, household
from ..campaign.suite import tested_purposes
from ..campaign.verdict import Level, NotApplicable, PurposeFailed, Undecided, Verdict
from .story import Step, Story

__all__ = ["Broken", "Signature", "broken_by", "requirement_of", "told"]

_ACCUSED = {
    AccusationKind.DAMAGED: "TIC-CHK-1",
    AccusationKind.UNSENT: "TIC-SND-1",
    AccusationKind.STALE: "TIC-FRS-1",
    AccusationKind.LEFT: "TIC-CND-1",
}
_LIVES = _CHANGES = "TIC-CMP-1"
_ARRIVES = {"legal_value": "TIC-VAL-3", "unknown_label": "TIC-LBL-2"}
_RECOVERS = {  # of what the device did not recover, by the first fault that has a requirement of its own
    "cut": "TIC-LNK-2", "fitting_cut": "TIC-LNK-2", "power_cut": "TIC-LNK-2", "late_start": "TIC-LNK-2",
    "noise": "TIC-LNK-6", "bit_flips": "TIC-LNK-6", "jitter": "TIC-LNK-6",
    "missing_start_of_frame": "TIC-LNK-8", "missing_end_of_frame": "TIC-LNK-8",
    "endless_frame": "TIC-LNK-9", "stuck_line": "TIC-LNK-10", "baud_change": "TIC-LNK-10",
    "no_good_group": "TIC-LNK-12", "parity_error": "TIC-CHR-2", "framing_error": "TIC-CHR-2",
    "damaged_start": "TIC-LNK-7", "missing_start_of_group": "TIC-LNK-7", "missing_end_of_group": "TIC-LNK-7",
}  # fmt: skip
_AS_LONG = 1.1  # times another one: who listens for a frame or two hears as much in either
_BESIDE = "TIC-CHK-2"  # the others are reported, and it recovers, though a group is refused
_STARTED = "TIC-LNK-11"
_SERVER_IS_BACK = "XKY-UPL-1"
_POWER_IS_BACK = "XKY-PWR-2"
_EVERY_LABEL = "TIC-LBL-1"
_OTHER_MODE, _OTHER_MODE_READ = "TIC-MOD-1", "TIC-MOD-2"
_CUT = "TIC-LNK-1"
_PORT = "TIC-PRT-1"
_DOUBTFUL = {  # right by their checksum alone
    "wrong_size": "TIC-SIZ-1", "empty_value": "TIC-SIZ-1", "overlong_value": "TIC-SIZ-1",
    "letter_in_number": "TIC-SIZ-3", "control_character": "TIC-SIZ-3",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Signature:
    """What makes two findings one: the mode, what was asked, and what befell the line when the answer was wrong.

    Attributes:
        requirement: id of the one that is broken.
        question: what was asked, in a word; several requirements ask the same after different faults.
        context: names of the faults and of what happened to the meter; of a value that nobody sent, of what kind it is.
    """

    mode: Mode
    requirement: str
    question: str
    context: frozenset[str] = frozenset()

    def explains(self, other: "Signature") -> bool:
        """Whether what is known by this one is no news in another: all that it takes befell the line there, too."""
        return (self.mode, self.question) == (other.mode, other.question) and self.context <= other.context

    def __str__(self) -> str:
        befell = " + ".join(sorted(name.replace("_", " ") for name in self.context))
        return f"{self.requirement} {self.mode}" + (f", {befell}" if befell else "")


@dataclass(frozen=True, slots=True)
class Broken:
    """A requirement that a story shows to be broken."""

    signature: Signature
    reason: str
    trail: Trail
    probe: str

    @property
    def requirement(self) -> str:
        """Its id."""
        return self.signature.requirement


def told(broken: Sequence[Broken]) -> str:
    """What a story shows, for people."""
    lines = []
    for one in broken:
        lines.append(f"{one.requirement}: {one.reason}")
        for what in ("sent", "expected", "seen"):
            lines += [f"  {what}: {line}" for line in getattr(one.trail, what)]
    return "\n".join(lines)


@cache
def _requirements() -> dict[str, Requirement]:
    return {purpose.requirement.id: purpose.requirement for purpose in tested_purposes()}


def requirement_of(id_: str) -> Requirement | None:
    """The requirement of the suite with that id; None where there is none."""
    return _requirements().get(id_)


def broken_by(record: Record, story: Story, stimuli: Sequence[Stimulus], *, strict: bool = False) -> list[Broken]:
    """The requirements that a device broke while a story was played, gravest first; none of a sound one.

    Args:
        record: of the story alone.
        story: at least one step.
        stimuli: its steps as they were played.
        strict: a should counts as well.
    """
    found: dict[Signature, Broken] = {}
    for probe in record.probes:
        oracle = Oracle(record.seen_by(probe.spec))
        for asked in _asked(oracle, story, stimuli):
            requirement = _requirements()[asked.requirement]
            signature = Signature(record.mode, requirement.id, asked.name, asked.context)
            if signature in found or (requirement.level is Level.SHOULD and not strict):
                continue
            case = Case(Purpose(requirement, "hunt", (asked.stimulus,)), oracle)
            try:
                asked.question(case)
            except PurposeFailed as failed:
                if case.as_far_as_played(Verdict.FAIL, "")[0] is Verdict.FAIL:
                    found[signature] = Broken(signature, str(failed), case.trail, probe.spec)
            except (NotApplicable, Undecided):
                continue
    return list(found.values())


class _Asked(NamedTuple):
    """A question: the requirement that it shows, the step that it is about, and what befell its frames."""

    name: str
    requirement: str
    stimulus: Stimulus
    question: Callable[[Case], None]
    context: frozenset[str] = frozenset()


def _asked(oracle: Oracle, story: Story, stimuli: Sequence[Stimulus]) -> Iterator[_Asked]:
    record, first = oracle.record, stimuli[0]
    begin_s, end_s = _span(record, stimuli)
    pairs = list(zip(story.step, stimuli[-len(story.step) :], strict=True))  # one more first, where a line is shared
    steps = {name: step for step, one in pairs for name in (one.name, one.tail)}
    if record.ended is not None or not oracle.usable:
        under_way = record.truth[-1].step if len(record.truth) else ""
        yield _Asked("lives", _LIVES, first, Case.the_device_speaks, _context(steps.get(under_way)))
    accused: dict[tuple[AccusationKind, frozenset[str]], list[Accusation]] = {}
    for accusation in oracle.accusations:
        if begin_s <= accusation.reading.at_s <= end_s:
            key = accusation.wrong, _context_of(accusation, steps)
            accused.setdefault(key, []).append(accusation)
    for (wrong, context), accusations in accused.items():
        yield _Asked(wrong.name.lower(), _ACCUSED[wrong], first, partial(_accuse, accusations), context)
    if record.ended is not None:
        return
    for step, stimulus in pairs:
        if not record.frames(stimulus.name):
            if step.restart or step.server is not None or stimulus.supply is not None:
                continue  # the bench cannot do that to this device, and left it out
            return  # the meter was without power: nobody can read what it does not say
        yield from _asked_of(step, stimulus, record)
    closing = record.frames(CLOSING)
    if closing and _are_alike(closing):  # what befell the last step may show behind it alone; the last is never whole
        last, stimulus = pairs[-1]
        closes = replace(stimulus, name=CLOSING)
        yield _Asked("arrives", _CHANGES, closes, Case.what_changed_is_reported, _context(last))
    yield _Asked("labels", _EVERY_LABEL, first, Case.every_label_is_reported)
    if oracle.usable:  # a device that finds its mode may be about to set its port
        yield _Asked("port rate", _PORT, first, Case.the_port_has_the_rate)
        yield _Asked("port format", _PORT, first, Case.the_port_has_the_format)


def _span(record: Record, stimuli: Sequence[Stimulus]) -> tuple[float, float]:
    """From when to when a device may speak of a story: of the whole run, where it was played alone."""
    own = [frame for one in stimuli for name in (one.name, one.tail) for frame in record.frames(name)]
    if not own or len(own) == len(record.truth) or stimuli[0].meter is household:
        return 0.0, inf
    return own[0].end_s, own[-1].end_s + record.limits_at(own[-1].end_s).freshness_s


def _context(step: Step | None) -> frozenset[str]:
    """What befell the line in a step."""
    if step is None:
        return frozenset()
    return frozenset({fault.name for fault in step.befalls} | {*step.states})


def _context_of(accusation: Accusation, steps: Mapping[str, Step]) -> frozenset[str]:
    """What made a wrong value: a fault in the group, else what became of the meter in its step; or its kind."""
    emitted, frame = accusation.emitted, accusation.frame
    if emitted is None or frame is None:
        kind = kind_of(accusation.label)
        return frozenset({f"a {kind.name.lower()}" if kind is not None else "an unknown label"})
    if emitted.fault is not None:
        return frozenset({emitted.fault})
    return _context(steps.get(frame.step))


def _asked_of(step: Step, stimulus: Stimulus, record: Record) -> Iterator[_Asked]:
    """What is asked about one step and the clean frames behind it."""
    context = _context(step)
    clean = record.frames(stimulus.tail)
    if clean and not _any_tells_of_all(record, clean):
        return
    if step.server is not None:
        yield _Asked("returns", _SERVER_IS_BACK, stimulus, Case.the_device_returns, context)
        return
    if stimulus.supply is not None:
        yield _Asked("starts again", _POWER_IS_BACK, stimulus, Case.the_device_starts_again, context)
        return
    if step.restart:
        if step.mode is None and len(record.frames(stimulus.name)) > 1:
            yield _Asked("finds its way", _STARTED, stimulus, Case.the_device_finds_its_way, context)
        return
    if step.mode is not None:
        if not starves(record.truth, stimulus.name):
            yield _Asked("reads the other mode", _OTHER_MODE_READ, stimulus, Case.the_other_mode_is_read, context)
        if clean:
            yield _Asked("recovers", _OTHER_MODE, stimulus, Case.the_device_recovers, context)
        return
    yield from _asked_of_frames(step, stimulus, record, context)


def _asked_of_frames(step: Step, stimulus: Stimulus, record: Record, context: frozenset[str]) -> Iterator[_Asked]:
    """The same where the meter, or its frames alone, did something."""
    names = list(dict.fromkeys(fault.name for fault in step.befalls))
    is_heard = _can_all_be_heard(step, stimulus, record)
    if is_heard and _has_whole_frames_between_cuts(step, stimulus, record):
        yield _Asked("between cuts", _CUT, stimulus, Case.whole_frames_are_reported, context)
    arrives = next((_ARRIVES[name] for name in names if name in _ARRIVES), _BESIDE if names else _CHANGES)
    if is_heard:
        yield _Asked("arrives", arrives, stimulus, Case.what_changed_is_reported, context)
    for name in names:
        if name in _DOUBTFUL:
            yield _Asked("refuses", _DOUBTFUL[name], stimulus, partial(_doubtful_are_refused, name), frozenset({name}))
    if step.disturbs and record.frames(stimulus.tail):
        recovers = next((_RECOVERS[name] for name in names if name in _RECOVERS), _BESIDE)
        yield _Asked("recovers", recovers, stimulus, Case.the_device_recovers, context)


def _has_whole_frames_between_cuts(step: Step, stimulus: Stimulus, record: Record) -> bool:
    is_cut = step.only_cuts and record.mode is Mode.HISTORIC
    return is_cut and any(frame.complete for frame in record.frames(stimulus.name))


def _can_all_be_heard(step: Step, stimulus: Stimulus, record: Record) -> bool:
    """Whether each device must hear what is intact in the frames of a step.

    Not where it was kept from good frames for so long that it may look for another mode, if it does that.
    """
    if record.board.detects_mode and starves(record.truth, stimulus.name):
        return False
    if not record.board.pace_s:
        return not record.skips_frames
    frames = record.frames(stimulus.name)
    breaks_frames = any(fault.name in _RECOVERS for fault in step.befalls)  # more than the group that it befalls
    same = len(step.turns) <= 1 and not breaks_frames
    return same and _any_tells_of_all(record, [record.truth[frames[0].number - 1], *frames])


def _any_tells_of_all(record: Record, frames: Sequence[SentFrame]) -> bool:
    """Whether a device that hears a frame or two of these has heard what they say; one that does not sleep hears all.

    Short frames among long ones are such that do not (02E §2.5).
    """
    alike = all(frame.complete for frame in frames[1:]) and _are_alike(frames)
    return alike or not record.board.pace_s


def _are_alike(frames: Sequence[SentFrame]) -> bool:
    lengths_s = [frame.end_s - frame.start_s for frame in frames]
    return max(lengths_s) <= _AS_LONG * min(lengths_s)


def _accuse(accusations: list[Accusation], case: Case) -> None:
    case.trail.expected.append(f"no value that {accusations[0].wrong.value}")
    case.fail_for(accusations)


def _doubtful_are_refused(fault: str, case: Case) -> None:
    case.doubtful_values_are_refused(fault)
