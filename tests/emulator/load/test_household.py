# SPDX-License-Identifier: Apache-2.0
"""A house seen from its meter: what it draws, when, and that it is always the same one."""

from collections.abc import Iterator
from datetime import date, datetime, time
from importlib import import_module
from itertools import pairwise
from pkgutil import iter_modules

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xky.emulator import load
from xky.emulator.legal_time import PARIS, SECOND_US, instant_us, local_time, midnight_after
from xky.emulator.load import APPLIANCES, COMMON, Draw, Household, Signals
from xky.emulator.load.appliance import Day
from xky.protocol import InputError

OPEN = Signals()
HOUR_US = 3600 * SECOND_US
DAYS = st.dates(date(2025, 1, 1), date(2028, 12, 31)) | st.sampled_from([date(2026, 3, 29), date(2026, 10, 25)])
SEEDS = st.integers(0, 10**9)
NAMES = st.none() | st.sets(st.sampled_from(sorted(APPLIANCES))).map(tuple)


def at(text: str) -> int:
    return instant_us(datetime.fromisoformat(text).replace(tzinfo=PARIS))


def midnight(day: date) -> int:
    return instant_us(datetime.combine(day, time(), PARIS))


def walk(house: Household, start_us: int, end_us: int, signals: Signals = OPEN) -> Iterator[tuple[int, int, Draw]]:
    """Start, end and power of each span in which the house says that nothing changes."""
    while start_us < end_us:
        power, until_us = house.draw(start_us, signals)
        assert until_us is not None
        assert until_us > start_us
        yield start_us, min(until_us, end_us), power
        start_us = until_us


def energy_kwh(house: Household, start_us: int, end_us: int, signals: Signals = OPEN) -> float:
    spans = walk(house, start_us, end_us, signals)
    return sum(sum(power.active_mw) * (end - start) for start, end, power in spans) / (1e6 * HOUR_US)


def times_on(house: Household, start_us: int, end_us: int, signals: Signals = OPEN) -> list[tuple[int, int]]:
    """Spans in which anything at all runs, joined; those that touch an edge are left out."""
    found: list[tuple[int, int]] = []
    for start, end, power in walk(house, start_us, end_us, signals):
        if any(power.active_mw):
            joins = bool(found) and found[-1][1] == start
            found[-1:] = [(found[-1][0], end)] if joins else [*found[-1:], (start, end)]
    return [span for span in found if span[0] > start_us and span[1] < end_us]


@st.composite
def houses(draw: st.DrawFn) -> Household:
    return Household(
        draw(SEEDS), draw(st.sampled_from([1, 3])), draw(st.booleans()), draw(NAMES), contact=draw(st.booleans())
    )


@st.composite
def moments(draw: st.DrawFn) -> int:
    start_us = midnight(draw(DAYS))
    return start_us + draw(st.integers(0, midnight_after(start_us) - start_us - 1))


@st.composite
def signals_at(draw: st.DrawFn, at_us: int) -> Signals:
    ago_us = draw(st.none() | st.integers(0, 3 * 24 * HOUR_US))
    return Signals(None if ago_us is None else at_us - ago_us)


@given(houses(), moments(), st.data())
def test_the_same_seed_gives_the_same_draw_wherever_a_run_starts(
    house: Household, at_us: int, data: st.DataObject
) -> None:
    signals = data.draw(signals_at(at_us))
    spans = list(walk(house, at_us, at_us + 30 * HOUR_US, signals))
    twin = Household(house.seed, house.phases, house.producer, house.appliances, contact=house.contact)
    for start, end, power in reversed(spans):
        assert twin.draw(end - 1, signals)[0] == twin.draw(start, signals)[0] == power


@given(houses(), moments(), st.data())
def test_power_is_constant_until_the_next_change(house: Household, at_us: int, data: st.DataObject) -> None:
    signals = data.draw(signals_at(at_us))
    power, until_us = house.draw(at_us, signals)
    assert until_us is not None
    between_us = data.draw(st.integers(at_us, until_us - 1))
    assert house.draw(between_us, signals) == (power, until_us)
    assert until_us % SECOND_US == 0
    assert len(power.active_mw) == len(power.reactive_mvar) == house.phases


