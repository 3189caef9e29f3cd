# SPDX-License-Identifier: Apache-2.0
"""What a test asks about an uplink: what an outage of its other end costs, what stands there retained, what is doubled,
lost, unreadable, or should never be said."""

from collections import Counter
from collections.abc import Hashable, Sequence
from math import ceil

from xky.boards.description.uplink import Mqtt
from xky.emulator import Expect, SentFrame

from ...bench.number import whole
from ...bench.reading import Reading, Said
from ...bench.shown import quoted
from ...ends.end import EndEvent
from ..condition import AT_AN_UPLINK, LEAVES_A_WILL, NOT_AT_SUCH_AN_END, SAYS_WHAT_A_REFUSAL_COSTS, TELLS_FRAMES_APART
from ..record import LINES, Outage
from ..verdict import NotApplicable, PurposeFailed, Undecided
from .recovery_questions import RecoveryQuestions
from .view import SHOWN

__all__ = ["UplinkQuestions"]

_SLACK = 2  # a device that sleeps may try anew when it comes to publish
_ENOUGH = 2  # readings twice: one alone may be a slip of the network that nobody saw


class UplinkQuestions(RecoveryQuestions):
    """Questions about the other end of an uplink."""

    def the_device_returns(self) -> None:
        """A sound reading of the frames behind an outage, in the time that the device promises."""
        outage = self._outage()
        clean = self._frames(self._tail)
        self.trail.sent.append(f"{outage.start_s:.2f} to {outage.end_s:.2f} s: {self._step}")
        self._require_that_it_was_met(outage)
        server_s = self.record.board.server_returns_after(outage.end_s - outage.start_s)
        try:
            self._require_a_reading(clean, outage.end_s, "it", search_s=server_s)
        except PurposeFailed as failed:
            raise PurposeFailed(f"behind {quoted(self._step)}: {failed}") from None

    def nothing_is_doubled(self) -> None:
        """Behind an outage no frame is told twice by a device that told each once before it."""
        outage = self._outage()
        before = self._repeated(self._frames(self._purpose.stimuli[1].name), self._purpose.stimuli[1].name)
        clean = self._frames(self._tail)
        first = next((r for r in self._oracle.usable if r.at_s > outage.end_s), None)
        self.trail.sent.append(f"{outage.start_s:.2f} to {outage.end_s:.2f} s: {self._step}")
        self.trail.expected.append("each frame behind it once at the most")
        self.trail.at_s = outage.end_s
        if first is None:
            raise Undecided("the device said nothing behind the outage")
        if before:
            raise NotApplicable(TELLS_FRAMES_APART.otherwise)
        back = [frame for frame in clean if frame.start_s > first.at_s]
        twice = self._repeated(back, self._tail)
        self.trail.seen.extend(f"{at_s:.2f} s: {text}, for the second time" for at_s, text in twice[:SHOWN])
        if len(twice) >= _ENOUGH:
            self._fail(f"{len(twice)} frames were told twice behind the outage", outage.end_s, clean[-1].end_s)
        self.trail.seen.append(f"{len(back)} frames behind its return, none of them twice")

    def nothing_is_lost(self) -> None:
        """What a device promises to keep while the broker is away arrives when it is back."""
        uplink = self.record.board.uplink
        mqtt = None if uplink is None else uplink.mqtt
        if mqtt is None or not mqtt.qos or not mqtt.queue or self.record.board.report_period_s or uplink is None:
            raise NotApplicable("the board promises to keep nothing")
        if uplink.period is not None:
            raise NotApplicable("the board does not publish each frame")
        outage = self._outage()
        frames = [frame for frame in self._frames(self._step) if frame.complete][: mqtt.queue]
        label, values = self._index_of(frames)
        self.trail.sent.append(f"{outage.start_s:.2f} to {outage.end_s:.2f} s: {self._step}, {len(frames)} frames")
        self.trail.expected.append(f"{label} of each of them, once the broker is back")
        self.trail.at_s = outage.start_s
        said = {reading.said[label] for reading in self._oracle.usable if label in reading.said}
        missing = [value for value in values if not any(_tells(one, value) for one in said)]
        if missing:
            self.trail.seen.append(f"{label} {', '.join(missing[:SHOWN])} never came")
            self._fail(f"{len(missing)} of {len(values)} readings were lost", outage.start_s, outage.end_s)
        self.trail.seen.append(f"all {len(values)}")

    def no_credentials_are_said(self) -> None:
        """No password or token stands in a topic or a payload."""
        self._require_an_uplink()
        said = self._events("credentials")
        self.trail.sent.append("what it was given to show itself by")
        self.trail.expected.append("it shows that to the server alone")
        if said:
            self._tell(said)
            raise PurposeFailed(f"{said[0].at_s:.2f} s: {said[0].text}")
        self.trail.seen.append(f"none in {len(self.record.readings)} readings and what came besides")

    def everything_can_be_read(self, *kinds: str) -> None:
        """Each message is one that any server of the kind stores as it was meant."""
        self._require_an_uplink()
        wrong = self._events(*kinds)
        self.trail.sent.append("frames, on the line")
        self.trail.expected.append("messages that every server of the kind takes as they are meant")
        if wrong:
            self._tell(wrong)
            raise PurposeFailed(f"{wrong[0].at_s:.2f} s: {wrong[0].text}")
        if not self._oracle.usable:
            raise Undecided("the device said nothing in this run")
        self.trail.seen.append(f"{len(self._oracle.usable)} of them, nothing wrong")

    def the_retained_state_is_true(self) -> None:
        """What stands retained under the topic of its will is not its will while it publishes."""
        self._require_an_uplink()
        wills = [event for event in self._events("connect") if event.facts.get("will")]
        if not wills:
            raise NotApplicable(LEAVES_A_WILL.otherwise)
        topic, text = str(wills[-1].facts["will"]["topic"]), str(wills[-1].facts["will"]["payload"])
        states = [
            (event.at_s, str(event.facts.get("payload")))
            for event in self._events("retained", "will_published")
            if event.facts.get("topic") == topic and event.facts.get("retain", True)
        ]
        if not states:
            raise NotApplicable("nothing is retained under the topic of its will")
        self.trail.sent.append(f"its will: {topic} {quoted(text)}")
        self.trail.expected.append(f"another word under {topic} while it publishes")
        judged = 0
        for began_s, ended_s in self._connections():
            heard = [r for r in self.record.readings if began_s <= r.at_s <= ended_s]
            if not heard:
                continue
            judged += 1
            last_s = heard[-1].at_s
            stands = [state for at_s, state in states if at_s < last_s][-1:]  # and what was said at that very instant
            stands += [state for at_s, state in states if at_s == last_s]
            if stands and all(state == text for state in stands):
                self.trail.at_s = began_s
                self.trail.seen.append(f"{began_s:.2f} to {last_s:.2f} s: {topic} {quoted(text)}, and it publishes")
                self._fail(f"{topic} says {quoted(text)} while the device publishes", began_s, heard[-1].at_s)
        if not judged:
            raise Undecided("no reading came in any connection")
        self.trail.seen.append(f"so in each of {judged} connections")

    def a_refusal_costs_what_is_promised(self) -> None:
        """While the broker refuses, the device tries no more often than its board's file says."""
        outage = self._outage()
        uplink = self.record.board.uplink
        mqtt = None if uplink is None else uplink.mqtt
        if mqtt is None:
            raise NotApplicable(SAYS_WHAT_A_REFUSAL_COSTS.otherwise)
        tries = [one for one in self._events("connect") if outage.start_s <= one.at_s <= outage.end_s]
        gap_s = max(self._between_tries_s(mqtt), 1.0)
        most = ceil(_SLACK * mqtt.tries * (1 + (outage.end_s - outage.start_s) / gap_s))
        self.trail.sent.append(f"{outage.start_s:.2f} to {outage.end_s:.2f} s: {self._step}")
        self.trail.expected.append(f"{most} attempts at the most")
        self.trail.seen.append(f"{len(tries)} attempts")
        self.trail.at_s = outage.start_s
        if len(tries) > most:
            self._fail(f"{len(tries)} attempts; {most} are promised", outage.start_s, outage.end_s)

    def _between_tries_s(self, mqtt: Mqtt) -> float:
        """The shortest that a device leaves a broker alone that refused it."""
        board = self.record.board
        if board.wake is None:
            return mqtt.pause_s
        policy = None if board.power is None else board.power.policy
        sleep_s = board.wake.sleep_s if policy is None or policy.sleep == "fixed" else policy.min_sleep_s
        return max(sleep_s, mqtt.rest_s)

    # What they share

    def _require_an_uplink(self) -> None:
        if self.record.probes[0].spec == LINES:
            raise NotApplicable(AT_AN_UPLINK.otherwise)

    def _events(self, *kinds: str) -> list[EndEvent]:
        return [event for event in self.record.events if event.kind in kinds]

    def _tell(self, events: Sequence[EndEvent]) -> None:
        self.trail.at_s = events[0].at_s
        self.trail.seen.extend(f"{event.at_s:.2f} s: {event.text}" for event in events[:SHOWN])

    def _outage(self) -> Outage:
        self._require_an_uplink()
        found = next((one for one in self.record.outages if one.step == self._step), None)
        if found is not None:
            return found
        if self.record.cut_short_s is not None or self.record.silent or self.record.ended is not None:
            self._frames(self._step)
        raise NotApplicable(NOT_AT_SUCH_AN_END)

    def _require_that_it_was_met(self, outage: Outage) -> None:
        """A device that did not come meanwhile has not been tried by it."""
        fault = self._purpose.stimulus.server
        kind = "" if fault is None else fault.met_by
        if kind and not any(outage.start_s <= event.at_s <= outage.end_s for event in self._events(kind)):
            raise Undecided(
                f"the device did not come while it was so, from {outage.start_s:.2f} to {outage.end_s:.2f} s; "
                "try a lower --speed, or a longer server_s in [limits]"
            )

    def _connections(self) -> list[tuple[float, float]]:
        """When a client was connected."""
        found, since_s = [], None
        for event in self._events("connected", "disconnected", "lost"):
            if event.kind == "connected":
                since_s = event.at_s
            elif since_s is not None:
                found.append((since_s, event.at_s))
                since_s = None
        return [*found, (since_s, self.record.duration_s)] if since_s is not None else found

    def _index_of(self, frames: Sequence[SentFrame]) -> tuple[str, list[str]]:
        """A label that tells each of these frames, and its values."""
        values: dict[str, list[str]] = {}
        for frame in frames:
            for emitted in frame.groups:
                if emitted.expect is Expect.MUST and emitted.group.label in self._oracle.reported:
                    values.setdefault(emitted.group.label, []).append(emitted.group.value)
        for label, said in values.items():
            if len(said) == len(frames) == len(set(said)) and said[0].isdecimal():
                return label, said
        raise NotApplicable("the device reports no label that tells one frame from another")

    def _repeated(self, frames: Sequence[SentFrame], step: str) -> list[tuple[float, str]]:
        """Readings of frames of a step that came before, from the same source."""
        if len(frames) < _ENOUGH:
            return []
        label, values = self._index_of([frame for frame in frames if frame.complete])
        seen: Counter[Hashable] = Counter()
        twice = []
        for reading in self._oracle.usable:
            said = reading.said.get(label)
            if said is None or reading.at_s < frames[0].start_s:
                continue
            told = [value for value in values if _tells(said, value)]
            if len(told) != 1:  # of another step, or too coarse to tell which frame it is of
                continue
            key = (reading.source, told[0])
            seen[key] += 1
            if seen[key] == 2:
                twice.append((reading.at_s, _told(reading, label)))
        return twice


def _tells(said: Said, value: str) -> bool:
    """Whether an index is this value, in whatever unit and with however many digits it was said."""
    if said.scale is not None:
        return said.reaches(value)
    return whole(str(said.value)) == whole(value)


def _told(reading: Reading, label: str) -> str:
    source = f"{reading.source}: " if reading.source else ""
    return f"{source}{label} = {quoted(reading.text(label))}"
