# SPDX-License-Identifier: Apache-2.0
"""The fast path against its judge: the same events at the same call, whatever comes and however it is cut."""

import copy
import pickle
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xky.protocol import Decoder, Frame, Group, Mode, checksum, decode, encode_frame, encode_group
from xky.protocol import decoder as decoder_module
from xky.protocol.general import GeneralDecoder
from xky.protocol.layout import FEW, Layout, Layouts, _admits
from xky.protocol.lazy_frame import AS_READ, LazyFrame
from xky.protocol.strategies import frames, timestamps
from xky.protocol.timestamp import is_timestamp

from .streams import LIVELY, changed, chunks, streams, with_parity

CAPTURES = Path(__file__).parents[2] / "fixtures" / "captures"
TOTAL_NIGHTLY = 50_000


def assert_same(chunks: list[bytes], mode: Mode | None = None, **bounds: int) -> Decoder:
    """Each call tells what the general decoder tells at it; so does the end."""
    fast, judge = Decoder(mode, **bounds), GeneralDecoder(mode, **bounds)
    for chunk in chunks:
        events = fast.feed(chunk)
        assert repr(events) == repr(judge.feed(chunk))
        for event in events:
            if isinstance(event, Frame):
                expected = {group.label: group.value for group in event.good}
                assert [*event.values.items()] == [*expected.items()]
    assert repr(fast.close()) == repr(judge.close())
    return fast


