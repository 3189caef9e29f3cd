# SPDX-License-Identifier: Apache-2.0
from collections.abc import Iterator

import pytest
import simpy
from hypothesis import given, settings
from hypothesis import strategies as st

from xky.emulator import Draw, Hold, Household, Line, Linky, Peak, Transmitter, Truth, contract_named
from xky.emulator.legal_time import SECOND_US, parse_at
from xky.protocol import Decoder, Frame, InputError, Mode, decode
from xky.protocol.mode import EOT, ETX

from .invariants import captured_length

HISTORIC, STANDARD = Mode.HISTORIC, Mode.STANDARD


def frame_of(meter: Linky) -> Frame:
    (frame,) = decode(meter.frame_bytes(), meter.mode)
    assert isinstance(frame, Frame)
    return frame


def stamps(frame: Frame) -> dict[str, str]:
    return {group.label: group.timestamp for group in frame.good if group.timestamp is not None}


def total(frame: Frame, label: str, count: int) -> int:
    return sum(int(frame[f"{label}{n:02}"]) for n in range(1, count + 1)) % 10**9


# Arguments


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"phases": 2}, "phases = 2: a Linky has 1 or 3"),
        ({"mode": HISTORIC, "producer": True}, "producer: historic frames have no producer groups"),
        ({"pref_kva": 0}, "pref_kva = 0: a Linky serves 1 to 36 kVA"),
        ({"pref_kva": 37}, "pref_kva = 37: a Linky serves 1 to 36 kVA"),
        ({"contract": "zen"}, "contract 'zen': not known; known: .*base, .*hc, .*tempo"),
        ({"at": "noon"}, "--at 'noon': expected a date and time, write 2027-01-05T21:55"),
    ],
)
def test_a_meter_that_nobody_makes_is_refused(arguments: dict[str, object], text: str) -> None:
    with pytest.raises(InputError, match=text):
        Linky(**arguments)  # type: ignore[arg-type]


def test_a_new_meter_is_a_standard_single_phase_consumer_that_draws_nothing() -> None:
    frame = frame_of(Linky())
    assert frame.mode is STANDARD
    assert (frame["SINSTS"], frame["IRMS1"], frame["PREF"]) == ("00000", "000", "06")
    assert "EAIT" not in frame.values
    assert "IRMS2" not in frame.values


def test_the_same_seed_says_the_same_bytes() -> None:
    def bytes_of(seed: int) -> list[bytes]:
        meter = Linky(producer=True, seed=seed, load=Household(seed, producer=True), contract="tempo")
        said = []
        for _ in range(5):
            meter.wait(4321)
            said.append(meter.frame_bytes())
        return said

    assert bytes_of(7) == bytes_of(7)
    assert bytes_of(7) != bytes_of(8)


# Frame lengths of tic.md 7.1


PEAKS = {n: Peak(parse_at("2026-02-01") + n * 10**12, parse_at("2026-02-02") + n * 10**12) for n in (1, 2, 3)}


@pytest.mark.parametrize(
    ("contract", "phases", "length"),
    [("base", 1, 152), ("hc", 1, 170), ("tempo", 1, 275), ("base", 3, 233), ("hc", 3, 251), ("tempo", 3, 356)],
)
def test_historic_frames_have_the_length_of_captures(contract: str, phases: int, length: int) -> None:
    assert captured_length(Linky(mode=HISTORIC, contract=contract, phases=phases)) == length


@pytest.mark.parametrize(("over", "length"), [(0, 65), (1, 78), (2, 91), (3, 104)])
def test_short_frames_have_their_length(over: int, length: int) -> None:
    meter = Linky(mode=HISTORIC, phases=3)
    meter.load.hold(*(6000 if n < over else 1000 for n in range(3)))
    assert 2 + sum(len(g.label) + len(g.value) + 5 for g in meter.groups(short=True)) == length


