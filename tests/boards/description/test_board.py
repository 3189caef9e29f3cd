# SPDX-License-Identifier: Apache-2.0
"""The files that describe boards, and what a person is told when one is wrong."""

import re
from pathlib import Path

import pytest

from xky.boards import Board, board_named, board_names
from xky.boards.description.board import board_file, load_board
from xky.boards.description.lora import airtime_s, windows_s
from xky.boards.description.phases import phases_of
from xky.boards.description.sources import SOURCES, values_of
from xky.boards.firmware import firmware_names, load_firmware
from xky.protocol import LABELS, InputError, Mode

FOLDER = Path(__file__).parents[3] / "boards"
NAMES = ("id", "title", "firmware")  # what a thing is called has no source
POWER = """
[power.rectifier.diode]
part = "BAT85"

[power.capacitor]
part = "1 F"
capacitance_f = 1.0
esr_ohm = 0.3
rated_v = 5.5

[power.regulator]
part = "LDO"

[power.mcu]
part = "ESP32"
power_on_v = 2.7
brown_out_v = 2.5

[power.loads]
boot = { current_a = 0.04 }
associate = { current_a = 0.1 }
address = { current_a = 0.1 }
connect = { current_a = 0.1 }
listen = { current_a = 0.03 }
publish = { current_a = 0.15 }
sleep = { current_a = 5e-5 }
"""
LORA = """
[power.lora]
spreading_factor = 9
payload_bytes = 20
"""
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
    values = [one for one in values_of(board_file(name)[1]) if not one.section.startswith("reading.")]
    assert values  # what its payload says is told where that is made
    assert [f"{one.section}.{one.key}" for one in values if not one.source and one.key not in NAMES] == []


@pytest.mark.parametrize("name", board_names())
def test_a_shipped_board_has_loads_for_its_states_and_no_others(name: str) -> None:
    board = board_named(name)
    if board.power is None:
        return
    used = {phase.load for mode in Mode for phase in phases_of(board, mode)} | {"sleep"} if board.wake else {"run"}
    assert set(board.power.loads) == used


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
    with pytest.raises(InputError, match=r"^board 'winky-c5': not known; known: .*winky-c6,.*mean winky-c6\?$"):
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
         "mine.toml:7: receiver.bufer_bytes: no such key; .*Did you mean buffer_bytes?"),
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


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        ("connect = { current_a = 0.1 }\n", "",
         "mine.toml:34: power.loads: connect is missing; write [power.loads.connect] with its current_a, since "
         "wake.connect_s is 0.15"),
        ("listen = { current_a = 0.03 }\n", "",
         "mine.toml:34: power.loads: listen is missing; .*, since a device with [wake] listens"),
        ("sleep = { current_a = 5e-5 }\n", "", "mine.toml:34: power.loads: sleep is missing; .* [wake] sleeps"),
        ("connect = {", "conect = {", "mine.toml:34: power.loads: connect is missing; "),
        ("sleep =", "sleep = { current_a = 1e-5 }\nnap =",
         "mine.toml:42: power.loads.nap: no state of this board; known: boot, associate, address, connect, listen, "
         "publish, sleep"),
        (SOUND[SOUND.index("[wake]") :], "",
         "mine.toml:27: power.loads: run is missing; .*, since a device without [wake] is always on"),
        ("[power.loads]", f"{LORA}[power.loads]",
         "mine.toml:14: wake.publish_s: expected none beside [power.lora], which tells it; leave it out"),
        ("publish_s = 0.2\n", "", "mine.toml:9: wake.publish_s: this key is missing; write it"),
    ],
)  # fmt: skip
def test_a_power_train_without_the_loads_of_its_states_is_told(tmp_path: Path, old: str, new: str, text: str) -> None:
    assert old in SOUND + POWER
    told = complaint(tmp_path, (SOUND + POWER).replace(old, new))
    assert re.match(re.sub(r"([?()\[\]])", r"\\\1", text), told), told


