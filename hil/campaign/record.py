# SPDX-License-Identifier: Apache-2.0
"""What was recorded of a run in one mode: all that verdicts are computed from."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from xky.boards import Board
from xky.emulator import Emitted, Expect, SentFrame, Truth
from xky.emulator.line.transmitter import FRAME_GAP_S
from xky.emulator.outputs import PortSettings
from xky.emulator.runner import Late
from xky.protocol import Mode

from ..bench.limits import TimeLimits, limits_for
from ..bench.reading import Reading, Remark
from ..ends.end import EndEvent
from .carried import as_carried
from .carrier_record import CarrierRecord
from .condition import Facts, facts_at
from .indicator.light_record import LightRecord
from .input_record import InputRecord
from .measured_power import MeasuredPower
from .power_record import PowerRecord

__all__ = [
    "CLOSING", "LINES", "OPENING", "Outage", "ProbeRecord", "Record", "kept_events", "longest_of",
    "longest_period_s", "starves",
]  # fmt: skip

LINES = "lines"  # the probe of who names none

OPENING = "opening"  # the first clean frames that a device is known to hear
CLOSING = "closing"  # the last ones
_AS_THEY_ARE = {str, int, float, bool, type(None)}  # facts that evidence keeps so
_STARVED_PERIODS = 2.1  # one frame that is lost makes it two, and gaps are not all the longest
_AROUND_S = 15.0  # how far a frame counts for the frame period at an instant, at the most
_PERIODS_FRESH, _FRESHNESS_S = 2, 2.0  # how old a value may be, see ``limits_for``
_PERIODS_DUE = 3  # until it is reported
_LAST_PART = 0.125  # of a frame, in which who reports each group as it comes reports the last ones
_MOST = 0.8  # of the frames: faults take some of them from everybody


@dataclass(frozen=True, slots=True)
class ProbeRecord:
    """One of the places where the device was listened to.

    Attributes:
        spec: as it may be printed; its readings name it.
        claims: labels that the device claims to report there; None claims every label of the mode.
        events: what happened at the bench's end of the uplink besides, and the facts of each message.
    """

    spec: str = LINES
    claims: frozenset[str] | None = None
    events: Sequence[EndEvent] = ()


@dataclass(frozen=True, slots=True)
class Outage:
    """When the other end of an uplink did not do what it is for.

    Attributes:
        step: in which it was so.
        spec: the probe that is there.
        start_s: seconds on the bench's clock.
        end_s: from then on it is as before.
    """

    step: str
    spec: str
    start_s: float
    end_s: float


@dataclass
class Record:
    """The record of one mode.

    Attributes:
        claims: labels that the device claims; None claims every label of the mode.
        truth: what was sent.
        readings: what was said.
        remarks: lines that were no reading.
        disturbed: names of the steps in which the line was not clean.
        silent: no usable reading came in the time given for a first one, so nothing was played after it.
        ended: how the device ended before the plan did, None where it did not.
        ended_s: when.
        last_words: its last line of standard error.
        stderr: all of it.
        overruns: characters that found its receive buffer full.
        port_settings: what it asked of its port; empty where the bench cannot know.
        notes: what a reader of the report should know about how the device was run.
        dropped: lines of a flood that were not taken.
        late: when the bench came too late.
        duration_s: on the bench's clock.
        restarts_s: when the device was started anew for a step.
        cut_short_s: when a person cut the run short, None where nobody did; what was not settled by then is undecided.
        power_cut_short: a person cut the trials of its power short.
        power_unplayed: why no trial of its power was played, though the bench has a supply; empty where one was.
        unfed: it lives on terminals I1-A, and nothing feeds them: it is a program, and its board is a description.
        on_hardware: it was a real board on a wire.
        sent_right: characters that should have had a wrong parity or stop bit were sent right: its line has no other.
        power: trials of its power; None: the bench does not feed it, or nobody asked.
        light: trials of its indicator; None: nobody looks at it, or nobody asked.
        input: what instruments measured of its input; None: none did, or nobody asked.
        carrier: what the device read of carriers that a generator played; None likewise.
        trials_cut_short: a person cut the trials of its indicator, or of its input, short.
        measured_power: trials of a real board's power by the instruments of the bench; None likewise.
        probes: where it was listened to; what each saw is judged by itself, see ``seen_by``.
        outages: what befell the other ends of its uplinks.
        outages_elsewhere: where this is the record as one probe has it, what befell the others meanwhile.
        unsaid: where this is the record as one probe has it, labels of which its payloads cannot say all that was sent.
        reported_before: by probe, labels that the device reported in earlier parts of a run that was interrupted.
    """

    mode: Mode
    board: Board
    speed: float
    claims: frozenset[str] | None
    truth: Truth
    readings: list[Reading]
    remarks: list[Remark]
    disturbed: set[str] = field(default_factory=set)
    silent: bool = False
    ended: str | None = None
    ended_s: float | None = None
    last_words: str = ""
    stderr: bytes = b""
    overruns: int = 0
    port_settings: Sequence[PortSettings] = ()
    notes: Sequence[str] = ()
    dropped: int = 0
    late: list[Late] = field(default_factory=list)
    duration_s: float = 0.0
    restarts_s: Sequence[float] = ()
    power: PowerRecord | None = None
    light: LightRecord | None = None
    trials_cut_short: bool = False
    input: InputRecord | None = None
    carrier: CarrierRecord | None = None
    measured_power: MeasuredPower | None = None
    cut_short_s: float | None = None
    power_cut_short: bool = False
    power_unplayed: str = ""
    unfed: bool = False
    on_hardware: bool = False
    sent_right: bool = False
    probes: Sequence[ProbeRecord] = (ProbeRecord(),)
    outages: Sequence[Outage] = ()
    outages_elsewhere: Sequence[Outage] = ()
    unsaid: frozenset[str] = frozenset()
    reported_before: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def seen_by(self, spec: str) -> "Record":
        """The record as one probe has it: its readings, remarks, claims, events, and what its payloads can say."""
        probe = next(one for one in self.probes if one.spec == spec)
        truth, unsaid = as_carried(self.truth, self.board, spec, probe.claims)
        if len(self.probes) == 1:
            is_as_it_is = probe.claims == self.claims and not unsaid
            return self if is_as_it_is else replace(self, claims=probe.claims, truth=truth, unsaid=unsaid)
        return replace(
            self,
            truth=truth,
            unsaid=unsaid,
            readings=[one for one in self.readings if (one.probe or LINES) == spec],
            remarks=[one for one in self.remarks if (one.probe or LINES) == spec],
            claims=probe.claims,
            probes=(probe,),
            outages=[one for one in self.outages if one.spec == spec],
            outages_elsewhere=[one for one in self.outages if one.spec != spec],
            silent=self.silent or not any((one.probe or LINES) == spec for one in self.readings),
        )

    @property
    def events(self) -> Sequence[EndEvent]:
        """What happened at the bench's ends of the uplinks, in order."""
        return sorted((one for probe in self.probes for one in probe.events), key=lambda event: event.at_s)

    @property
    def facts(self) -> Facts:
        """What was known of the device before it was run, as far as its first probe."""
        probe = self.probes[0]
        fed = False if self.unfed else None
        return facts_at(self.board, probe.spec, self.claims, is_on_hardware=self.on_hardware, is_fed=fed)

    def claimed(self, label: str) -> bool:
        """Whether the device claims a label."""
        return self.claims is None or label in self.claims

    def leaves_unsaid(self, emitted: Emitted) -> bool:
        """Whether a group is not due, and its label has data that no payload can say by the statement."""
        return emitted.expect is Expect.MAY and emitted.group.label in self.unsaid

    def frames(self, step: str) -> list[SentFrame]:
        """The frames of a step."""
        return self.truth.of_step(step)

    def limits_at(self, at_s: float) -> TimeLimits:
        """The limits that hold at an instant, from the longest frame around it."""
        return limits_for(self.board, longest_period_s(self.truth, at_s), self.speed)

    def limits_of(self, frames: Sequence[SentFrame]) -> TimeLimits:
        """The limits by the longest of some frames alone, whatever was on the line before them."""
        return limits_for(self.board, longest_of(frames), self.speed)

    @property
    def skips_frames(self) -> bool:
        """Whether a device that is not known for that reports less than each frame.

        A change has three frames to arrive: who reports one in two need not have reported what a single one said. Not
        each of the first clean frames was told of while it was sent, or right behind it; and since that may come of a
        busy machine, the readings of the whole run are fewer than its frames.
        """
        if self.board.pace_s or all(map(self._is_told_of, self.frames(OPENING))):
            return False
        began_s = min((reading.at_s for reading in self.readings), default=0.0)
        frames = sum(frame.complete and frame.end_s >= began_s for frame in self.truth)
        said = Counter(label for reading in self.readings for label in reading.said)
        return max(said.values(), default=0) < _MOST * frames

    def _is_told_of(self, frame: SentFrame) -> bool:
        until_s = frame.end_s + (frame.end_s - frame.start_s) / 2
        behind = self.truth[frame.number + 1 : frame.number + 2]
        until_s = min([until_s, *map(_told_from_s, behind)])  # a short one may be told of so soon
        return any(_told_from_s(frame) <= reading.at_s < until_s for reading in self.readings)

    def was_late(self, start_s: float, end_s: float) -> bool:
        """Whether the bench came too late between two instants."""
        return any(start_s <= late.due_s <= end_s for late in self.late)