@pytest.mark.parametrize(
    ("phases", "producer", "curve", "peaks", "msg2", "length"),
    [
        (1, False, True, 0, "", 865),
        (1, False, False, 0, "", 805),
        (1, False, True, 1, "", 1025),
        (1, False, True, 3, "SHORT", 1150),
        (1, True, True, 0, "", 1093),
        (3, False, True, 0, "", 1214),
        (3, True, True, 0, "", 1442),
        (3, True, True, 3, "SHORT", 1727),
    ],
)
def test_standard_frames_have_the_length_of_captures(
    *, phases: int, producer: bool, curve: bool, peaks: int, msg2: str, length: int
) -> None:
    meter = Linky(phases=phases, producer=producer)
    if not curve:
        meter.counters.curve_running = False
    meter.peaks = {n: PEAKS[n] for n in range(1, peaks + 1)}
    meter.msg2 = msg2
    assert captured_length(meter) == length


def test_adps_adds_twelve_characters() -> None:
    meter = Linky(mode=HISTORIC, contract="base")
    meter.load.hold(9000)
    assert captured_length(meter) == 152 + 12


# set()

REGISTERS = st.sampled_from(["EAST", *(f"EASF{n:02}" for n in range(1, 11))])


@given(st.lists(st.tuples(REGISTERS, st.integers(0, 10**9 - 1)), min_size=1, max_size=5), st.integers(0, 10**5))
def test_set_registers_show_their_value_and_sums_stay_right(changes: list[tuple[str, int]], wait_s: int) -> None:
    meter = Linky(contract="tempo", load=Hold(Draw.of(3333)))
    for label, value in changes:
        meter.set(**{label: value})
        frame = frame_of(meter)
        assert int(frame[label]) == value
        assert int(frame["EAST"]) == total(frame, "EASF", 10) == total(frame, "EASD", 4)
        meter.wait(wait_s)
    frame = frame_of(meter)
    assert int(frame["EAST"]) == total(frame, "EASF", 10) == total(frame, "EASD", 4)


def test_a_total_that_is_set_moves_the_running_indexes_only() -> None:
    meter = Linky(contract="hc", at="2026-01-15T12:00")
    before = frame_of(meter)
    meter.set(EAST=int(before["EAST"]) + 123)
    after = frame_of(meter)
    changed = {label for label in before.values if before[label] != after[label]}
    assert changed == {"EAST", "EASF02", "EASD04"}


def indexes(meter: Linky, label: str, count: int) -> list[int]:
    frame = frame_of(meter)
    return [int(frame[f"{label}{n:02}"]) for n in range(1, count + 1)]


def test_a_total_far_below_takes_the_running_index_to_zero_and_the_rest_from_the_others_in_proportion() -> None:
    """The README's own example."""
    meter = Linky(contract="tempo")
    supplier, distributor = indexes(meter, "EASF", 10), indexes(meter, "EASD", 4)
    meter.set(EAST=1_234_567)
    for before, after, running in (
        (supplier, indexes(meter, "EASF", 10), meter.tariff.supplier_index - 1),
        (distributor, indexes(meter, "EASD", 4), meter.tariff.distributor_index - 1),
    ):
        assert sum(after) == 1_234_567
        assert after[running] == 0
        others = sum(before) - before[running]
        for place in set(range(len(before))) - {running}:
            assert abs(after[place] - before[place] * 1_234_567 / others) < 1


@given(st.integers(0, 99), st.sampled_from(["hc", "tempo", "super-creuses"]), REGISTERS, st.integers(0, 10**9 - 1))
def test_no_index_falls_below_zero_whatever_is_set(seed: int, contract: str, label: str, value: int) -> None:
    meter = Linky(contract=contract, seed=seed)
    before = indexes(meter, "EASF", 10) + indexes(meter, "EASD", 4)
    change = value - int(frame_of(meter)[label])
    meter.set(**{label: value})
    after = indexes(meter, "EASF", 10) + indexes(meter, "EASD", 4)
    if change < 0:
        assert all(new <= old for old, new in zip(before, after, strict=True))
    assert int(frame_of(meter)["EAST"]) == sum(after[:10]) % 10**9 == sum(after[10:]) % 10**9


