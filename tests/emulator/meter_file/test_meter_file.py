# SPDX-License-Identifier: Apache-2.0
"""Meters from files: the ready ones, what a file may say, and what a person is told when it is wrong."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xky.emulator import Linky, contract_names, meter_file, meter_names
from xky.emulator.load import APPLIANCES
from xky.emulator.meter_file.meter_file import MeterFile
from xky.protocol import Frame, InputError, Mode, decode

FOLDER = Path(__file__).parents[3] / "emulator" / "meters"
SOUND = """\
title = "Our house"
phases = 1
pref_kva = 9
at = "2027-01-05T21:55"

[contract]
name = "tempo"
colours = { 2027-01-05 = "red" }

[household]
appliances = ["oven", "fridge"]

[habits]
papp_not_rounded = true

[registers]
EAST = 12345678
"""
TEMPO = '"tempo"\ncolours = { 2027-01-05 = "red" }'
HOUSE = '[household]\nappliances = ["oven", "fridge"]'


def frame_of(meter: Linky) -> Frame:
    """What it says now, found without a fault by the decoder."""
    [frame] = decode(meter.frame_bytes())
    assert isinstance(frame, Frame)
    assert frame.complete
    assert len(frame.good) == len(frame.groups)
    return frame


def read(folder: Path, text: str) -> MeterFile:
    (folder / "house.toml").write_text(text, encoding="utf-8")
    return meter_file(str(folder / "house.toml"))


def complaint(folder: Path, text: str) -> str:
    """What a person reads of this file, without the folder."""
    with pytest.raises(InputError) as caught:
        read(folder, text)
    assert "\n" not in str(caught.value)
    return str(caught.value).replace(f"{folder}/", "")


# Ready ones


def test_each_file_of_the_folder_is_a_ready_meter() -> None:
    assert set(meter_names()) == {path.stem for path in FOLDER.glob("*.toml")}


@pytest.mark.parametrize("name", meter_names())
def test_a_ready_meter_sends_what_its_title_says(name: str) -> None:
    file = meter_file(name)
    meter = file.build()
    frame = frame_of(meter)
    assert frame.mode is Mode.STANDARD
    said = frame.values
    assert ("IRMS2" in said) == (file.phases == 3) == name.endswith("3p")
    assert ("EAIT" in said) == file.producer == name.startswith("producer")
    assert ("three-phase" in file.title) == (file.phases == 3)
    if "kVA" in file.title:
        assert f"{int(said['PREF'])} kVA" in file.title


def test_the_common_contracts_are_ready() -> None:
    assert set(contract_names()) <= {meter_file(name).contract.name for name in meter_names()}


# What a file says


def test_a_file_says_contract_power_registers_and_habits(tmp_path: Path) -> None:
    said = frame_of(read(tmp_path, SOUND).build()).values
    assert said["NGTF"].strip() == "TEMPO"
    assert said["LTARF"].strip() == "HP  ROUGE"
    assert said["PREF"] == said["PCOUP"] == "09"
    assert said["EAST"] == "012345678"


def test_what_is_told_over_a_file_counts(tmp_path: Path) -> None:
    file = read(tmp_path, SOUND).changed(mode=Mode.HISTORIC, seed=7, at="2027-01-06T12:00")
    meter = file.build()
    assert frame_of(meter).values["PTEC"] == "HPJB"
    assert meter.identity != read(tmp_path, SOUND).build().identity


def test_a_house_without_a_seed_of_its_own_has_the_meters() -> None:
    file = meter_file("tempo-3p")
    one, other = (file.changed(seed=seed).house for seed in (1, 2))
    assert one is not None
    assert other is not None
    assert (one.seed, other.seed) == (1, 2)
    assert file.changed(household={"seed": 5}, seed=2).house == file.changed(household={"seed": 5}).house


def test_times_may_be_toml_times(tmp_path: Path) -> None:
    assert read(tmp_path, "at = 2027-01-05T21:55:00").at == "2027-01-05T21:55:00"


def test_a_trace_lies_beside_the_file(tmp_path: Path) -> None:
    (tmp_path / "day.csv").write_text("time,power\n0,500\n60,800\n")
    meter = read(tmp_path, '[trace]\nfile = "day.csv"\n').build()
    assert frame_of(meter).values["SINSTS"] == "00500"
    meter.wait(61)
    assert frame_of(meter).values["SINSTS"] == "00800"


def test_one_figure_is_spread_over_the_phases() -> None:
    said = frame_of(MeterFile(phases=3, load_va=3000).build()).values
    assert (said["SINSTS"], said["SINSTS1"], said["SINSTS3"]) == ("03000", "01000", "01000")


def test_a_calendar_of_ones_own_is_sent_as_written() -> None:
    days = ("00008001 06004002", "0000C003")
    table = {"name": "calendar", "ngtf": "MINE", "ltarf": {1: "NUIT", 2: "JOUR"}, "days": days,
             "week": (0, 0, 0, 0, 0, 1, 1), "dates": {"2027-01-06": 1}}  # fmt: skip
    said = frame_of(MeterFile(contract=table, at="2027-01-05T05:00", load_va=0).build()).values  # type: ignore[arg-type]
    assert (said["NGTF"].strip(), said["LTARF"].strip(), said["NJOURF"], said["NJOURF+1"]) == (
        "MINE",
        "NUIT",
        "00",
        "01",
    )
    assert said["PJOURF+1"].startswith("0000C003 NONUTILE")


# What is wrong


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        # keys and types
        ("pref_kva", "pref_kav", "house.toml:3: pref_kav: no such key; known here: "),
        ("pref_kva", "pref_kav", " Did you mean pref_kva?"),
        ("[household]", "[houshold]", "house.toml:10: houshold: no such key; "),
        ("colours", "colors", "house.toml:8: contract.colors: no such key; "),
        ("papp_not_rounded", "papp_not_runded", "house.toml:14: habits.papp_not_runded: no such key; "),
        ("papp_not_rounded", "papp_not_runded", " Did you mean papp_not_rounded?"),
        ("phases = 1", "phases = 2", "house.toml:2: phases = 2: input should be 1 or 3"),
        ("phases = 1", 'phases = "one"', "house.toml:2: phases = 'one': input should be 1 or 3"),
        ("pref_kva = 9", "pref_kva = 40", "house.toml:3: pref_kva = 40: input should be less than or equal to 36"),
        ("pref_kva = 9", "pref_kva = 0", "house.toml:3: pref_kva = 0: input should be greater than or equal to 1"),
        ("pref_kva = 9", 'pref_kva = "nine"', "house.toml:3: pref_kva = 'nine': input should be a valid integer"),
        ("pref_kva = 9", "pref_kva =", "house.toml:3: no valid TOML: "),
        ("[contract]\n", "", "house.toml:6: name: no such key"),
        ("[habits]", '[grid]\nsource_v = 0\n[habits]',
         "house.toml:14: grid.source_v = 0: input should be greater than"),
        # times
        ("2027-01-05T21:55", "2027-02-30T10:00",
         "house.toml:4: at '2027-02-30T10:00': expected a date and time, write 2027-01-05T21:55"),
        ("2027-01-05T21:55", "2027-03-28T02:30", "house.toml:4: at '2027-03-28T02:30': this hour is skipped"),
        ("2027-01-05T21:55", "1927-03-28T02:30", "house.toml:4: at '1927-03-28T02:30': a meter's clock shows"),
        # the contract
        ('"tempo"', '"tempi"', "house.toml:7: contract.name 'tempi': not known; known: "),
        ('"tempo"', '"tempi"', " Did you mean tempo?"),
        ('colours = { 2027-01-05 = "red" }\n', "", "house.toml:6: contract: tempo has no colours; write "),
        ('"red"', '"pink"',
         "house.toml:8: contract.colours.2027-01-05 = 'pink': input should be 'blue', 'white' or 'red'"),
        ("2027-01-05 =", "2027-02-30 =",
         "house.toml:8: contract.colours.2027-02-30 = '2027-02-30': input should be a valid"),
        ('"tempo"', '"hc"', "house.toml:8: contract.colours: hc has no such setting; its own: off_peak"),
        ('"tempo"', '"base"', "house.toml:8: contract.colours: base has no such setting; its own: none"),
        (TEMPO, '"hc"\noff_peak = ["22:30"]',
         "house.toml:8: contract.off_peak '22:30': write a span such as 22:30-06:30"),
        (TEMPO, '"hc"\noff_peak = ["22:30-22:30"]',
         "house.toml:8: contract.off_peak '22:30-22:30': write a span"),
        (TEMPO, '"hc"\noff_peak = []', "house.toml:8: contract.off_peak: empty; write a span"),
        (TEMPO, '"hc"\noff_peak = ["22:30-06:30", "05:00-07:00"]',
         "house.toml:6: contract: off-peak hours: spans must not be empty nor overlap"),
        (TEMPO, '"calendar"',
         'house.toml:6: contract: a calendar has day profiles; write days = ["0000C001'),
        (TEMPO, '"calendar"\ndays = [\n  "00008001",\n  "25008001",\n]',
         "house.toml:8: contract.days: of profile 1, '25008001': expected HHMM"),
        (TEMPO, '"calendar"\ndays = ["00008001"]\nweek = [0, 1]',
         "house.toml:6: contract: week has 7 numbers"),
        (TEMPO, '"calendar"\nngtf = "Élite"\ndays = ["00008001"]',
         "house.toml:8: contract.ngtf: 'Élite': write up to 16 printable ASCII characters"),
        (TEMPO, '"calendar"\nltarf = { 11 = "X" }\ndays = ["00008001"]',
         "house.toml:8: contract.ltarf.11 = '11': input should be less than or equal to 10"),
        # the load
        ('["oven", "fridge"]', '["oven", "frigde"]',
         "house.toml:11: household.appliances: appliance 'frigde': not known; "),
        ("[household]", "load_va = 5\n[household]", "house.toml:10: contract.load_va: no such key"),
        ("phases = 1", "phases = 1\nload_va = 5",
         "house.toml:3: load_va: there is household too, and a meter feeds one load; leave one out"),
        (HOUSE, '[trace]\nfile = "day.csv"\n[household]', "house.toml:10: trace: "),
        (HOUSE, '[trace]\nfile = "day.csv"',
         "house.toml:10: trace: day.csv: cannot be read: No such file"),
        (HOUSE, '[trace]\nfile = "gap.csv"',
         "house.toml:10: trace: gap.csv:4: time: 9000 s after the row before is a gap"),
        (HOUSE, '[trace]\nfile = "back.csv"',
         "house.toml:10: trace: back.csv:3: time '60': 60 s before that of the row before"),
        (HOUSE, '[trace]\nfile = "three.csv"',
         "house.toml:10: trace: three.csv: powers of 3 phase(s), the meter has 1; give columns power, or write"),
        (HOUSE, '[trace]\nfile = "day.csv"\nmax_gap_s = 0',
         "house.toml:12: trace.max_gap_s = 0: input should be greater than 0"),
        # habits and registers
        ("papp_not_rounded = true", "imax_a = [1, 2]",
         "house.toml:14: habits.imax_a = [1, 2]: write one current, or three"),
        ("papp_not_rounded = true", "imax_a = [1, 2, 3]", "house.toml:13: habits: imax_a has three currents"),
        ("EAST", "EASTER", "house.toml:17: registers.EASTER: set(EASTER=12345678): this meter has no such register"),
        ("EAST = 12345678", "EASF01 = 1\nEAST = 1000000000",
         "house.toml:18: registers.EAST: set(EAST=1000000000): expected 0"),
        ("EAST = 12345678", "EAST = 5\nEASF01 = 6",
         "house.toml:16: registers: set(EAST=5, EASF01=6): the indexes alone make 6, and an index cannot fall below 0"),
        ("EAST = 12345678", 'EAST = "many"', "house.toml:17: registers.EAST = 'many': input should be a valid integer"),
        ("EAST = 12345678", "EAIT = 1", "house.toml:17: registers.EAIT: set(EAIT=1): this meter has no such register"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_told_with_line_key_and_mend(tmp_path: Path, old: str, new: str, told: str) -> None:
    (tmp_path / "gap.csv").write_text("time,power\n0,1\n60,2\n9060,3\n")
    (tmp_path / "back.csv").write_text("time,power\n120,1\n60,2\n")
    (tmp_path / "three.csv").write_text("time,power1,power2,power3\n0,1,1,1\n")
    assert old in SOUND
    text = complaint(tmp_path, SOUND.replace(old, new))
    assert told in text
    assert told.startswith(" ") or text.startswith(told)


def test_a_table_that_is_no_table_is_told(tmp_path: Path) -> None:
    assert complaint(tmp_path, "contract = 3") == "house.toml:1: contract = 3: write a table, such as { key = value }"
    assert complaint(tmp_path, 'contract = { name = "hc", off_peak = "22:30-06:30" }').endswith(
        """off_peak = '22:30-06:30': write a list, such as [1] or ["22:30-06:30"]"""
    )
    assert complaint(tmp_path, "load_va = [1, nan]\nphases = 3").startswith("house.toml:1: load_va.1 = nan: ")
    assert complaint(tmp_path, "load_va = [1, 2]\nphases = 3") == (
        "house.toml:1: load_va: 2 figures, and the meter has 3 phase(s); write one, or one each"
    )
    assert complaint(tmp_path, 'load_va = "much"').startswith("house.toml:1: load_va = 'much': input should be a valid")


def test_a_producer_has_no_historic_mode(tmp_path: Path) -> None:
    text = 'mode = "historic"\nproducer = true\n'
    told = 'producer: historic frames have no producer groups; write mode = "standard", or leave producer out'
    assert complaint(tmp_path, text) == f"house.toml:2: {told}"
    file = read(tmp_path, "producer = true\n")
    with pytest.raises(InputError) as caught:
        file.changed(mode=Mode.HISTORIC)  # told with the place of what stays
    assert str(caught.value) == f"{tmp_path}/house.toml:1: {told}"
    with pytest.raises(InputError) as caught:
        MeterFile().changed(mode=Mode.HISTORIC, producer=True)
    assert str(caught.value) == told


def test_a_wrong_change_is_told_without_a_place(tmp_path: Path) -> None:
    for changes, told in (
        ({"phases": 2}, "phases = 2: input should be 1 or 3"),
        ({"contract": "nope"}, "contract: name 'nope': not known; known: "),
        ({"at": "yesterday"}, "at 'yesterday': expected a date and time, write 2027-01-05T21:55"),
    ):
        with pytest.raises(InputError) as caught:
            read(tmp_path, SOUND).changed(**changes)
        assert str(caught.value).startswith(told)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere/x\.toml: cannot be read .*; give the path of a meter's TOML file$"):
        meter_file("nowhere/x.toml")
    (tmp_path / "x.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match=r"x\.toml: cannot be read"):
        meter_file(str(tmp_path / "x.toml"))


def test_an_unknown_ready_meter_suggests_the_near_one() -> None:
    with pytest.raises(
        InputError, match=r"^meter 'tempo-2p': not known; known: .*base-1p, .* Did you mean tempo-[13]p\?$"
    ):
        meter_file("tempo-2p")
    with pytest.raises(InputError, match=r"or a file NAME\.toml\.$"):
        meter_file("zzz")


# Any


def toml(value: object) -> str:
    """A value as TOML writes it."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {toml(one)}" for key, one in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(toml(one) for one in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)