def cut(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


def from_layout(event: object) -> bool:
    return isinstance(event, LazyFrame) and isinstance(event.made_of[1], Layout)


def frame_at(second: int, *, mode: Mode = Mode.STANDARD, more: tuple[Group, ...] = ()) -> bytes:
    if mode is Mode.HISTORIC:
        return encode_frame([Group("ADCO", "012345678901"), Group("PAPP", f"{second:05}"), *more], mode)
    date = Group("DATE", "", f"E2104230540{second:02}")
    return encode_frame([Group("VTIC", "02"), date, Group("SINSTS", f"{second:05}"), *more], mode)


_LEARNT = frame_at(1) + frame_at(2)


@given(chunks(streams()), st.sampled_from([None, None, *Mode]))
def test_both_decoders_tell_the_same_at_the_same_call(chunks: list[bytes], mode: Mode | None) -> None:
    assert_same(chunks, mode)


@pytest.mark.nightly
@given(chunks(streams()), chunks(streams()), st.sampled_from([None, *Mode]))
def test_a_restarted_decoder_tells_what_a_new_one_tells(
    before: list[bytes], chunks: list[bytes], mode: Mode | None
) -> None:
    restarted, judge = Decoder(mode), GeneralDecoder(mode)
    for chunk in before:
        restarted.feed(chunk)
    restarted.restart()
    for chunk in chunks:
        assert repr(restarted.feed(chunk)) == repr(judge.feed(chunk))
    assert repr(restarted.close()) == repr(judge.close())


@pytest.mark.nightly
@given(chunks(streams()), st.sampled_from([None, *Mode]))
def test_a_stream_with_an_end_in_the_midst_is_two(chunks: list[bytes], mode: Mode | None) -> None:
    """``close`` ends a stream; what comes after goes on counting."""
    fast, judge = Decoder(mode), GeneralDecoder(mode)
    for chunk in chunks:
        assert repr(fast.feed(chunk)) == repr(judge.feed(chunk))
        assert repr(fast.close()) == repr(judge.close())


@pytest.mark.nightly
@given(streams(), st.sampled_from([None, *Mode]))
def test_both_decoders_tell_the_same_byte_by_byte(data: bytes, mode: Mode | None) -> None:
    assert_same(cut(data, 1), mode)


@pytest.mark.nightly
@settings(max_examples=TOTAL_NIGHTLY, deadline=None)
@given(chunks(streams()), st.sampled_from([None, None, *Mode]))
def test_both_decoders_tell_the_same_all_night(chunks: list[bytes], mode: Mode | None) -> None:
    assert_same(chunks, mode)


@given(st.data(), st.sampled_from(Mode))
def test_a_long_frame_hit_anywhere_is_told_as_the_judge_tells_it(data: st.DataObject, mode: Mode) -> None:
    """Most groups stand still: those that are hit are decoded alone, the others stay where they are."""
    more = tuple(Group(f"L{number}", "x" * number) for number in range(12))
    learnt = [frame_at(second, mode=mode, more=more) for second in range(3)]
    frame = bytearray(frame_at(3, mode=mode, more=more))
    for at in data.draw(st.lists(st.integers(1, len(frame) - 2), min_size=1, max_size=6)):
        frame[at] = data.draw(st.sampled_from(LIVELY) | st.integers(0, 255))
    bound = data.draw(st.sampled_from([15, 16, 256]))
    decoder = assert_same([*learnt, bytes(frame), learnt[0]], max_frame_groups=bound)
    assert decoder.feed(learnt[0])


def test_a_group_that_falls_in_two_counts_for_two() -> None:
    more = tuple(Group(f"L{number}", "xxxxx") for number in range(7))
    frame = frame_at(3, more=more).replace(b"L2\txxx", b"L2\t\r\nx")
    assert_same([frame_at(1, more=more), frame_at(2, more=more), frame], max_frame_groups=11)


@pytest.mark.parametrize("wrong", ["all", "first"])
def test_the_first_good_group_tells_the_mode_whatever_was_learnt(wrong: str) -> None:
    frame = frame_at(3)
    if wrong == "all":
        frame = re.sub(rb".\r", b"!\r", frame)
    else:
        group = Group("VTIC", "02")
        frame = frame.replace(encode_group(group, Mode.STANDARD), encode_group(group, Mode.HISTORIC))
    assert_same([_LEARNT, frame_at(1, mode=Mode.HISTORIC), frame])


def test_a_group_that_is_refused_where_a_layout_has_it_is_told_with_its_reason() -> None:
    spoilt = frame_at(3).replace(b"SINSTS\t00003", b"SINSTS\t00008")
    assert_same([_LEARNT + frame_at(4) + spoilt + frame_at(5)])
    *_, told, after = decode(_LEARNT + frame_at(4) + spoilt + frame_at(5))
    assert isinstance(told, Frame) and isinstance(after, Frame)
    assert [(group.label, group.ok, group.reason) for group in told.groups] == [
        ("VTIC", True, None), ("DATE", True, None), ("SINSTS", False, "checksum"),
    ]  # fmt: skip
    assert [group.ok for group in after.groups] == [True] * 3


@given(streams(), st.integers(2, 40), st.integers(1, 6))
def test_the_bounds_are_kept_on_the_fast_path(data: bytes, max_group: int, max_frame_groups: int) -> None:
    assert_same(cut(data, 50), max_group=max_group, max_frame_groups=max_frame_groups)


@given(st.data())
def test_a_frame_with_any_byte_changed_is_told_as_the_judge_tells_it(data: st.DataObject) -> None:
    frame = bytearray(frame_at(3))
    for at in data.draw(st.lists(st.integers(0, len(frame) - 1), min_size=1, max_size=3)):
        frame[at] = data.draw(st.sampled_from(b"\x02\x03\x04\n\r\t\x82\x84\x8d A0") | st.integers(0, 255))
    stream = _LEARNT + bytes(frame) + frame_at(4)
    assert_same([stream])
    assert_same(cut(stream, 7))


@pytest.mark.nightly
@pytest.mark.parametrize("mode", Mode)
@given(data=st.data())
def test_frames_of_a_meter_with_a_moving_value_come_from_the_layout(mode: Mode, data: st.DataObject) -> None:
    frame = data.draw(frames(mode=mode, unknown=False))
    moving = data.draw(st.sampled_from(frame.good))
    other = data.draw(changed(moving, mode))
    turned = replace(frame, groups=tuple(other if group == moving else group for group in frame.good))
    octets = [encode_frame(frame), encode_frame(turned)]
    assert_same(octets * 3)
    events = Decoder().feed(b"".join(octets * 3))
    assert all(from_layout(event) for event in events[2:])
    assert events == [frame, turned] * 3


@pytest.mark.by_day(26)
@pytest.mark.parametrize("path", sorted(CAPTURES.glob("*.txt")), ids=lambda path: path.stem)
@pytest.mark.parametrize("size", [1, 13, 1000, 1 << 20])
def test_both_decoders_tell_the_same_of_a_capture(path: Path, size: int) -> None:
    assert_same(cut(path.read_bytes() * 2, size))


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("size", [1, 8, 64, 1000])
def test_a_layout_is_learnt_and_used_however_the_stream_is_cut(mode: Mode, size: int) -> None:
    stream = b"".join(frame_at(second, mode=mode) for second in range(20))
    assert_same(cut(stream, size))
    decoder = Decoder()
    told = [event for chunk in cut(stream, size) for event in decoder.feed(chunk)]
    assert all(from_layout(event) for event in told[3:])


def test_what_stands_between_frames_does_not_keep_them_from_the_layout() -> None:
    events = decode(b"\r\n".join(frame_at(second) for second in range(6)))
    assert [from_layout(event) for event in events if isinstance(event, Frame)] == [False] * 2 + [True] * 4


def test_noise_that_came_by_itself_is_told_before_the_frame_behind_it() -> None:
    frame = frame_at(4)
    decoder = assert_same([_LEARNT, b"xx", frame_at(3), b"yy", frame[:20], frame[20:], b"x" + frame_at(3)])
    assert from_layout(decoder.feed(frame_at(5))[0])


def test_a_damaged_group_is_told_at_once_though_frames_are_held() -> None:
    decoder = Decoder()
    decoder.feed(_LEARNT)
    end = frame_at(3).index(b"\r") + 1
    wrong = frame_at(3)[: end - 2] + b"!\r"
    assert decoder.feed(wrong[:-2]) == []
    assert [event.ok for event in decoder.feed(wrong[-2:])] == [False]  # type: ignore[union-attr]


@pytest.mark.parametrize("hit", [0, 1])
def test_a_character_spoilt_anywhere_is_told_as_soon_as_the_judge_tells_it(hit: int) -> None:
    """Also with what stands beside it, as a label and the value behind it."""
    whole = frame_at(3, more=(Group("IRMS1", "003"), Group("RELAIS", "003")))
    moved = [frame_at(n, more=(Group("IRMS1", f"00{n}"), Group("RELAIS", f"00{n}"))) for n in (1, 2)]
    for at in range(len(whole)):
        wrong = bytearray(whole)
        for place in {at, min(at + 7 * hit, len(whole) - 1)}:
            wrong[place] ^= 0x10
        assert_same([*moved, *cut(bytes(wrong), 4), moved[0]])
        assert_same([*moved, bytes(wrong) + moved[0]])
        assert_same([b"".join(moved) + whole + bytes(wrong) + moved[0]])


def test_frames_of_two_lengths_taking_turns_come_from_their_layouts() -> None:
    """Twenty short frames and a long one, as a three-phase meter sends them in historic mode while it is overloaded."""
    now = Group("IINST1", "061")
    long = [frame_at(second, mode=Mode.HISTORIC, more=(now,)) for second in range(4)]
    short = [encode_frame([Group("ADIR1", f"{amps:03}"), now], Mode.HISTORIC) for amps in range(61, 64)]
    stream = b"".join([*long[:2], *short, long[2], *short * 7, long[3]])
    assert_same([stream])
    assert [from_layout(event) for event in decode(stream)[-23:]] == [True] * 23


def test_what_is_held_comes_out_at_the_end() -> None:
    assert_same([_LEARNT, frame_at(3)[:-1]])
    assert_same([_LEARNT, frame_at(3)[:20]])


def test_labels_that_come_twice_keep_their_last_value() -> None:
    def sent(first: str, second: str) -> bytes:
        return encode_frame([Group("X", first), Group("VTIC", "02"), Group("X", second)], Mode.STANDARD)

    stream = sent("1", "2") + sent("1", "2") + sent("3", "2") + sent("3", "4") + sent("5", "4")
    assert_same([stream])
    events = decode(stream)
    assert [frame["X"] for frame in events if isinstance(frame, Frame)] == ["2", "2", "2", "4", "4"]
    assert from_layout(events[-1])


def test_a_label_that_comes_twice_and_says_nothing_the_second_time() -> None:
    def sent(first: str, stamp: str | None) -> bytes:
        return encode_frame([Group("X", first), Group("X", "", stamp), Group("Y", ""), Group("Y", "")], Mode.STANDARD)

    assert_same([sent(letter, f"H08122522351{letter}") for letter in "12345"])
    assert_same([sent(letter, None) for letter in "12345"])


@pytest.fixture
def layouts_made(monkeypatch: pytest.MonkeyPatch) -> list[Layout]:
    made: list[Layout] = []
    init = Layout.__init__

    def counting(self: Layout, *args: Any) -> None:
        made.append(self)
        init(self, *args)

    monkeypatch.setattr(Layout, "__init__", counting)
    return made


def test_group_sets_of_one_length_taking_turns_are_learnt_from_rarely(layouts_made: list[Layout]) -> None:
    turns = [Group("AAAA", "1"), Group("BBBB", "1")]
    stream = b"".join(encode_frame([turns[n % 2]], Mode.STANDARD) for n in range(1000))
    assert_same(cut(stream, 100))
    assert 2 <= len(layouts_made) < 40


def test_a_stream_with_parity_bits_is_not_learnt_from_over_and_over(layouts_made: list[Layout]) -> None:
    assert_same(cut(with_parity(b"".join(frame_at(second % 60) for second in range(200))), 100))
    assert 1 <= len(layouts_made) < 10


def test_few_layouts_are_kept() -> None:
    decoder = assert_same([encode_frame([Group("A", "x" * size)], Mode.STANDARD) for size in range(40)] * 3)
    assert len(decoder._layouts.by_length) <= FEW


def test_the_moving_set_is_forgotten_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoder_module, "FORGET_AFTER", 500)
    frame = len(frame_at(0))
    decoder = assert_same([frame_at(0), frame_at(1)] + [frame_at(1)] * (1200 // frame))
    (layout,) = decoder._layouts.by_length.values()
    assert not layout.moving


def test_noise_inside_a_frame_is_not_taken_into_a_layout() -> None:
    good = frame_at(1)
    at = good.index(b"\n", 5)
    layouts = Layouts()
    event = decode(good[:at] + b"\xff" + good[at:])[-1]
    assert isinstance(event, Frame)
    assert layouts.learn(event, len(good) + 1) is None


@given(st.binary(min_size=14, max_size=14) | timestamps(blank=True).map(lambda text: text.encode() + b"\t"))
def test_the_horodate_of_a_layout_is_that_of_the_general_decoder(field: bytes) -> None:
    text = field[:-1].decode("latin-1")
    expected = is_timestamp(text) and field[-1:] == b"\t"
    assert bool(_admits("DATE", Mode.STANDARD, True)(field)) is expected


@pytest.mark.parametrize("data", [_LEARNT + frame_at(3), _LEARNT + frame_at(3).replace(b"VTIC", b"VTIX")])
def test_a_lazy_frame_is_a_frame_to_its_users(data: bytes) -> None:
    event = decode(data)[-1]
    assert isinstance(event, LazyFrame)
    plain = Frame(event.mode, event.groups, event.complete, event.offset)
    assert (event == plain, plain == event, event != plain, hash(event) == hash(plain)) == (True, True, False, True)
    assert event != Frame(plain.mode, plain.groups[1:]) != event
    assert event != "frame"
    assert (repr(event), event.good, event.values, event["SINSTS"]) == (
        repr(plain), plain.good, plain.values, plain["SINSTS"],
    )  # fmt: skip
    assert event.groups is event.groups
    assert list(event.values) == list(plain.values)
    for other in (copy.copy(event), copy.deepcopy(event), pickle.loads(pickle.dumps(event)), replace(event)):
        assert type(other) is Frame
        assert repr(other) == repr(plain)
    assert replace(event, complete=False).complete is False
    with pytest.raises(AttributeError, match="'Frame' object has no attribute 'label'"):
        event.label  # type: ignore[attr-defined]  # noqa: B018
    with pytest.raises(AttributeError):
        event.offset = 1  # type: ignore[misc]


def test_values_of_two_frames_are_their_own() -> None:
    first, second = decode(_LEARNT + frame_at(3) + frame_at(4))[2:]
    assert isinstance(first, Frame) and isinstance(second, Frame)
    assert (first["SINSTS"], second["SINSTS"]) == ("00003", "00004")
    assert AS_READ.values(([("A", "1", None)], [0])) == {"A": "1"}


def test_the_checksum_of_a_long_unknown_group_is_right_in_a_layout() -> None:
    stream = b"".join(b"\x02" + encode_group(Group("A", letter * 240), Mode.HISTORIC) + b"\x03" for letter in "~a~b~c")
    assert_same([stream])
    assert chr(checksum(b"A " + b"~" * 240)).isascii()