def test_a_total_below_that_of_a_meter_that_rolled_over_leaves_no_index_below_zero() -> None:
    meter = Linky(contract="hc")
    meter.set(EASF01=999_999_999, EASF02=5_000_000)
    assert int(frame_of(meter)["EAST"]) == 4_999_999
    meter.set(EAST=7)
    assert indexes(meter, "EASF", 2) == [999_999_999, 8]
    meter.set(EASF01=0)  # the total shows 8 now, after 7; as its indexes do
    assert sum(indexes(meter, "EASD", 4)) == int(frame_of(meter)["EAST"]) == 8


@pytest.mark.parametrize(
    ("contract", "registers", "seen"),
    [
        ("hc", {"EAST": 100, "EASF01": 60}, [60, 40]),
        ("hc", {"EAST": 100, "EASF02": 60}, [40, 60]),
        ("hc", {"EAST": 100, "EASF02": 100}, [0, 100]),
        ("hc", {"EASF01": 3, "EASF02": 4, "EAST": 7}, [3, 4]),
        ("base", {"EAST": 100, "EASF03": 60}, [40, 0, 60]),
    ],
)
def test_a_total_and_some_of_its_indexes_leave_the_rest_to_the_others(
    contract: str, registers: dict[str, int], seen: list[int]
) -> None:
    meter = Linky(contract=contract)
    meter.set(**registers)
    assert indexes(meter, "EASF", 10) == seen + [0] * (10 - len(seen))
    assert sum(indexes(meter, "EASD", 4)) == int(frame_of(meter)["EAST"]) == sum(seen)


@pytest.mark.parametrize(
    ("registers", "text"),
    [
        (
            {"EAST": 5, "EASF01": 6},
            r"^set\(EAST=5, EASF01=6\): the indexes alone make 6, and an index cannot fall below 0",
        ),
        ({"EAST": 9, "HCHC": 3, "HCHP": 5}, "the indexes alone make 8, and no other index of this contract counts"),
        ({"EAST": 9} | {f"EASF{n:02}": 1 for n in range(1, 11)}, "the indexes alone make 10"),
        ({"EASF01": 1, "HCHC": 2}, r"set\(EASF01=1, HCHC=2\): both labels show one register; leave one of them out"),
        ({"EASF01": True}, r"set\(EASF01=True\): expected a whole number"),
        ({"PREF": -1}, r"set\(PREF=-1\): no such power in kVA; known: PREF, PCOUP \(1 to 36\)"),
    ],
)
def test_registers_that_cannot_be_together_are_refused_with_the_reason(registers: dict[str, int], text: str) -> None:
    meter = Linky()
    before = meter.frame_bytes()
    with pytest.raises(InputError, match=text):
        meter.set(**registers)
    assert meter.frame_bytes() == before


@pytest.mark.parametrize(
    ("contract", "label"), [("base", "BASE"), ("hc", "HCHC"), ("hc", "HCHP"), ("tempo", "BBRHCJR")]
)
def test_historic_indexes_are_set_by_their_label(contract: str, label: str) -> None:
    meter = Linky(mode=HISTORIC, contract=contract)
    meter.set(**{label: 1_234_567})
    assert frame_of(meter)[label] == "001234567"


def test_registers_that_stand_alone_are_set_alone() -> None:
    meter = Linky(producer=True)
    before = frame_of(meter)
    meter.set(EAIT=5, ERQ3=7, PREF=9, PCOUP=8)
    after = frame_of(meter)
    assert {label: after[label] for label in before.values if before[label] != after[label]} == {
        "EAIT": "000000005",
        "ERQ3": "000000007",
        "PREF": "09",
        "PCOUP": "08",
    }