def test_a_phase_of_no_length_needs_no_load(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    text = (SOUND + POWER).replace("connect_s = 0.15", "connect_s = 0").replace("connect = { current_a = 0.1 }\n", "")
    path.write_text(text, encoding="utf-8")
    assert "connect" not in {phase.load for phase in phases_of(load_board(path), Mode.HISTORIC)}


def lora_board(folder: Path, lora: str = LORA) -> Path:
    """A board that publishes by LoRaWAN."""
    path = folder / "mine.toml"
    loads = POWER.replace("publish =", "transmit = { current_a = 0.09 }\nwindows =")
    path.write_text(SOUND.replace("publish_s = 0.2\n", "") + loads + lora, encoding="utf-8")
    return path


def test_lora_tells_how_long_a_board_publishes(tmp_path: Path) -> None:
    board = load_board(lora_board(tmp_path))
    assert board.power is not None
    assert board.power.lora is not None
    assert board.wake is not None
    assert board.wake.publish_s == pytest.approx(0.2468 + 2.262, abs=1e-3)
    *_, transmit, windows = phases_of(board, Mode.STANDARD)
    assert (transmit.load, transmit.duration_s) == ("transmit", airtime_s(board.power.lora))
    assert (windows.load, windows.duration_s) == ("windows", windows_s(board.power.lora))


def test_a_board_with_another_lora_publishes_as_that_one_says(tmp_path: Path) -> None:
    board = load_board(lora_board(tmp_path))
    told = board.model_dump()
    assert Board.model_validate(told) == board
    told["power"]["lora"]["spreading_factor"] = 12
    wake = Board.model_validate(told).wake
    assert wake is not None
    assert wake.publish_s == pytest.approx(1.8104 + 2.262, abs=1e-3)


@pytest.mark.parametrize(
    ("lora", "text"),
    [
        (LORA.replace("= 9", "= 13"), r"mine\.toml:44: power\.lora\.spreading_factor = 13: input should be less than"),
        (LORA.replace("= 20", "= 116"), r"mine\.toml:45: power\.lora\.payload_bytes 116: expected 115 or less at this"),
    ],
)
def test_a_wrong_lora_section_is_blamed_itself(tmp_path: Path, lora: str, text: str) -> None:
    path = lora_board(tmp_path, lora)
    assert re.match(text, complaint(tmp_path, path.read_text(encoding="utf-8")))


def test_a_board_that_recharges_reports_at_the_latest_after_its_longest_sleep() -> None:
    board = board_named("winky-c6-tasmota")
    assert board.report_period_s == pytest.approx(2.35 + 12.0 + 0.2 + 60.0)


def test_each_word_for_a_source_is_told_of_in_the_documents() -> None:
    text = (FOLDER.parent / "docs" / "boards.md").read_text(encoding="utf-8")
    assert [word for word in SOURCES if f"| `{word}` |" not in text] == []


def test_a_key_of_the_same_name_in_another_section_is_not_blamed(tmp_path: Path) -> None:
    text = SOUND + "\n[listen]\nframes = 2\n\n[limits]\nframes = 2\n"
    assert complaint(tmp_path, text).startswith("mine.toml:21: limits.frames: no such key; known here: cold_start_s")


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match=r"mine\.toml: cannot be read"):
        board_named(str(tmp_path / "mine.toml"))


def test_each_firmware_of_the_folder_is_found() -> None:
    texts = {path.stem: path.read_text(encoding="utf-8") for path in (FOLDER / "firmware").glob("*.py")}
    files = {name for name, text in texts.items() if "\nFIRMWARE = " in text}  # the others are parts of firmware
    assert set(firmware_names()) == files >= {"eky", "loky", "one_for_all", "reader", "tasmota", "winky"}


def test_a_firmware_that_is_not_there_is_refused(tmp_path: Path) -> None:
    board = board_named("generic")
    with pytest.raises(InputError, match=r"firmware 'wnky' not known; known: .*reader.*winky"):
        load_firmware(board.model_copy(update={"firmware": "wnky"}))
    with pytest.raises(
        InputError, match=r"has no simulated firmware, so there is no sim:.*; give .*\"exec:COMMAND \{port\}\" --board"
    ):
        load_firmware(board.model_copy(update={"firmware": None}))


@pytest.mark.parametrize(("key", "digits"), [("dev_eui", 16), ("join_eui", 16), ("app_key", 32)])
@pytest.mark.parametrize("text", ["12", "x" * 32, "0" * 33])
def test_a_lorawan_key_of_another_form_is_told_by_name_and_not_shown(
    tmp_path: Path, key: str, digits: int, text: str
) -> None:
    good = {"dev_eui": "0" * 16, "join_eui": "0" * 16, "app_key": "0" * 32}
    lines = [f'{name} = "{value}"' for name, value in (good | {key: text}).items()]
    (tmp_path / "mine.toml").write_text("\n".join(['id = "x"', 'title = "x"', "[lorawan]", *lines]))
    with pytest.raises(InputError, match=rf"mine\.toml:\d: lorawan\.{key}: expected {digits} hexadecimal") as told:
        board_named(str(tmp_path / "mine.toml"))
    assert f"'{text}'" not in str(told.value)


def test_where_a_firmware_image_finds_its_peripherals_is_told_by_a_table(tmp_path: Path) -> None:
    path = tmp_path / "chip.toml"
    head = 'id = "chip"\ntitle = "A chip"\n[iss]\nclock_hz = 16_000_000\n'
    path.write_text(head + "uart = { base = 0x1000_0000, stride = 4 }\n", encoding="utf-8")
    board = board_named(str(path))
    assert board.iss is not None
    assert (board.iss.arch, board.iss.uart.kind, board.iss.uart.base, board.iss.timer) == (
        "rv32imac", "16550", 0x1000_0000, None,
    )  # fmt: skip
    assert Board.model_validate(board.model_dump(mode="json")) == board
    assert "iss" not in board_named("generic").model_dump(mode="json")
    path.write_text(head + "uart = { base = 0x1_0000_0000 }\n", encoding="utf-8")
    with pytest.raises(
        InputError, match=r"chip.toml:5: iss.uart.base = 4294967296: input should be less than 4294967296"
    ):
        board_named(str(path))
