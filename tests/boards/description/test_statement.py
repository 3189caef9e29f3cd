# SPDX-License-Identifier: Apache-2.0
"""``[[reading]]`` in a board's file and in a statement of its own, and what a person is told when one is wrong."""

import re
from decimal import Decimal
from pathlib import Path

import pytest

from xky.boards import Board, board_named
from xky.boards.description.laid_over import board_with
from xky.boards.description.sources import values_of
from xky.protocol import InputError, Mode

SOUND = """\
id = "mine"
title = "My gateway"
[limits]
freshness_s = 10.0

[[reading]]
probe = "mqtt"
from = "tele/+/SENSOR"
device = "CONTRACT.serial"
[reading.labels]
ADSC = "CONTRACT.serial"
EAST = { path = "CONTRACT.CONSO", scale = 0.1 }  # repository: tenths
SMAXSN = { path = "METER.PMAX", timestamp = "METER.PMAXT" }
DATE = { path = "Time", form = "iso" }
IINST = { path = "A", max = 254 }
BASE = { path = "B", beside = { PTEC = ["TH..", "HC.."] } }
PTEC = { path = "T", values = ["TH..", "HC.."] }
"NJOURF+1" = '"NJOURF+1"'

[[reading]]
probe = "lorawan"
from = 2
labels = { EAST = "index" }
"""


def board_of(folder: Path, text: str) -> Board:
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return board_named(str(path))


def complaint(folder: Path, text: str) -> str:
    """What a person reads of this file, without the folder."""
    with pytest.raises(InputError) as caught:
        board_of(folder, text)
    assert "\n" not in str(caught.value)
    return str(caught.value).replace(f"{folder}/", "")


def test_a_board_holds_its_readings(tmp_path: Path) -> None:
    mqtt, lorawan = board_of(tmp_path, SOUND).reading
    assert (mqtt.probe, mqtt.source, mqtt.device) == ("mqtt", "tele/+/SENSOR", "CONTRACT.serial")
    assert list(mqtt.labels) == ["ADSC", "EAST", "SMAXSN", "DATE", "IINST", "BASE", "PTEC", "NJOURF+1"]
    assert mqtt.labels["SMAXSN"].timestamp == "METER.PMAXT"
    assert mqtt.labels["DATE"].form == "iso"
    assert (lorawan.source, lorawan.labels["EAST"].path) == ("2", "index")


@pytest.mark.parametrize(
    ("table", "scale", "step"),
    [
        ("", "1", "0"), (", scale = 1", "1", "0"), (", scale = 1.0", "1", "0"), (", scale = 0.1", "0.1", "0.1"),
        (", scale = 1000", "1000", "1000"), (", scale = -1", "-1", "1"), (", step = 2", "1", "2"),
        (", scale = 1000, step = 0.5", "1000", "0.5"), (", scale = 1000, step = 0", "1000", "0"),
    ],
)  # fmt: skip
def test_a_scale_is_what_is_written_and_a_step_is_it_unless_told(
    tmp_path: Path, table: str, scale: str, step: str
) -> None:
    board = board_of(tmp_path, SOUND.replace(", scale = 0.1", table))
    east = board.reading[0].labels["EAST"]
    assert (east.exact_scale, east.exact_step) == (Decimal(scale), Decimal(step))


def test_a_board_is_the_same_when_it_was_written_and_read_again(tmp_path: Path) -> None:
    board = board_of(tmp_path, SOUND)
    assert Board.model_validate(board.model_dump(mode="json")) == board
    assert "reading" not in board_named("generic").model_dump(mode="json")


def test_a_value_of_a_reading_has_its_source_as_any_other() -> None:
    found = {(one.section, one.key): (one.value, one.source) for one in values_of(SOUND)}
    assert found["reading.0.labels.EAST", "scale"] == (0.1, "repository")
    assert found["reading.1", "from"] == (2, "")


LABELS = SOUND[SOUND.index("ADSC") : SOUND.index('\n[[reading]]\nprobe = "lorawan"')]