DAYS = st.dates().map(lambda day: day.replace(year=2027 + day.year % 2, day=min(day.day, 28)).isoformat())
COLOURS = st.sampled_from(["blue", "white", "red"])
CONTRACTS = (
    st.sampled_from(contract_names()).filter(lambda name: name != "tempo")
    | st.fixed_dictionaries({"name": st.just("hc"), "off_peak": st.just(["02:10-08:10", "14:40-16:40"])})
    | st.fixed_dictionaries({"name": st.sampled_from(["hc", "weekend"]), "tells_season": st.booleans(),
                             "summer_off_peak": st.just(["13:00-16:00"])})
    | st.fixed_dictionaries({"name": st.just("tempo"), "colour_seed": st.integers(0, 99)})
    | st.fixed_dictionaries(
        {"name": st.just("tempo"), "colours": st.dictionaries(DAYS, COLOURS, min_size=1)}
    )
    | st.fixed_dictionaries({"name": st.just("ejp"), "peak_days": st.lists(DAYS.map("<{}>".format), max_size=3)})
    | st.fixed_dictionaries(
        {"name": st.just("calendar"), "days": st.just(["0000C001 06308002", "0000800A"]),
         "week": st.lists(st.integers(0, 1), min_size=7, max_size=7),
         "ngtf": st.text(st.characters(min_codepoint=65, max_codepoint=90), max_size=16)}
    )
)  # fmt: skip