@pytest.mark.parametrize(
    ("label", "value", "text"),
    [
        ("EAST", -1, r"set\(EAST=-1\): expected 0 to 999999999"),
        ("EAST", 10**9, "expected 0 to 999999999"),
        ("EASF11", 1, "no such register to set; known: EAST, EASF01 … EASF10, HCHC, HCHP, PREF, PCOUP"),
        ("EASF00", 1, "no such register"),
        ("EASD01", 1, "no such register"),
        ("BASE", 1, "no such register"),
        ("EAIT", 1, "no such register"),
        ("ERQ1", 1, "no such register"),
        ("SINSTS", 1, "no such register"),
        ("PREF", 37, r"PREF, PCOUP \(1 to 36\)"),
        ("PREF", 0, r"PREF, PCOUP \(1 to 36\)"),
    ],
)
def test_what_cannot_be_set_is_refused_in_words(label: str, value: int, text: str) -> None:
    meter = Linky()
    before = meter.frame_bytes()
    with pytest.raises(InputError, match=text):
        meter.set(**{label: value})
    assert meter.frame_bytes() == before


def test_a_load_for_other_phases_is_refused_in_words() -> None:
    with pytest.raises(InputError, match=r"the meter has 3 phase\(s\); give one figure, or one each"):
        Linky(phases=3).load.hold(1, 2)


# Settings act at once


def test_a_contract_that_is_changed_runs_at_once() -> None:
    meter = Linky(mode=HISTORIC, contract="hc")
    meter.contract = contract_named("base")
    frame = frame_of(meter)
    assert (frame["OPTARIF"], frame["PTEC"]) == ("BASE", "TH..")
    assert "HCHC" not in frame.values


def test_a_subscription_that_is_lowered_is_exceeded_at_once() -> None:
    meter = Linky(mode=HISTORIC, load=Hold(Draw.of(5000)))
    assert "ADPS" not in frame_of(meter).values
    meter.pref_kva = 3
    assert frame_of(meter)["ADPS"] == frame_of(meter)["IINST"]


def test_what_was_drawn_before_a_change_was_counted_as_it_was() -> None:
    meter = Linky(contract="hc", at="2026-01-15T12:00", load=Hold(Draw.of(1000)))
    before = frame_of(meter)
    meter.wait(3600)
    meter.contract = contract_named("base")
    after = frame_of(meter)
    assert int(after["EASF02"]) - int(before["EASF02"]) == 1000
    assert after["EASF01"] == before["EASF01"]


# Overload, one phase


def test_adps_comes_above_the_subscription_and_goes_after() -> None:
    meter = Linky(mode=HISTORIC, pref_kva=6)
    meter.load.hold(6000)
    assert "ADPS" not in frame_of(meter).values
    meter.load.hold(9000)
    frame = frame_of(meter)
    assert frame["ADPS"] == frame["IINST"] > "030"
    meter.load.hold(500)
    assert "ADPS" not in frame_of(meter).values


@given(st.integers(0, 12_000), st.integers(1, 12))
def test_adps_is_there_exactly_while_iinst_is_over_isousc(apparent_va: int, pref_kva: int) -> None:
    frame = frame_of(Linky(mode=HISTORIC, pref_kva=pref_kva, load=Hold(Draw.of(apparent_va))))
    assert ("ADPS" in frame.values) == (int(frame["IINST"]) > int(frame["ISOUSC"]))


def test_injected_power_is_no_overload() -> None:
    assert "ADPS" not in frame_of(Linky(mode=HISTORIC, pref_kva=3, load=Hold(Draw.of(-9000)))).values


@pytest.mark.parametrize(
    ("phases", "pref_kva", "isousc"),
    [(1, 3, 15), (1, 6, 30), (1, 9, 45), (1, 12, 60), (3, 9, 15), (3, 12, 20), (3, 18, 30), (3, 36, 60)],
)
def test_isousc_follows_from_the_subscription(phases: int, pref_kva: int, isousc: int) -> None:
    assert frame_of(Linky(mode=HISTORIC, phases=phases, pref_kva=pref_kva))["ISOUSC"] == f"{isousc:02}"