@pytest.mark.parametrize(
    ("labels", "told"),
    [
        ("", "mine.toml:10: reading.0.labels: names no label; write one"),
        ('EASTX = "a"', "mine.toml:11: reading.0.labels.EASTX: no label of the TIC; .* Did you mean EAST?"),
        ('east = "a"', "mine.toml:11: reading.0.labels.east: no label of the TIC; .* Did you mean EAST?"),
        ("EAST = 5", 'mine.toml:11: reading.0.labels.EAST: write a path, such as "CONTRACT.CONSO", or a table'),
        ('EAST = "a.b-1"', "mine.toml:11: reading.0.labels.EAST: 'a.b-1' is no JMESPath, column 4: -1 does not fit"),
        ("EAST = { scale = 1 }", "mine.toml:11: reading.0.labels.EAST.path: this key is missing"),
        ('EAST = { path = "a", scal = 1 }', "mine.toml:11: reading.0.labels.EAST.scal: no such key; .*mean scale?"),
        ('EAST = { path = "a", scale = 0 }', "mine.toml:11: reading.0.labels.EAST.scale = 0: makes nothing of every"),
        ('EAST = { path = "a", scale = inf }', "mine.toml:11: reading.0.labels.EAST.scale = inf: .*finite number"),
        ('EAST = { path = "a", step = -1 }', "mine.toml:11: reading.0.labels.EAST.step = -1: .*greater than or equal"),
        ('EAST = { path = "a", scale = "2" }', "mine.toml:11: reading.0.labels.EAST.scale = '2': .*a valid number"),
        ('NGTF = { path = "a", scale = 2 }', "mine.toml:11: reading.0.labels.NGTF.scale: NGTF is no number"),
        ('STGE = { path = "a", step = 2 }', "mine.toml:11: reading.0.labels.STGE.step: STGE is no number"),
        ('EAST = { path = "a", timestamp = "b" }',
         "mine.toml:11: reading.0.labels.EAST.timestamp: EAST is sent without a horodate; leave it out"),
        ('SMAXSN = { path = "a", timestamp = "b[" }',
         "mine.toml:11: reading.0.labels.SMAXSN.timestamp: 'b[' is no JMESPath, column 3"),
        ('SMAXSN = { path = "a", form = "iso" }',
         "mine.toml:11: reading.0.labels.SMAXSN.form: is that of a horodate, and no timestamp is told"),
        ('DATE = { path = "a", timestamp = "b" }',
         "mine.toml:11: reading.0.labels.DATE.timestamp: DATE is a horodate itself"),
        ('DATE = { path = "a", form = "is" }', "mine.toml:11: reading.0.labels.DATE.form = 'is': .*'iso', 'unix'"),
        ('PTEC = { path = "a", max = 4 }', "mine.toml:11: reading.0.labels.PTEC.max: PTEC is no number; leave it out"),
        ('EAST = { path = "a", max = -1 }', "mine.toml:11: reading.0.labels.EAST.max = -1: .*greater than or equal"),
        ('PTEC = { path = "a", values = ["TH"] }',
         "mine.toml:11: reading.0.labels.PTEC.values: 'TH' can be no data of PTEC; write data of 4 char"),
        ('DATE = { path = "a", values = [""] }',
         "mine.toml:11: reading.0.labels.DATE.values: DATE has no data; leave it out"),
        ('BASE = { path = "a", beside = { NTARF = ["01"] } }',
         "mine.toml:11: reading.0.labels.BASE.beside.NTARF: is no other label of a frame with BASE; name one"),
        ('BASE = { path = "a", beside = { PTEC = ["TH"] } }',
         "mine.toml:11: reading.0.labels.BASE.beside.PTEC: 'TH' can be no data of PTEC; write data of 4 characters"),
        ('"NJOURF+1" = { path = "a", scale = 0 }', "mine.toml:11: reading.0.labels.NJOURF.1.scale = 0: "),
    ],
)  # fmt: skip
def test_a_wrong_label_is_told_with_line_key_and_mend(tmp_path: Path, labels: str, told: str) -> None:
    found = complaint(tmp_path, SOUND.replace(LABELS, f"{labels}\n"))
    assert re.match(re.sub(r"([?()\[\]])", r"\\\1", told), found), found


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("[reading.labels]\n" + LABELS, "", "mine.toml:6: reading.0.labels: this key is missing; write it"),
        ('probe = "mqtt"\n', "", "mine.toml:6: reading.0.probe: this key is missing"),
        ('"mqtt"', '"mqt"', "mine.toml:7: reading.0.probe = 'mqt': input should be 'lines', 'mqtt'"),
        ("tele/+/SENSOR", "tele/#/SENSOR", "mine.toml:8: reading.0.from: topic filter 'tele/#/SENSOR': has # in "),
        ("tele/+/SENSOR", "", "mine.toml:8: reading.0.from: topic filter '': is empty; expected at least one"),
        ('"CONTRACT.serial"\n[', '"["\n[', "mine.toml:9: reading.0.device: '[' is no JMESPath, column 2"),
        ("from = 2", "from = 224", "mine.toml:22: reading.1.from: '224' is no FPort; write one of 1 to 223"),
        ("from = 2", "from = true", "mine.toml:22: reading.1.from = True: input should be a valid string"),
        ('"lorawan"\nfrom = 2', '"lines"\nfrom = "x"', "mine.toml:22: reading.1.from: 'x': lines come from the dev"),
        ('"lorawan"\nfrom = 2', '"influx"\nfrom = ""', "mine.toml:22: reading.1.from: is empty; write a measurement"),
        ('"lorawan"\nfrom = 2', '"http"\nfrom = "a b"', "mine.toml:22: reading.1.from: 'a b' is no page"),
        ("[[reading]]\nprobe = \"lorawan\"\nfrom = 2\nlabels = { EAST = \"index\" }", "[[readings]]\nprobe = 1",
         "mine.toml:20: readings: no such key; .*Did you mean reading?"),
    ],
)  # fmt: skip
def test_a_wrong_reading_is_told_with_line_key_and_mend(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert old in SOUND
    found = complaint(tmp_path, SOUND.replace(old, new))
    assert re.match(re.sub(r"([?()\[\]+])", r"\\\1", told), found), found


# Laid over a board


def laid(folder: Path, text: str, board: str = "winky-c6") -> Board:
    path = folder / "statement.toml"
    path.write_text(text, encoding="utf-8")
    return board_with(board_named(board), path)


def test_a_statement_takes_the_place_of_what_it_names_and_leaves_the_rest(tmp_path: Path) -> None:
    before = board_named("winky-c6")
    board = laid(tmp_path, 'labels = ["EAST"]\nmodes = ["standard"]\n[wake]\nsleep_s = 60\n')
    assert (board.labels, board.modes) == (("EAST",), (Mode.STANDARD,))
    assert board.wake is not None
    assert before.wake is not None
    assert board.wake == before.wake.model_copy(update={"sleep_s": 60.0})
    assert (board.id, board.power, board.limits) == (before.id, before.power, before.limits)


def test_an_empty_statement_changes_nothing(tmp_path: Path) -> None:
    for name in ("winky-c6", "loky", "eky", "generic"):
        assert laid(tmp_path, "", name) == board_named(name)


def test_readings_take_the_place_of_those_of_the_same_probe(tmp_path: Path) -> None:
    board_of(tmp_path, SOUND)
    own = '[[reading]]\nprobe = "mqtt"\nlabels = { EAST = "E" }\n'
    board = laid(tmp_path, own, str(tmp_path / "mine.toml"))
    assert [(one.probe, one.source, list(one.labels)) for one in board.reading] == [
        ("mqtt", "", ["EAST"]), ("lorawan", "2", ["EAST"]),
    ]  # fmt: skip
    assert laid(tmp_path, "[limits]\nfreshness_s = 1", str(tmp_path / "mine.toml")).reading[0].source == "tele/+/SENSOR"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[wake]\nsleeps_s = 1", r"statement.toml:2: wake.sleeps_s: no such key; .*Did you mean sleep_s\?"),
        ("x = ", "statement.toml:1: no valid TOML"),
        ('modes = ["no"]', "statement.toml:1: modes.0 = 'no': "),
        ("\n[power.loads]\nnap = { current_a = 1 }", "statement.toml:3: power.loads.nap: no state of this board"),
        ('[[reading]]\nprobe = "mqtt"', "statement.toml:1: reading.0.labels: this key is missing"),
        ("limits = 3", "statement.toml:1: limits = 3: write a table"),
    ],
)
def test_a_wrong_statement_is_told_by_its_own_file(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(InputError, match=told) as caught:
        laid(tmp_path, text)
    assert "\n" not in str(caught.value)


def test_a_statement_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no\.toml: cannot be read .*; give the path of a statement's TOML file"):
        board_with(board_named("generic"), tmp_path / "no.toml")
