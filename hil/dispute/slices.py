# SPDX-License-Identifier: Apache-2.0
"""The part of a record that one purpose is judged by: as little as gives the same verdict, for the same reason."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from xky.emulator import SentFrame, Truth

from ..campaign.record import OPENING, Record
from ..campaign.requirement import Purpose
from ..campaign.verdict import Verdict
from .judge_one import judge_one

__all__ = ["Slice", "slice_of"]

Slice = tuple[Record, str]
"""A record, and what of the run's it is, for people."""


def slice_of(purpose: Purpose, record: Record, probe: str, verdict: Verdict, reason: str) -> Slice:
    """The shortest part of a record by which a purpose is judged as the whole was.

    Args:
        purpose: that was judged.
        record: the whole of its mode.
        probe: whose readings were judged.
        verdict: of the run.
        reason: likewise.
    """
    for part, what in _parts(purpose, record):
        again = judge_one(purpose, part, probe)
        if (again.verdict, again.reason) == (verdict, reason):
            return part, what
    return record, "the whole run of its mode"


def _parts(purpose: Purpose, record: Record) -> Iterator[Slice]:
    """What may do, the shortest first."""
    steps = {name for one in purpose.stimuli for name in (one.name, one.tail)}
    own = [frame.number for frame in record.truth if frame.step in steps]
    if not own:
        return
    opening = [frame.number for frame in record.truth if frame.step == OPENING]
    before = [number - 1 for number in own if number]
    yield _part(purpose, record, sorted({*opening, *before, *own})), "its own steps, and the opening of the run"
    yield _part(purpose, record, range(own[-1] + 1)), "the run up to the end of its steps"


def _part(purpose: Purpose, record: Record, numbers: Sequence[int]) -> Record:
    """Some frames of a record, numbered anew, with what was said and what happened around them."""
    frames = [record.truth[number] for number in numbers]
    spans = _spans(record, frames)
    truth = Truth()
    for number, frame in enumerate(frames):
        truth.append(replace(frame, number=number))

    def is_around(at_s: float) -> bool:
        return any(start_s <= at_s <= end_s for start_s, end_s in spans)

    return replace(
        record,
        truth=truth,
        readings=[one for one in record.readings if is_around(one.at_s)],
        remarks=[one for one in record.remarks if is_around(one.at_s)],
        stderr=b"",
        power=record.power if purpose.requirement.about_power else None,
        light=record.light if purpose.requirement.about_light else None,
        input=record.input if purpose.requirement.about_input else None,
        carrier=record.carrier if purpose.requirement.about_carrier else None,
        measured_power=record.measured_power if purpose.requirement.about_power else None,
        probes=tuple(
            replace(probe, events=tuple(event for event in probe.events if is_around(event.at_s)))
            for probe in record.probes
        ),
    )


def _spans(record: Record, frames: Sequence[SentFrame]) -> list[tuple[float, float]]:
    """From when to when these frames were on the line, with the time in which something may come of each."""
    spans: list[tuple[float, float]] = []
    for frame in frames:
        limits = record.limits_at(frame.end_s)
        due_s = max(limits.completeness_s, limits.freshness_s, limits.recovery_s)
        end_s = frame.end_s + due_s + limits.latency_s + limits.detection_s
        if spans and frame.start_s <= spans[-1][1]:
            spans[-1] = spans[-1][0], max(spans[-1][1], end_s)
        else:
            spans.append((frame.start_s, end_s))
    return spans