@given(SEEDS, DAYS, st.sampled_from([1, 3]), st.sets(st.sampled_from(sorted(APPLIANCES)), min_size=1))
def test_a_house_is_the_sum_of_its_appliances(seed: int, day: date, phases: int, names: set[str]) -> None:
    at_us = midnight(day) + 20 * HOUR_US
    signals = Signals(at_us - HOUR_US)
    whole, _ = Household(seed, phases, appliances=tuple(names)).draw(at_us, signals)
    parts = [Household(seed, phases, appliances=(name,)).draw(at_us, signals)[0] for name in names]
    assert whole.active_mw == tuple(map(sum, zip(*(part.active_mw for part in parts), strict=True)))
    assert whole.reactive_mvar == tuple(map(sum, zip(*(part.reactive_mvar for part in parts), strict=True)))


@given(SEEDS, DAYS, st.integers(0, 26 * 3600), st.booleans(), st.booleans())
def test_a_common_house_stays_below_7500_va(seed: int, day: date, closed_s: int, contact: bool, producer: bool) -> None:
    start_us = midnight(day)
    signals = Signals(start_us + closed_s * SECOND_US - 2 * HOUR_US)
    house = Household(seed, producer=producer, contact=contact)
    for _, _, power in walk(house, start_us, midnight_after(start_us), signals):
        assert abs(power.phase_apparent_mva[0]) < 7_500_000