@given(st.integers(-9000, 12_000))
def test_papp_is_drawn_power_rounded_to_ten(power: int) -> None:
    papp = int(frame_of(Linky(mode=HISTORIC, load=Hold(Draw.of(power))))["PAPP"])
    assert papp % 10 == 0
    assert abs(papp - max(power, 0)) <= 5


# Overload, three phases


class Listener:
    """A three-phase historic meter on a line, each burst kept as it came."""

    def __init__(self, meter: Linky) -> None:
        self.meter = meter
        self.env = simpy.Environment()
        self.data = b""
        line = Line()
        line.connect(self._hear)
        meter.run_by(lambda: float(self.env.now))
        self.truth = Truth()
        self.env.process(Transmitter(self.env, meter, line, self.truth).run())

    def _hear(self, burst: object) -> None:
        self.data += burst.data  # type: ignore[attr-defined]

    def frames(self) -> Iterator[Frame]:
        return (event for event in Decoder(HISTORIC).feed(self.data) if isinstance(event, Frame))


def kinds(frames: Iterator[Frame]) -> str:
    """``s`` for a short frame, ``L`` for a long one, ``x`` for one that broke off."""
    return "".join("x" if not f.complete else "L" if "OPTARIF" in f.values else "s" for f in frames)


def test_an_overload_breaks_the_long_frame_off_with_eot_at_the_end_of_a_group() -> None:
    ear = Listener(Linky(mode=HISTORIC, phases=3, contract="tempo"))
    ear.env.run(until=1.0)
    ear.meter.load.hold(6000, 100, 100)
    ear.env.run(until=1.2)
    broken, _, rest = ear.data.partition(EOT)
    assert broken.endswith(b"\r")
    assert ETX not in broken
    assert len(broken) / 120 == pytest.approx(1.0, abs=0.02 + 1 / 120 * 20)
    assert rest.startswith(b"\x02\nADIR1 027 ")
    assert [frame.complete for frame in ear.truth] == [False, True]
    assert ear.truth[0].data == broken + EOT


def test_then_come_twenty_short_frames_and_a_long_one_until_a_minute_after_the_end() -> None:
    ear = Listener(Linky(mode=HISTORIC, phases=3, contract="hc"))
    ear.env.run(until=1.0)
    ear.meter.load.hold(6000, 100, 6000)
    ear.env.run(until=60.0)
    ear.meter.load.hold(300)
    ended_s = ear.env.now
    ear.env.run(until=180.0)
    pattern = kinds(ear.frames())
    assert pattern.startswith("x" + "s" * 20 + "L" + "s" * 20 + "L")
    assert set(pattern.rstrip("L").split("L")[1:-1]) == {"s" * 20}
    short = [frame for frame in ear.truth if not any(e.group.label == "OPTARIF" for e in frame.groups)]
    assert ended_s + 58 < short[-1].start_s < ended_s + 60
    for frame in short:
        over = [e.group.label for e in frame.groups if e.group.label.startswith("ADIR")]
        assert over == (["ADIR1", "ADIR3"] if frame.start_s < ended_s else [])
        assert [e.group.label for e in frame.groups][len(over) :] == ["ADCO", "IINST1", "IINST2", "IINST3"]
    last = [frame for frame in ear.truth if frame.start_s > ended_s + 62]
    assert last
    assert all(frame.complete and any(e.group.label == "OPTARIF" for e in frame.groups) for frame in last)


def test_a_new_overload_within_the_minute_starts_the_minute_anew() -> None:
    meter = Linky(mode=HISTORIC, phases=3)
    meter.load.hold(6000, 0, 0)
    meter.load.hold(0)
    meter.wait(50)
    meter.load.hold(6000, 0, 0)
    meter.wait(5)
    meter.load.hold(0)
    meter.wait(59)
    assert meter.next_is_short()
    meter.wait(1)
    assert not meter.next_is_short()


