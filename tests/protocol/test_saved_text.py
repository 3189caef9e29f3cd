# SPDX-License-Identifier: Apache-2.0
"""Captures saved as text: whatever became of LF and CR, what the line said is there again, in its places."""

import re
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xky.protocol import Cut, Damaged, Frame, Group, Interrupted, Mode, Noise, decode, encode_frame, file_places
from xky.protocol import saved_text as module
from xky.protocol.saved_text import SAMPLE, Ending, TextMender, ending_of

from .streams import streams

CAPTURES = Path(__file__).parents[2] / "fixtures" / "captures"
NOT_AS_SENT = {"hist_3p_base_rx_errors_lains": Ending.LF}  # went through a terminal


def lines_of(data: bytes) -> list[bytes]:
    plain = data.replace(b"\x02", b"").replace(b"\x03", b"").replace(b"\r", b"\n")
    return [line for line in plain.split(b"\n") if line]


def with_lf(data: bytes) -> bytes:
    """As Python and most editors read it."""
    return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


FORMS: dict[str, tuple[Ending, Callable[[bytes], bytes]]] = {
    "CR turned to LF, as a terminal does": (Ending.LF, lambda data: data.replace(b"\r", b"\n")),
    "read as text": (Ending.LF, with_lf),
    "dos2unix, which leaves the last CR of a frame": (Ending.LF, lambda data: data.replace(b"\r\n", b"\n")),
    "CR taken out": (Ending.LF, lambda data: data.replace(b"\r", b"")),
    "blanks at the ends of lines taken away": (Ending.LF, lambda data: re.sub(rb"[ \t]+\n", b"\n", with_lf(data))),
    "spaces alone taken away": (Ending.CRLF, lambda data: re.sub(rb" *\n", b"\r\n", with_lf(data))),
    "lines alone": (Ending.LF, lambda data: b"\n".join(lines_of(data))),
    "LF turned to CR": (Ending.CR, lambda data: data.replace(b"\n", b"\r")),
    "an old Macintosh": (Ending.CR, lambda data: data.replace(b"\r\n", b"\r").replace(b"\n", b"\r")),
    "LF taken out": (Ending.CR, lambda data: data.replace(b"\n", b"")),
    "each LF written as CRLF": (Ending.CRLF, lambda data: data.replace(b"\n", b"\r\n")),
    "each CR written as CRLF": (Ending.CRLF, lambda data: data.replace(b"\r", b"\r\n")),
    "CRLF at the end of each group": (Ending.CRLF, lambda data: with_lf(data).replace(b"\n", b"\r\n")),
    "autocrlf": (Ending.CRLF, lambda data: data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")),
    "lines alone, with CRLF": (Ending.CRLF, lambda data: b"".join(line + b"\r\n" for line in lines_of(data))),
}
WHOLE = ("hist_1p_base_enedis_oss", "hist_3p_base_lains", "madeup_hist_3p_hc_short", "std_1p_hc_enedis_oss",
         "std_3p_base_hallard")  # fmt: skip


def capture(name: str) -> bytes:
    return (CAPTURES / f"{name}.txt").read_bytes()


def mended(text: bytes, pieces: int | None = None) -> tuple[bytes, TextMender]:
    mender = TextMender()
    step = pieces or len(text)
    data = b"".join(mender.feed(text[at : at + step]) for at in range(0, len(text), step)) + mender.close()
    return data, mender


def groups_of(data: bytes) -> list[Group]:
    return [group for event in decode(data) if isinstance(event, Frame) for group in event.good]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", WHOLE)
def test_each_group_is_there_again_in_its_place(name: str, form: str) -> None:
    ending, saved = FORMS[form]
    text = saved(capture(name))
    assert ending_of(text[:SAMPLE]) is ending
    data, mender = mended(text)
    assert groups_of(data) == groups_of(capture(name))
    events = list(mender.in_file(decode(data)))
    assert not [event for event in events if isinstance(event, Damaged | Noise)]
    for frame in (event for event in events if isinstance(event, Frame)):
        if b"\x02" in text:
            assert text[frame.offset : frame.offset + 1] == b"\x02"
        for group in frame.good:
            begins = text[group.offset : group.offset + 1]
            label = group.label.encode()
            assert text[group.offset + (begins in b"\r\n") :].startswith(label)
            assert begins == (b"\r" if ending is Ending.CR else b"\n") or text[: group.offset][-1:] in (b"", b"\x02")
    if "alone" not in form:
        whole = [event.complete for event in decode(capture(name)) if isinstance(event, Frame)]
        assert [event.complete for event in events if isinstance(event, Frame)] == whole


@pytest.mark.parametrize("path", sorted(CAPTURES.glob("*.txt")), ids=lambda path: path.stem)
def test_what_a_line_sent_is_left_alone(path: Path) -> None:
    assert ending_of(path.read_bytes()[:SAMPLE]) is NOT_AS_SENT.get(path.stem)


@pytest.mark.parametrize(
    "data",
    [
        b"\nPAPP 00730 +\r\nPTEC HP..  \r" * 2,  # from the midst of a frame on
        b"\nPTEC HP..  \r\nPAPP 00730 +\r\nPAPP 00730 +\nPAPP 00730 +\r",  # a CR was lost
        b"PAPP 00730 +\r\x03\x02\nPAPP 00730 +\r\x03",  # the first LF was not heard
    ],
)
def test_what_was_heard_of_a_line_is_left_alone(data: bytes) -> None:
    assert ending_of(data) is None


def test_a_text_with_a_few_ends_as_a_line_sends_them_is_a_text() -> None:
    ends = [b"\n", b"\r\n", b"\n", b"\r\n", b"\n", b"\n"]
    assert ending_of(b"\x02\n" + b"".join(b"PAPP 00730 +" + end for end in ends) + b"\x03") is Ending.LF


@pytest.mark.parametrize("pieces", [None, 1])
def test_a_group_begins_at_its_lf_in_whatever_order_the_ends_come(pieces: int | None) -> None:
    text = b"\x02\n\rPTEC HP..  \n\rPAPP 00730 +\n\r\x03"
    data, mender = mended(text, pieces)
    (frame,) = mender.in_file(decode(data))
    assert isinstance(frame, Frame)
    assert [text[group.offset : group.offset + 4] for group in frame.good] == [b"\n\rPT", b"\n\rPA"]


@pytest.mark.parametrize("name", WHOLE)
def test_damage_here_and_there_is_no_text(name: str) -> None:
    for seed in range(20):
        rng = Random(f"{name} {seed}")
        data = bytes(code ^ (1 << rng.randrange(7)) if rng.random() < 0.01 else code for code in capture(name))
        assert ending_of(data[:SAMPLE]) is None


def test_a_terminal_capture_with_reception_errors_gives_what_was_heard() -> None:
    data, _ = mended(capture("hist_3p_base_rx_errors_lains"))
    assert len(groups_of(data)) == 303


@pytest.mark.parametrize("form", FORMS)
def test_it_does_not_matter_where_the_file_was_cut(form: str) -> None:
    text = FORMS[form][1](capture("madeup_hist_3p_hc_short"))
    whole, mender = mended(text)
    events = list(mender.in_file(decode(whole)))
    for pieces in (1, 7, 64):
        data, other = mended(text, pieces)
        assert data == whole
        assert list(other.in_file(decode(data))) == events


@given(streams(), st.integers(1, 40))
def test_any_bytes_are_taken_in_any_pieces(data: bytes, pieces: int) -> None:
    whole, mender = mended(data)
    cut, other = mended(data, pieces)
    assert cut == whole
    events = list(mender.in_file(decode(whole)))
    assert list(other.in_file(decode(cut))) == events
    for event in events:
        if isinstance(event, Damaged | Noise):
            assert 0 <= event.offset < event.offset + event.length <= len(data)


def test_a_damaged_group_has_its_place_and_its_length() -> None:
    text = b"\x02\nADCO 012345678901 E\nPAPP 00730 X\nPTEC HP..  \n\x03"
    (damaged, frame) = events_of(text)
    assert isinstance(damaged, Damaged) and isinstance(frame, Frame)
    begin = text.index(b"\nPAPP")
    assert (damaged.offset, damaged.length) == (begin, len("\nPAPP 00730 X\n"))
    assert frame.groups[1] == damaged and len(frame.good) == 2 and frame.complete


def test_a_damaged_line_right_behind_an_stx_is_a_damaged_group() -> None:
    (damaged, frame) = events_of(b"\x02ADCO 012345678901 X\nPAPP 00730 +\n\x03")
    assert isinstance(damaged, Damaged) and damaged.label == "ADCO"
    assert isinstance(frame, Frame) and frame.groups[0] == damaged


def test_a_file_that_begins_with_an_end_of_line_has_its_first_group_there() -> None:
    frame, _ = events_of(b"\rPAPP 00730 +\rPTEC HP..  \r")
    assert isinstance(frame, Frame)
    assert [group.offset for group in frame.good] == [0, 13]


def test_a_file_may_begin_with_a_line_alone_or_in_the_midst_of_a_frame() -> None:
    frame, _ = events_of(b"PAPP 00730 +\nPTEC HP..  \n")
    assert isinstance(frame, Frame) and len(frame.good) == 2
    damaged, *_ = events_of(b"\nPAPP 00730 X\nPTEC HP..  \n")
    assert isinstance(damaged, Damaged) and damaged.label == "PAPP"


def test_a_frame_that_is_cut_tells_where() -> None:
    text = b"\x02\nADCO 012345678901 E\n\x04\x02\nPAPP 00730 +\n"
    *_, first, by_eot, second, by_end = events_of(text)
    assert (first.offset, second.offset) == (0, text.index(b"\x04") + 1)
    assert by_eot == Interrupted(text.index(b"\x04"), Cut.EOT)
    assert by_end == Interrupted(len(text), Cut.END)


def events_of(text: bytes) -> list[object]:
    data, mender = mended(text)
    return list(mender.in_file(decode(data)))


def test_what_stands_between_frames_is_noise_and_half_a_line_is_no_group() -> None:
    frame = with_lf(encode_frame([Group("PAPP", "00730")], Mode.HISTORIC))
    text = b"CO 01 E\n" + frame + b"\nseen by me\n" + frame + b"\x02\nADCO 0123"
    events = events_of(text)
    noise = [event for event in events if isinstance(event, Noise)]
    assert noise == [Noise(0, 7), Noise(text.index(b"seen"), 10)]
    assert [len(event.groups) for event in events if isinstance(event, Frame)] == [1, 1, 0]


@pytest.mark.parametrize(
    "line", [b"VTIC\t02", b"EASD01\t00399999", b"NEWLABEL\t04", b"BASE 00000005", b"LTARF\t      5"]
)
def test_a_line_without_its_end_is_a_group_only_where_blanks_are_all_that_can_be_missing(line: bytes) -> None:
    """A known label with all its data and a space for a checksum; anything else was cut, and stays damaged."""
    (frame,) = (event for event in decode(mended(b"\x02\n" + line + b"\n\x03")[0]) if isinstance(event, Frame))
    assert [group.ok for group in frame.groups] == [False]


def test_a_line_that_never_ends_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LINE_MAX", 50)
    mender = TextMender()
    assert mender.feed(b"\x02\n") == b"\x02"
    told = [mender.feed(b"x" * 20) for _ in range(5)]
    assert told == [b"", b"", b"x" * 60, b"x" * 20, b"x" * 20]
    assert mender.feed(b"x\nPAPP 00730 +\n") + mender.close() == b"x\nPAPP 00730 +\r"


def test_places_of_long_ago_are_forgotten_and_the_others_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_places, "_PLACES_MAX", 64)
    text = with_lf(capture("std_3p_base_hallard"))
    data, mender = mended(text)
    last = decode(data)[-1]
    (frame,) = mender.in_file([last])
    assert isinstance(frame, Frame)
    assert text[frame.groups[-1].offset :].startswith(b"\n" + frame.groups[-1].label.encode())
    assert len(mender._places) <= 64


@pytest.mark.parametrize(
    "text", [b"", b"\x02", b"\n\r\n", b"# nothing of a line\nbut words\n", b"\x00" * 99, b"\x03\x03"]
)
def test_what_is_no_line_is_no_text_of_one(text: bytes) -> None:
    assert ending_of(text) is None


def test_blanks_that_an_editor_took_away_have_their_places_in_the_line() -> None:
    data, mender = mended(b"\x02\nPTEC HP..\nPAPP 00730 +\n\x03")
    assert data[11:13] == b"  "
    assert [mender.place_of(offset) for offset in (11, 12)] == [9, 10]  # where its last characters are


def test_one_end_that_no_line_sends_is_enough_between_two_groups() -> None:
    assert ending_of(b"\x02\nPAPP 00730 +\r\rPTEC HP..  \r\x03") is Ending.CR


def test_one_line_is_enough() -> None:
    assert ending_of(b"PAPP 00730 +\n") is Ending.LF
    assert ending_of(b"EAST\t001234567\t1\r\n" * 3) is None  # its checksum is wrong
    assert ending_of(b"PAPP 00730 +\n", Mode.STANDARD) is None