@pytest.mark.nightly
def test_whatever_coincides_a_common_house_stays_below_7500_va() -> None:
    together_mva = [0] * 24 * 60
    for name in COMMON:
        highest_mva = [0] * 24 * 60  # that the appliance may ever take, by the minute of the day
        for day in (Day(date(2026, 1, 15), seed, 1) for seed in range(1500)):
            for run in APPLIANCES[name].appliance.runs(day, day.rng(name)):
                (mva,) = Draw((run.active_mw,), (run.reactive_mvar,)).phase_apparent_mva
                first, last = ((at_us - day.start_us) // (60 * SECOND_US) for at_us in (run.start_us, run.stop_us))
                whenever = name == "water-heater"  # a contact may close at any time
                for minute in range(24 * 60) if whenever else range(first, last + 1):
                    highest_mva[minute % (24 * 60)] = max(highest_mva[minute % (24 * 60)], mva)
        together_mva = [both + mva for both, mva in zip(together_mva, highest_mva, strict=True)]
    assert max(together_mva) < 7_500_000


@given(SEEDS, DAYS)
def test_with_a_heat_pump_it_stays_below_9000_va(seed: int, day: date) -> None:
    start_us = midnight(day)
    house = Household(seed, appliances=(*COMMON, "heat-pump"))
    for _, _, power in walk(house, start_us, midnight_after(start_us), Signals(start_us + 18 * HOUR_US)):
        assert abs(power.phase_apparent_mva[0]) < 9_000_000


@pytest.mark.nightly
def test_the_common_house_draws_some_kilowatt_hours_a_day() -> None:
    house = Household(contact=False)
    year_kwh = energy_kwh(house, at("2026-01-01T00:00"), at("2027-01-01T00:00"))
    assert 3000 < year_kwh < 7000


def test_appliances_have_many_days_but_the_days_of_two_seeds_differ() -> None:
    start_us, end_us = at("2026-01-15T00:00"), at("2026-01-16T00:00")
    days = {tuple(walk(Household(seed), start_us, end_us)) for seed in range(20)}
    assert len(days) == 20


def test_an_unknown_appliance_is_named_with_the_known_ones() -> None:
    with pytest.raises(InputError) as error:
        Household(appliances=("fridge", "heatpump"))
    (line,) = str(error.value).splitlines()
    assert line.startswith("appliance 'heatpump': not known")
    assert all(name in line for name in APPLIANCES)
    assert line.endswith("Did you mean heat-pump?")


def test_two_phases_are_refused() -> None:
    with pytest.raises(InputError, match="phases 2: expected 1 or 3"):
        Household(phases=2)


def test_each_appliance_of_the_folder_can_be_named() -> None:
    placed = {type(each.appliance).__name__ for each in APPLIANCES.values()}
    modules = [import_module(f"{load.__name__}.{module.name}") for module in iter_modules(load.__path__)]
    kinds = {
        name
        for module in modules
        for name in module.__all__
        if hasattr(getattr(module, name), "runs") and name != "Appliance"
    }
    assert kinds == placed
    assert set(COMMON) < set(APPLIANCES)


@given(SEEDS, DAYS, st.sampled_from(sorted(APPLIANCES)))
def test_no_run_outlasts_the_day_after(seed: int, day: date, name: str) -> None:
    today = Day(day, seed, 1)
    for run in APPLIANCES[name].appliance.runs(today, today.rng(name)):
        assert today.start_us <= run.start_us < run.stop_us <= midnight_after(today.end_us)
        assert run.start_us % SECOND_US == run.stop_us % SECOND_US == 0


# The water heater and the meter's contact


@given(SEEDS, moments())
def test_the_water_heater_draws_nothing_while_the_contact_is_open(seed: int, at_us: int) -> None:
    house = Household(seed, appliances=("water-heater",))
    assert times_on(house, at_us, at_us + 72 * HOUR_US) == []
    assert house.draw(at_us, OPEN)[0] == Draw.of(0)


@given(SEEDS, moments())
def test_the_water_heater_heats_from_the_closing_until_the_tank_is_hot(seed: int, closed_us: int) -> None:
    closed_us -= closed_us % SECOND_US
    house, signals = Household(seed, appliances=("water-heater",)), Signals(closed_us)
    spans = list(walk(house, closed_us, closed_us + 19 * HOUR_US, signals))
    hot_us = next(start for start, _, power in spans if power == Draw.of(0))
    assert all(power == (Draw.of(2200) if start < hot_us else Draw.of(0)) for start, _, power in spans)
    assert 2 * HOUR_US <= hot_us - closed_us <= 4.4 * HOUR_US
    assert house.draw(closed_us + HOUR_US, OPEN)[0] == Draw.of(0)  # the contact opened again


@given(SEEDS, DAYS)
def test_days_under_a_contact_that_stays_closed_heat_once_each(seed: int, day: date) -> None:
    closed_us = midnight(day) - 2 * HOUR_US
    house = Household(seed, appliances=("water-heater",))
    spans = times_on(house, closed_us - 1, closed_us + 7 * 24 * HOUR_US - HOUR_US, Signals(closed_us))
    assert 6 <= len(spans) <= 7
    assert all(end - start <= 4.4 * HOUR_US for start, end in spans)


@given(SEEDS, DAYS)
def test_without_a_contact_that_closes_the_water_heater_runs_each_night_by_its_clock(seed: int, day: date) -> None:
    house = Household(seed, appliances=("water-heater",), contact=False)
    noon_us = midnight(day) + 12 * HOUR_US
    ((start, end),) = times_on(house, noon_us, noon_us + 24 * HOUR_US)
    assert local_time(start).hour in (22, 23)
    assert 2 * HOUR_US <= end - start <= 4.4 * HOUR_US


# Over midnight, and through clock changes


@given(SEEDS, DAYS)
def test_a_car_is_charged_through_midnight(seed: int, day: date) -> None:
    noon_us = midnight(day) + 12 * HOUR_US
    spans = times_on(Household(seed, appliances=("ev",)), noon_us, noon_us + 10 * 24 * HOUR_US)
    assert all(HOUR_US <= end - start <= 400 * 60 * SECOND_US for start, end in spans)
    assert all(local_time(start).hour in (22, 23, 0, 1) for start, _ in spans)


def test_a_car_is_charged_on_some_days_and_not_on_others() -> None:
    start_us = at("2026-01-01T12:00")
    assert 25 <= len(times_on(Household(appliances=("ev",)), start_us, start_us + 100 * 24 * HOUR_US)) <= 60


@pytest.mark.parametrize(("phases", "power"), [(1, (7_360_000,)), (3, (3_680_000,) * 3)])
def test_a_car_takes_32_a_of_one_phase_or_16_a_of_three(phases: int, power: tuple[int, ...]) -> None:
    start_us = at("2026-01-01T12:00")
    spans = walk(Household(phases=phases, appliances=("ev",)), start_us, start_us + 30 * 24 * HOUR_US)
    assert {draw.active_mw for _, _, draw in spans} == {power, (0,) * phases}


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)])
def test_a_day_of_a_clock_change_is_complete(day: str, hours: int) -> None:
    start_us = at(f"{day}T00:00")
    house = Household(appliances=("standby",))
    assert energy_kwh(house, start_us, midnight_after(start_us)) == pytest.approx(0.08 * hours)
    fridge = times_on(Household(3, appliances=("fridge",)), start_us, midnight_after(start_us))
    assert max(b[0] - a[1] for a, b in pairwise(fridge)) < HOUR_US * 1.5


