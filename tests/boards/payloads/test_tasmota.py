# SPDX-License-Identifier: Apache-2.0
"""SENSOR, TIC and points of the Tasmota driver, against frames worked out by hand."""

import json
from timeit import timeit

import pytest

from xky.boards.firmware.parser import values_of
from xky.boards.payloads.tariffs import UNKNOWN, tariff_of
from xky.boards.payloads.tasmota import WinkyState, points, raw_tic, sensor
from xky.emulator import Linky
from xky.protocol import Group, Mode

STATE = WinkyState(
    4.2, 3.7, 4.31, 3.96, messages=3, boots=7, network_ms=2200, mqtt_ms=2240, awake_ms=6550, sleep_ms=30000
)
WINKY = {
    "mac": "00:00:5E:00:53:01", "ipv4": "192.0.2.20", "ipv6": "2001:db8::20",
    "param": {"Vstart": 4.2, "Vstop": 3.7},
    "count": {"msg": 3, "cos": 0, "boot": 7, "write": 0},
    "capa": {"Vmax": 4.31, "Vmin": 3.96}, "meter": {"V": 0.0},
    "time": {"net": 2200, "rtc": 0, "mqtt": 2240, "awake": 6550, "sleep": 30000},
}  # fmt: skip
NO_RELAYS = {f"V{number}": 0 for number in range(1, 9)}


def frame(text: str) -> list[Group]:
    groups = []
    for line in text.strip("\n").splitlines():
        label, *middle, value = line.split("|")
        groups.append(Group(label, value, middle[0] if middle else None))
    return groups


HISTORIC = frame("""
ADCO|041876097767
OPTARIF|HC..
ISOUSC|30
HCHC|014460852
HCHP|012506372
PTEC|HP..
IINST|003
IMAX|090
PAPP|00750
HHPHC|A
MOTDETAT|000000
""")
STANDARD = frame("""
ADSC|041876097767
VTIC|02
DATE|H260115180101|
NGTF|     TEMPO
LTARF|    HP  BLEU
EAST|069482311
EASF01|014460852
EASF02|012506372
EASF03|001000003
EASF04|001000004
EASF05|001000005
EASF06|001000006
EAIT|000012345
IRMS1|003
URMS1|230
PREF|09
PCOUP|09
SINSTS|00712
SINSTI|00031
STGE|093AC4C1
MSG1|PAS DE MESSAGE
PRM|01234567890123
RELAIS|005
NTARF|02
NJOURF|04
""")  # fmt: skip


def told(mode: Mode, groups: list[Group]) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = json.loads(sensor(mode, values_of(groups), STATE, "2026-01-15T18:01:01"))
    return found


def test_sensor_of_a_historic_frame() -> None:
    assert told(Mode.HISTORIC, HISTORIC) == {
        "Time": "2026-01-15T18:01:01",
        "METER": {"PH": 1, "ISUB": 30, "PSUB": 6000, "PMAX": 6000, "I1": 3.0, "P1": 750, "W1": 750,
                  "P": 750, "W": 750, "C": 1.0},
        "CONTRACT": {"serial": 41876097767, "name": "HC/HP", "period": "Pleines", "color": "Bleu", "hour": "Pleine",
                     "tday": "Bleu", "tmrw": "Inconnu", "CONSO": 14460852 + 12506372,
                     "HC..": 14460852, "HP..": 12506372},
        "RELAY": NO_RELAYS | {"C1": 0, "N1": "Creuses", "C2": 1, "N2": "Pleines", "P1": 0, "W1": 0},
        "ALERT": {"Load": 0, "Volt": 0, "Preavis": 0, "Label": ""},
        "WINKY": WINKY,
    }  # fmt: skip


