# SPDX-License-Identifier: Apache-2.0
"""The files that describe boards, and what a person is told when one is wrong."""

import re
from pathlib import Path

import pytest

from xky.boards import board_named, board_names
from xky.boards.board import load_board
from xky.boards.firmware import firmware_names, load_firmware
from xky.protocol import LABELS, InputError, Mode

FOLDER = Path(__file__).parents[2] / "boards"
SOURCE = re.compile(r"#.*\b(assumption|slides|driver|datasheet|measured|54E|02E)\b")
NAMES = ("id", "title", "firmware")  # what a thing is called has no source
SOUND = """\
id = "mine"
title = "My board"
firmware = "winky"
modes = ["historic"]

[receiver]
buffer_bytes = 256

[wake]
boot_s = 0.5
associate_s = 0.8
address_s = 0.9
connect_s = 0.15
publish_s = 0.2
sleep_s = 30
"""


def complaint(folder: Path, text: str) -> str:
    """What a person reads of this file, without the folder."""
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        board_named(str(path))
    assert "\n" not in str(caught.value)
    return str(caught.value).replace(f"{folder}/", "")


def test_each_board_file_of_the_folder_is_found() -> None:
    assert set(board_names()) == {path.stem for path in FOLDER.glob("*.toml")} >= {"generic", "winky-c6"}


@pytest.mark.parametrize("name", board_names())
def test_a_shipped_board_bears_the_name_of_its_file(name: str) -> None:
    board = board_named(name)
    assert board.id == name
    assert board.title
    assert board.modes
    assert board.labels is None or set(board.labels) <= {label for mode in Mode for label in LABELS[mode]}


@pytest.mark.parametrize("name", board_names())
def test_every_value_of_a_shipped_board_names_its_source_or_says_assumption(name: str) -> None:
    lines = (FOLDER / f"{name}.toml").read_text(encoding="utf-8").splitlines()
    values = [line for line in lines if re.match(r"[\w-]+ *=", line) and line.split("=")[0].strip() not in NAMES]
    assert values
    assert [line for line in values if not SOURCE.search(line)] == []


@pytest.mark.parametrize("name", board_names())
def test_a_shipped_board_runs_a_firmware_that_is_there(name: str) -> None:
    board = board_named(name)
    assert board.firmware is None or load_firmware(board)
    assert (board.report_period_s > 0) == (board.wake is not None)


def test_a_sound_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(SOUND, encoding="utf-8")
    board = load_board(path)
    assert (board.id, board.modes, board.receiver.buffer_bytes) == ("mine", (Mode.HISTORIC,), 256)
    assert board.wake is not None
    assert board.wake.deaf_s == pytest.approx(0.5 + 0.8 + 0.9 + 0.15)
    assert board.report_period_s == pytest.approx(2.35 + 12.0 + 0.2 + 30.0)


def test_an_unknown_board_suggests_the_near_one() -> None:
    with pytest.raises(
        InputError, match=r"^board 'winky-c5': not known; known: auto, generic, winky-c6,.*mean winky-c6\?$"
    ):
        board_named("winky-c5")
    with pytest.raises(InputError, match=r"or a file NAME\.toml\.$"):
        board_named("zzz")


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(InputError, match=r"nowhere/x\.toml: cannot be read .*; give the path"):
        board_named("nowhere/x.toml")


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        ("buffer_bytes", "bufer_bytes",
         "mine.toml:7: receiver.bufer_bytes: no such key; known here: buffer_bytes. Did you mean buffer_bytes?"),
        ('title = "My board"', 'titel = "My board"', "mine.toml:2: titel: no such key; .*Did you mean title?"),
        ("boot_s = 0.5", "bot_s = 0.5", "mine.toml:10: wake.bot_s: no such key; .*Did you mean boot_s?"),
        ("[receiver]", "[reciever]", "mine.toml:6: reciever: no such key; known here: .*Did you mean receiver?"),
        ("buffer_bytes = 256", 'buffer_bytes = "256B"',
         "mine.toml:7: receiver.buffer_bytes = '256B': input should be a valid"),
        ("buffer_bytes = 256", "buffer_bytes = 0",
         "mine.toml:7: receiver.buffer_bytes = 0: input should be greater than or equal to 1"),
        ("boot_s = 0.5", "boot_s = -1", "mine.toml:10: wake.boot_s = -1: input should be greater than or equal to 0"),
        ('["historic"]', '["histric"]', "mine.toml:4: modes.0 = 'histric': input should be 'historic' or 'standard'"),
        ('id = "mine"', "id = 3", "mine.toml:1: id = 3: input should be a valid string"),
        ("sleep_s = 30\n", "", "mine.toml:9: wake.sleep_s: this key is missing; write it"),
        ('id = "mine"\n', "", "mine.toml:1: id: this key is missing; write it"),
        ("sleep_s = 30", "sleep_s =", "mine.toml:15: no valid TOML: "),
        ("boot_s = 0.5", "boot_s = 0.5.5", "mine.toml:10: no valid TOML: "),
        ('title = "My board"', 'title = "My board', "mine.toml:2: no valid TOML: "),
        ("sleep_s = 30\n", 'x = [1,\n"""', "mine.toml:1[56]: no valid TOML: "),
    ],
)  # fmt: skip
def test_a_wrong_file_is_told_with_line_key_and_mend(tmp_path: Path, old: str, new: str, text: str) -> None:
    assert old in SOUND
    told = complaint(tmp_path, SOUND.replace(old, new))
    assert re.match(re.sub(r"([?()])", r"\\\1", text), told), told


def test_a_key_of_the_same_name_in_another_section_is_not_blamed(tmp_path: Path) -> None:
    text = SOUND + "\n[listen]\nframes = 2\n\n[limits]\nframes = 2\n"
    assert complaint(tmp_path, text).startswith("mine.toml:21: limits.frames: no such key; known here: completeness_s")


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match=r"mine\.toml: cannot be read"):
        board_named(str(tmp_path / "mine.toml"))


def test_each_firmware_of_the_folder_is_found() -> None:
    files = {path.stem for path in (FOLDER / "firmware").glob("*.py")} - {"__init__", "parser"}
    assert set(firmware_names()) == files >= {"reader", "winky"}


def test_a_firmware_that_is_not_there_is_refused(tmp_path: Path) -> None:
    board = board_named("generic")
    with pytest.raises(InputError, match=r"firmware 'wnky' not known; known: .*reader.*winky"):
        load_firmware(board.model_copy(update={"firmware": "wnky"}))
    with pytest.raises(InputError, match="has no simulated firmware"):
        load_firmware(board.model_copy(update={"firmware": None}))
