# SPDX-License-Identifier: Apache-2.0
"""Readings against the truth: a value was sent, intact and not too long ago, or it is accused: made up, too old, …

Judged by properties, not by fixed values. A value is sound when a group with this label and this value was sent intact,
not too long before. Else it says whose words it repeats: those of a damaged group, those of an old frame, or nobody's.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property
from itertools import compress
from operator import is_not
from typing import NamedTuple

from xky.emulator import Emitted, Expect, SentFrame
from xky.emulator.truth.plain_frame import PlainFrame
from xky.protocol import LABELS, Group, Mode

from ...bench.reading import Reading, Said, in_label_table
from ..record import Record
from .careless_reader import breaks_off, careless, looks_like, looks_spoilt, what_is_wrong
from .freshness import Freshness
from .likeness import Likeness, widths_of

__all__ = ["Accusation", "AccusationKind", "Oracle"]

_new = tuple.__new__  # a third of what the class itself takes
_CAUSAL_S = 1e-6  # a reading at the very end of a group may hold it


class AccusationKind(Enum):
    """What is wrong with a reported value."""

    DAMAGED = "repeats a damaged group"
    STALE = "is older than a reading may be"
    LEFT = "belongs to a label that has left the frames"
    UNSENT = "was never sent under that label"


@dataclass(frozen=True, slots=True)
class Accusation:
    """One value that a device should not have reported."""

    wrong: AccusationKind
    label: str
    said: Said
    reading: Reading
    emitted: Emitted | None
    frame: SentFrame | None
    """Whose words it repeats; None for UNSENT, but where spoilt characters of a group explain it."""

    def __str__(self) -> str:
        text = f"{self.reading.at_s:.2f} s: {self.label} = {self.said} {self.wrong.value}"
        if self.emitted is None or self.frame is None:
            return text
        if self.wrong is AccusationKind.DAMAGED:
            return f"{text}: {what_is_wrong(self.emitted, self.frame.mode)}"
        if self.wrong is AccusationKind.UNSENT:
            return f"{text}: it is that of a group with spoilt characters, whose checksum fits all the same"
        return f"{text}; sent {self.reading.at_s - self.emitted.end_s:.1f} s before"


class _Sent(NamedTuple):
    """A group on the line, and as what it can be read."""

    emitted: Emitted
    frame: SentFrame
    read_as: Group


class Oracle:
    """Judges one record."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self._damaged: dict[str, list[_Sent]] = defaultdict(list)
        self._steps_of: dict[Group, dict[str, None]] = defaultdict(dict)  # in the order of their first frame
        self._freshness = Freshness(record)
        self._intact_in: dict[str, dict[str, list[Group]]] = {}
        self._by_label: dict[int, dict[str, list[Emitted]]] = {}  # what may be reported of a frame, by its number
        self._plain: dict[int, dict[str, Group]] = {}
        self._steps = tuple(dict.fromkeys(frame.step for frame in record.truth))
        self._stamped = self._labels_reported_with_horodate()
        self._intact_labels: set[str] = set()
        entered: set[int] = set()  # most groups of a frame are the very objects of the frame before
        step: str | None = None
        before: Sequence[Group] = ()
        for frame in record.truth:
            groups = _intact_groups(frame)
            if frame.step != step:
                step, before = frame.step, ()
                entered.clear()
            others = compress(groups, map(is_not, groups, before)) if len(groups) == len(before) else groups
            before = groups
            for group in [group for group in others if id(group) not in entered]:
                entered.add(id(group))
                self._intact_labels.add(group.label)
                self._steps_of[self._as_reported(group)].setdefault(frame.step)
            if not isinstance(frame, PlainFrame):
                self._enter_damaged(frame)
        self._likeness = Likeness(widths_of(record.readings), self._steps_of)

    def _enter_damaged(self, frame: SentFrame) -> None:
        for place, piece in enumerate(frame.pieces):
            if piece.expect is Expect.MUST_NOT and piece.group is not None:
                emitted = frame.emitted(place)
                seen = careless(emitted, frame.mode)
                self._damaged[seen.label].append(_Sent(emitted, frame, seen))
                self._damaged.setdefault(emitted.group.label, [])

    @cached_property
    def _intact(self) -> dict[str, list[_Sent]]:
        """By label, all that may be reported, in order: hundreds of thousands, of which a sound device needs none."""
        intact: dict[str, list[_Sent]] = defaultdict(list)
        for frame in self.record.truth:
            for emitted in frame.groups:
                if emitted.expect is not Expect.MUST_NOT:
                    group = emitted.group
                    intact[group.label].append(_new(_Sent, (emitted, frame, group)))
                    if emitted.fault is not None and not group.value.isprintable():  # as some write no such characters
                        cleaned = "".join(filter(str.isprintable, group.value))
                        intact[group.label].append(_new(_Sent, (emitted, frame, replace(group, value=cleaned))))
        return intact

    def is_report(self, key: str) -> bool:
        """Whether a key is a label: in a table, or on the line in this run, intact or damaged."""
        return in_label_table(key) or key in self._intact_labels or key in self._damaged

    @cached_property
    def ignored_keys(self) -> tuple[str, ...]:
        """Keys that are no labels; named once in the report."""
        keys = {key for reading in self.record.readings for key in reading.said}
        return tuple(sorted(key for key in keys if not self.is_report(key)))

    @cached_property
    def usable(self) -> tuple[Reading, ...]:
        """Readings that report a label at all."""
        return tuple(r for r in self.record.readings if any(self.is_report(key) for key in r.said))

    @cached_property
    def accusations(self) -> tuple[Accusation, ...]:
        """Every value that cannot be explained, in order."""
        found = []
        for reading in self.usable:
            for label, said in self._not_fresh(reading).items():
                if self.is_report(label):
                    accusation = self._examine(reading, label, said)
                    if accusation is not None:
                        found.append(accusation)
        return tuple(found)

    def words_of(self, accusation: Accusation) -> list[Emitted]:
        """The groups that a person looks at first: whose words it repeats; of what was never sent under its label, the
        last group with that label, and the last with those words under another."""
        if accusation.emitted is not None:
            return [accusation.emitted]
        label, said, until_s = accusation.label, accusation.said, accusation.reading.at_s + _CAUSAL_S
        own = other = None
        for frame in reversed(self.record.truth):
            for emitted in reversed(frame.groups if frame.start_s <= until_s else ()):
                if emitted.end_s > until_s:
                    continue
                if emitted.group.label == label:
                    own = own or emitted
                elif other is None and emitted.group.value and said.matches(emitted.group):
                    other = emitted
            if own is not None and other is not None:
                break
        return [emitted for emitted in (own, other) if emitted is not None]

    @cached_property
    def reported(self) -> frozenset[str]:
        """Labels that were reported with a true value at least once, in an earlier part of the run too."""
        before = frozenset[str]().union(*(self.record.reported_before.get(one.spec, ()) for one in self.record.probes))
        accused: dict[int, set[str]] = defaultdict(set)
        for one in self.accusations:
            accused[id(one.reading)].add(one.label)
        said = set[str]()
        for reading in self.usable:
            said.update(reading.said.keys() - accused[id(reading)] if id(reading) in accused else reading.said)
        return before | frozenset(filter(self.is_report, said))

    def intact_in(self, step: str) -> dict[str, list[Group]]:
        """By label, what a device may report of the frames of a step; groups that are one object come once."""
        known = self._intact_in.get(step)
        if known is None:
            groups = {
                id(piece.group): piece.group
                for frame in self.record.frames(step)
                for piece in frame.pieces
                if piece.group is not None and piece.expect is not Expect.MUST_NOT
            }
            known = self._intact_in[step] = {}
            for group in groups.values():
                known.setdefault(group.label, []).append(group)
        return known

    def was_meant(self, group: Group) -> bool:
        """Whether what the device reports of ``group`` is what the meter itself says at some time."""
        cleaned = replace(group, value="".join(filter(str.isprintable, group.value)))
        return any(self._as_reported(one) in self._meant for one in (group, cleaned))

    @cached_property
    def _meant(self) -> frozenset[Group]:
        """What the meter itself says at some time, as the device reports it."""
        met: dict[int, Group] = {}  # most groups of a frame are the very objects of the frame before
        for frame in self.record.truth:
            said = _intact_groups(frame, meant=True)
            met.update(zip(map(id, said), said, strict=True))
        return frozenset(map(self._as_reported, met.values()))

    def is_new_in(self, group: Group, step: str) -> bool:
        """Whether what the device reports of ``group`` was sent in no other step, so that a report tells the step."""
        return self._steps_with(group) == [step]

    def is_first_in(self, group: Group, step: str) -> bool:
        """Whether what the device reports of ``group`` was sent in no step before: it may stand from then on."""
        return next(iter(self._steps_with(group)), None) == step

    def is_other_than_before(self, group: Group, step: str) -> bool:
        """Whether what the device reports of ``group`` was not sent in the step just before."""
        place = self._steps.index(step)
        return place == 0 or self._steps[place - 1] not in self._steps_with(group)

    def tells_from(self, group: Group, others: Collection[Group]) -> bool:
        """Whether no report of ``group`` may mean one of the others."""
        if self._likeness.tells(group.label):
            return group not in others
        own = self._as_reported(group)
        return not any(self._likeness.are_alike(own, self._as_reported(other)) for other in others)

    def would_show(self, emitted: Emitted, mode: Mode) -> bool:
        """Whether a report of a damaged group could be told from those of all that was sent intact."""
        seen = careless(emitted, mode)
        return self._likeness.tells(seen.label) or not self._steps_with(seen)

    def _steps_with(self, group: Group) -> list[str]:
        """The steps in which what the device reports of ``group`` was sent, in their order."""
        steps = self._likeness.steps_of(self._as_reported(group))
        return list(steps) if isinstance(steps, dict) else sorted(steps, key=self._steps.index)

    def _labels_reported_with_horodate(self) -> frozenset[str]:
        """Labels of which each report gave a horodate; for the others the value alone must tell."""
        with_one: set[str] = set()
        without: set[str] = set()
        for reading in self.record.readings:
            stamped = {
                label
                for label, said in reading.said.items()
                if said.timestamp is not None or (label == "DATE" and said.value != "")
            }
            with_one |= stamped
            without.update(reading.said.keys() - stamped)
        return frozenset(with_one - without)

    def _as_reported(self, group: Group) -> Group:
        return group if group.timestamp is None or group.label in self._stamped else Group(group.label, group.value)

    @cached_property
    def lasting_labels(self) -> tuple[str, ...]:
        """Labels that were sent intact in each frame of some step, so that every device could hear them."""
        steps: dict[str, dict[str, None]] = {}
        before: tuple[str, list[str]] | None = None  # most frames of a step have the labels of the frame before
        for frame in self.record.truth:
            if frame.mode is not self.record.mode:
                continue
            if isinstance(frame, PlainFrame):
                labels = [group.label for group in frame.said]
            else:
                labels = [p.group.label for p in frame.pieces if p.group and p.expect is Expect.MUST]
            if (frame.step, labels) == before:
                continue
            before = frame.step, labels
            sent = dict.fromkeys(labels)
            common = steps.get(frame.step)
            steps[frame.step] = sent if common is None else {label: None for label in common if label in sent}
        return tuple(dict.fromkeys(label for common in steps.values() for label in common))

    def _examine(self, reading: Reading, label: str, said: Said) -> Accusation | None:
        intact = self._intact.get(label, [])
        newest = bisect_right(intact, reading.at_s + _CAUSAL_S, key=lambda sent: sent.emitted.end_s)
        old = next((sent for sent in reversed(intact[:newest]) if said.matches(sent.read_as)), None)
        # A number that is right within a step is first of all that of an intact group: a damaged one may be as near.
        damaged = None if old is not None and said.scale is not None else self._damaged_like(reading, label, said)
        if old is not None and damaged is not None and damaged.emitted.end_s < self._freshness.since_s(reading.at_s):
            damaged = None  # too old itself: whichever of the two it repeats, that is what is certain
        if damaged is not None:
            return Accusation(AccusationKind.DAMAGED, label, said, reading, damaged.emitted, damaged.frame)
        if old is None:
            spoilt = next((one for one in reversed(intact[:newest]) if _is_spoilt(one, said)), None)
            return Accusation(
                AccusationKind.UNSENT, label, said, reading,
                None if spoilt is None else spoilt.emitted, None if spoilt is None else spoilt.frame,
            )  # fmt: skip
        if self._short_frames_since(old, label, reading.at_s):
            return None  # a minute of short frames says nothing of what only long ones hold
        wrong = AccusationKind.LEFT if self._has_left(label, reading.at_s) else AccusationKind.STALE
        return Accusation(wrong, label, said, reading, old.emitted, old.frame)

    def _not_fresh(self, reading: Reading) -> dict[str, Said]:
        """What of a reading was not sent intact, or too long before."""
        frames, since_s = self.record.truth, self._freshness.since_s(reading.at_s)
        until_s = reading.at_s + _CAUSAL_S
        left: dict[str, Said] = {**reading.said}
        place = frames.begun_by(until_s)
        while left and place > 0 and (frame := frames[place - 1]).end_s >= since_s:
            place -= 1
            if since_s <= frame.start_s and frame.end_s <= until_s and (plain := self._plainly_in(frame)):
                left = {
                    label: said for label, said in left.items() if label not in plain or not said.matches(plain[label])
                }  # fmt: skip
                continue
            sent = self._groups_of(frame)
            left = {
                label: said for label, said in left.items()
                if label not in sent or not _is_among(sent[label], said, since_s, until_s)
            }  # fmt: skip
        return left

    def _plainly_in(self, frame: SentFrame) -> dict[str, Group]:
        """What a frame says that went out as it was meant, each label once; nothing of any other."""
        if not isinstance(frame, PlainFrame):
            return {}
        if (known := self._plain.get(frame.number)) is None:
            said = {group.label: group for group in frame.said}
            known = self._plain[frame.number] = said if len(said) == len(frame.said) else {}
        return known

    def _groups_of(self, frame: SentFrame) -> dict[str, list[Emitted]]:
        if (known := self._by_label.get(frame.number)) is None:
            groups = [emitted for emitted in frame.groups if emitted.expect is not Expect.MUST_NOT]
            known = {emitted.group.label: [emitted] for emitted in groups}
            if len(known) < len(groups):  # a label came twice
                known = {label: [one for one in groups if one.group.label == label] for label in known}
            self._by_label[frame.number] = known
        return known

    def _damaged_like(self, reading: Reading, label: str, said: Said) -> _Sent | None:
        for sent in reversed(self._damaged.get(label, [])):
            if sent.emitted.start_s > reading.at_s:
                continue
            if said.scale is not None:
                alike = said.reaches(sent.read_as.value)
            else:
                alike = looks_like(said.value, sent.read_as, cut=breaks_off(sent.emitted))
            if alike and (breaks_off(sent.emitted) or said.fits_horodate(sent.read_as.timestamp)):
                return sent
        return None

    def _short_frames_since(self, old: _Sent, label: str, at_s: float) -> bool:
        """Whether short frames came since, and no long one in time (02E §2.5): short ones do not have the label."""
        row = LABELS[Mode.HISTORIC].get(label)
        if row is None or row.short or old.frame.mode is not Mode.HISTORIC:
            return False
        due_s = at_s - self.record.limits_at(at_s).freshness_s
        since = [
            (frame.end_s, _is_short(frame))
            for frame in self.record.truth[old.frame.number + 1 :]
            if frame.complete and frame.end_s <= at_s + _CAUSAL_S
        ]
        return any(short for _, short in since) and all(short for end_s, short in since if end_s <= due_s)

    def _has_left(self, label: str, at_s: float) -> bool:
        """Whether the last whole frame before an instant did not have the label, not even damaged."""
        frames = self.record.truth
        place = bisect_right(frames, at_s + _CAUSAL_S, key=lambda frame: frame.end_s)
        for frame in reversed(frames[max(0, place - 20) : place]):
            if frame.complete:
                return all(piece.group is None or piece.group.label != label for piece in frame.pieces)
        return False


def _is_among(groups: Sequence[Emitted], said: Said, since_s: float, until_s: float) -> bool:
    """Whether one of these groups was sent between two instants and is what was said."""
    return any(since_s <= one.end_s <= until_s and said.matches(one.group) for one in groups)


def _is_spoilt(sent: _Sent, said: Said) -> bool:
    """Whether a value is that of a group which a fault touched, but for characters of more than seven bits."""
    return sent.emitted.fault is not None and looks_spoilt(said.value, sent.read_as.value)


def _intact_groups(frame: SentFrame, *, meant: bool = False) -> Sequence[Group]:
    """What may be reported of a frame; of it what the meter meant, without what a fault made."""
    if isinstance(frame, PlainFrame):
        return frame.said
    pieces = [
        one for one in frame.pieces if one.expect is not Expect.MUST_NOT and not (meant and one.fault is not None)
    ]
    return [piece.group for piece in pieces if piece.group is not None]


def _is_short(frame: SentFrame) -> bool:
    """Whether it is a short frame of a historic three-phase meter: a long one has OPTARIF, too."""
    labels = {piece.group.label for piece in frame.pieces if piece.group}
    return frame.mode is Mode.HISTORIC and "IINST1" in labels and "OPTARIF" not in labels
