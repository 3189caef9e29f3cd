# SPDX-License-Identifier: Apache-2.0
"""A virtual board that a busy machine let live too late: nothing that it said late is held against it."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from xky.hil.campaign.virtual_lateness import virtual_lateness


def instruments(late_s: list[float], now_s: float, *, is_virtual: bool = True) -> Mapping[str, Any]:
    """Of a bench whose clock stands at ``now_s``, and that came late at these instants of it."""

    def asked(question: str) -> float:
        if question == "XKY:TIME?":
            return now_s
        since_s = float(question.removeprefix("XKY:LATE? "))
        return next((one for one in late_s if one >= since_s), -1.0)

    return {"supply": SimpleNamespace(is_virtual=is_virtual, asked=asked)}


BENCH: Any = SimpleNamespace(now_s=100.0, speed=1.0)


def test_lateness_is_told_on_the_clock_of_the_bench_that_was_under_way() -> None:
    late = virtual_lateness(instruments([5.0, 20.0, 20.1, 80.0], 110.0), BENCH)
    assert [one.due_s for one in late] == pytest.approx([10.0, 70.0])  # what was before it is none of it


def test_who_was_late_too_often_is_late_from_then_on() -> None:
    late = virtual_lateness(instruments([0.25 * count for count in range(200)], 100.0), BENCH)
    assert [one.due_s for one in late][-1] == pytest.approx(49.75)
    longer: Any = SimpleNamespace(now_s=1000.0, speed=1.0)
    many = virtual_lateness(instruments([0.21 * count for count in range(1000)], 1000.0), longer)
    assert many[-1].due_s > 998.0


def test_a_desk_has_none() -> None:
    assert virtual_lateness(instruments([1.0], 100.0, is_virtual=False), BENCH) == []
    assert virtual_lateness({}, BENCH) == []
