# SPDX-License-Identifier: Apache-2.0
"""What a test asks about what comes behind a disturbance, between two of them, or behind a start: recovery."""

from xky.emulator import Emitted, Expect, SentFrame

from ..condition import CAN_BE_RESTARTED, FINDS_THE_MODE
from ..power_record import restart_s
from ..record import starves
from ..verdict import NotApplicable, Undecided
from .instead import never_reports
from .view import SHOWN, Measure, PurposeView, printable

__all__ = ["RecoveryQuestions"]


class RecoveryQuestions(PurposeView):
    """Questions about one step, and the clean frames behind it."""

    def odd_frames_do_no_harm(self) -> None:
        """A sound reading of the whole frames behind those of which each had an odd value."""
        frames = self._frames(self._step)
        odd = [e for frame in frames for e in frame.groups if e.fault is not None]
        whole = [frame for frame in frames if frame.start_s > odd[-1].end_s]  # as an earlier suite had them
        clean = whole or self._frames(self._tail)
        self._show_sent(odd)
        self._require_a_reading(clean, odd[-1].end_s, "them", search_s=self._search_s(clean))

    def the_other_mode_is_read(self) -> None:
        """A device that finds the TIC mode by itself gives a sound reading of the step's frames in time."""
        if not self.record.board.detects_mode:
            raise NotApplicable(FINDS_THE_MODE.otherwise)
        frames = self._frames(self._step)
        limits = self.record.limits_at(frames[-1].end_s)
        limit_s = limits.detection_s + limits.completeness_s + limits.latency_s
        new = self._new_groups(frames)
        began_s = frames[0].start_s
        self._show_sent(list(new.values())[:2])
        self.trail.expected.append(f"a reading of these frames within {limit_s:.1f} s of the change")
        self.trail.at_s = began_s
        if not self._oracle.usable:
            raise Undecided("the device said nothing in this run")
        if not new:
            raise Undecided("these frames say nothing that no others say")
        came = [came_s for label, first in new.items() if (came_s := self._came(label, self._step, first)) is not None]
        if came and min(came) <= began_s + limit_s:
            self.trail.seen.append(f"{min(came):.2f} s: a reading, {min(came) - began_s:.1f} s after the change")
            return
        self.trail.seen.append(f"after {min(came) - began_s:.1f} s" if came else "no reading of them")
        self._fail(f"{self.trail.seen[-1]}; {limit_s:.1f} s allowed", began_s, frames[-1].end_s)

    def whole_frames_are_reported(self) -> None:
        """Of the whole frames between cut ones, what no cut one says is reported: of each label one of its values."""
        frames = self._frames(self._step)
        whole = [frame for frame in frames if frame.complete]
        said_by_cut_ones = {e.group for frame in frames if not frame.complete for e in frame.groups}
        own: dict[str, list[Emitted]] = {}
        for frame in whole:
            for emitted in frame.groups:
                if emitted.expect is Expect.MUST and self._oracle.tells_from(emitted.group, said_by_cut_ones):
                    own.setdefault(emitted.group.label, []).append(emitted)
        new = self._new_groups(whole, 0.0)
        due = {label: groups for label, groups in own.items() if len(groups) == len(whole) and label in new}
        able = self._reportable({label: groups[0] for label, groups in due.items()})
        if not able:
            if not self._oracle.usable:
                raise Undecided("the device said nothing in this run")
            raise NotApplicable(f"the device reports none of {', '.join(due)}")
        ends = self.record.limits_at(frames[0].start_s), self.record.limits_at(frames[-1].end_s)
        limit_s = max(limits.completeness_s + limits.latency_s for limits in ends)
        self._show_sent([groups[-1] for label, groups in due.items() if label in able])
        self.trail.expected.append(f"{', '.join(able)} of one of {len(whole)} whole frames between those that were cut")
        self.trail.at_s = whole[0].end_s
        end_s = frames[-1].end_s + limit_s
        heard = self._heard(whole[0].start_s, end_s)
        missing = []
        for label in able:
            said = (r for r in heard if label in r.said and any(r.said[label].matches(e.group) for e in due[label]))
            first = next(said, None)
            if first is None:
                missing.append(label)
            else:
                self.trail.seen.append(f"{first.at_s:.2f} s: {label}")
        del self.trail.seen[SHOWN:]
        if missing:
            self.trail.seen.insert(0, f"{', '.join(missing)} of none of the {len(whole)} whole frames")
            self._fail(f"{self.trail.seen[0]} was reported", frames[0].start_s, end_s)

    def the_device_recovers(self) -> None:
        """A sound reading of clean frames within the recovery time after the disturbance."""
        frames = self._frames(self._step)
        self._show_sent([e for frame in frames[-1:] for e in frame.groups if e.fault is not None])
        clean = self._frames(self._tail)
        self._require_a_reading(clean, frames[-1].end_s, "the disturbance", search_s=self._search_s(clean))

    def the_device_finds_its_way(self) -> None:
        """The same of a device that was started inside the first frame of the step, with the whole ones behind it."""
        if not self.record.restarts_s:
            raise NotApplicable(CAN_BE_RESTARTED.otherwise)
        frames = self._frames(self._step)
        self.trail.sent.append(
            f"{frames[0].start_s:.2f} s: started inside a frame; of it came {printable(frames[0].data)}"
        )
        whole = frames[1:]
        search_s = self._search_s(whole)
        self._require_a_reading(whole, frames[0].end_s, "the frame in which it was started", search_s=search_s)

    def the_device_starts_again(self) -> None:
        """The same behind a step in which its power was cut or sagged: it may have to charge and to start anew."""
        frames, supply = self._frames(self._step), self._purpose.stimulus.supply
        if supply is None:
            raise NotApplicable("nothing befell the supply in this step")
        back_s = frames[0].start_s + supply.for_s
        self.trail.sent.append(
            f"{frames[0].start_s:.2f} s: supply fails for {supply.for_s:g} s, back at {back_s:.2f} s"
        )
        board = self.record.board
        self._require_a_reading(self._frames(self._tail), back_s, "its supply was back", search_s=restart_s(board))

    def _search_s(self, clean: list[SentFrame]) -> float:
        """What a device that finds the TIC mode by itself may take besides to come back from the step."""
        if self._purpose.stimulus.outlasts_detection or starves(self.record.truth, self._step):
            return self.record.limits_of(clean).detection_s
        return 0.0

    def _require_a_reading(self, clean: list[SentFrame], ended_s: float, behind: str, *, search_s: float = 0.0) -> None:
        """A sound reading of clean frames, in time after what ended then: what that was gives no time."""
        limits = self.record.limits_of(clean)
        limit_s = limits.recovery_s + limits.latency_s + search_s
        new = self._new_groups(clean, limits.recovery_s)
        due = {label: group for label, group in new.items() if label in self._oracle.reported}
        if not due:
            if new and self._oracle.usable:
                raise NotApplicable(never_reports(self._oracle, new, SHOWN))
            raise Undecided("the device said nothing in this run that could show its recovery")
        self._show_sent(list(due.values())[:2])
        self.trail.expected.append(f"a sound reading within {limit_s:.1f} s after {behind}")
        self.trail.at_s = ended_s
        step = clean[0].step
        came = [came_s for label, first in due.items() if (came_s := self._came(label, step, first)) is not None]
        if came:
            self.trail.measured.append(Measure(f"first reading after {behind}", min(came) - ended_s, limit_s))
        if came and min(came) <= ended_s + limit_s:
            self.trail.seen.append(f"{min(came):.2f} s: a reading, {min(came) - ended_s:.1f} s after {behind}")
            return
        told = f"first reading after {min(came) - ended_s:.1f} s" if came else "no sound reading came"
        self.trail.seen.append(told)
        self._fail(f"{told}; {limit_s:.1f} s allowed", ended_s, ended_s + limit_s)

    def what_was_misread_is_read_again(self) -> None:
        """The labels that the step's fault made wrong, unknown to any receiver, are reported right behind it."""
        frames, clean = self._frames(self._step), self._frames(self._tail)
        if not self._oracle.usable:
            raise Undecided("the device said nothing in this run")
        touched = {e.group.label for frame in frames for e in frame.groups if e.fault is not None}
        if not touched:
            raise NotApplicable("the step has no such group on this meter")
        self._show_sent([e for e in frames[-1].groups if e.fault is not None])
        limits = self.record.limits_at(clean[-1].end_s)
        new = self._new_groups(clean, limits.recovery_s)
        due = self._reportable({label: group for label, group in new.items() if label in touched})
        if not due:
            raise NotApplicable(f"the device reports none of {', '.join(sorted(touched))}")
        self._show_sent(list(due.values()))
        limit_s = limits.recovery_s + limits.latency_s + self._search_s(clean)
        self.trail.expected.append(f"{', '.join(due)} within {limit_s:.1f} s after it")
        self._await(due, clean, limit_s)
