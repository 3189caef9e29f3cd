# SPDX-License-Identifier: Apache-2.0
"""The breaker in the meter: when it opens, what the frames say while it is open, and how it closes again."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from xky.emulator import Draw, Hold, Household, Linky
from xky.emulator.legal_time import SECOND_US
from xky.protocol import Mode
from xky.protocol.status import Breaker, Status

from .invariants import check_invariants, said, second_by_second

PCOUP_KVA = 6


def opened_after(meter: Linky, limit_s: int = 3600) -> int | None:
    """Seconds until the breaker opens, looking once a second; None: it does not."""
    began_us = meter.now_us
    while meter.now_us <= began_us + limit_s * SECOND_US:
        opened = Status.parse(said(meter)["STGE"]).breaker is not Breaker.CLOSED
        if opened:
            return (meter.now_us - began_us) // SECOND_US
        meter.wait(1 if meter.now_us < began_us + 400 * SECOND_US else 400)
    return None


@pytest.mark.parametrize(
    ("factor", "seconds"), [(1.4, 247), (2.5, 40), (1.1, None), (1.29, None)]
)  # 54E §7 gives 250 s, 40 s, never
def test_it_opens_after_the_time_of_the_filter(factor: float, seconds: int | None) -> None:
    meter = Linky(pref_kva=PCOUP_KVA)
    meter.load.hold(factor * PCOUP_KVA * 1000)
    assert opened_after(meter) == seconds


def test_each_phase_has_its_own_filter_and_a_third_of_the_power() -> None:
    meter = Linky(phases=3, pref_kva=12)
    meter.load.hold(0, 1.4 * 4000, 0)
    assert opened_after(meter) == 247
    level = Linky(phases=3, pref_kva=12)
    level.load.hold(*(1.29 * 4000,) * 3)
    assert opened_after(level) is None


def test_injected_power_opens_nothing() -> None:
    meter = Linky(producer=True, pref_kva=3)
    meter.load.hold(-9000)
    assert opened_after(meter) is None


def test_the_cut_off_power_counts_and_not_the_subscription() -> None:
    meter = Linky(pref_kva=3)
    meter.pcoup_kva = 9
    meter.load.hold(1.4 * 3000)
    assert opened_after(meter) is None
    meter.pref_kva = 36
    meter.load.hold(1.4 * 9000)
    assert opened_after(meter) is not None


def test_a_house_that_starts_overloaded_has_the_time_of_the_filter_too() -> None:
    meter = Linky(pref_kva=PCOUP_KVA, load=Hold(Draw.of(1.4 * PCOUP_KVA * 1000)))
    assert opened_after(meter) == 247


def test_a_cut_off_power_that_is_lowered_below_what_was_drawn_opens_at_the_next_second() -> None:
    meter = Linky(pref_kva=9)
    meter.load.hold(8000)
    meter.wait(3600)
    meter.load.hold(3600)
    meter.pcoup_kva = 3  # it opens at 3900 VA: the filter still remembers 8000
    assert opened_after(meter) == 1


SECONDS = st.integers(0, 900)
POWERS_MW = st.integers(-4_000_000, 25_000_000)


@pytest.mark.nightly
@settings(max_examples=60)
@given(st.sampled_from([1, 3]), st.integers(3, 12), st.lists(st.tuples(SECONDS, POWERS_MW), min_size=1, max_size=8))
def test_it_opens_at_the_second_of_the_recursion_of_54e(
    phases: int, pcoup_kva: int, steps: list[tuple[int, int]]
) -> None:
    meter = Linky(phases=phases, producer=True, pref_kva=pcoup_kva)
    at_us, load_at_us = meter.now_us, meter.now_us
    changes = [(at_us, Draw((0,) * phases, (0,) * phases))]
    for seconds, power_mw in steps:
        load_at_us += seconds * SECOND_US + 1
        changes.append((load_at_us, Draw((power_mw, *(1000,) * (phases - 1)), (0,) * phases)))
    load = _Steps(changes)
    meter.load.follow(load)
    horizon = (load_at_us - at_us) // SECOND_US + 300
    limit_va = 1.3 * pcoup_kva * 1000 / phases
    seconds_of = list(second_by_second(load, at_us, horizon, limit_va=limit_va))
    assume(all(abs(y / limit_va**2 - 1) > 1e-9 for s in seconds_of for y in s.squares))  # the last bit would decide
    before_us = next((s.at_us for s in seconds_of if s.is_open), at_us + horizon * SECOND_US) - SECOND_US
    for at_us, is_open in ((before_us, False), (before_us + SECOND_US, seconds_of[-1].is_open)):
        meter.skip((at_us - meter.now_us) / 1e6)
        assert (Status.parse(said(meter)["STGE"]).breaker is Breaker.OVERPOWER) == is_open


class _Steps:
    """A load that changes at given instants."""

    def __init__(self, changes: list[tuple[int, Draw]]) -> None:
        self._changes = changes

    def draw(self, at_us: int, signals: object) -> tuple[Draw, int | None]:
        power = [draw for start_us, draw in self._changes if start_us <= at_us][-1]
        return power, next((start_us for start_us, _ in self._changes if start_us > at_us), None)


@pytest.mark.parametrize("reason", [breaker for breaker in Breaker if 1 <= breaker <= 6])
def test_stge_says_why_it_opened(reason: Breaker) -> None:
    meter = Linky()
    word = int(said(meter)["STGE"], 16)
    meter.open_breaker(reason)
    assert int(said(meter)["STGE"], 16) ^ word == reason << 1
    meter.close_breaker()
    assert int(said(meter)["STGE"], 16) == word


@pytest.mark.parametrize(("va", "over"), [(5999, False), (6000, False), (6001, True), (7500, True), (-7500, False)])
def test_stge_says_that_more_than_the_reference_power_is_drawn(va: int, over: bool) -> None:
    meter = Linky(contract="base", pref_kva=6, load=Hold(Draw.of(va)))
    assert Status.parse(said(meter)["STGE"]).over_reference is over


@pytest.mark.parametrize("phases", [1, 3])
def test_while_it_is_open_nothing_flows_and_nothing_counts(phases: int) -> None:
    meter = Linky(phases=phases, load=Household(1, phases), at="2026-01-15T18:00")
    meter.open_breaker()
    before = said(meter)
    meter.wait(7200)
    after = said(meter)
    check_invariants(meter)
    assert {before[label] for label in before if label.startswith(("SINSTS", "IRMS"))} == {"00000", "000"}
    assert after["EAST"] == before["EAST"]
    assert after["CCASN"] == "00000"
    assert all(int(after[f"URMS{n}"]) == 232 for n in range(1, phases + 1))
    meter.close_breaker()
    meter.wait(3600)
    assert int(said(meter)["EAST"]) > int(after["EAST"])


def test_closing_it_under_the_same_load_opens_it_again_after_the_same_time() -> None:
    meter = Linky(pref_kva=PCOUP_KVA)
    meter.load.hold(2.5 * PCOUP_KVA * 1000)
    assert opened_after(meter) == 40
    meter.close_breaker()
    assert Status.parse(said(meter)["STGE"]).breaker is Breaker.CLOSED
    assert opened_after(meter) == 40


def test_smaxsn_falls_in_step_with_what_the_breaker_let_through() -> None:
    meter = Linky(pref_kva=PCOUP_KVA, at="2026-01-15T12:00")
    meter.load.hold(2.5 * PCOUP_KVA * 1000)
    meter.wait(3600)
    assert int(said(meter)["SMAXSN"]) == pytest.approx(1.3 * PCOUP_KVA * 1000, rel=0.01)


def test_the_historic_view_shows_no_power_and_no_overload_while_it_is_open() -> None:
    meter = Linky(mode=Mode.HISTORIC, pref_kva=3)
    meter.load.hold(9000)
    assert "ADPS" in said(meter)
    meter.wait(600)
    frame = said(meter)
    assert (frame["PAPP"], frame["IINST"]) == ("00000", "000")
    assert "ADPS" not in frame
