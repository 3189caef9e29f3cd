# SPDX-License-Identifier: Apache-2.0
"""What a statement declares besides labels: meters, firmware and waivers, and what a report makes of them."""

import hashlib
import sys
from pathlib import Path
from typing import Any

import pytest

from xky.boards import board_named
from xky.boards.description.laid_over import board_with
from xky.emulator import Truth
from xky.hil.bench.reading import Reading
from xky.hil.campaign.campaign import Campaign, Options
from xky.hil.campaign.certify import certify
from xky.hil.campaign.evidence import read_records
from xky.hil.campaign.firmware import Firmware
from xky.hil.campaign.headline_notes import headline_notes
from xky.hil.campaign.judge_again import judge_again
from xky.hil.campaign.record import Record
from xky.protocol import InputError, Mode

READER = Path(__file__).parents[3] / "docs" / "examples" / "reader.py"
OTHER = "0" * 64


def statement(folder: Path, text: str) -> Path:
    file = folder / "device.toml"
    file.write_text(text, encoding="utf-8")
    return file


def certified(folder: Path, text: str, device: str = "sim:generic", **more: Any) -> dict[str, Any]:
    options = Options(device, statement=statement(folder, text), **more)
    return certify(Campaign(options), folder / "report")


def verdict_of(report: dict[str, Any], purpose: str) -> tuple[str, str]:
    (found,) = [one for of in report["requirements"] for one in of["purposes"] if one["id"] == purpose]
    return found["verdict"], found["reason"]


SINGLE_PHASE = "phases = [1]\nproducer = false\n"
NO_THREE = ("not applicable", "the statement claims no meter of 3 phases")


@pytest.mark.nightly
def test_a_device_of_single_phase_meters_is_not_tried_on_others(tmp_path: Path) -> None:
    """Nothing of theirs is on the line; and the record alone gives the same verdicts."""
    report = certified(tmp_path, SINGLE_PHASE, mode="historic")
    assert report["verdict"] == "pass"
    assert verdict_of(report, "TIC-LNK-4/longest-frame") == NO_THREE
    assert verdict_of(report, "TIC-LBL-1/every-label")[0] == "pass"
    left = [one.partition(": ")[2] for one in report["remarks"] if one.startswith("not claimed by the statement")]
    assert left == ["meters of 3 phases", "meters of producers"]
    records = read_records(tmp_path / "report" / "evidence")
    (record,) = records.values()
    labels = {group.label for frame in record.truth for piece in frame.pieces if (group := piece.group)}
    assert "IINST" in labels
    assert labels.isdisjoint({"IINST1", "PMAX", "PPOT"})
    told = {one["id"]: one["verdict"] for of in report["requirements"] for one in of["purposes"]}
    assert {one.purpose.id: one.verdict.value for one in judge_again(records)} == told


def test_on_others_it_may_fail_and_nobody_asks(tmp_path: Path) -> None:
    only = {"mode": "historic", "defect": "wants-a-single-phase", "only": ("TIC-LNK-4", "TIC-CMP-1")}
    assert certified(tmp_path, "", **only)["verdict"] == "fail"
    assert certified(tmp_path, SINGLE_PHASE, **only)["verdict"] == "pass"


def test_a_device_of_three_phase_meters_needs_such_a_household(tmp_path: Path) -> None:
    three = "phases = [3]\n"
    with pytest.raises(InputError, match=r"phases = \[3\], and the household of the suite has one; give --meter"):
        certified(tmp_path, three)
    report = certified(tmp_path, three, meter="tempo-3p", mode="standard", only=("TIC-LNK-4", "TIC-CHK-1"))
    assert report["verdict"] == "pass"


def test_a_mode_that_is_not_claimed_is_told(tmp_path: Path) -> None:
    report = certified(tmp_path, 'modes = ["standard"]\n', only=("TIC-CHK-3",))
    assert (report["mode"], report["verdict"]) == ("standard", "pass")
    assert "not claimed by the statement, and not tested: historic mode" in report["remarks"]


def test_a_producer_alone_may_be_left_out(tmp_path: Path) -> None:
    report = certified(tmp_path, "producer = false\n", mode="standard", only=("TIC-FLD-2",))
    assert verdict_of(report, "TIC-FLD-2/producer-without-curve") == (
        "not applicable",
        "the statement claims no meter of a producer",
    )
    assert verdict_of(report, "TIC-FLD-2/newer-meter")[0] == "pass"


WAIVER = '[[waiver]]\nrequirement = "{}"\nreason = "nobody needs it"\nuntil = {}\n'


def test_a_waiver_is_shown_and_changes_no_verdict(tmp_path: Path) -> None:
    text = WAIVER.format("TIC-CHK-1", "2999-12-31")
    report = certified(tmp_path, text, defect="ignores-checksum", mode="standard", only=("TIC-CHK-1",))
    assert report["verdict"] == "fail"
    (waived,) = [one["waived"] for one in report["requirements"] if "waived" in one]
    assert waived == {"reason": "nobody needs it", "until": "2999-12-31"}
    assert headline_notes(report) == ["1 of what failed is waived by the statement"]


