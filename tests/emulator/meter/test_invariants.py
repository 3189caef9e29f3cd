# SPDX-License-Identifier: Apache-2.0
"""Laws that hold for any meter, any house, any contract, at any moment, however time was cut."""

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xky.emulator import Draw, Grid, Hold, Household, Linky, contract_names
from xky.emulator.legal_time import SECOND_US
from xky.protocol import Mode
from xky.protocol.status import Breaker

from .invariants import ROLLOVER, Watch, check_invariants, said, second_by_second, stamps, total
from .strategies import QUIRKS, instants, linkies, loads

STANDARD = st.just(Mode.STANDARD)
WAITS = st.lists(
    st.sampled_from([0.0, 0.25, 1.0, 59.5, 600.0, 7200.0]) | st.integers(1, 2 * 86_400), min_size=1, max_size=5
)

EXAMPLES = settings().max_examples  # of the profile: 25 by day, 2000 at night


@pytest.mark.nightly
@settings(max_examples=EXAMPLES // 2)
@given(linkies(quirks=QUIRKS), WAITS)
def test_every_law_holds_at_any_moment_of_any_meter(meter: Linky, waits_s: list[float]) -> None:
    watch = Watch(meter)
    watch.look()
    for wait_s in waits_s:
        meter.wait(wait_s)
        watch.look()


@settings(max_examples=max(10, EXAMPLES // 80))
@given(linkies(modes=STANDARD), st.integers(1, 900), st.floats(0, 1))
def test_groups_asked_each_second_are_those_asked_at_the_end(meter: Linky, seconds: int, offset_s: float) -> None:
    parts = Linky()
    parts.restore(meter.snapshot())
    parts.wait(offset_s)
    for _ in range(seconds):
        parts.groups()
        parts.wait(1)
    meter.wait(offset_s + seconds)
    meter.skip((parts.now_us - meter.now_us) / 1e6)  # what the sum of floats lost
    assert parts.groups() == meter.groups()


@settings(max_examples=25)
@given(st.sampled_from([1, 3]), st.booleans(), instants(), st.data())
def test_smaxsn_is_the_filter_of_54e_run_second_by_second(
    phases: int, producer: bool, at_us: int, data: st.DataObject
) -> None:
    load = data.draw(loads(phases, producer=producer))
    meter = Linky(phases=phases, producer=producer, load=load, at=at_us, pref_kva=36, contract="base")
    seconds = data.draw(st.integers(1, 3 * 3600))
    looks = set(data.draw(st.lists(st.integers(1, seconds), max_size=5))) | {seconds}
    for number, second in enumerate(second_by_second(load, at_us, seconds, limit_va=1e9), 1):
        if number in looks:
            meter.skip((second.at_us - meter.now_us) / 1e6)
            frame, (va, reached_us) = said(meter), second.maximum
            assert abs(int(frame["SMAXSN"]) - va) <= 1  # where the float falls on the edge of a rounding
            if int(frame["SMAXSN"]) == va and abs(second.total_square**0.5 % 1 - 0.5) > 1e-6:
                assert abs(meter.counters.demand.today.at_us - reached_us) <= SECOND_US


@pytest.mark.nightly
@settings(max_examples=30)
@given(st.sampled_from([1, 3]), instants(), st.integers(0, 99))
def test_a_point_of_the_load_curve_is_what_the_indexes_moved_by_in_its_period(
    phases: int, at_us: int, seed: int
) -> None:
    meter = Linky(phases=phases, producer=True, load=Household(seed, phases, producer=True), at=at_us, contract="base")
    period_us = meter.counters.curve_drawn.period_us
    meter.skip((period_us - at_us % period_us) / 1e6)
    for _ in range(20):
        before = said(meter)
        meter.skip(period_us / 1e6)
        after, when = said(meter), stamps(meter)
        hours = Fraction(period_us, 3600 * SECOND_US)
        for point, index in (("CCASN", "EAST"), ("CCAIN", "EAIT")):
            moved = (int(after[index]) - int(before[index])) % ROLLOVER
            assert abs(int(after[point]) * hours - moved) <= 1 + hours / 2
            assert after[f"{point}-1"] == before[point]
            assert when[point] == when["DATE"]


@settings(max_examples=max(12, EXAMPLES // 66))
@given(linkies(modes=STANDARD))
def test_a_mean_voltage_lies_among_the_voltages_of_its_ten_minutes(meter: Linky) -> None:
    meter.skip((600 * SECOND_US - meter.now_us % (600 * SECOND_US)) / 1e6)
    for _ in range(12):
        end_us = meter.now_us + 600 * SECOND_US
        seen: list[dict[str, str]] = [said(meter)]
        while meter.next_change_us < end_us:
            meter.skip((meter.next_change_us - meter.now_us) / 1e6)
            seen.append(said(meter))
        meter.skip((end_us - meter.now_us) / 1e6)
        shown = said(meter)
        for n in range(1, meter.phases + 1):
            volts = [int(each[f"URMS{n}"]) for each in seen]
            assert min(volts) <= int(shown[f"UMOY{n}"]) <= max(volts)


@given(st.lists(st.integers(0, 20_000), min_size=2, max_size=6, unique=True).map(sorted))
def test_the_voltage_falls_as_the_current_rises(powers_va: list[int]) -> None:
    shown = []
    for power_va in powers_va:
        frame = said(Linky(load=Hold(Draw.of(power_va)), pref_kva=36))
        shown.append((int(frame["IRMS1"]), int(frame["URMS1"])))
    assert all(a[0] <= b[0] and a[1] >= b[1] for a, b in pairwise(shown))


def test_a_house_that_injects_raises_its_voltage_until_stge_says_overvoltage() -> None:
    meter = Linky(producer=True, grid=Grid((248.0,) * 3, 0.5))
    quiet = said(meter)
    assert int(quiet["STGE"], 16) >> 6 & 1 == 0
    meter.load.hold(-6000)
    loud = said(meter)
    assert int(loud["URMS1"]) > 253 > int(quiet["URMS1"])
    assert int(loud["STGE"], 16) >> 6 & 1 == 1


POWER = st.integers(-9_000_000, 9_000_000)


@given(st.lists(st.tuples(POWER, POWER, st.integers(1, 7200)), min_size=1, max_size=6))
def test_reactive_energy_moves_in_its_quadrant_only_and_by_what_was_reactive(
    stretches: list[tuple[int, int, int]],
) -> None:
    meter = Linky(producer=True, pref_kva=36)
    sums = [Fraction(0)] * 4
    before = said(meter)
    for active_mw, reactive_mvar, seconds in stretches:
        meter.load.follow(Hold(Draw((active_mw,), (reactive_mvar,))))
        meter.wait(seconds)
        quadrant = (0 if reactive_mvar >= 0 else 3) if active_mw >= 0 else (1 if reactive_mvar >= 0 else 2)
        sums[quadrant] += Fraction(abs(reactive_mvar) * seconds, 3_600_000)
    after = said(meter)
    for n in range(4):
        moved = int(after[f"ERQ{n + 1}"]) - int(before[f"ERQ{n + 1}"])
        assert moved == sums[n] // 1


@settings(max_examples=EXAMPLES // 3)
@given(linkies(quirks=QUIRKS), WAITS, st.data())
def test_whatever_a_person_does_every_law_still_holds(meter: Linky, waits_s: list[float], data: st.DataObject) -> None:
    actions = {
        "hold": lambda: meter.load.hold(*data.draw(st.tuples(*[st.integers(-9000, 15_000)] * meter.phases))),
        "mode": lambda: setattr(meter, "mode", data.draw(st.sampled_from(Mode))),
        "contract": lambda: setattr(meter, "contract", Linky(contract=data.draw(NAMES)).contract),
        "pref": lambda: setattr(meter, "pref_kva", data.draw(st.integers(1, 36))),
        "pcoup": lambda: setattr(meter, "pcoup_kva", data.draw(st.integers(1, 36))),
        "east": lambda: meter.set(EAST=data.draw(st.integers(0, ROLLOVER - 1))),
        "phases": lambda: meter.lose_phases(*data.draw(st.sets(st.integers(1, meter.phases)))),
        "open": lambda: meter.open_breaker(data.draw(st.sampled_from([b for b in Breaker if 0 < b < 7]))),
        "close": meter.close_breaker,
        "clock": lambda: meter.set_clock(drift_ppm=data.draw(st.integers(-1000, 1000))),
        "outage": lambda: (meter.lose_supply(), meter.wait(data.draw(st.integers(0, 10**5))), meter.regain_supply()),
        "snapshot": lambda: meter.restore(meter.snapshot()),
        "message": lambda: setattr(meter, "msg2", "BONJOUR"),
    }
    for wait_s in waits_s:
        watch = Watch(meter)
        watch.look()
        meter.wait(wait_s)
        watch.look()
        actions[data.draw(st.sampled_from(sorted(actions)))]()
        check_invariants(meter)
        assert int(said(meter)["EAST"]) == total(said(meter), "EASF", 10) if meter.mode is Mode.STANDARD else True


NAMES = st.sampled_from(contract_names())


@pytest.mark.parametrize("phases", [1, 3])
def test_zero_is_no_injection(phases: int) -> None:
    for power_mw in (0, -1, -499):
        meter = Linky(phases=phases, producer=True, load=Hold(Draw((power_mw,) * phases, (0,) * phases)))
        check_invariants(meter)
