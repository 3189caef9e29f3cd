# SPDX-License-Identifier: Apache-2.0
"""What a test asks about its step: rejection, neighbours, labels that come and leave.

Each question writes what was sent, expected and seen into the trail, passes silently, or raises the verdict.
"""

from collections.abc import Callable, Collection, Sequence
from itertools import takewhile

from xky.emulator import Emitted, Expect, SentFrame
from xky.protocol import LABELS, Group, Mode

from ..condition import CLAIMS_EVERY_LABEL, SAYS_WHAT_IS_ASKED
from ..verdict import NotApplicable, PurposeFailed, Undecided
from .accusations import AccusationKind
from .instead import never_reported, never_reports
from .view import SHOWN, PurposeView

__all__ = ["StepQuestions"]

_NO_SUCH_GROUP = "the step has no such group on this meter"
_SIZE = "refused: a known label has its fixed size"
_RULES = {  # what is broken by faults that leave the size right
    "letter_in_number": "refused: a number has digits only",
    "control_character": "refused: a text has no control character",
}


class _Unsaid(NotApplicable):
    """No payload can say what is asked for, by the statement."""


class StepQuestions(PurposeView):
    """Questions about one step."""

    def nothing_damaged_is_reported(self, fault: str | None = None) -> None:
        """Rejection: no word of the step's damaged groups, or of those of one fault, is ever repeated."""
        own, formerly = self._purpose.stimulus.name, self._purpose.formerly
        for step in (own, formerly) if self.record.frames(formerly) else (own,):
            frames = self._frames(step)
            damaged = [
                e for frame in frames for e in frame.groups if e.expect is Expect.MUST_NOT and fault in (None, e.fault)
            ]
            if damaged:
                break
        if not damaged:
            raise NotApplicable(_NO_SUCH_GROUP)
        labels = sorted({e.group.label for e in damaged})
        self._show_sent(damaged)
        self.trail.expected.append(
            f"the damaged {', '.join(labels)} {'is' if len(labels) == 1 else 'are'} not reported"
        )
        self.trail.at_s = frames[0].start_s
        guilty = [
            a
            for a in self._oracle.accusations
            if a.wrong is AccusationKind.DAMAGED
            and a.frame is not None
            and a.frame.step == step
            and a.emitted is not None
            and fault in (None, a.emitted.fault)
        ]
        if guilty:
            self.fail_for(guilty)
        self._require_a_listener(frames)
        if self._oracle.reported.isdisjoint(labels):
            raise NotApplicable(never_reports(self._oracle, labels, SHOWN))
        told = [e for e in damaged if e.group.label in self._oracle.reported]
        if not any(self._oracle.would_show(e, frames[0].mode) for e in told):
            raise NotApplicable(
                f"the numbers of the device are too coarse to show a damaged {', '.join(labels[:SHOWN])}"
            )
        self.trail.seen.append(f"no report of it in {len(self._oracle.usable)} readings")

    def good_groups_are_reported(self) -> None:
        """Every label whose value is new in this step, sent intact, arrives: damage beside it is no excuse."""
        frames = self._frames(self._step)
        limits = self.record.limits_at(frames[0].start_s)
        expected = self._new_groups(frames)
        able = self._reportable(expected)
        if not able:
            if not self._oracle.usable:
                raise Undecided("the device said nothing in this run")
            raise NotApplicable(SAYS_WHAT_IS_ASKED.otherwise)
        self._show_sent([e for frame in frames[:1] for e in frame.groups if e.fault is not None])
        self._show_sent(list(able.values()))
        self.trail.expected.append(
            f"{', '.join(able)} within {limits.completeness_s + limits.latency_s:.1f} s, with values of this step"
        )
        self._await(able, frames, limits.completeness_s + limits.latency_s)

    def label_is_reported(self, *labels: str) -> None:
        """The step's new value of each label arrives."""
        self._label_is_reported(self._step, labels)

    def label_is_reported_in_each_step(self, *labels: str) -> None:
        """In each step of the purpose its new value of each label arrives."""
        unsaid: list[_Unsaid] = []
        for step in self._steps:
            try:
                self._label_is_reported(step, labels)
            except _Unsaid as one:  # what the others bring is asked for all the same
                unsaid.append(one)
        if unsaid and len(unsaid) == len(self._steps):
            raise unsaid[0]

    def _label_is_reported(self, step: str, labels: tuple[str, ...]) -> None:
        frames = self._frames(step)
        limits = self.record.limits_at(frames[0].start_s)
        new = self._new_groups(frames, may_stay=True)
        able = {label: group for label, group in new.items() if label in labels}
        if not able and self._may_go_by(frames):
            raise NotApplicable(f"the device does not report each frame, nor each value of {', '.join(labels)}")
        if not able:
            self._require_that_it_can_be_said(frames, lambda one: one.group.label in labels)
            raise Undecided(f"the step did not bring a new value of {', '.join(labels)}")
        self._require_claims(able)
        never = [label for label in labels if label not in self._oracle.reported]
        if never and not any(label in self._oracle.reported for label in labels):
            if not self._oracle.usable:
                raise Undecided("the device said nothing in this run")
            raise NotApplicable(f"{never_reports(self._oracle, never)}; see TIC-LBL-1")
        changed = [label for label in able if self.record.claimed(label)]
        able = self._reportable(able)
        if not able:  # it reports others of them, which say nothing new here
            raise NotApplicable(f"{never_reports(self._oracle, changed)}; see TIC-LBL-1")
        self._show_sent(list(able.values()))
        limit_s = limits.completeness_s + limits.latency_s
        self.trail.expected.append(f"{', '.join(able)} within {limit_s:.1f} s")
        self._await(able, frames, limit_s)

    def _require_that_it_can_be_said(self, frames: list[SentFrame], is_asked: Callable[[Emitted], bool]) -> None:
        """What is new in the step is not asked of a device that has no payload for it by its statement."""
        step = frames[0].step
        asked = [one for frame in frames for one in frame.groups if is_asked(one) and self.record.leaves_unsaid(one)]
        unsaid = {one.group.label for one in asked if self._oracle.is_other_than_before(one.group, step)}
        if unsaid:
            raise _Unsaid(_no_payload_says(unsaid))

    def what_changed_is_reported(self) -> None:
        """Whatever the step says that the step before it did not, intact, arrives: values, and whole labels."""
        frames = self._frames(self._step)
        limits = self.record.limits_at(frames[0].start_s)
        new = self._new_groups(frames, may_stay=True)
        new |= self._new_groups(frames, may_stay=True, odd=True)
        said_twice = _labels_said_twice(frames)  # whichever of two values in one frame counts, nobody knows
        able = self._reportable({label: one for label, one in new.items() if label not in said_twice})
        if not able:
            if not self._oracle.usable:
                raise Undecided("the device said nothing in this run")
            raise NotApplicable(SAYS_WHAT_IS_ASKED.otherwise)
        self._show_sent([e for frame in frames[:1] for e in frame.groups if e.fault is not None])
        limit_s = limits.completeness_s + limits.latency_s
        self.trail.expected.append(f"{', '.join(able)} within {limit_s:.1f} s, with values of this step")
        self._await(able, frames, limit_s, may_stay=True)

    def what_the_start_lacked_is_reported(self, *labels: str) -> None:
        """Labels of the step that the first frame since the start of the device did not have; and ``labels``."""
        frames = self._frames(self._step)
        began_s = max((at_s for at_s in self.record.restarts_s if at_s <= frames[0].start_s), default=0.0)
        first = next(frame for frame in self.record.truth if frame.complete and frame.start_s >= began_s)
        lacked = {e.group.label for e in frames[-1].groups} - {e.group.label for e in first.groups}
        limits = self.record.limits_at(frames[0].start_s)
        new = self._new_groups(frames, may_stay=True)
        came = {
            label: one for label, one in new.items()
            if (label in lacked or label in labels) and not _has_a_space(one)  # a checksum that TIC-CHK-3 asks about
        }  # fmt: skip
        due = self._reportable(came)
        if not due:
            if not self._oracle.usable:
                raise Undecided("the device said nothing in this run")
            raise NotApplicable(f"the device reports none of {', '.join(list(came)[:SHOWN])}" if came else
                                "the step brings nothing that the first frame did not have")  # fmt: skip
        self.trail.sent.append(f"{first.start_s:.2f} s: the first whole frame since it was started, without them")
        self._show_sent(list(due.values()))
        limit_s = limits.completeness_s + limits.latency_s
        self.trail.expected.append(f"{', '.join(due)} within {limit_s:.1f} s")
        self._await(due, frames, limit_s)

    def groups_with_a_space_as_checksum_are_reported(self) -> None:
        """The step's new groups whose checksum character is a space arrive."""
        frames = self._frames(self._step)
        labels = [e.group.label for frame in frames for e in frame.groups if _has_a_space(e)]
        new = self._new_groups(frames, may_stay=True)
        due = [label for label in dict.fromkeys(labels) if label in new]
        if not due:
            self._require_that_it_can_be_said(frames, _has_a_space)
        self.label_is_reported(*due)

    def legal_values_are_reported(self) -> None:
        """What the steps of the purpose say that is legal, and that the suite's meters never say, arrives."""
        asked = False
        for stimulus in self._purpose.stimuli:
            frames = self.record.frames(stimulus.name)
            if not frames:
                continue
            limits = self.record.limits_at(frames[0].start_s)
            odd = self._new_groups(frames, may_stay=True, odd=True)
            due = self._reportable({label: e for label, e in odd.items() if not _has_a_space(e)})
            if due:
                asked = True
                self._show_sent(list(due.values()))
                limit_s = limits.completeness_s + limits.latency_s
                self.trail.expected.append(f"{', '.join(due)} within {limit_s:.1f} s")
                self._await(due, frames, limit_s)
        if not asked:
            self._frames(self._step)
            if not self._oracle.usable:
                raise Undecided("the device said nothing in this run")
            raise NotApplicable("the device reports none of the labels that these steps can show")

    def index_is_reported(self, value: str) -> None:
        """The step's index of that value arrives."""
        frames = self._frames(self._step)
        new = self._new_groups(frames, may_stay=True)
        labels = [label for label, e in new.items() if e.group.value == value]
        if not labels and self._may_go_by(frames):
            raise NotApplicable(f"the device does not report each frame, nor each index of {value}")
        if not labels:
            self._require_that_it_can_be_said(frames, lambda one: one.group.value == value)
            raise Undecided(f"the step did not bring an index of {value}")
        self.label_is_reported(*labels)

    def a_missing_group_is_not_made_up(self) -> None:
        """A label that the step's frames left out, and maybe those behind it, is not reported as current."""
        for stimulus in self._purpose.stimuli:  # an earlier suite left them out in another one
            frames = self._frames(stimulus.name)
            before = [frame for frame in self.record.truth if frame.number < frames[0].number and frame.complete]
            if not before:
                raise Undecided("no whole frame was sent before the step that leaves groups out")
            missing = {e.group.label for e in before[-1].groups} - {e.group.label for e in frames[-1].groups}
            missing &= LABELS[frames[0].mode].keys()
            if missing:
                break
        known = sorted(missing & self._oracle.reported)
        if not self._oracle.usable:
            raise Undecided("the device said nothing in this run")
        if not missing:
            raise NotApplicable("the step leaves no group of this meter out")
        if not known:
            raise NotApplicable(never_reports(self._oracle, sorted(missing)))
        behind = takewhile(lambda frame: not _says_any(frame, known), self.record.truth[frames[-1].number + 1 :])
        frames = [*frames, *behind]
        limits = self.record.limits_at(frames[0].start_s)
        self.trail.sent.append(f"{frames[0].start_s:.2f} s: frames without {', '.join(known)}")
        self.trail.expected.append(f"no report of it {limits.freshness_s:.1f} s after the last")
        self.trail.at_s = frames[0].start_s
        guilty = [
            a
            for a in self._oracle.accusations
            if a.label in known and frames[0].start_s <= a.reading.at_s <= frames[-1].end_s
        ]
        if guilty:
            self.fail_for(guilty)
        self._require_a_listener(frames)
        self.trail.seen.append("none")

    def labels_that_left_are_gone(self, *labels: str) -> None:
        """What the step sent and the frames behind it do not is not reported as current; of ``labels``, if given."""
        frames, after = self._frames(self._step), self._frames(self._tail)
        staying = {e.group.label for frame in after for e in frame.groups}
        leaving = sorted({e.group.label for frame in frames for e in frame.groups} - staying)
        leaving = [label for label in leaving if not labels or label in labels]
        if not leaving:
            raise NotApplicable("no label left")
        if not self._oracle.usable:
            raise Undecided("the device said nothing in this run")
        known = [label for label in leaving if label in self._oracle.reported]
        if not known:
            raise NotApplicable(never_reports(self._oracle, leaving, SHOWN))
        self._show_sent([e for e in frames[-1].groups if e.group.label in known])
        self.trail.sent.append(f"{after[0].start_s:.2f} s: frames without {', '.join(known[:SHOWN])}")
        limits = self.record.limits_at(after[0].start_s)
        self.trail.expected.append(f"no report of them {limits.freshness_s:.1f} s after the last")
        self.trail.at_s = after[0].start_s
        guilty = [
            a
            for a in self._oracle.accusations
            if a.wrong is AccusationKind.LEFT
            and a.label in known
            and a.frame is not None
            and a.frame.step == self._step
        ]
        if guilty:
            self.fail_for(guilty)
        if not self._heard(frames[-1].end_s + limits.freshness_s, float("inf")):
            raise Undecided("the device said nothing after they had left")
        self.trail.seen.append("none")

    def unknown_label_is_passed_on(self) -> None:
        """The step's unknown label arrives (latitude: a should)."""
        frames = self._frames(self._step)
        unknown = [e for frame in frames for e in frame.groups if e.fault == "unknown_label"]
        if not self._oracle.usable:
            raise Undecided("the device said nothing in this run")
        if not unknown:
            raise NotApplicable(_NO_SUCH_GROUP)
        if self.record.claims is not None:
            raise NotApplicable(CLAIMS_EVERY_LABEL.otherwise)
        label = unknown[0].group.label
        self._show_sent(unknown)
        self.trail.expected.append(f"{label} is passed on")
        self.trail.at_s = unknown[0].end_s
        if label not in self._oracle.reported:
            self.trail.seen.append(never_reported(self._oracle, [label]))
            self._fail(self.trail.seen[-1], frames[0].start_s, frames[-1].end_s)
        self.trail.seen.append(f"{label} was reported")

    def doubtful_values_are_refused(self, *faults: str) -> None:
        """What those faults of the step made, right by its checksum alone, is not reported (latitude: a should)."""
        frames = self._frames(self._step)
        doubtful = [
            e
            for frame in frames
            for e in frame.groups
            if e.fault in faults and not _is_admitted(e.group, frame.mode) and not self._oracle.was_meant(e.group)
        ]
        if not doubtful:
            raise NotApplicable(_NO_SUCH_GROUP)
        self._show_sent(doubtful)
        self.trail.expected.extend(dict.fromkeys(_RULES.get(e.fault or "", _SIZE) for e in doubtful))
        self.trail.at_s = doubtful[0].end_s
        self._require_a_listener(frames)
        for reading in self._heard(
            frames[0].start_s, frames[-1].end_s + self.record.limits_at(frames[-1].end_s).freshness_s
        ):
            for emitted in doubtful:
                said = reading.said.get(emitted.group.label)
                if said is not None and not said.is_number and said.matches(emitted.group):
                    self.trail.at_s = reading.at_s
                    self.trail.seen.append(f"{reading.at_s:.2f} s: {emitted.group.label} = {said}")
                    self._fail(f"{emitted.group.label} = {said} was reported", emitted.start_s, reading.at_s)
        self.trail.seen.append("no report of it as it was sent")

    def labels_are_reported_once(self, *labels: str) -> None:
        """Each label, sent intact in every frame of the step, was reported at least once in the run."""
        frames = self._frames(self._step)
        if not self._oracle.usable:
            raise Undecided("the device said nothing in this run")
        claimed = [label for label in labels if self.record.claimed(label)]
        if not claimed:
            raise NotApplicable(f"the device does not claim {', '.join(labels)}")
        unsaid = {one.group.label for frame in frames for one in frame.groups if self.record.leaves_unsaid(one)}
        claimed = [label for label in claimed if label not in unsaid or label in self._oracle.reported]
        if not claimed:
            raise NotApplicable(_no_payload_says(unsaid.intersection(labels)))
        self._show_sent([e for e in frames[0].groups if e.group.label in claimed])
        self.trail.expected.append(f"{', '.join(claimed)} at least once")
        self.trail.at_s = frames[0].start_s
        missing = [label for label in claimed if label not in self._oracle.reported]
        if missing:
            self.trail.seen.append(never_reported(self._oracle, missing))
            raise PurposeFailed(self.trail.seen[-1])
        self.trail.seen.append("all of them")


def _no_payload_says(labels: Collection[str]) -> str:
    return f"the statement has no payload that says what this step brings of {', '.join(sorted(labels))}"


def _has_a_space(emitted: Emitted) -> bool:
    """Whether the checksum character of a group is a space."""
    return emitted.data[-2:-1] == b" "


def _says_any(frame: SentFrame, labels: Collection[str]) -> bool:
    return any(emitted.group.label in labels for emitted in frame.groups)


def _is_admitted(group: Group, mode: Mode) -> bool:
    """Whether a group says what its label may say: what a fault made of it is right, too."""
    row = LABELS[mode].get(group.label)
    return row is not None and row.admits(group.value) is None


def _labels_said_twice(frames: Sequence[SentFrame]) -> set[str]:
    """Labels of which one frame has two values that may be reported."""
    twice = set()
    for frame in frames:
        said: dict[str, str] = {}
        for piece in frame.pieces:
            group = piece.group
            if group is None or piece.expect is Expect.MUST_NOT:
                continue
            if said.setdefault(group.label, group.value) != group.value:
                twice.add(group.label)
    return twice
