# SPDX-License-Identifier: Apache-2.0
"""What a test asks about the whole run: soundness, completeness, every label."""

from ...bench.shown import quoted
from ..record import OPENING
from ..verdict import NotApplicable, PurposeFailed, Undecided
from .accusations import AccusationKind
from .instead import never_reported, never_reports
from .view import SHOWN, PurposeView

__all__ = ["RunQuestions"]


class RunQuestions(PurposeView):
    """Questions about a whole run."""

    def no_value_is(self, *wrongs: AccusationKind) -> None:
        """Soundness: no reading of the run is accused of that."""
        self.trail.of_whole_run = True
        readings = self._oracle.usable
        if not readings:
            raise Undecided("the device said nothing in this run")
        values = sum(len(reading.said) for reading in readings)
        frames = self.record.truth
        self.trail.sent.append(f"{len(frames)} frames, {frames[0].start_s:.2f} s to {frames[-1].end_s:.2f} s")
        self.trail.expected.append(f"no value that {' or '.join(wrong.value for wrong in wrongs)}")
        guilty = [a for a in self._oracle.accusations if a.wrong in wrongs]
        if guilty:
            self.fail_for(guilty)
        self.trail.at_s = readings[-1].at_s
        self.trail.seen.append(f"{values} values in {len(readings)} readings, all explained")

    def the_device_speaks(self) -> None:
        """A usable reading arrives, and the device lives to the end of the plan."""
        self.trail.of_whole_run = True
        record = self.record
        frames = record.truth
        self.trail.sent.append(f"{len(frames)} frames from {frames[0].start_s:.2f} s on")
        self.trail.expected.append("readings with labels of the TIC, to the end of the run")
        self.trail.at_s = record.duration_s
        usable = self._oracle.usable
        if record.ended is not None:
            said = "" if record.last_words == record.ended else record.last_words
            words = f"; it last said on standard error: {said}" if said else ""
            ended_s = record.duration_s if record.ended_s is None else record.ended_s
            before = [e for frame in frames[-2:] for e in frame.groups if e.start_s <= ended_s]
            self._show_sent(before[-SHOWN:])  # one of these it may have died of
            self.trail.seen.append(f"the device ended at {record.ended_s:.2f} s ({record.ended}){words}")
            raise PurposeFailed(self.trail.seen[-1])
        if not usable:
            if not record.readings and not record.remarks:
                what = "no line at all"
            elif not record.readings:
                what = (
                    f"{len(record.remarks)} lines, none a JSON object; the first: {quoted(record.remarks[0].text[:80])}"
                )
            else:
                what = f"{len(record.readings)} JSON objects, none with a label of the TIC"
                if self._oracle.ignored_keys:
                    what += f"; keys: {', '.join(self._oracle.ignored_keys[:SHOWN])}"
            self.trail.seen.append(what)
            limits = record.limits_at(record.duration_s)
            due_s = limits.completeness_s + limits.latency_s
            # It was due in that time alone: when the bench came too late before excuses no silence since.
            self._fail(f"the device said nothing usable: {what}", record.duration_s - due_s, record.duration_s)
        self.trail.seen.append(f"{len(usable)} readings, the first at {usable[0].at_s:.2f} s")

    def changes_arrive(self) -> None:
        """Completeness: each label that the device reports arrives, and arrives again after it changed."""
        if not self._oracle.usable:
            raise Undecided("the device said nothing in this run")
        for step in (OPENING, self._step):
            frames = self._frames(step)
            limits = self.record.limits_at(frames[0].start_s)
            limit_s = limits.completeness_s + limits.latency_s
            changed = self._new_groups(frames)
            self._require_claims(changed)
            due = self._reportable(changed)
            if not due:
                raise Undecided(f"the {step} brought no new value of a label that the device reports")
            self._show_sent(list(due.values()))
            self.trail.expected.append(f"{', '.join(due)} within {limit_s:.1f} s of the {step}")
            self._await(due, frames, limit_s)

    def every_label_is_reported(self) -> None:
        """Each label that was sent and that the device claims was reported at least once."""
        self.trail.of_whole_run = True
        if not self._oracle.usable:
            raise Undecided("the device said nothing in this run")
        claimed = [label for label in self._oracle.lasting_labels if self.record.claimed(label)]
        missing = [name for name in claimed if name not in self._oracle.reported]
        self.trail.sent.append(f"{len(claimed)} labels: {', '.join(claimed)}")
        self.trail.expected.append("each of them at least once")
        self.trail.at_s = self.record.duration_s
        if missing:
            self.trail.seen.append(never_reported(self._oracle, missing))
            raise PurposeFailed(self.trail.seen[-1])
        self.trail.seen.append("all of them")

    def the_last_group_is_reported(self) -> None:
        """The group before ETX arrives like any other, if the device reports its label at all."""
        self.trail.of_whole_run = True
        frames = self._frames(OPENING)
        if not frames[0].groups:
            raise Undecided("the first frame has no group")
        last = frames[0].groups[-1]
        label = last.group.label
        self._show_sent([last])
        if not self._oracle.usable:
            raise Undecided("the device said nothing in this run")
        if label not in self._oracle.reported:
            raise NotApplicable(f"{never_reports(self._oracle, [label])}; see TIC-LBL-1")
        if self.record.leaves_unsaid(last):
            raise NotApplicable(f"the statement has no payload that says what this step brings of {label}")
        limits = self.record.limits_at(frames[0].start_s)
        end_s = frames[-1].end_s + limits.freshness_s
        self.trail.expected.append(f"{label}, the last group of these frames, by {end_s:.1f} s")
        self.trail.at_s = frames[0].end_s
        heard = [r for r in self._oracle.usable if r.at_s <= end_s and label in r.said]
        if not heard:
            self.trail.seen.append(f"{label} is reported only where another group follows it")
            self._fail(self.trail.seen[-1], frames[0].start_s, end_s)
        self.trail.seen.append(f"{heard[0].at_s:.2f} s: {label}")
