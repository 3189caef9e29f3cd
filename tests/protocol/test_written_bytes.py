# SPDX-License-Identifier: Apache-2.0
"""Captures written out for people: dumps and logs give the bytes that they tell, in their places."""

from collections.abc import Callable
from pathlib import Path
from textwrap import wrap

import pytest

from xky.protocol import Damaged, Frame, Noise, decode, file_places
from xky.protocol import written_bytes as module
from xky.protocol.written_bytes import WrittenBytes, WrittenForm, written_form_of

CAPTURES = Path(__file__).parents[2] / "fixtures" / "captures"
NAMES = ("std_1p_hc_enedis_oss", "madeup_hist_1p_ejp", "std_1p_bad_gammatroniques")
_ESCAPED = {7: "\\a", 8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r", 27: "\\e", 34: '\\"', 39: "\\'",
            92: "\\\\"}  # fmt: skip


def capture(name: str) -> bytes:
    return (CAPTURES / f"{name}.txt").read_bytes()


def rows(data: bytes) -> list[tuple[int, bytes]]:
    return [(at, data[at : at + 16]) for at in range(0, len(data), 16)]


def shown(row: bytes) -> str:
    return "".join(chr(code) if 32 <= code < 127 else "." for code in row)


def xxd(data: bytes) -> str:
    lines = [f"{at:08x}: {' '.join(wrap(row.hex(), 4)):<39}  {shown(row)}" for at, row in rows(data)]
    return "\n".join(lines) + "\n"


def hexdump(data: bytes) -> str:
    lines = [
        f"{at:08x}  {(row[:8].hex(' ') + '  ' + row[8:].hex(' ')).strip():<48}  |{shown(row)}|"
        for at, row in rows(data)
    ]
    return "\n".join([*lines, f"{len(data):08x}", ""])


def od(data: bytes) -> str:
    return "\n".join([*(f"{at:06x} {row.hex(' ')}" for at, row in rows(data)), f"{len(data):06x}", ""])


def esphome_text(data: bytes) -> str:
    told = []
    for piece in data.split(b"\r"):
        text = "".join(
            _ESCAPED.get(code) or (chr(code) if 32 <= code < 128 else f"\\x{code:02X}") for code in piece + b"\r"
        )
        told.append(f'[09:12:26][D][uart_debug:158]: <<< "{text}"\n[09:12:26][V][sensor:043]: \'x\': 3.0 "V"\n')
    return "".join(told)


def esphome_hex(data: bytes) -> str:
    lines = (data[at : at + 50].hex(":").upper() for at in range(0, len(data), 50))
    return "".join(f"\x1b[0;36m[09:12:26][D][uart_debug:158]: <<< {line}\x1b[0m\r\n" for line in lines)


def tasmota(data: bytes) -> str:
    lines = (data[at : at + 64].hex().upper() for at in range(0, len(data), 64))
    return "".join(f'08:31:33.314 MQT: tele/tic/RESULT = {{"SSerialReceived":"{line}"}}\n' for line in lines)


FORMS: dict[str, tuple[WrittenForm, Callable[[bytes], str]]] = {
    "xxd": (WrittenForm.DUMP, xxd),
    "hexdump -C": (WrittenForm.DUMP, hexdump),
    "od -A x -t x1": (WrittenForm.DUMP, od),
    "pairs": (WrittenForm.DUMP, lambda data: "\n".join(wrap(data.hex(" ").upper(), 60))),
    "one line of digits": (WrittenForm.DUMP, lambda data: data.hex()),
    "xxd -i": (
        WrittenForm.DUMP,
        lambda data: "char x[] = {\n  " + ", ".join(f"0x{code:02x}" for code in data) + "\n};",
    ),
    "log_string of ESPHome": (WrittenForm.ESPHOME, esphome_text),
    "log_hex of ESPHome": (WrittenForm.ESPHOME, esphome_hex),
    "serial bridge of Tasmota": (WrittenForm.TASMOTA, tasmota),
}


