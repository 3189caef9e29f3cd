# SPDX-License-Identifier: Apache-2.0
from fractions import Fraction
from itertools import pairwise
from math import isqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xky.emulator.legal_time import SECOND_US
from xky.emulator.registers import Demand, Energy, Mean

WH_US = 3600 * SECOND_US
B = 0.008  # 54E §7
POWERS = st.integers(0, 36_000)
STRETCHES = st.lists(st.tuples(POWERS, st.integers(1, 10**11)), min_size=1, max_size=10)


@given(STRETCHES)
def test_energy_is_the_exact_integral_cut_down_to_whole_units(stretches: list[tuple[int, int]]) -> None:
    energy = Energy()
    completed = sum(energy.add(power, duration) for power, duration in stretches)
    exact = Fraction(sum(power * duration for power, duration in stretches), WH_US)
    assert energy.count == completed == exact.numerator // exact.denominator


@given(POWERS, st.integers(1, 10**12), st.data())
def test_any_partition_of_time_gives_the_same_energy(power: int, duration: int, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(0, duration), max_size=20)) | {0, duration})
    whole, parts = Energy(), Energy()
    whole.add(power, duration)
    for start, end in pairwise(cuts):
        parts.add(power, end - start)
    assert whole == parts


def test_a_kilowatt_counts_a_watt_hour_each_3_6_seconds() -> None:
    energy = Energy()
    assert [energy.add(1000, 1_200_000) for _ in range(6)] == [0, 0, 1, 0, 0, 1]


@given(st.lists(st.tuples(st.integers(0, 10**5), st.integers(1, 10**10)), min_size=1))
def test_a_mean_weighs_each_value_by_its_duration(stretches: list[tuple[int, int]]) -> None:
    mean = Mean()
    for value, duration in stretches:
        mean.add(value, duration)
    exact = Fraction(sum(v * d for v, d in stretches), sum(d for _, d in stretches))
    closed = mean.close()
    assert closed is not None
    assert abs(closed - exact) <= Fraction(1, 2)
    assert mean.close() is None


def stepped(powers: list[int], start: float) -> list[float]:
    """Y after each second, as 54E §7 writes it."""
    filtered, result = start, []
    for power in powers:
        filtered = B * power**2 + (1 - B) * filtered
        result.append(filtered)
    return result


@given(st.lists(st.tuples(st.integers(0, 12_000), st.integers(1, 900)), min_size=1, max_size=8), st.integers(0, 9000))
def test_the_closed_form_of_smaxsn_equals_stepping_second_by_second(runs: list[tuple[int, int]], before: int) -> None:
    demand = Demand()
    demand.settle(before, 0)
    second = 0
    for power, seconds in runs:
        demand.run(power, second * SECOND_US, (second + seconds) * SECOND_US)
        second += seconds
    judge = [float(before**2), *stepped([power for power, seconds in runs for _ in range(seconds)], float(before**2))]
    assert demand.maximum_va == pytest.approx(max(judge) ** 0.5, abs=1)
    reached = demand.maximum_at_us // SECOND_US
    assert isqrt(round(judge[reached])) == pytest.approx(demand.maximum_va, abs=1)
    assert not any(value > judge[reached] * (1 + 1e-9) + 1 for value in judge[:reached])


@given(st.integers(0, 12_000), st.integers(0, 12_000), st.integers(1, 20_000), st.data())
def test_smaxsn_and_its_time_do_not_depend_on_who_asked_when(
    before: int, power: int, seconds: int, data: st.DataObject
) -> None:
    end = seconds * SECOND_US
    cuts = sorted(data.draw(st.sets(st.integers(0, end), max_size=20)) | {0, end})
    whole, parts = Demand(), Demand()
    for demand in (whole, parts):
        demand.settle(before, 0)
    whole.run(power, 0, end)
    for start, stop in pairwise(cuts):
        parts.run(power, start, stop)
    assert abs(parts.maximum_va - whole.maximum_va) <= 1  # only where the rounding of a float falls on the edge
    if parts.maximum_va == whole.maximum_va:
        assert abs(parts.maximum_at_us - whole.maximum_at_us) <= SECOND_US


def test_the_time_of_smaxsn_is_when_it_was_reached_and_then_stands_still() -> None:
    demand = Demand()
    demand.settle(0, 0)
    seen = {}
    for second in range(6000):
        demand.run(2000, second * SECOND_US, (second + 1) * SECOND_US)
        seen.setdefault(demand.maximum_va, set()).add(demand.maximum_at_us)
    assert demand.maximum_va == 2000
    assert all(len(times) == 1 for times in seen.values())
    assert len(seen) > 300


@pytest.mark.parametrize(("factor", "seconds"), [(1.4, 247), (2.5, 39)])  # 54E §7 gives 250 and 40 s
def test_the_filter_reaches_1_3_times_the_cut_off_power_when_54e_says(factor: float, seconds: int) -> None:
    demand = Demand()
    demand.settle(0, 0)
    pcoup = 6000
    passed = []
    for second in range(400):
        demand.run(round(factor * pcoup), second * SECOND_US, (second + 1) * SECOND_US)
        passed.append(demand.maximum_va >= round(1.3 * pcoup))
    assert passed.index(True) + 1 == pytest.approx(seconds, abs=1)


def test_midnight_makes_today_yesterday_and_starts_from_the_filter() -> None:
    demand = Demand()
    demand.settle(0, 0)
    demand.run(3000, 0, 600 * SECOND_US)
    highest, at_us = demand.maximum_va, demand.maximum_at_us
    demand.run(0, 600 * SECOND_US, 700 * SECOND_US)
    demand.close_day(700 * SECOND_US)
    assert (demand.yesterday_va, demand.yesterday_at_us) == (highest, at_us)
    assert 0 < demand.maximum_va < highest
    assert demand.maximum_va == isqrt(round(stepped([3000] * 600 + [0] * 100, 0.0)[-1]))
    assert demand.maximum_at_us == 700 * SECOND_US
