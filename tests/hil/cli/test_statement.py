# SPDX-License-Identifier: Apache-2.0
"""``xky statement check`` as a person meets it."""

import io
import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from ...command import Ended, xky

STATEMENT = """\
[[reading]]
probe = "mqtt"
from = "tele/+/SENSOR"
device = "CONTRACT.serial"
[reading.labels]
EAST = { path = "CONTRACT.CONSO", scale = 1000, step = 1 }
URMS1 = "METER.U"
SMAXSN = { path = "METER.PMAX", timestamp = "METER.PMAXT" }
DATE = { path = "Time", form = "iso" }
NTARF = "CONTRACT.n"
"""
PAYLOAD = {
    "Time": "2027-01-05T21:55:00", "METER": {"U": 230.5, "PMAX": 924, "PMAXT": "H270105"},
    "CONTRACT": {"serial": "021861348497", "CONSO": 2188.83}, "WINKY": {"mac": "\x1b[31m"},
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "mine.toml").write_text(STATEMENT, encoding="utf-8")
    (tmp_path / "sample.json").write_text(json.dumps(PAYLOAD), encoding="utf-8")
    return tmp_path


def check(folder: Path, *arguments: str) -> Ended:
    return xky("statement", "check", *arguments, cwd=folder)


def complaint(folder: Path, *arguments: str) -> str:
    """The one line that a person reads."""
    run = check(folder, *arguments)
    assert (run.returncode, run.stdout) == (2, "")
    (line,) = run.stderr.splitlines()
    return line.removeprefix("xky: ")


def test_a_right_statement_is_told_with_its_mappings(folder: Path) -> None:
    run = check(folder, "mine.toml")
    assert run.returncode == 0
    assert run.stdout.splitlines() == [
        "mine.toml: 1 mapping", "mqtt, from tele/+/SENSOR: EAST, URMS1, SMAXSN, DATE, NTARF",
        "modes: historic, standard", "phases: 1, 3", "producers: yes", "labels: those mapped", "release: none named",
        "waivers: none",
    ]  # fmt: skip


DECLARED = """\
modes = ["standard"]
phases = [1]
producer = false
labels = ["EAST", "SINSTS"]
[release]
version = "1.4.2"
said = { probe = "mqtt", from = "tele/+/STATUS", path = "fw" }
"""
WAIVER = '[[waiver]]\nrequirement = "{}"\nreason = "a coarse clock"\nuntil = {}\n'


def test_what_it_declares_besides_is_told(folder: Path) -> None:
    (folder / "mine.toml").write_text(DECLARED + WAIVER.format("TIC-CHK-1", "2999-12-31"), encoding="utf-8")
    assert check(folder, "mine.toml").stdout.splitlines() == [
        "mine.toml: 0 mappings", "modes: standard", "phases: 1", "producers: no", "labels: EAST, SINSTS",
        "release: version 1.4.2; said at mqtt, from tele/+/STATUS: fw",
        "waiver: TIC-CHK-1, until 2999-12-31: a coarse clock",
    ]  # fmt: skip
    told = json.loads(check(folder, "mine.toml", "--json").stdout)
    keys = ("modes", "phases", "producer", "labels", "release", "waivers")
    assert {key: told[key] for key in keys} == {
        "modes": ["standard"], "phases": [1], "producer": False, "labels": ["EAST", "SINSTS"],
        "release": {"version": "1.4.2", "said": {"probe": "mqtt", "from": "tele/+/STATUS", "path": "fw"}},
        "waivers": [{"requirement": "TIC-CHK-1", "reason": "a coarse clock", "until": "2999-12-31"}],
    }  # fmt: skip


@pytest.mark.parametrize(("requirement", "until", "told"), [
    ("TIC-CND-99", "2999-12-31", "waiver.requirement: 'TIC-CND-99' is no requirement"),
    ("TIC-CHK-1/wrong-checksum", "2999-12-31", "waiver.requirement: 'TIC-CHK-1/wrong-checksum' is no requirement"),
    ("TIC-CHK-1", "2020-01-01", "waiver TIC-CHK-1: ran out on 2020-01-01, and today is "),
])  # fmt: skip
def test_a_waiver_that_a_run_would_refuse_is_refused_here(
    requirement: str, until: str, told: str, folder: Path
) -> None:
    (folder / "mine.toml").write_text(WAIVER.format(requirement, until), encoding="utf-8")
    assert complaint(folder, "mine.toml").startswith(f"mine.toml: {told}")
    assert complaint(folder, "mine.toml", "--json").startswith(f"mine.toml: {told}")


def test_a_sample_is_told_label_by_label_with_what_is_left(folder: Path) -> None:
    run = check(folder, "mine.toml", "--payload", "sample.json", "--from", "tele/winky/SENSOR")
    assert run.returncode == 0
    lines = {line.split()[0]: line.split()[1:] for line in run.stdout.splitlines()}
    assert lines["EAST"] == ["2188830", "Wh", "2188.83", "CONTRACT.CONSO"]
    assert lines["DATE"] == ["2027-01-05T21:55:00", "Time"]
    told = run.stdout.splitlines()[-5:]
    assert told == [
        "URMS1: is no whole number; a scale or step may be missing", "SMAXSN: 'H270105' is no horodate",
        "device: 021861348497", "not found: NTARF", "not mapped: WINKY.mac",
    ]  # fmt: skip