def read(form: WrittenForm, text: bytes, step: int) -> tuple[bytes, WrittenBytes]:
    reader = WrittenBytes(form)
    return b"".join(reader.feed(text[at : at + step]) for at in range(0, len(text), step)) + reader.close(), reader


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", NAMES)
def test_each_byte_is_there_again_in_its_place(name: str, form: str) -> None:
    expected, write = FORMS[form]
    text, raw = write(capture(name)).encode(), capture(name)
    assert written_form_of(text) is expected
    for step in (7, len(text)):
        data, reader = read(expected, text, step)
        assert data.removesuffix(b"\r") == raw.removesuffix(b"\r")
        places = [reader.place_of(offset) for offset in range(len(raw))]
        assert places == sorted(set(places))
        for offset, place in enumerate(places[:200]):
            at = text[place : place + 4]
            assert at.startswith((b"\\", bytes((raw[offset],)))) or int(at.removeprefix(b"0x")[:2], 16) == raw[offset]


@pytest.mark.parametrize("form", FORMS)
def test_each_of_the_256_bytes_is_told(form: str) -> None:
    expected, write = FORMS[form]
    data, _ = read(expected, write(bytes(range(256))).encode(), 100)
    assert data.removesuffix(b"\r") == bytes(range(256))


def test_events_lie_where_the_file_tells_them() -> None:
    raw = capture("std_1p_bad_gammatroniques")
    text = xxd(raw).encode()
    data, reader = read(WrittenForm.DUMP, text, 100)
    for sent, told in zip(decode(raw), reader.in_file(decode(data)), strict=True):
        if isinstance(told, Damaged | Noise):
            assert isinstance(sent, Damaged | Noise)
            assert told.offset == reader.place_of(sent.offset)
            assert told.offset < told.offset + told.length <= len(text)
        elif isinstance(told, Frame):
            assert text[told.offset : told.offset + 2] == b"02"


@pytest.mark.parametrize("path", sorted(CAPTURES.glob("*")), ids=lambda path: path.name)
def test_what_holds_the_bytes_themselves_is_no_dump(path: Path) -> None:
    assert written_form_of(path.read_bytes()) is None


@pytest.mark.parametrize(
    "text", [b"", b"00000000: 7f45 4c46  .ELF\n" * 9, b"deadbeef", b'<<< "nothing"', b"0123456789abcdef" * 99]
)
def test_what_tells_no_group_is_no_dump(text: bytes) -> None:
    assert written_form_of(text) is None


@pytest.mark.parametrize("held", [b"\x02", b"\x03", b"PAPP 00730 +\r"])
def test_what_holds_bytes_of_a_line_beside_a_dump_is_no_dump(held: bytes) -> None:
    assert written_form_of(b"\n0a 50 41 50 50 20 30 30 37 33 30 20 2b 0d") is WrittenForm.DUMP
    assert written_form_of(b"\n" + held + b"\n0a 50 41 50 50 20 30 30 37 33 30 20 2b 0d") is None


@pytest.mark.parametrize("form", ["pairs", "one line of digits", "xxd -i"])
def test_a_line_of_any_length_is_taken_in_parts(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LINE_MAX", 50)
    raw = capture("std_1p_hc_enedis_oss")
    text = FORMS[form][1](raw).replace("\n", "" if form == "xxd -i" else " ").replace("char x[] = {", "").encode()
    for step in (1, 37, 500):
        data, reader = read(WrittenForm.DUMP, text, step)
        assert raw.startswith(data) and len(raw) - len(data) < 20  # what stands beside the last brace
        assert len(reader._line) <= 50 + step
        told = [text[reader.place_of(offset) :][:4].removeprefix(b"0x")[:2] for offset in range(len(data))]
        assert bytes(int(pair, 16) for pair in told) == data


def test_a_line_of_anything_else_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LINE_MAX", 50)
    reader = WrittenBytes(WrittenForm.ESPHOME)
    assert [reader.feed(b"x" * 40) for _ in range(9)] == [b""] * 9
    assert len(reader._line) <= 50


def test_places_of_long_ago_are_forgotten_and_still_lie_before_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_places, "_PLACES_MAX", 8)
    _, reader = read(WrittenForm.DUMP, b"0a " * 100, 300)
    places = [reader.place_of(offset) for offset in range(100)]
    assert places[-4:] == [288, 291, 294, 297]
    assert places == sorted(set(places))