@pytest.mark.parametrize(
    ("requirement", "until", "told"),
    [
        ("TIC-CHK-99", "2999-01-01", "waiver.requirement: 'TIC-CHK-99' is no requirement; write an id such as"),
        ("tic-chk-1", "2999-01-01", "Did you mean TIC-CHK-1?"),
        ("TIC-CHK-1", "2020-01-01", "waiver TIC-CHK-1: ran out on 2020-01-01, and today is "),
    ],
)
def test_a_waiver_of_nothing_or_of_the_past_is_one_line(
    requirement: str, until: str, told: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError) as error:
        certified(tmp_path, WAIVER.format(requirement, until))
    assert "device.toml: waiver" in str(error.value)
    assert told in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[release]\n", 'release: names nothing; write version = "1.4.2"'),
        ('[release]\nsha256 = "12"\n', "release.sha256"),
        ('[release]\nsha256 = "' + OTHER + '"\nsaid = { path = "v" }\n', "release.said: there is no version"),
        ('[release]\nversion = "1"\nsaid = { path = "a b" }\n', "device.toml:3: release.said.path"),
        ("phases = [2]\n", "device.toml:1: phases"),
        ("phases = []\n", "device.toml:1: phases"),
    ],
)
def test_a_wrong_declaration_is_one_line(text: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        certified(tmp_path, text)
    assert told in str(error.value)
    assert "\n" not in str(error.value)


def run_reader(folder: Path, release: str, **more: Any) -> dict[str, Any]:
    device = f"exec:{sys.executable} {READER} {{port}} {{mode}}"
    return certified(
        folder, f"[release]\n{release}\n", device, mode="standard", only=("TIC-CHK-3",), speed=8.0, **more
    )  # fmt: skip


@pytest.mark.realtime
def test_the_program_that_was_run_is_told_by_its_bytes(tmp_path: Path) -> None:
    right = hashlib.sha256(READER.read_bytes()).hexdigest()
    report = run_reader(tmp_path, f'version = "1.0"\nsha256 = "{right}"')
    assert report["verdict"] == "pass"
    assert report["firmware"]["proven"] is True
    assert {"file": "reader.py", "sha256": right} in report["firmware"]["files"]
    assert headline_notes(report) == []


@pytest.mark.realtime
def test_another_program_than_the_stated_one_never_passes(tmp_path: Path) -> None:
    report = run_reader(tmp_path, f'sha256 = "{OTHER}"')
    assert report["verdict"] == "inconclusive"
    assert report["firmware"]["proven"] is False
    (told,) = report["firmware"]["disagreements"]
    assert told.startswith(f"the statement names the program of SHA-256 {OTHER}; what was run is ")
    assert told in report["remarks"]
    assert headline_notes(report) == ["not the firmware of its statement"]


def test_what_nobody_can_see_is_not_proven(tmp_path: Path) -> None:
    report = certified(tmp_path, '[release]\nversion = "1.4.2"\n', mode="standard", only=("TIC-CHK-3",))
    assert report["verdict"] == "pass"
    assert headline_notes(report) == ["firmware not proven"]


SAYS = """\
import json, sys
import serial
port = serial.serial_for_url(sys.argv[1], 9600, bytesize=7, parity="E")
print(json.dumps({"about": {"version": "1.4.2"}}), flush=True)
while True:
    group = port.read_until(b"\\r").partition(b"\\n")[2][:-1]
    label, *fields = group[:-2].decode("ascii", "replace").split("\\t")
    if group and (sum(group[:-1]) & 0x3F) + 0x20 == group[-1] and fields:
        value = {"value": fields[-1], "timestamp": fields[0]} if len(fields) == 2 else fields[0]
        print(json.dumps({label: value}), flush=True)
"""


@pytest.mark.realtime
@pytest.mark.parametrize(("version", "verdict", "proven"), [("1.4.2", "pass", True), ("1.5.0", "inconclusive", False)])
def test_a_device_is_asked_for_its_version(version: str, verdict: str, proven: bool, tmp_path: Path) -> None:
    program = tmp_path / "says.py"
    program.write_text(SAYS, encoding="utf-8")
    text = f'[release]\nversion = "{version}"\nsaid = {{ path = "about.version" }}\n'
    device = f"exec:{sys.executable} {program} {{port}}"
    report = certified(tmp_path, text, device, mode="standard", only=("TIC-CHK-3",), speed=4.0)
    assert (report["verdict"], report["firmware"]["proven"]) == (verdict, proven)
    assert report["firmware"]["said"] == ["1.4.2"]


def test_a_hash_is_not_proven_by_what_the_device_says(tmp_path: Path) -> None:
    text = f'[release]\nversion = "1"\nsha256 = "{OTHER}"\nsaid = {{ path = "v" }}\n'
    board = board_with(board_named("generic"), statement(tmp_path, text))
    record = Record(Mode.STANDARD, board, 1.0, None, Truth(), [Reading(1.0, {}, '{"v": "1"}')], [])
    firmware = Firmware(board, (), (record,))
    assert (firmware.said, firmware.disagreements, firmware.proven) == (("1",), (), False)