@st.composite
def tables(draw: st.DrawFn) -> dict[str, Any]:
    """What a person may write of a meter."""
    phases = draw(st.sampled_from([1, 3]))
    mode = draw(st.sampled_from(["historic", "standard"]))
    figures = st.integers(-99_999, 99_999)
    load = draw(
        st.just({})
        | st.fixed_dictionaries({"load_va": figures | st.lists(figures, min_size=phases, max_size=phases)})
        | st.fixed_dictionaries({"household": st.fixed_dictionaries({
            "appliances": st.lists(st.sampled_from(sorted(APPLIANCES)), min_size=1, unique=True)})})
    )  # fmt: skip
    optional = {
        "pref_kva": st.integers(1, 36),
        "pcoup_kva": st.integers(1, 36),
        "at": st.datetimes().map(lambda at: at.replace(year=2000 + at.year % 100, month=1, microsecond=0).isoformat()),
        "seed": st.integers(0, 10**9),
        "drift_ppm": st.integers(-1000, 1000),
        "contract": CONTRACTS,
        "producer": st.just(True) if mode == "standard" else st.just(False),
        "registers": st.dictionaries(st.sampled_from(["EASF01", "EASF10", "PREF"]), st.integers(1, 36))
        | st.fixed_dictionaries({"EAST": st.integers(36, 99), "EASF10": st.integers(1, 36)}),
        "grid": st.fixed_dictionaries({"source_v": st.integers(150, 400)}),
        "habits": st.fixed_dictionaries({"pilot_labels": st.booleans(), "ngtf": st.sampled_from(["", "ZEN FLEX"]),
                                         "imax_a": st.just([60] * phases)}),
    }  # fmt: skip
    return {"phases": phases, "mode": mode, **load, **draw(st.fixed_dictionaries({}, optional=optional))}


@settings(max_examples=60, deadline=None)
@given(tables())
def test_any_meter_that_a_person_may_write_sends_whole_frames(
    tmp_path_factory: pytest.TempPathFactory, table: dict[str, Any]
) -> None:
    text = "".join(f"{key} = {toml(value)}\n" for key, value in table.items()).replace('"<', "").replace('>"', "")
    file = read(tmp_path_factory.mktemp("any"), text)
    assert file.model_dump() == MeterFile.model_validate(table | {"contract": file.contract}).model_dump()
    meter = file.build()
    for wait_s in (0, 1, 3600, 86_400):
        meter.wait(wait_s)
        assert frame_of(meter).mode.value == table["mode"]
