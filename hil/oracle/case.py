# SPDX-License-Identifier: Apache-2.0
"""A purpose's view of the record: its step, and the questions that a test asks of it.

Each question writes what was sent, expected and seen into the trail, passes silently, or raises the verdict.
"""

from dataclasses import dataclass, field

from xky.emulator import Emitted, Expect, SentFrame

from ..reading import Reading
from ..record import OPENING, Record
from ..requirement import Purpose
from ..verdict import NotApplicable, PurposeFailed, Undecided
from .oracle import Accusation, Oracle, Wrong

__all__ = ["Case", "Trail"]

_SHOWN = 6  # lines of a kind in a trail


@dataclass
class Trail:
    """What a verdict rests on, for people: lines of text, and when on the bench's clock."""

    sent: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    at_s: float = 0.0


class Case:
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
        self.reason = ""

    # The step

    @property
    def _step(self) -> str:
        return self._purpose.stimulus.name

    @property
    def _tail(self) -> str:
        return self._purpose.stimulus.tail

    def _frames(self, step: str) -> list[SentFrame]:
        frames = self.record.frames(step)
        if not frames:
            why = "the device was silent" if self.record.silent else f"the device had ended ({self.record.ended})"
            raise Undecided(f"not played: {why}")
        return frames

    def _heard(self, start_s: float, end_s: float) -> list[Reading]:
        return [reading for reading in self._oracle.usable if start_s <= reading.at_s <= end_s]

    def _show_sent(self, groups: list[Emitted]) -> None:
        for emitted in groups[:_SHOWN]:
            remark = "" if emitted.fault is None else f" ({emitted.fault.replace('_', ' ')})"
            self.trail.sent.append(f"{emitted.start_s:.2f} s: {_printable(emitted.data)}{remark}")
        if len(groups) > _SHOWN:
            self.trail.sent.append(f"… {len(groups) - _SHOWN} more")

    def _fail(self, reason: str, start_s: float, end_s: float) -> None:
        if self.record.was_late(start_s, end_s):
            raise Undecided(f"the bench was late between {start_s:.2f} s and {end_s:.2f} s; else: {reason}")
        raise PurposeFailed(reason)

    def _fail_for(self, accusations: list[Accusation]) -> None:
        first = accusations[0]
        self.trail.at_s = first.reading.at_s
        self.trail.seen.extend(str(accusation) for accusation in accusations[:_SHOWN])
        accused = dict.fromkeys(one.emitted for one in accusations[:_SHOWN] if one.emitted is not None)
        if accused:  # in the place of whatever else was sent
            del self.trail.sent[:]
            self._show_sent(list(accused))
        more = f" (and {len(accusations) - 1} more)" if len(accusations) > 1 else ""
        start_s = first.emitted.start_s if first.emitted is not None else first.reading.at_s
        self._fail(f"{first}{more}", start_s, first.reading.at_s)

    # Questions about a step

    def nothing_damaged_is_reported(self) -> None:
        """Rejection: no word of the step's damaged groups is ever repeated."""
        frames = self._frames(self._step)
        damaged = [e for frame in frames for e in frame.groups if e.expect is Expect.MUST_NOT]
        labels = sorted({e.group.label for e in damaged})
        self._show_sent(damaged)
        self.trail.expected.append(f"the damaged {', '.join(labels)} is not reported")
        self.trail.at_s = frames[0].start_s
        guilty = [
            a
            for a in self._oracle.accusations
            if a.wrong is Wrong.DAMAGED and a.frame is not None and a.frame.step == self._step
        ]
        if guilty:
            self._fail_for(guilty)
        self._require_a_listener(frames)
        self.trail.seen.append(f"no report of it in {len(self._oracle.usable)} readings")

    def _require_a_listener(self, frames: list[SentFrame]) -> None:
        """Silence proves nothing: the device must have spoken since, or else it was not there."""
        if not any(reading.at_s > frames[0].start_s for reading in self._oracle.usable):
            raise Undecided("the device said nothing from this step on")

    def good_groups_are_reported(self) -> None:
        """Every label whose value is new in this step, sent intact, arrives: damage beside it is no excuse."""
        frames = self._frames(self._step)
        times = self.record.times_at(frames[0].start_s)
        expected = self._new_groups(frames, times.completeness_s)
        able = self._reportable(expected)
        if not able:
            if not self._oracle.usable:
                raise Undecided("the device said nothing in this run")
            raise NotApplicable("the device reports none of the labels that this step can show")
        self._show_sent([e for frame in frames[:1] for e in frame.groups if e.fault is not None])
        self._show_sent(list(able.values()))
        self.trail.expected.append(
            f"{', '.join(able)} within {times.completeness_s + times.latency_s:.1f} s, with values of this step"
        )
        self._await(able, frames, times.completeness_s + times.latency_s)

    def label_is_reported(self, *labels: str) -> None:
        """The step's new value of each label arrives."""
        frames = self._frames(self._step)
        times = self.record.times_at(frames[0].start_s)
        able = {
            label: group for label, group in self._new_groups(frames, times.completeness_s).items() if label in labels
        }
        never = [label for label in labels if label not in self._oracle.reported]
        if never and not any(label in self._oracle.reported for label in labels):
            if not self._oracle.usable:
                raise Undecided("the device said nothing in this run")
            raise NotApplicable(f"the device never reports {', '.join(never)}; see TIC-LBL-1")
        able = self._reportable(able)
        if not able:
            raise Undecided(f"the step did not bring a new value of {', '.join(labels)}")
        self._show_sent(list(able.values()))
        limit_s = times.completeness_s + times.latency_s
        self.trail.expected.append(f"{', '.join(able)} within {limit_s:.1f} s")
        self._await(able, frames, limit_s)

    def _new_groups(self, frames: list[SentFrame], lasting_s: float) -> dict[str, Emitted]:
        """First group of each label that says something new in the step, and lasts long enough to be due."""
        found: dict[str, Emitted] = {}
        end_s = frames[-1].end_s
        for frame in frames:
            period_s = frame.end_s - frame.start_s
            for emitted in frame.groups:
                label = emitted.group.label
                lasts = end_s - emitted.start_s >= min(lasting_s, end_s - frames[0].start_s) - 0.5 * period_s
                if (
                    emitted.expect is Expect.MUST
                    and lasts
                    and label not in found
                    and self._oracle.is_new_in(emitted.group, frame.step)
                ):
                    found[label] = emitted
        return found

    def _await(self, due: dict[str, Emitted], frames: list[SentFrame], limit_s: float) -> None:
        """Each label must be reported, with a value that only these frames had, within the limit."""
        step = frames[0].step
        missing: list[str] = []
        late: list[str] = []
        for label, first in due.items():
            came_s = self._came(label, step, first)
            if came_s is None:
                missing.append(label)
            elif came_s > first.end_s + limit_s:
                late.append(f"{label} after {came_s - first.end_s:.1f} s")
            else:
                self.trail.seen.append(f"{came_s:.2f} s: {label}")
        del self.trail.seen[_SHOWN:]
        self.trail.at_s = min(emitted.end_s for emitted in due.values())
        if missing or late:
            told = []
            if missing:
                told.append(f"{', '.join(missing)} sent intact and never reported")
            if late:
                told.append(f"too late: {', '.join(late)}, {limit_s:.1f} s allowed")
            self.trail.seen.insert(0, "; ".join(told))
            overruns = f"; {self.record.overruns} characters overran its buffer" if self.record.overruns else ""
            self._fail("; ".join(told) + overruns, frames[0].start_s, frames[-1].end_s + limit_s)

    def _came(self, label: str, step: str, first: Emitted) -> float | None:
        """When a value of the step's own was first reported."""
        own = [
            e.group
            for frame in self.record.frames(step)
            for e in frame.groups
            if e.group.label == label and e.expect is not Expect.MUST_NOT and self._oracle.is_new_in(e.group, step)
        ]
        for reading in self._oracle.usable:
            said = reading.said.get(label)
            if reading.at_s + 1e-6 >= first.end_s and said is not None and any(said.matches(group) for group in own):
                return reading.at_s
        return None

    def the_device_recovers(self) -> None:
        """A sound reading of clean frames within the recovery time after the disturbance."""
        frames = self._frames(self._step)
        clean = self._frames(self._tail)
        times = self.record.times_at(frames[-1].end_s)
        limit_s = times.recovery_s + times.latency_s
        due = {
            label: group for label, group in self._new_groups(clean, times.recovery_s).items()
            if label in self._oracle.reported
        }  # fmt: skip
        if not due:
            raise Undecided("the device said nothing in this run that could show its recovery")
        self._show_sent([e for frame in frames[-1:] for e in frame.groups if e.fault is not None])
        self._show_sent(list(due.values())[:2])
        self.trail.expected.append(f"a sound reading within {limit_s:.1f} s after the disturbance")
        came = [came_s for label, first in due.items() if (came_s := self._came(label, self._tail, first)) is not None]
        ended_s = frames[-1].end_s
        self.trail.at_s = ended_s
        if came and min(came) <= ended_s + limit_s:
            self.trail.seen.append(f"{min(came):.2f} s: a reading, {min(came) - ended_s:.1f} s after the disturbance")
            return
        told = f"first reading after {min(came) - ended_s:.1f} s" if came else "no sound reading came"
        self.trail.seen.append(told)
        self._fail(f"{told}; {limit_s:.1f} s allowed", frames[0].start_s, ended_s + limit_s)

    def labels_that_left_are_gone(self) -> None:
        """What the step sent and the frames behind it do not is not reported as current."""
        frames, after = self._frames(self._step), self._frames(self._tail)
        staying = {e.group.label for frame in after for e in frame.groups}
        leaving = sorted({e.group.label for frame in frames for e in frame.groups} - staying)
        if not leaving:
            raise NotApplicable("no label left")
        if not self._oracle.usable:
            raise Undecided("the device said nothing in this run")
        known = [label for label in leaving if label in self._oracle.reported]
        if not known:
            raise NotApplicable(f"the device never reports {', '.join(leaving[:_SHOWN])}")
        self._show_sent([e for e in frames[-1].groups if e.group.label in known])
        self.trail.sent.append(f"{after[0].start_s:.2f} s: frames without {', '.join(known[:_SHOWN])}")
        times = self.record.times_at(after[0].start_s)
        self.trail.expected.append(f"no report of them {times.freshness_s:.1f} s after the last")
        self.trail.at_s = after[0].start_s
        guilty = [a for a in self._oracle.accusations if a.wrong is Wrong.LEFT and a.label in known]
        if guilty:
            self._fail_for(guilty)
        if not self._heard(frames[-1].end_s + times.freshness_s, float("inf")):
            raise Undecided("the device said nothing after they had left")
        self.trail.seen.append("none")

    def unknown_label_is_passed_on(self) -> None:
        """The step's unknown label arrives (latitude: a should)."""
        frames = self._frames(self._step)
        unknown = [e for frame in frames for e in frame.groups if e.fault == "unknown_label"]
        if not self._oracle.usable:
            raise Undecided("the device said nothing in this run")
        label = unknown[0].group.label
        self._show_sent(unknown)
        self.trail.expected.append(f"{label} is passed on")
        self.trail.at_s = unknown[0].end_s
        if label not in self._oracle.reported:
            self.trail.seen.append(f"{label} was never reported")
            self._fail(self.trail.seen[-1], frames[0].start_s, frames[-1].end_s)
        self.trail.seen.append(f"{label} was reported")

    def doubtful_values_are_refused(self) -> None:
        """What the step's fault made, right by its checksum alone, is not reported (latitude: a should)."""
        frames = self._frames(self._step)
        doubtful = [e for frame in frames for e in frame.groups if e.fault is not None]
        self._show_sent(doubtful)
        self.trail.expected.append("refused: a known label has its fixed size")
        self.trail.at_s = doubtful[0].end_s
        self._require_a_listener(frames)
        for reading in self._heard(
            frames[0].start_s, frames[-1].end_s + self.record.times_at(frames[-1].end_s).freshness_s
        ):
            for emitted in doubtful:
                said = reading.said.get(emitted.group.label)
                if said is not None and not isinstance(said.value, int) and said.matches(emitted.group):
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
        self._show_sent([e for e in frames[0].groups if e.group.label in claimed])
        self.trail.expected.append(f"{', '.join(claimed)} at least once")
        self.trail.at_s = frames[0].start_s
        missing = [label for label in claimed if label not in self._oracle.reported]
        if missing:
            self.trail.seen.append(f"never reported: {', '.join(missing)}")
            raise PurposeFailed(self.trail.seen[-1])
        self.trail.seen.append("all of them")

    # Questions about the whole run

    def no_value_is(self, *wrongs: Wrong) -> None:
        """Soundness: no reading of the run is accused of that."""
        readings = self._oracle.usable
        if not readings:
            raise Undecided("the device said nothing in this run")
        values = sum(len(reading.said) for reading in readings)
        frames = self.record.truth
        self.trail.sent.append(f"{len(frames)} frames, {frames[0].start_s:.2f} s to {frames[-1].end_s:.2f} s")
        self.trail.expected.append(f"no value that {' or '.join(wrong.value for wrong in wrongs)}")
        guilty = [a for a in self._oracle.accusations if a.wrong in wrongs]
        if guilty:
            self._fail_for(guilty)
        self.trail.at_s = readings[-1].at_s
        self.trail.seen.append(f"{values} values in {len(readings)} readings, all explained")

    def the_device_speaks(self) -> None:
        """A usable reading arrives, and the device lives to the end of the plan."""
        record = self.record
        frames = record.truth
        self.trail.sent.append(f"{len(frames)} frames from {frames[0].start_s:.2f} s on")
        self.trail.expected.append("readings with labels of the TIC, to the end of the run")
        self.trail.at_s = record.duration_s
        usable = self._oracle.usable
        if record.ended is not None:
            words = f"; it last said on standard error: {record.last_words}" if record.last_words else ""
            self.trail.seen.append(f"the device ended at {record.ended_s:.2f} s ({record.ended}){words}")
            raise PurposeFailed(self.trail.seen[-1])
        if not usable:
            if not record.readings and not record.remarks:
                what = "no line at all"
            elif not record.readings:
                what = f"{len(record.remarks)} lines, none a JSON object; the first: {record.remarks[0].text[:80]!r}"
            else:
                what = f"{len(record.readings)} JSON objects, none with a label of the TIC"
                if self._oracle.ignored_keys:
                    what += f"; keys: {', '.join(self._oracle.ignored_keys[:_SHOWN])}"
            self.trail.seen.append(what)
            self._fail(f"the device said nothing usable: {what}", 0.0, record.duration_s)
        self.trail.seen.append(f"{len(usable)} readings, the first at {usable[0].at_s:.2f} s")

    def changes_arrive(self) -> None:
        """Completeness: each label that the device reports arrives, and arrives again after it changed."""
        if not self._oracle.usable:
            raise Undecided("the device said nothing in this run")
        for step in (OPENING, self._step):
            frames = self._frames(step)
            times = self.record.times_at(frames[0].start_s)
            limit_s = times.completeness_s + times.latency_s
            due = self._reportable(self._new_groups(frames, times.completeness_s))
            if not due:
                raise Undecided(f"the {step} brought no new value of a label that the device reports")
            self._show_sent(list(due.values()))
            self.trail.expected.append(f"{', '.join(due)} within {limit_s:.1f} s of the {step}")
            self._await(due, frames, limit_s)

    def _reportable(self, groups: dict[str, Emitted]) -> dict[str, Emitted]:
        """Those whose label the device claims and reports at all: what it never reports fails no must."""
        return {
            label: group
            for label, group in groups.items()
            if label in self._oracle.reported and self.record.claimed(label)
        }

    def every_label_is_reported(self) -> None:
        """Each label that was sent and that the device claims was reported at least once."""
        if not self._oracle.usable:
            raise Undecided("the device said nothing in this run")
        claimed = [label for label in self._oracle.lasting_labels if self.record.claimed(label)]
        missing = [name for name in claimed if name not in self._oracle.reported]
        self.trail.sent.append(f"{len(claimed)} labels: {', '.join(claimed)}")
        self.trail.expected.append("each of them at least once")
        self.trail.at_s = self.record.duration_s
        if missing:
            self.trail.seen.append(f"never reported: {', '.join(missing)}")
            raise PurposeFailed(f"never reported: {', '.join(missing)}")
        self.trail.seen.append("all of them")

    def the_last_group_is_reported(self) -> None:
        """The group before ETX arrives like any other, if the device reports its label at all."""
        frames = self._frames(OPENING)
        last = frames[0].groups[-1]
        label = last.group.label
        self._show_sent([last])
        if not self._oracle.usable:
            raise Undecided("the device said nothing in this run")
        if label not in self._oracle.reported:
            raise NotApplicable(f"the device never reports {label}; see TIC-LBL-1")
        times = self.record.times_at(frames[0].start_s)
        end_s = frames[-1].end_s + times.freshness_s
        self.trail.expected.append(f"{label}, the last group of these frames, by {end_s:.1f} s")
        self.trail.at_s = frames[0].end_s
        heard = [r for r in self._oracle.usable if r.at_s <= end_s and label in r.said]
        if not heard:
            self.trail.seen.append(f"{label} is reported only where another group follows it")
            self._fail(self.trail.seen[-1], frames[0].start_s, end_s)
        self.trail.seen.append(f"{heard[0].at_s:.2f} s: {label}")


def _printable(data: bytes) -> str:
    """Characters of a group for people: HT as an arrow, other control characters by name."""
    names = {"\n": "", "\r": "", "\t": "→", "\x00": "<NUL>", "\x02": "<STX>", "\x03": "<ETX>", "\x04": "<EOT>"}
    return "".join(names.get(c, c if c.isprintable() else f"<0x{ord(c):02X}>") for c in data.decode("latin-1"))
