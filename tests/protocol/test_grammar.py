# SPDX-License-Identifier: Apache-2.0
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xky.protocol import Damaged, Decoder, Frame, Group, InputError, Mode, Reason, checksum, encode_frame, encode_group
from xky.protocol.decoder import MAX_GROUP
from xky.protocol.grammar import accepted_groups, build_frame, parse_frame
from xky.protocol.mode import CR, EOT, ETX, LF, STX
from xky.protocol.strategies import damaged, frames, groups

CAPTURES = Path(__file__).parents[2] / "fixtures" / "captures"
TOTAL_NIGHTLY = 100_000


def _small_frames(mode: Mode) -> st.SearchStrategy[Frame]:
    return st.lists(groups(mode=mode), max_size=3).map(lambda drawn: Frame(mode, tuple(drawn)))


@st.composite
def _lines(draw: st.DrawFn, mode: Mode) -> bytes:
    """A group of any fields under a right checksum, now and then of about the greatest length."""
    fields = st.sampled_from(["A", "DATE", "EAST", "PAPP", "000000000", "H081225223518", "TENLETTERS"])
    pieces = fields | st.text(st.sampled_from("A0H \t"), max_size=4) | st.just("x" * (MAX_GROUP // 2 - 10))
    zone = mode.separator.join(text.encode() for text in draw(st.lists(pieces, max_size=5)))
    if mode is Mode.STANDARD:
        zone += mode.separator
    end = b"" if mode is Mode.STANDARD else mode.separator
    return LF + zone + end + bytes((checksum(zone),)) + CR


def _streams(mode: Mode) -> st.SearchStrategy[bytes]:
    """Valid, damaged, and contrived input of seven-bit codes."""
    small = _small_frames(mode)
    tokens = st.sampled_from([LF, CR, STX, ETX, EOT, b" ", b"\t", b"A"]) | _lines(mode)
    return st.one_of(small.map(encode_frame), small.flatmap(damaged), st.lists(tokens, max_size=8).map(b"".join))


def _assert_decoder_agrees(data: bytes, mode: Mode) -> None:
    decoder = Decoder(mode)
    events = decoder.feed(data) + decoder.close()
    decoded = [group for event in events if isinstance(event, Frame) for group in event.good]
    assert [repr(group) for group in accepted_groups(data, mode)] == [repr(group) for group in decoded]


@pytest.mark.parametrize("mode", Mode)
@given(data=st.data())
def test_grammar_and_decoder_accept_the_same_groups(mode: Mode, data: st.DataObject) -> None:
    _assert_decoder_agrees(data.draw(_streams(mode)), mode)


@pytest.mark.nightly
@pytest.mark.parametrize("mode", Mode)
@settings(max_examples=TOTAL_NIGHTLY // len(Mode), deadline=None)
@given(data=st.data())
def test_grammar_and_decoder_accept_the_same_groups_all_night(mode: Mode, data: st.DataObject) -> None:
    _assert_decoder_agrees(data.draw(_streams(mode)), mode)


@pytest.mark.parametrize("mode", Mode)
@given(st.binary(max_size=200).map(lambda octets: bytes(code & 0x7F for code in octets)))
def test_grammar_and_decoder_accept_the_same_groups_of_random_codes(mode: Mode, octets: bytes) -> None:
    _assert_decoder_agrees(octets, mode)


@pytest.mark.nightly
@pytest.mark.parametrize("path", sorted(CAPTURES.glob("*.txt")), ids=lambda path: path.stem)
@pytest.mark.parametrize("mode", Mode)
def test_grammar_and_decoder_accept_the_same_groups_of_a_capture(path: Path, mode: Mode) -> None:
    _assert_decoder_agrees(path.read_bytes(), mode)


def test_the_captures_are_there() -> None:
    assert len([*CAPTURES.glob("*.txt")]) >= 39


@pytest.mark.parametrize("mode", Mode)
@given(data=st.data())
def test_grammar_builds_what_the_encoder_writes_and_reads_it_back(mode: Mode, data: st.DataObject) -> None:
    frame = data.draw(frames(mode=mode))
    octets = encode_frame(frame)
    assert build_frame(frame) == octets
    assert parse_frame(octets, mode) == frame


@pytest.mark.parametrize(
    ("zone", "mode", "expected"),
    [
        (b"PTEC HP..", Mode.HISTORIC, Group("PTEC", "HP..")),
        (b"X a b c", Mode.HISTORIC, Group("X", "a b c")),
        (b"X ", Mode.HISTORIC, Group("X", "")),
        (b"X\tH081225223518\t", Mode.STANDARD, Group("X", "H081225223518")),
        (b"X\tH081225223518\t\t", Mode.STANDARD, Group("X", "", "H081225223518")),
        (b"SMAXSN1-1\tE210414052143\t02196\t", Mode.STANDARD, Group("SMAXSN1-1", "02196", "E210414052143")),
    ],
)
def test_fields_are_told_apart_by_their_separators(zone: bytes, mode: Mode, expected: Group) -> None:
    end = b"" if mode is Mode.STANDARD else b" "
    data = LF + zone + end + bytes((checksum(zone),)) + CR
    assert accepted_groups(data, mode) == [expected]
    _assert_decoder_agrees(data, mode)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x02",
        b"\x02\nVTIC\t02\tK\r\x03",
        b"\x02\nVTIC\t02\tJ\r",
        b"\x02\nVTIC\t02\tJ\r\x03 ",
        b"\x02\nVTIC\t02\tJ\r\x04",
        b" \x02\nVTIC\t02\tJ\r\x03",
        b"\x02\nVTIC\t02\tJ\r \x03",
    ],
)
def test_what_is_no_frame_is_an_input_error(data: bytes) -> None:
    with pytest.raises(InputError, match=r"no frame of standard mode \((?!Error in path).+\); read it with Decoder"):
        parse_frame(data, Mode.STANDARD)


@pytest.mark.parametrize(
    ("group", "mode"),
    [
        (Group("EAST", "1"), Mode.STANDARD),
        (Group("DATE", ""), Mode.STANDARD),
        (Group("A B", "1"), Mode.STANDARD),
        (Group("", "1"), Mode.STANDARD),
        (Group("A", "é"), Mode.STANDARD),
        (Group("A", "1", "H00"), Mode.STANDARD),
        (Group("A", "1", "H081225223518"), Mode.HISTORIC),
        (Group("A", "x" * MAX_GROUP), Mode.HISTORIC),
    ],
)
def test_the_grammar_builds_nothing_that_it_would_not_read(group: Group, mode: Mode) -> None:
    with pytest.raises(InputError):
        build_frame(Frame(mode, (group,)))


def test_what_cannot_be_built_is_told_in_one_line() -> None:
    with pytest.raises(InputError, match=r"^no frame of standard mode \((?!Error in path).*'label': 'A B'.*\)$"):
        build_frame(Frame(Mode.STANDARD, (Group("A B", "1"),)))
    with pytest.raises(InputError, match=r"^group EAST: '1' is not as the standard label table says$"):
        build_frame(Frame(Mode.STANDARD, (Group("EAST", "1"),)))


def test_a_group_of_just_the_bound_is_built_and_read() -> None:
    frame = Frame(Mode.HISTORIC, (Group("A", "x" * (MAX_GROUP - len("\nA  c\r"))),))
    assert parse_frame(build_frame(frame), Mode.HISTORIC) == frame


def test_a_frame_with_a_refused_group_is_not_built() -> None:
    with pytest.raises(InputError, match="refused groups"):
        build_frame(Frame(Mode.STANDARD, (Damaged(Reason.CHECKSUM, 0, 10),)))


def test_groups_are_found_in_any_surroundings_with_their_places() -> None:
    group = encode_group(Group("VTIC", "02"), Mode.STANDARD)
    found = accepted_groups(b"\0\n" + group + b"\x03\xff" + group, Mode.STANDARD)
    assert [each.offset for each in found] == [2, 2 + len(group) + 2]