def test_sensor_of_a_standard_frame() -> None:
    colours = [f"{hours} {colour}" for colour in ("Bleu", "Blanc", "Rouge") for hours in ("Creuses", "Pleines")]
    periods = [
        item for place, name in enumerate(colours, 1) for item in ((f"C{place}", int(place == 2)), (f"N{place}", name))
    ]
    assert told(Mode.STANDARD, STANDARD) == {
        "Time": "2026-01-15T18:01:01",
        "METER": {"PH": 1, "ISUB": 45, "PSUB": 9000, "PMAX": 9000, "U1": 230, "I1": 3.0, "P1": 712, "W1": 712,
                  "P": 712, "W": 712, "C": 1.0, "PP": 31, "PW": 31, "PC": 1.0, "PAVG": 31},
        "CONTRACT": {"serial": 41876097767, "name": "Tempo", "period": "Pleines Bleu", "profile": 4, "color": "Bleu",
                     "hour": "Pleine", "tday": "Bleu", "tmrw": "Blanc", "CONSO": 69482311,
                     "HC BLEU": 14460852, "HP BLEU": 12506372, "HC BLANC": 1000003, "HP BLANC": 1000004,
                     "HC ROUGE": 1000005, "HP ROUGE": 1000006, "PROD": 12345},
        "RELAY": NO_RELAYS | {"V1": 1, "V3": 1} | dict(periods) | {"P1": 0, "W1": 0},
        "ALERT": {"Load": 1, "Volt": 1, "Preavis": 0, "Label": ""},
        "WINKY": WINKY,
    }  # fmt: skip


def test_three_phases_have_keys_of_their_own() -> None:
    groups = frame("IRMS1|001\nIRMS2|002\nIRMS3|003\nURMS1|230\nURMS2|231\nURMS3|232\nPREF|18\nSINSTS|01386\n"
                   "SINSTS1|00230\nSINSTS2|00462\nSINSTS3|00694")  # fmt: skip
    assert told(Mode.STANDARD, groups)["METER"] == {
        "PH": 3, "ISUB": 30, "PSUB": 18000, "PMAX": 18000,
        "U1": 230, "I1": 1.0, "P1": 230, "W1": 230, "U2": 231, "I2": 2.0, "P2": 462, "W2": 462,
        "U3": 232, "I3": 3.0, "P3": 694, "W3": 694, "P": 1386, "W": 1386, "C": 1.0,
    }  # fmt: skip
    body = points(Mode.STANDARD, values_of(groups), STATE, "winky").decode()
    assert "conso,device=winky,sensor=VA value=1386\n" in body
    assert "conso,device=winky,sensor=VA2 value=462\n" in body
    assert "sensor=I value" not in body


@pytest.mark.parametrize("mode", Mode)
def test_a_three_phase_meter_is_known_whichever_group_was_damaged(mode: Mode) -> None:
    groups = Linky(mode=mode, phases=3).groups()
    for place in range(len(groups)):
        rest = [*groups[:place], *groups[place + 1 :]]
        meter = told(mode, rest)["METER"]
        currents = [label for label in ("I1", "I2", "I3") if label in meter]
        assert meter["PH"] == 3
        assert len(currents) == 3 - groups[place].label.startswith(("IINST", "IRMS"))


@pytest.mark.parametrize("lost", [group.label for group in STANDARD])
def test_what_was_not_heard_is_not_said(lost: str) -> None:
    keys = {
        "ADSC": ("CONTRACT", "serial"), "EAST": ("CONTRACT", "CONSO"), "EASF03": ("CONTRACT", "HC BLANC"),
        "EAIT": ("CONTRACT", "PROD"), "IRMS1": ("METER", "I1"), "URMS1": ("METER", "U1"), "PREF": ("METER", "PSUB"),
        "SINSTS": ("METER", "P"), "SINSTI": ("METER", "PP"), "NJOURF": ("CONTRACT", "profile"),
    }  # fmt: skip
    rest = [group for group in STANDARD if group.label != lost]
    whole, without = told(Mode.STANDARD, STANDARD), told(Mode.STANDARD, rest)
    for label, (section, key) in keys.items():
        if (label, lost) == ("EASF03", "NGTF"):  # without its calendar, an index has no name
            continue
        assert key in whole[section]
        assert (key in without[section]) is (label != lost)
    points(Mode.STANDARD, values_of(rest), STATE, "winky")


