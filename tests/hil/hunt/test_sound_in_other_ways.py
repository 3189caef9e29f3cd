# SPDX-License-Identifier: Apache-2.0
"""Devices that are as sound as ours and report otherwise: late, now and then, group by group, what changed alone.

Each is our reader of a story with its readings thinned out, moved or taken apart: nothing of that may be accused.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, given, reject, settings

from xky.hil.bench.limits import LATENCY_S
from xky.hil.bench.reading import Reading, Said
from xky.hil.hunt.strategies import line_stories
from xky.hil.stories.judging import broken_by
from xky.hil.stories.story import ImpossibleStoryError, Story, stimuli_of

from ..stories.played import played

Readings = Sequence[Reading]


def each_second(first: int) -> Callable[[Readings], Readings]:
    return lambda readings: readings[first::2]


def two_in_three(readings: Readings) -> Readings:
    return [one for place, one in enumerate(readings) if place % 3]


def late(readings: Readings) -> Readings:
    return [replace(one, at_s=one.at_s + 0.9 * LATENCY_S) for one in readings]


def group_by_group(readings: Readings) -> Readings:
    return [replace(one, said={label: said}) for one in readings for label, said in one.said.items()]


def some_labels(readings: Readings) -> Readings:
    some = ({label: said for label, said in one.said.items() if sum(label.encode()) % 2} for one in readings)
    return [replace(one, said=said) for one, said in zip(readings, some, strict=True) if said]


def what_changed(readings: Readings) -> Readings:
    news, before = [], dict[str, Said]()
    for one in readings:
        said = {label: said for label, said in one.said.items() if before.get(label) != said}
        before = dict(one.said)
        if said:
            news.append(replace(one, said=said))
    return news


WAYS = (each_second(0), each_second(1), two_in_three, late, group_by_group, some_labels, what_changed)


def check(told: Story) -> None:
    try:
        record = played(told).record
    except ImpossibleStoryError:
        reject()
    every = record.readings
    for number, way in enumerate(WAYS):
        record.readings = list(way(every))
        broken = broken_by(record, told, stimuli_of(told))
        assert [(number, f"{one.signature}: {one.reason}") for one in broken] == []


@settings(max_examples=10, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(line_stories())
def test_none_is_accused(told: Story) -> None:
    check(told)


@pytest.mark.nightly
@settings(max_examples=1500, suppress_health_check=list(HealthCheck))
@given(line_stories())
def test_none_is_accused_in_a_night(told: Story) -> None:
    check(told)
