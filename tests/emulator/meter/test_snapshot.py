# SPDX-License-Identifier: Apache-2.0
"""Mode changes, snapshots, skips and waits: what a person does to the meter as a whole."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xky.emulator import Draw, Hold, Household, Linky, Quirks, contract_named
from xky.protocol import Frame, InputError, Mode, decode
from xky.protocol.identity import Identity
from xky.protocol.status import Breaker, Euridis, Plc, Status

from .invariants import captured_length, check_invariants, said, stamps
from .strategies import QUIRKS, linkies

HISTORIC, STANDARD = Mode.HISTORIC, Mode.STANDARD
DAY_S = 86_400


# Mode


@pytest.mark.parametrize("phases", [1, 3])
@pytest.mark.parametrize("contract", ["base", "hc", "tempo", "ejp", "weekend"])
def test_a_mode_change_and_back_leaves_the_meter_as_it_was(contract: str, phases: int) -> None:
    meter = Linky(phases=phases, contract=contract, load=Household(1, phases))
    meter.wait(4321)
    before = meter.frame_bytes()
    meter.mode = HISTORIC
    (frame,) = decode(meter.frame_bytes(), HISTORIC)
    assert isinstance(frame, Frame)
    assert frame.complete
    assert frame["ADCO"] == str(meter.identity)
    meter.mode = STANDARD
    assert meter.frame_bytes() == before


def test_what_is_counted_in_one_mode_shows_in_the_other() -> None:
    meter = Linky(mode=HISTORIC, contract="hc", at="2026-01-15T12:00", load=Hold(Draw.of(1000)))
    before = int(said(meter)["HCHP"])
    meter.wait(3600)
    meter.mode = STANDARD
    assert int(said(meter)["EASF02"]) == before + 1000
    meter.wait(3600)
    meter.mode = HISTORIC
    assert int(said(meter)["HCHP"]) == before + 2000


def test_a_producer_is_silent_about_it_in_historic_mode() -> None:
    meter = Linky(producer=True, load=Hold(Draw.of(-2000)))
    meter.mode = HISTORIC
    frame = said(meter)
    assert (frame["PAPP"], "EAIT" in frame) == ("00000", False)
    check_invariants(meter)


@pytest.mark.parametrize("contract", ["weekend", "super-creuses"])
def test_a_contract_of_the_new_kind_falls_to_base_with_the_total_in_historic_mode(contract: str) -> None:
    meter = Linky(contract=contract, load=Household(1))
    meter.wait(DAY_S)
    total = said(meter)["EAST"]
    meter.mode = HISTORIC
    frame = said(meter)
    assert (frame["OPTARIF"], frame["PTEC"], frame["BASE"]) == ("BASE", "TH..", total)
    assert not {"HCHC", "HCHP", "DEMAIN", "PEJP"} & frame.keys()
    assert captured_length(meter) == 152
    meter.wait(3600)
    moving = int(said(meter)["BASE"])
    assert moving > int(total)
    assert said(meter)["PTEC"] == "TH.."


# Settings, exchanged one by one


@pytest.mark.parametrize(
    ("name", "value", "labels"),
    [
        ("identity", Identity.parse("021861123456"), {"ADSC"}),
        ("prm", "12345678901234", {"PRM"}),
        ("msg1", "BONJOUR", {"MSG1"}),
        ("msg2", "COURT", {"MSG2"}),
        ("pref_kva", 9, {"PREF"}),
        ("pcoup_kva", 9, {"PCOUP"}),
        ("cover_open", True, {"STGE"}),
        ("relays", {3: True, 4: True, 8: True}, {"RELAIS"}),
        ("relays", {1: True}, {"RELAIS", "STGE"}),
        ("quirks", Quirks(ngtf="ZEN FLEX"), {"NGTF"}),
        ("contract", contract_named("base"), {"NGTF", "LTARF", "STGE", "NTARF", "PJOURF+1"}),
    ],
)
def test_a_setting_changes_its_labels_at_once_and_no_other(name: str, value: object, labels: set[str]) -> None:
    meter = Linky(contract="hc", load=Hold(Draw.of(1000)))
    before = said(meter)
    setattr(meter, name, value)
    after = said(meter)
    changed = {label for label in before.keys() | after.keys() if before.get(label) != after.get(label)}
    assert changed == labels
    if name != "msg2":
        check_invariants(meter)


def test_relays_are_set_whatever_the_calendar_says_and_given_back() -> None:
    meter = Linky(contract="hc", at="2026-01-15T23:30", load=Household(1, appliances=("water-heater",)))
    assert said(meter)["RELAIS"] == "001"
    heating = meter.power.signed_va
    meter.relays = {1: False, 3: True, 4: True, 8: True}
    assert said(meter)["RELAIS"] == "140"  # the example of 54E §6.2.3.19
    assert Status.parse(said(meter)["STGE"]).dry_contact_open
    assert meter.power.signed_va < heating  # the water heater hangs on it
    meter.wait(DAY_S)
    assert said(meter)["RELAIS"] == "140"
    meter.relays = {}
    assert said(meter)["RELAIS"] == "001"
    with pytest.raises(InputError, match=r"relays: no relay 9; relays are 1 \(the dry contact\) to 8"):
        meter.relays = {9: True}
    assert said(meter)["RELAIS"] == "001"


def test_what_stge_says_of_the_other_interfaces_is_set() -> None:
    meter = Linky()
    meter.network = type(meter.network)(Euridis.OPEN, Plc.REGISTERED, plc_synchronised=True)
    status = Status.parse(said(meter)["STGE"])
    assert (status.euridis, status.plc, status.plc_synchronised) == (Euridis.OPEN, Plc.REGISTERED, True)


def test_the_ultra_short_message_is_sent_once_though_the_meter_is_looked_at_often() -> None:
    meter = Linky()
    meter.msg2 = "COURT"
    frames = []
    for _ in range(5):
        frames.append(said(meter))
        meter.wait(1)
    assert ["MSG2" in frame for frame in frames] == [True, False, False, False, False]


def test_the_ultra_short_message_waits_for_standard_mode() -> None:
    meter = Linky(mode=HISTORIC)
    meter.msg2 = "COURT"
    said(meter)
    meter.mode = STANDARD
    assert said(meter)["MSG2"] == "COURT           "
    assert "MSG2" not in said(meter)


# Snapshots


@settings(max_examples=25)
@given(linkies(quirks=QUIRKS), st.integers(0, 2 * DAY_S), st.lists(st.integers(1, DAY_S), min_size=1, max_size=6))
def test_a_restored_meter_says_the_same_bytes_for_the_next_days(
    meter: Linky, before_s: int, waits_s: list[int]
) -> None:
    meter.wait(before_s)
    again = Linky()
    again.restore(meter.snapshot())
    for wait_s in waits_s:
        assert again.frame_bytes() == meter.frame_bytes()
        for each in (meter, again):
            each.wait(wait_s)
    again.skip((meter.now_us - again.now_us) / 1e6)
    assert again.frame_bytes() == meter.frame_bytes()


def change_nothing(_: Linky) -> None: ...


ACTS: dict[str, Callable[[Linky], object]] = {
    "time": lambda meter: meter.wait(DAY_S),
    "load": lambda meter: meter.load.hold(5000),
    "registers": lambda meter: meter.set(EAST=1),
    "clock": lambda meter: meter.set_clock("2026-07-01T12:00", drift_ppm=50),
    "breaker": lambda meter: meter.open_breaker(Breaker.LOAD_SHEDDING),
    "mode": lambda meter: setattr(meter, "mode", HISTORIC),
    "contract": lambda meter: setattr(meter, "contract", contract_named("base")),
    "outage": lambda meter: meter.lose_supply(),
    "message": lambda meter: setattr(meter, "msg2", "COURT"),
    "phases": lambda meter: meter.lose_phases(1),
}


@pytest.mark.parametrize("name", ACTS)
def test_whatever_happens_after_a_snapshot_is_undone_by_it(name: str) -> None:
    meter = Linky(contract="tempo", load=Household(2), producer=True)
    meter.wait(5000)
    snapshot = meter.snapshot()
    before = meter.frame_bytes()
    for _ in range(2):  # a snapshot is not used up, nor touched
        ACTS[name](meter)
        meter.wait(600)
        meter.restore(snapshot)
        assert meter.frame_bytes() == before


@pytest.mark.parametrize("name", ACTS)
def test_the_original_does_not_notice_what_happens_to_a_restored_meter(name: str) -> None:
    meter = Linky(contract="tempo", load=Household(2), producer=True)
    meter.wait(5000)
    before = meter.frame_bytes()
    again = Linky()
    again.restore(meter.snapshot())
    ACTS[name](again)
    again.wait(600)
    again.groups()
    assert meter.frame_bytes() == before


def test_restoring_keeps_the_clock_that_runs_the_meter() -> None:
    now_s = 0.0
    meter = Linky(at="2026-01-15T12:00", load=Hold(Draw.of(3600)))
    meter.run_by(lambda: now_s)
    now_s = 100.0
    snapshot, before = meter.snapshot(), said(meter)
    now_s = 1000.0
    meter.restore(snapshot)
    assert stamps(meter)["DATE"] == "H260115120140"
    assert meter.changed_s == 1000.0
    now_s = 1010.0
    assert stamps(meter)["DATE"] == "H260115120150"
    assert int(said(meter)["EAST"]) - int(before["EAST"]) == 10


# Time


def test_skipping_lets_time_pass_for_the_meter_alone() -> None:
    now_s = 5.0
    meter = Linky(at="2026-01-15T12:00", load=Hold(Draw.of(1000)))
    meter.run_by(lambda: now_s)
    before = said(meter)
    meter.skip(DAY_S)
    assert stamps(meter)["DATE"] == "H260116120000"
    assert int(said(meter)["EAST"]) - int(before["EAST"]) == 24_000
    assert meter.changed_s == 5.0


def test_waiting_until_stops_at_the_boundary_itself() -> None:
    meter = Linky(contract="hc", at="2026-01-15T12:00", load=Household(1))
    meter.wait_until(lambda m: m.tariff.supplier_index == 1)
    assert stamps(meter)["DATE"] == "H260115223000"
    assert meter.now_us % 10**6 == 0
    meter.wait_until(lambda m: m.tariff.supplier_index == 2)
    assert stamps(meter)["DATE"] == "H260116063000"


def test_waiting_for_what_is_already_so_takes_no_time() -> None:
    meter = Linky(at="2026-01-15T12:00")
    meter.wait_until(lambda m: True)
    assert stamps(meter)["DATE"] == "H260115120000"


def test_waiting_for_a_breaker_ends_at_the_second_at_which_it_opens() -> None:
    meter = Linky(at="2026-01-15T12:00", pref_kva=6)
    meter.load.hold(1.4 * 6000)
    meter.wait_until(lambda m: m.cut_off.is_open)
    assert stamps(meter)["DATE"] == "H260115120407"


def test_waiting_for_what_never_comes_is_refused_in_words() -> None:
    meter = Linky()
    with pytest.raises(InputError, match="wait_until: nothing of the kind within 3600 s"):
        meter.wait_until(lambda m: False, limit_s=3600)


def test_waiting_on_a_bench_is_refused_in_words() -> None:
    meter = Linky()
    meter.run_by(lambda: 0.0)
    with pytest.raises(InputError, match="the bench's clock runs this meter"):
        meter.wait_until(lambda m: True)
