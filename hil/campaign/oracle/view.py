# SPDX-License-Identifier: Apache-2.0
"""A purpose's view of the record: the frames of its step, what is due in them, when it came, and the trail."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from xky.emulator import Emitted, Expect, Piece, SentFrame
from xky.emulator.faults.legal_value import LegalValue
from xky.protocol import Group

from ...bench.limits import TimeLimits
from ...bench.reading import Reading
from ..condition import NOT_CLAIMED, Facts, why_not_concerned
from ..record import Record
from ..requirement import Purpose
from ..stimulus import tail_of
from ..verdict import NotApplicable, PurposeFailed, Undecided, Verdict
from .accusations import Accusation, AccusationKind, Oracle
from .instead import said_instead
from .near_misses import near_miss

__all__ = ["SHOWN", "Measure", "PurposeView", "Trail", "printable"]

SHOWN = 6  # lines of a kind in a trail
_FIRST, _LAST = 60, 20  # characters told of a group longer than any
_SENT_RIGHT = "not played: the line's adapter makes the parity, so that no character has a wrong one; leave that out"


@dataclass(frozen=True, slots=True)
class Measure:
    """What was measured against a limit, so that two runs can be compared.

    Attributes:
        what: was measured, in a few words.
        unit: of value and limit.
        at_least: whether the limit is the least, not the most.
    """

    what: str
    value: float
    limit: float
    unit: str = "s"
    at_least: bool = False


@dataclass
class Trail:
    """What a verdict rests on, for people: lines of text, and when on the bench's clock.

    Attributes:
        measured: what was measured against a limit.
        groups: of which ``sent`` tells, the one that matters most first: where a picture of the moment looks.
        of_whole_run: it rests on more than the step of its purpose.
    """

    sent: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    at_s: float = 0.0
    measured: list[Measure] = field(default_factory=list)
    groups: list[Emitted] = field(default_factory=list)
    of_whole_run: bool = False


class PurposeView:
    """One purpose on one record.

    Args:
        purpose: with its stimulus.
        oracle: of the record.
    """

    def __init__(self, purpose: Purpose, oracle: Oracle) -> None:
        self._purpose = purpose
        self._oracle = oracle
        self.record: Record = oracle.record
        self.trail = Trail()
        self._accused = False

    def as_far_as_played(self, verdict: Verdict, reason: str) -> tuple[Verdict, str]:
        """A verdict of a run that may have been cut short: then only what was settled by that time stands.

        What a device said and should not have said stands in any case, and what does not concern it needs no time.
        Nobody passes by what a line could not carry.
        """
        if verdict is Verdict.PASS and self.record.sent_right and self._has_spoilt_characters:
            return Verdict.INCONCLUSIVE, _SENT_RIGHT
        cut_s = self.record.cut_short_s
        if self._accused or (cut_s is None and not self.record.power_cut_short and not self.record.trials_cut_short):
            return verdict, reason
        if cut_s is not None and verdict is not Verdict.INCONCLUSIVE and not self._stands(verdict):
            verdict, reason = Verdict.INCONCLUSIVE, f"the run was cut short at {cut_s:.2f} s, before this was settled"
        if verdict is not Verdict.INCONCLUSIVE:
            return verdict, reason
        why = why_not_concerned(self._purpose.requirement.where, self._facts)
        return (Verdict.NOT_APPLICABLE, why) if why else (verdict, reason)

    @property
    def _has_spoilt_characters(self) -> bool:
        """Whether a character of its steps should have had a wrong parity or stop bit."""
        asked = {*self._steps, self._step}
        return any(piece.defects for step in asked for frame in self.record.frames(step) for piece in frame.pieces)

    def _stands(self, verdict: Verdict) -> bool:
        """Whether all that a verdict rests on was settled by the cut."""
        if not verdict.decided or self.trail.of_whole_run:
            return False
        asked = [one for one in self._purpose.stimuli if self.record.mode in one.modes]
        ends = [self._behind(one.name) if one.has_tail(self.record.mode) else one.name for one in asked]
        return all(self._is_settled(end, verdict) for end in ends)

    def _is_settled(self, step: str, verdict: Verdict) -> bool:
        """Whether a step was over so long before the end that whatever comes of it in time had come.

        Nobody fails before the longest time that a question may have waited is over.
        """
        frames = self.record.frames(step)
        if not frames or self.record.cut_short_s is None:
            return False
        end_s = frames[-1].end_s
        due_s = end_s + _longest_s(self.record.limits_at(end_s))
        if verdict is Verdict.PASS:
            due_s = min(due_s, self._due_s(frames))
        return due_s <= self.record.cut_short_s

    def _due_s(self, frames: Sequence[SentFrame]) -> float:
        """When whatever comes of frames has come, by what was on the line from them on until then.

        A frame without end that began later, or that was over before, keeps no answer to them back. ``limits_at``
        counts one that was over just before, for what is reported may be as old.
        """
        due_s, counted = frames[-1].end_s, 0
        on_the_line = list(frames)
        while len(on_the_line) > counted:
            counted = len(on_the_line)
            due_s = frames[-1].end_s + _longest_s(self.record.limits_of(on_the_line))
            on_the_line = [one for one in self.record.truth if frames[0].start_s <= one.start_s < due_s]
        return due_s

    @property
    def _facts(self) -> Facts:
        """What was known of the device before it was run."""
        return self.record.facts

    # The step

    @property
    def _step(self) -> str:
        formerly = self._purpose.formerly
        return formerly if formerly and self.record.frames(formerly) else self._purpose.stimulus.name

    @property
    def _steps(self) -> list[str]:
        """That one, or where it is none of an earlier suite, all that its stimuli are in the mode."""
        if self._step == self._purpose.formerly:
            return [self._step]
        return [one.name for one in self._purpose.stimuli if self.record.mode in one.modes]

    @property
    def _tail(self) -> str:
        return self._behind(self._step)

    def _behind(self, step: str) -> str:
        """The name of the clean frames behind a step: its own, or the step that stands in their place."""
        own = self.record.frames(step)
        if own and not self.record.frames(tail_of(step)) and own[-1].number + 1 < len(self.record.truth):
            return self.record.truth[own[-1].number + 1].step
        return tail_of(step)

    def _frames(self, step: str) -> list[SentFrame]:
        frames = self.record.frames(step)
        if not frames:
            if self.record.cut_short_s is not None:
                raise Undecided("not played: the run was cut short")
            if self.record.ended is not None and step == self._tail and self.record.truth[-1].step == self._step:
                self.trail.at_s = self.record.duration_s if self.record.ended_s is None else self.record.ended_s
                raise PurposeFailed(f"the device ended in this step ({self.record.ended})")  # nothing was to follow
            why = "the device was silent" if self.record.silent else f"the device had ended ({self.record.ended})"
            raise Undecided(f"not played: {why}")
        return frames

    def _heard(self, start_s: float, end_s: float) -> list[Reading]:
        return [reading for reading in self._oracle.usable if start_s <= reading.at_s <= end_s]

    def _show_sent(self, groups: list[Emitted]) -> None:
        self.trail.sent.extend(_lines_of(groups))
        self.trail.groups.extend(groups[:SHOWN])

    def _fail(self, reason: str, start_s: float, end_s: float) -> None:
        if self.record.was_late(start_s, end_s):
            raise Undecided(f"the bench was late between {start_s:.2f} s and {end_s:.2f} s; else: {reason}")
        raise PurposeFailed(reason)

    def fail_for(self, accusations: list[Accusation]) -> None:
        """Fail for these accusations, at least one."""
        first = accusations[0]
        self.trail.at_s = first.reading.at_s
        shown = _of_each_label(accusations)
        self.trail.seen.extend(map(str, shown))
        accused = dict.fromkeys(emitted for one in shown for emitted in self._oracle.words_of(one))
        del self.trail.sent[:], self.trail.groups[:]  # in the place of whatever else was sent
        self._show_sent(list(accused))
        if not accused:
            until_s = first.reading.at_s
            self.trail.sent.append(f"no group {first.label}, and none with such words, up to {until_s:.2f} s")
        more = f" (and {len(accusations) - 1} more)" if len(accusations) > 1 else ""
        self._accused = True
        start_s = first.emitted.start_s if first.emitted is not None else first.reading.at_s
        is_unsent = first.wrong is AccusationKind.UNSENT and first.emitted is None
        hint = near_miss(first.label, first.said, self._oracle.words_of(first)) if is_unsent else ""
        self._fail(f"{first}{hint}{more}", start_s, first.reading.at_s)

    def _require_a_listener(self, frames: list[SentFrame]) -> None:
        """Silence proves nothing: the device must have spoken since, or else it was not there."""
        if not any(reading.at_s > frames[0].start_s for reading in self._oracle.usable):
            raise Undecided("the device said nothing from this step on")

    def _lasting_s(self, frames: list[SentFrame]) -> float:
        """For how long frames must say something that is due, where one of them may be longer than the first."""
        by_first, by_longest = self.record.limits_at(frames[0].start_s), self.record.limits_of(frames)
        return max(by_first.completeness_s, by_longest.completeness_s)

    def _may_go_by(self, frames: list[SentFrame]) -> bool:
        """Whether a step is so short that who does not report each frame need not report what it says."""
        lasts_s = frames[-1].start_s - frames[0].start_s + 1.5 * max(frame.end_s - frame.start_s for frame in frames)
        return lasts_s < self._lasting_s(frames) and self.record.skips_frames

    def _new_groups(
        self, frames: list[SentFrame], lasting_s: float | None = None, *, may_stay: bool = False, odd: bool = False
    ) -> dict[str, Emitted]:
        """First group of each label that says something new in the step, where it does so long enough to be due.

        What ``may_stay`` is new where the step just before had it not; else no other step may have it. Legal values
        that are ``odd`` have purposes of their own.
        """
        is_new = self._oracle.is_other_than_before if may_stay else self._oracle.is_new_in
        step = frames[0].step
        known: dict[int, tuple[str, bool] | None] = {}  # most pieces are those of the frame before
        spans: dict[str, list[tuple[tuple[SentFrame, int], tuple[SentFrame, int]]]] = {}
        ended: set[str] = set()  # labels that said something else since

        def told(piece: Piece) -> tuple[str, bool] | None:
            """Its label, and whether it is asked for; None where nothing follows from it."""
            group = piece.group
            if group is None or piece.expect is Expect.MUST_NOT:
                return None
            if not is_new(group, step):
                return group.label, False
            asked = piece.expect is Expect.MUST and (piece.fault == LegalValue.name) is odd
            return (group.label, True) if asked else None

        for frame in frames:
            for place, piece in enumerate(frame.pieces):
                key = id(piece)
                if key not in known:
                    known[key] = told(piece)
                one = known[key]
                if one is None:
                    continue
                label, asked = one
                if not asked:
                    ended.add(label)
                elif label in ended or label not in spans:
                    ended.discard(label)
                    spans.setdefault(label, []).append(((frame, place), (frame, place)))
                else:
                    spans[label][-1] = spans[label][-1][0], (frame, place)
        period_s = max(frame.end_s - frame.start_s for frame in frames)
        lasting_s = self._lasting_s(frames) if lasting_s is None else lasting_s
        if not self.record.skips_frames:  # it reports what a short step says as well
            lasting_s = min(lasting_s, frames[-1].start_s - frames[0].start_s)
        due_s = lasting_s - 1.5 * period_s
        lasting: dict[str, Emitted] = {}
        for label, of_label in spans.items():
            for (first, at), (last, behind) in of_label:
                one_s = last.emitted(behind).end_s - first.emitted(at).start_s
                if label not in lasting and one_s >= due_s:
                    lasting[label] = first.emitted(at)
        return lasting

    def _await(
        self, due: dict[str, Emitted], frames: list[SentFrame], limit_s: float, *, may_stay: bool = False
    ) -> None:
        """Each label must be reported, with a value that only these frames had, within the limit.

        What ``may_stay`` need not be new in the run, but where the step just before had it not.
        """
        step = frames[0].step
        missing: list[str] = []
        tardy: dict[str, str] = {}
        slowest_s: float | None = None
        for label, first in due.items():
            came_s = self._came(label, step, first, may_stay=may_stay)
            if came_s is None:
                missing.append(label)
                continue
            slowest_s = max(slowest_s or 0.0, came_s - first.end_s)
            if came_s > first.end_s + limit_s + self._longer_s(first, frames[0], came_s - first.end_s - limit_s):
                tardy[label] = f"{label} after {came_s - first.end_s:.1f} s"
            else:
                self.trail.seen.append(f"{came_s:.2f} s: {label}")
        if slowest_s is not None:
            self.trail.measured.append(Measure(f"slowest new value of {step}", slowest_s, limit_s))
        del self.trail.seen[SHOWN:]
        self.trail.at_s = min(emitted.end_s for emitted in due.values())
        if missing or tardy:
            told = []
            guilty = _lines_of([due[label] for label in (*missing, *tardy)])
            others = [line for line in self.trail.sent if line not in guilty]
            self.trail.sent[:] = [*guilty, *others]  # before any that arrived
            self.trail.groups[:0] = [due[label] for label in (*missing, *tardy)]
            instead = said_instead(self._oracle, {label: due[label] for label in missing}, limit_s)[:SHOWN]
            if missing:
                told.append(f"{', '.join(missing)} sent intact and never reported")
            if tardy:
                told.append(f"too late: {', '.join(tardy.values())}, {limit_s:.1f} s allowed")
            if instead:
                told.append(f"said instead: {', '.join(map(str, instead))}")
            self.trail.seen.insert(0, "; ".join(told))
            overruns = f"; {self.record.overruns} characters overran its buffer" if self.record.overruns else ""
            self._fail("; ".join(told) + overruns, frames[0].start_s, frames[-1].end_s + limit_s)

    def _longer_s(self, group: Emitted, first: SentFrame, late_s: float) -> float:
        """What a group has more time to arrive than the step's first frame gives: it may have come in a longer one."""
        if late_s <= 0 or group.start_s <= first.end_s:
            return 0.0
        own, of_the_first = (self.record.limits_at(at_s).completeness_s for at_s in (group.end_s, first.start_s))
        return max(own - of_the_first, 0.0)

    def _came(self, label: str, step: str, first: Emitted, *, may_stay: bool = False) -> float | None:
        """When a value of the step's own was first reported."""
        is_own = self._oracle.is_other_than_before if may_stay else self._oracle.is_first_in
        own = [
            group
            for group in self._oracle.intact_in(step).get(label, ())
            if group == first.group or is_own(group, step)
        ]
        from_s = self._sent_s(own, step, first)
        for reading in self._oracle.usable:
            said = reading.said.get(label)
            if reading.at_s + 1e-6 >= from_s and said is not None and any(said.matches(group) for group in own):
                return reading.at_s
        return None

    def _sent_s(self, own: Sequence[Group], step: str, first: Emitted) -> float:
        """When one of these was first on the line in the step, due or not: who reports changes alone said it then."""
        for frame in self.record.frames(step):
            if frame.end_s >= first.end_s:
                break
            for emitted in frame.groups:
                if emitted.expect is Expect.MAY and emitted.group in own:
                    return emitted.end_s
        return first.end_s

    def _require_claims(self, groups: dict[str, Emitted]) -> None:
        """What the device does not claim is not asked of it."""
        if not any(self.record.claimed(label) for label in groups):
            raise NotApplicable(NOT_CLAIMED)

    def _reportable(self, groups: dict[str, Emitted]) -> dict[str, Emitted]:
        """Those whose label the device claims and reports at all: what it never reports fails no must."""
        return {
            label: group
            for label, group in groups.items()
            if label in self._oracle.reported and self.record.claimed(label)
        }


