# SPDX-License-Identifier: Apache-2.0
"""What a meter must say follows from its mode, phases, tariff and kind; what it may leave out is not missed."""

from pathlib import Path

import pytest

from xky.emulator import Linky, Quirks
from xky.emulator.faults import made_fault
from xky.hil.diagnosis import diagnosed
from xky.hil.diagnosis.contract import missing_labels
from xky.hil.diagnosis.reading import read

from ...command import xky
from .listened import heard_of


def missing(meter: Linky, label: str) -> list[str]:
    return diagnosed(heard_of(meter, [made_fault("missing_group", label=label)], for_s=20.0)).line.missing


@pytest.mark.parametrize(
    ("settings", "label"),
    [
        ({"mode": "historic", "contract": "tempo"}, "BBRHPJR"),
        ({"mode": "historic", "contract": "tempo"}, "DEMAIN"),
        ({"mode": "historic", "contract": "hc"}, "HCHC"),
        ({"mode": "historic", "contract": "hc"}, "OPTARIF"),
        ({"mode": "historic", "contract": "base"}, "BASE"),
        ({"mode": "historic", "phases": 3}, "IINST2"),
        ({"mode": "historic", "phases": 3}, "PPOT"),
        ({"phases": 3}, "URMS3"),
        ({"phases": 3}, "SMAXSN1-1"),
        ({"producer": True}, "EAIT"),
        ({"producer": True}, "ERQ4"),
        ({}, "PJOURF+1"),
        ({}, "DATE"),
    ],
)
def test_a_group_that_such_a_meter_must_send_is_missed(settings: dict[str, object], label: str) -> None:
    assert missing(Linky(**settings), label) == [label]  # type: ignore[arg-type]


@pytest.mark.parametrize("label", ["NGTF", "LTARF", "CCASN", "CCASN-1"])
def test_a_group_under_a_condition_is_not_missed(label: str) -> None:
    assert missing(Linky(), label) == []


def test_the_labels_of_pilot_meters_stand_for_those_of_others() -> None:
    assert diagnosed(heard_of(Linky(quirks=Quirks(pilot_labels=True)), for_s=20.0)).line.missing == []


def test_a_sound_meter_without_hhphc_is_not_accused() -> None:
    diagnosis = diagnosed(heard_of(Linky(mode="historic", quirks=Quirks(no_hhphc=True)), for_s=20.0))
    assert (diagnosis.cause, diagnosis.line.missing) == ("good", ["HHPHC"])


def test_of_two_frames_nothing_is_missed() -> None:
    heard = heard_of(Linky(), [made_fault("missing_group", label="EAST")], for_s=1.5)
    codes = bytes(code & 0x7F for code in heard.data)
    assert len(read(codes).whole) == 2
    assert missing_labels(read(codes)) == []


@pytest.mark.by_day(2)
@pytest.mark.parametrize("scenario", ["midnight", "mode-change", "overload-3p", "meter-exchange"])
def test_what_happens_to_a_sound_meter_is_no_fault_of_the_line(scenario: str, tmp_path: Path) -> None:
    assert xky("emulate", "--scenario", scenario, "--out", "line.bin", cwd=tmp_path).returncode == 0
    ended = xky("diagnose", "line.bin", cwd=tmp_path)
    assert ended.stdout.startswith("The line is good: ")
    assert ended.returncode == 0