def test_the_same_as_json(folder: Path) -> None:
    told = json.loads(check(folder, "mine.toml", "--payload", "sample.json", "--json").stdout)
    assert told["claims"] == ["DATE", "EAST", "NTARF", "SMAXSN", "URMS1"]
    assert told["readings"][0]["labels"]["EAST"] == {"path": "CONTRACT.CONSO", "scale": 1000.0, "step": 1.0}
    sample = told["sample"]
    assert sample["labels"][0] == {
        "label": "EAST", "value": "2188.83", "in_unit": "2188830", "unit": "Wh", "horodate": None,
        "path": "CONTRACT.CONSO", "from": "tele/+/SENSOR", "complaint": None,
    }  # fmt: skip
    assert (sample["not_found"], sample["not_mapped"], sample["device"]) == (["NTARF"], ["WINKY.mac"], "021861348497")


def test_a_payload_that_says_no_label_ends_with_one(folder: Path) -> None:
    run = check(folder, "mine.toml", "--payload", "sample.json", "--from", "tele/winky/STATE")
    assert (run.returncode, run.stdout.splitlines()[1]) == (
        1, "no mapping takes 'tele/winky/STATE'; they take tele/+/SENSOR",
    )  # fmt: skip
    (folder / "sample.json").write_text("Online", encoding="utf-8")
    run = check(folder, "mine.toml", "--payload", "sample.json")
    assert (run.returncode, run.stdout.splitlines()[1]) == (1, "no label of the TIC was found: the payload is no JSON")


def test_a_payload_comes_from_standard_input_as_well(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b'{"EAST": "002188830", "rssi": 1}')))
    run = check(folder, "generic", "--payload", "-")
    assert run.returncode == 0
    assert run.stdout.splitlines()[2].split() == ["EAST", "002188830", "Wh", "002188830"]
    assert run.stdout.splitlines()[-1] == "not mapped: rssi"


def test_a_point_is_taken_by_its_measurement(folder: Path) -> None:
    (folder / "mine.toml").write_text(
        '[[reading]]\nprobe = "influx"\nfrom = "conso"\nlabels = { EAST = "fields.total" }\n', encoding="utf-8"
    )
    point = {"measurement": "conso", "tags": {"device": "w"}, "fields": {"total": 5, "VA": 1}, "time": None}
    for name, status in (("conso", 0), ("prod", 1)):
        (folder / "sample.json").write_text(json.dumps(point | {"measurement": name}), encoding="utf-8")
        run = check(folder, "mine.toml", "--payload", "sample.json")
        assert run.returncode == status
        assert ("not mapped: fields.VA" in run.stdout) is (status == 0)


def test_a_board_by_name_or_file_is_checked_as_well(folder: Path) -> None:
    assert check(folder, "winky-c6").stdout.splitlines() == [
        "winky-c6: 0 mappings", "modes: historic, standard", "phases: 1, 3", "producers: yes", "labels: all",
        "release: none named", "waivers: none",
    ]  # fmt: skip
    (folder / "board.toml").write_text(f'id = "mine"\ntitle = "Mine"\n{STATEMENT}', encoding="utf-8")
    assert json.loads(check(folder, "board.toml", "--json").stdout)["board"] == "mine"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["none.toml"], "none.toml: cannot be read (.*); give the path of a statement's TOML file"),
        (["winky-c7"], "board 'winky-c7': not known; .* Did you mean winky-c6?"),
        (["mine.toml", "--from", "x"], "--from x: is that of a payload; give --payload, too"),
        (["mine.toml", "--payload", "no"], "--payload no: cannot be read (No such file or directory); give a file"),
        (["mine.toml", "--probe", "mqt"], "--probe mqt: no such probe; known: lines, mqtt, influx, lorawan, http"),
        (["mine.toml", "--probe", "influx"],
         '--probe influx: mine.toml has no [[reading]] with probe = "influx"; write one'),
        (["mine.toml", "--payload", "sample.json", "--from", "tele/+/X"],
         "--from tele/+/X: + and # stand in filters; give a topic, such as tele/winky/SENSOR"),
        (["wrong.toml"], "wrong.toml:5: reading.0.labels.EAST: 'a.b-1' is no JMESPath, column 4: -1 does not fit"),
        (["two.toml", "--payload", "sample.json"], "--probe: two.toml maps mqtt and influx; say whose payload it is"),
    ],
)  # fmt: skip
def test_what_cannot_be_checked_is_told_in_one_line(folder: Path, arguments: list[str], told: str) -> None:
    (folder / "wrong.toml").write_text(
        '[[reading]]\nprobe = "mqtt"\n[reading.labels]\nADSC = "a"\nEAST = "a.b-1"\n', encoding="utf-8"
    )
    (folder / "two.toml").write_text(
        f'{STATEMENT}[[reading]]\nprobe = "influx"\nlabels = {{ EAST = "a" }}\n', encoding="utf-8"
    )
    begin, _, end = told.partition(".*")
    line = complaint(folder, *arguments)
    assert line.startswith(begin)
    assert end in line
