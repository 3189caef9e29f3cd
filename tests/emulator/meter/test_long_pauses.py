# SPDX-License-Identifier: Apache-2.0
"""A meter that lets days pass at once is the one that lived through them, to the last bit."""

from itertools import pairwise
from random import Random

import pytest

from xky.emulator import Linky
from xky.emulator.legal_time import SECOND_US
from xky.protocol import Mode


def everything_of(meter: Linky) -> object:
    """What it says, and what it goes on from."""
    counters, state = meter.counters, meter.state
    return (
        meter.groups(), repr(counters.curves), repr(counters.demands), counters.supplier, repr(counters.drawn),
        state.tariff, state.opens_at_us, state.next_change_us,
    )  # fmt: skip


@pytest.mark.by_day(3)
@pytest.mark.parametrize("seed", range(6))
def test_days_at_once_are_the_same_days_minute_by_minute(seed: int) -> None:
    rng = Random(seed)
    begins = rng.choice(["2026-01-15T00:00", "2026-03-27T05:10", "2026-10-23T13:37:11"])
    contract, mode, ppm = rng.choice(["base", "hc", "tempo"]), list(Mode)[seed % 2], rng.choice([0, 250, -250])
    at_once, by_and_by = (Linky(mode=mode, at=begins, contract=contract, seed=seed) for _ in range(2))
    for meter in (at_once, by_and_by):
        meter.drift(ppm)
        meter.lose_supply()
        meter.wait(777)
        meter.regain_supply()
    for watts in (0.0, 3000.0, 0.0, 7000.0):
        for meter in (at_once, by_and_by):
            meter.load.hold(watts)
        seconds = rng.choice([8, 30, 90]) * 3600 + rng.randrange(5000)
        at_once.wait(seconds)
        while seconds:
            step_s = min(rng.randrange(60, 1500), seconds)
            seconds -= step_s
            by_and_by.wait(step_s)
            by_and_by.groups()
        assert everything_of(at_once) == everything_of(by_and_by)


def test_a_month_without_a_change_is_not_crossed_period_by_period(monkeypatch: pytest.MonkeyPatch) -> None:
    meter = Linky(mode=Mode.STANDARD, at="2026-01-15T00:00", contract="base", seed=1)
    meter.load.hold(0)
    meter.wait(2 * 86_400)  # until the filters rest
    crossed: list[int] = []
    cross = meter.state._cross
    monkeypatch.setattr(meter.state, "_cross", lambda at_us: (crossed.append(at_us), cross(at_us))[1])
    meter.wait(30 * 86_400)
    meter.groups()
    assert len(crossed) < 30 * 144 / 4
    assert max(later - earlier for earlier, later in pairwise(crossed)) > 12 * 3600 * SECOND_US