def test_long_frames_never_hold_adir_nor_adps() -> None:
    meter = Linky(mode=HISTORIC, phases=3)
    meter.load.hold(9000, 9000, 9000)
    assert not {label for label in frame_of(meter).values if label.startswith("AD") and label != "ADCO"}


@pytest.mark.parametrize(("mode", "phases"), [(STANDARD, 3), (HISTORIC, 1)])
def test_only_historic_three_phase_meters_send_short_frames(mode: Mode, phases: int) -> None:
    meter = Linky(mode=mode, phases=phases, load=Hold(Draw.of(*(20_000,) * phases)))
    assert not meter.next_is_short()


# Lost phases


@pytest.mark.parametrize(("lost", "ppot"), [((), "00"), ((1,), "02"), ((2,), "04"), ((3,), "08"), ((1, 3), "0A")])
def test_ppot_tells_the_phases_that_are_lost(lost: tuple[int, ...], ppot: str) -> None:
    meter = Linky(mode=HISTORIC, phases=3)
    meter.lose_phases(*lost)
    assert frame_of(meter)["PPOT"] == ppot


def test_a_lost_phase_draws_nothing_and_its_energy_is_not_counted() -> None:
    meter = Linky(phases=3)
    meter.load.hold(1000, 2000, 3000)
    before = frame_of(meter)
    meter.lose_phases(2)
    meter.wait(3600)
    frame = frame_of(meter)
    assert (frame["URMS2"], frame["IRMS2"], frame["SINSTS2"], frame["SINSTS"]) == ("000", "000", "00000", "04000")
    assert int(frame["EAST"]) - int(before["EAST"]) == 4000
    meter.lose_phases()
    assert frame_of(meter)["SINSTS"] == "06000"


# Clock, peaks, messages


def test_a_degraded_clock_shows_in_every_season_letter_and_in_stge() -> None:
    meter = Linky(phases=3, producer=True)
    meter.peaks = dict(PEAKS)
    sound = frame_of(meter)
    meter.clock_degraded = True
    frame = frame_of(meter)
    letters = {label: stamp[0] for label, stamp in stamps(frame).items()}
    assert all(letter == (" " if label[:3] in {"DPM", "FPM"} else "h") for label, letter in letters.items())
    assert int(frame["STGE"], 16) ^ int(sound["STGE"], 16) == 1 << 16
    meter.clock_degraded = False
    assert frame_of(meter) == sound


def test_peaks_have_a_blank_season_and_ppointe_comes_only_while_one_lies_ahead() -> None:
    meter = Linky(contract="tempo", at="2026-01-15T18:00")
    now = meter.now_us
    meter.peaks = {2: Peak(now + 3600 * SECOND_US, now + 2 * 3600 * SECOND_US)}
    frame = frame_of(meter)
    assert (stamps(frame)["DPM2"], stamps(frame)["FPM2"]) == (" 260115190000", " 260115200000")
    assert (frame["DPM2"], frame["FPM2"]) == ("00", "00")
    assert "DPM1" not in frame.values
    assert "PPOINTE" in frame.values
    meter.wait(3599)
    assert "PPOINTE" in frame_of(meter).values
    assert int(frame_of(meter)["STGE"], 16) >> 30 == 0
    meter.wait(1)
    frame = frame_of(meter)
    assert "PPOINTE" not in frame.values
    assert {"DPM2", "FPM2"} <= frame.values.keys()
    assert int(frame["STGE"], 16) >> 30 == 2
    meter.wait(3600)
    assert int(frame_of(meter)["STGE"], 16) >> 30 == 0


def test_the_ultra_short_message_comes_in_one_single_frame_right_after_msg1() -> None:
    meter = Linky()
    meter.msg2 = "BONJOUR"
    labels = [group.label for group in meter.groups()]
    assert labels[labels.index("MSG1") + 1] == "MSG2"
    assert "MSG2" not in frame_of(meter).values
    meter.msg2 = "ENCORE"
    assert frame_of(meter)["MSG2"] == "ENCORE          "


# Cross-checks of tic.md 6.1