@pytest.mark.parametrize("day", ["2026-03-28", "2026-03-29", "2026-10-24", "2026-10-25"])
def test_hours_are_those_of_the_clock_on_the_wall(day: str) -> None:
    noon_us = at(f"{day}T15:00")
    for seed in range(20):
        for start, _ in times_on(Household(seed, appliances=("hob",)), noon_us, noon_us + 8 * HOUR_US):
            assert time(18, 54) <= local_time(start).time() <= time(19, 36)


# Season and sun


def of_month(name: str, month: int) -> float:
    return energy_kwh(Household(appliances=(name,)), at(f"2026-{month:02}-01T00:00"), at(f"2026-{month:02}-28T00:00"))


def test_the_heat_pump_runs_in_winter_and_rests_in_summer() -> None:
    assert of_month("heat-pump", 1) > 2 * of_month("heat-pump", 4) > 10 * of_month("heat-pump", 7)


def test_the_heat_pump_runs_longer_in_the_cold_hours() -> None:
    house = Household(appliances=("heat-pump",))
    days = [at("2026-11-01T00:00") + day * 24 * HOUR_US for day in range(28)]
    night, afternoon = (
        sum(energy_kwh(house, day + hour * HOUR_US, day + (hour + 3) * HOUR_US) for day in days) for hour in (4, 15)
    )
    assert night > 1.2 * afternoon


def test_the_heat_pump_is_inductive() -> None:
    powers = {draw for _, _, draw in walk(Household(appliances=("heat-pump",)), at("2026-01-15"), at("2026-01-16"))}
    assert {(draw.active_mw > (0,), draw.reactive_mvar > (0,)) for draw in powers} == {(True, True), (False, False)}


@given(SEEDS, DAYS)
def test_the_sun_shines_by_day_only(seed: int, day: date) -> None:
    house = Household(seed, appliances=(), producer=True)
    start_us = midnight(day)
    for start, _, power in walk(house, start_us, midnight_after(start_us)):
        hour = local_time(start).hour
        assert power.active_mw[0] <= 0
        assert power.active_mw[0] == 0 or 5 <= hour <= 22
        assert power.active_mw[0] < 0 or not 10 <= hour <= 15


def test_summer_gives_more_sun_than_winter() -> None:
    assert of_month("photovoltaics", 6) < 2 * of_month("photovoltaics", 12) < 0


def test_a_house_injects_only_when_it_has_photovoltaics() -> None:
    start_us, end_us = at("2026-06-01T00:00"), at("2026-06-08T00:00")

    def injects(house: Household) -> bool:
        return any(power.active_mw[0] < 0 for _, _, power in walk(house, start_us, end_us))

    assert not injects(Household())
    assert injects(Household(producer=True))
    assert injects(Household(appliances=("fridge", "photovoltaics")))