def _of_each_label(accusations: Sequence[Accusation]) -> list[Accusation]:
    """So many as are shown, in their order: of each label the first, so that no label hides behind another."""
    firsts = {one.label: place for place, one in reversed(list(enumerate(accusations)))}
    others = [place for place in range(len(accusations)) if place not in firsts.values()][:SHOWN]
    return [accusations[place] for place in sorted([*sorted(firsts.values()), *others][:SHOWN])]


def _longest_s(limits: TimeLimits) -> float:
    """After so long whatever comes of a step has come."""
    longest_s = max(limits.completeness_s, limits.freshness_s, limits.recovery_s)
    return longest_s + limits.latency_s + limits.detection_s


def _lines_of(groups: Sequence[Emitted]) -> list[str]:
    """The first groups, when each began and what befell it."""
    lines = []
    for emitted in groups[:SHOWN]:
        remark = "" if emitted.fault is None else f" ({emitted.fault.replace('_', ' ')})"
        lines.append(f"{emitted.start_s:.2f} s: {_shortened(printable(emitted.data))}{remark}")
    return lines + ([f"… {len(groups) - SHOWN} more"] if len(groups) > SHOWN else [])


def _shortened(text: str) -> str:
    """A group longer than any, by its ends: nobody reads eight thousand characters."""
    left_out = len(text) - _FIRST - _LAST
    return text if left_out <= _FIRST else " … ".join((text[:_FIRST], str(left_out), text[-_LAST:]))


def printable(data: bytes) -> str:
    """Characters of a group for people: HT as an arrow, other control characters by name."""
    names = {"\n": "", "\r": "", "\t": "→", "\x00": "<NUL>", "\x02": "<STX>", "\x03": "<ETX>", "\x04": "<EOT>"}
    return "".join(names.get(c, c if c.isprintable() else f"<0x{ord(c):02X}>") for c in data.decode("latin-1"))