def test_a_value_that_is_no_number_is_handed_on_as_text_and_is_no_point() -> None:
    groups = [Group("SINSTS", '7"1x2'), Group("IRMS1", "x"), Group("PREF", "?"), Group("EAST", "-")]
    found = told(Mode.STANDARD, groups)
    assert (found["METER"]["P"], found["METER"]["I1"], found["METER"]["PSUB"]) == ('7"1x2', "x", "?")
    assert found["CONTRACT"]["CONSO"] == "-"
    body = points(Mode.STANDARD, values_of(groups), STATE, "winky")
    assert b"sensor=VA" not in body
    assert b"sensor=total" not in body


def test_raw_tic_is_as_sent() -> None:
    assert json.loads(raw_tic(STANDARD)) == {group.label: group.value for group in STANDARD if group.label != "DATE"}


def test_points_of_a_historic_frame() -> None:
    assert points(Mode.HISTORIC, values_of(HISTORIC), STATE, "winky").decode().splitlines() == [
        f"{measurement},device=winky,sensor={name} value={value}"
        for measurement, name, value in [
            ("wifi", "rssi", "-60"),
            ("contract", "mode", "1"), ("contract", "periods", "2"), ("contract", "period", "1"),
            ("contract", "color", "1"), ("contract", "hp", "1"),
            ("conso", "total", "26967224"), ("conso", "index1", "14460852"), ("conso", "index2", "12506372"),
            ("conso", "I", "3.00"), ("conso", "VA", "750"), ("conso", "W", "750"), ("conso", "cosphi", "1.00"),
            ("winky", "nb-msg", "3"), ("winky", "nb-cos", "0"), ("winky", "farad-ref", "1.50"),
            ("winky", "meter-volt", "0.00"), ("winky", "volt-start", "4.31"), ("winky", "volt-stop", "3.96"),
            ("winky", "ms-net", "2200"), ("winky", "ms-rtc", "0"), ("winky", "ms-mqtt", "2240"),
            ("winky", "ms-awake", "6550"), ("winky", "ms-sleep", "30000"),
        ]
    ]  # fmt: skip


@pytest.mark.parametrize("contract", ["base", "hc", "ejp", "tempo", "super-creuses", "weekend"])
@pytest.mark.parametrize("mode", Mode)
def test_the_running_period_of_every_contract_is_found(contract: str, mode: Mode) -> None:
    values = {group.label: group.value for group in Linky(mode=mode, contract=contract).groups()}
    tariff = tariff_of(mode, values)
    code = " ".join(values["LTARF" if mode is Mode.STANDARD else "PTEC"].split())
    if tariff is UNKNOWN:  # the driver does not know them
        assert (mode, contract) in {(Mode.STANDARD, "super-creuses"), (Mode.STANDARD, "weekend")}
        assert "EASF01" in told(mode, [Group(*item) for item in values.items()])["CONTRACT"]
        return
    assert tariff.running(code) is not None
    assert {period.label for period in tariff.periods} <= set(values)


def test_a_publication_is_cheap() -> None:
    """It costs less than four times the JSON of its values: days of a gateway are played with each of them made."""
    groups = Linky(phases=3, producer=True).groups()
    values = {group.label: group.value for group in groups}
    makers = (
        lambda: json.dumps(values),
        lambda: sensor(Mode.STANDARD, values_of(groups), STATE, ""),
        lambda: points(Mode.STANDARD, values_of(groups), STATE, "w"),
    )
    rounds = [[timeit(make, number=10) for make in makers] for _ in range(100)]
    plain_s, *made_s = map(min, zip(*rounds, strict=True))
    assert max(made_s) < 4 * plain_s