def _told_from_s(frame: SentFrame) -> float:
    """From when on a reading may be that of a frame: at its end, or a group before where each is told as it comes."""
    return frame.end_s - (frame.end_s - frame.start_s) * _LAST_PART


def kept_events(events: Iterable[EndEvent]) -> tuple[EndEvent, ...]:
    """Events as evidence has them, whose facts hold text alone: verdicts of a run and of its evidence are the same."""
    return tuple([
        one
        if _AS_THEY_ARE.issuperset(map(type, one.facts.values()))  # as most of tens of thousands a day
        else EndEvent(one.at_s, one.kind, one.text, _in_text(one.facts))
        for one in events
    ])  # fmt: skip


def _in_text(facts: Any) -> Any:
    """Bytes as text, what is none of UTF-8 escaped."""
    if type(facts) in _AS_THEY_ARE:
        return facts
    if isinstance(facts, bytes):
        return facts.decode("utf-8", "backslashreplace")
    if isinstance(facts, Mapping):
        return {name: _in_text(value) for name, value in facts.items()}
    return [_in_text(one) for one in facts] if isinstance(facts, list | tuple) else facts


def longest_period_s(truth: Truth, at_s: float) -> float:
    """The longest frame period around an instant; plan and verdicts go by the same.

    A frame counts that lies no further away than limits reach which it and those between make: what is reported now was
    fresh so long before, and what is sent now is due so long after. One that is longer than any, seconds later, is no
    reason to be late. Where the line has fallen silent, the last frame on it is what it starts from.
    """
    begun = truth.begun_by(at_s)
    fresh = truth.around(at_s, _FRESHNESS_S, 0.0) or truth[max(begun - 1, 0) : begun]
    period_s = longest_of(fresh)
    while True:
        fresh_s, due_s = _PERIODS_FRESH * period_s + _FRESHNESS_S, _PERIODS_DUE * period_s
        longest_s = longest_of(truth.around(at_s, min(fresh_s, _AROUND_S), min(due_s, _AROUND_S)))
        if longest_s <= period_s:
            return period_s
        period_s = longest_s


def longest_of(frames: Sequence[SentFrame]) -> float:
    """The longest period among frames; a second where there is none."""
    return max((frame.end_s - frame.start_s for frame in frames), default=1.0) + max(FRAME_GAP_S)


def starves(truth: Truth, step: str) -> bool:
    """Whether a step kept good frames from the line for longer than two frames take.

    So long can nobody tell a disturbance from a change of the TIC mode: a device that finds the mode by itself may look
    for another one, and takes its time to find back.
    """
    frames = truth.of_step(step)
    if not frames:  # the meter itself was without power
        return True
    before = truth[frames[0].number - 1] if frames[0].number else frames[0]
    period_s = len(before.data) * before.character_s + max(FRAME_GAP_S)
    good_s = [frame.end_s for frame in frames if frame.complete and any(p.expect is Expect.MUST for p in frame.pieces)]
    heard_s = [min(before.end_s, frames[0].start_s - max(FRAME_GAP_S)), *good_s, frames[-1].end_s + period_s]
    return max(later_s - earlier_s for earlier_s, later_s in pairwise(heard_s)) > _STARVED_PERIODS * period_s