POWERS = st.integers(-9_000_000, 9_000_000)


@pytest.mark.nightly
@settings(max_examples=80)
@given(
    st.sampled_from(["base", "hc", "tempo"]),
    st.booleans(),
    st.tuples(POWERS, POWERS, POWERS),
    st.tuples(POWERS, POWERS, POWERS),
    st.integers(0, 7 * 86_400),
)
def test_stge_agrees_with_the_rest_of_the_frame(
    contract: str, three: bool, active: tuple[int, ...], reactive: tuple[int, ...], wait_s: int
) -> None:
    phases = 3 if three else 1
    load = Hold(Draw(active[:phases], reactive[:phases]))
    for producer in (False, True):
        meter = Linky(contract=contract, phases=phases, producer=producer, load=load, at="2026-10-24T12:00")
        meter.wait(wait_s)
        frame = frame_of(meter)
        stge = int(frame["STGE"], 16)
        assert stge & 1 != int(frame["RELAIS"]) & 1
        assert int(frame["NTARF"]) == (stge >> 10 & 0xF) + 1
        assert stge >> 17 & 1 == 1
        assert stge >> 8 & 1 == ("EAIT" in frame.values)
        if producer:
            assert stge >> 9 & 1 == (int(frame["SINSTI"]) > 0)
            assert int(frame["SINSTI"]) == 0 or int(frame["SINSTS"]) == 0


def test_three_phase_power_is_the_signed_sum_when_one_phase_injects() -> None:
    frame = frame_of(Linky(phases=3, producer=True, load=Hold(Draw.of(-555, 568, 0))))
    assert [frame[f"SINSTS{n}"] for n in (1, 2, 3)] == ["00000", "00568", "00000"]
    assert (frame["SINSTS"], frame["SINSTI"]) == ("00013", "00000")


def test_three_phase_power_is_drawn_when_the_active_sum_is_not_negative() -> None:
    # 54E §6.2.3.9: |1000 - 1204| VA, and 1000 - 900 W are drawn
    meter = Linky(phases=3, producer=True, load=Hold(Draw((1_000_000, -900_000, 0), (0, 800_000, 0))))
    frame = frame_of(meter)
    assert (frame["SINSTS"], frame["SINSTI"]) == ("00204", "00000")
    meter.wait(3600)
    assert int(frame_of(meter)["EAST"]) - int(frame["EAST"]) == 100


def test_a_consumer_that_injects_shows_no_power_but_current() -> None:
    frame = frame_of(Linky(load=Hold(Draw.of(-2300))))
    assert frame["SINSTS"] == "00000"
    assert int(frame["IRMS1"]) == 10


# The bench's clock


def test_a_meter_goes_on_from_its_present_when_a_clock_takes_over() -> None:
    meter = Linky(at="2026-01-15T12:00", load=Hold(Draw.of(3600)))
    meter.wait(100)
    now_s = 1000.0
    before = int(frame_of(meter)["EAST"])
    meter.run_by(lambda: now_s)
    assert stamps(frame_of(meter))["DATE"] == "H260115120140"
    now_s = 1010.0
    assert stamps(frame_of(meter))["DATE"] == "H260115120150"
    assert int(frame_of(meter)["EAST"]) - before == 10


def test_each_setting_is_remembered_with_its_time() -> None:
    meter = Linky()
    now_s = 5.0
    meter.run_by(lambda: now_s)
    assert meter.changed_s == 5.0
    for change in (
        lambda: meter.set(EAST=5),
        lambda: meter.load.hold(5),
        lambda: setattr(meter, "msg1", "HELLO"),
        lambda: meter.lose_phases(1),
        lambda: setattr(meter, "pref_kva", 9),
    ):
        now_s += 1
        change()
        assert meter.changed_s == now_s


def test_sending_a_message_is_no_setting() -> None:
    meter = Linky()
    meter.msg2 = "X"
    meter.wait(5)
    meter.frame_bytes()
    assert meter.changed_s == 0.0
