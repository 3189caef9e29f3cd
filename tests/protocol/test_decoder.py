# SPDX-License-Identifier: Apache-2.0
import gc
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xky.protocol import (
    Cut,
    Damaged,
    Decoder,
    Event,
    Frame,
    Group,
    Interrupted,
    Mode,
    Noise,
    Reason,
    decode,
    encode_frame,
    encode_group,
)
from xky.protocol.decoder import MAX_FRAME_GROUPS, MAX_GROUP
from xky.protocol.strategies import damaged, frames

ADCO, PAPP = Group("ADCO", "012345678901"), Group("PAPP", "00390")
VTIC, DATE = Group("VTIC", "02"), Group("DATE", "", "E210423054022")
HISTORIC = encode_frame([ADCO, PAPP], Mode.HISTORIC)
STANDARD = encode_frame([VTIC, DATE], Mode.STANDARD)
NOISE = b"\0\x7fnoise\x1b"


def events_of(data: bytes, mode: Mode | None = None) -> list[Event]:
    """The events of ``data``: the same whole, byte by byte and followed by noise, offsets included."""
    whole = decode(data, mode)
    decoder = Decoder(mode)
    by_byte = [event for code in data for event in decoder.feed(bytes((code,)))] + decoder.close()
    assert repr(by_byte) == repr(whole)
    assert repr(_told(decode(data + NOISE, mode))) == repr(_told(whole))
    return whole


def _told(events: list[Event]) -> list[Event]:
    return [event for event in events if isinstance(event, (Frame, Damaged))]


def with_parity(data: bytes) -> bytes:
    """As a receiver set to 8N1 hears it: the even parity bit in bit 7."""
    return bytes(code | (code.bit_count() & 1) << 7 for code in data)


def only_frame(events: list[Event]) -> Frame:
    (frame,) = [event for event in events if isinstance(event, Frame)]
    return frame


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (HISTORIC, Frame(Mode.HISTORIC, (ADCO, PAPP))),
        (STANDARD, Frame(Mode.STANDARD, (VTIC, DATE))),
        (encode_frame([Group("PTEC", "HP..")], Mode.HISTORIC), Frame(Mode.HISTORIC, (Group("PTEC", "HP.."),))),
        (b"\x02\x03", Frame(Mode.HISTORIC, ())),
    ],
)
def test_a_frame_is_one_event(data: bytes, expected: Frame) -> None:
    assert events_of(data) == [expected]


def test_offsets_are_absolute_over_several_frames() -> None:
    data = b"\0\0" + HISTORIC + STANDARD
    noise, first, second = events_of(data)
    assert (noise.offset, first.offset, second.offset) == (0, 2, 2 + len(HISTORIC))
    assert isinstance(second, Frame)
    for group in second.good:
        raw = encode_group(group, Mode.STANDARD)
        assert data[group.offset : group.offset + len(raw)] == raw


def test_the_mode_is_found_frame_by_frame() -> None:
    modes = [event.mode for event in events_of(HISTORIC + STANDARD + HISTORIC) if isinstance(event, Frame)]
    assert modes == [Mode.HISTORIC, Mode.STANDARD, Mode.HISTORIC]


def test_a_frame_that_does_not_tell_has_the_mode_of_the_last_one() -> None:
    assert [event.mode for event in events_of(STANDARD + b"\x02\x03") if isinstance(event, Frame)] == [
        Mode.STANDARD,
        Mode.STANDARD,
    ]


def test_a_given_mode_refuses_the_groups_of_the_other() -> None:
    assert only_frame(events_of(STANDARD, Mode.HISTORIC)).good == ()
    assert only_frame(events_of(HISTORIC, Mode.STANDARD)).good == ()


@pytest.mark.parametrize(
    ("group", "mode", "reason", "label"),
    [
        (b"\nADCO 012345678901 F\r", Mode.HISTORIC, Reason.CHECKSUM, "ADCO"),
        (b"\nVTIC\t02\tK\r", Mode.STANDARD, Reason.CHECKSUM, "VTIC"),
        (b"\nADCO012345678901E\r", Mode.HISTORIC, Reason.STRUCTURE, None),
        (b"\n\r", Mode.HISTORIC, Reason.STRUCTURE, None),
        (b"\nVTIC\t02J\r", Mode.STANDARD, Reason.STRUCTURE, "VTIC"),
        (encode_group(Group("DATE", ""), Mode.STANDARD), Mode.STANDARD, Reason.STRUCTURE, "DATE"),
        (encode_group(Group("A", "1", "H0812252235"), Mode.STANDARD), Mode.STANDARD, Reason.STRUCTURE, "A"),
        (encode_group(Group("VTIC", "02", DATE.timestamp), Mode.STANDARD), Mode.STANDARD, Reason.STRUCTURE, "VTIC"),
        (b"\nA\tH081225223518\t1\t2\t%\r", Mode.STANDARD, Reason.CHECKSUM, "A"),
        (encode_group(Group("TENLETTERS", "1"), Mode.STANDARD), Mode.STANDARD, Reason.LABEL, "TENLETTERS"),
        (encode_group(Group("TENLETTERS", ""), Mode.STANDARD), Mode.STANDARD, Reason.LABEL, "TENLETTERS"),
        (
            encode_group(Group("TENLETTERS", "1", DATE.timestamp), Mode.STANDARD),
            Mode.STANDARD,
            Reason.LABEL,
            "TENLETTERS",
        ),
        (encode_group(Group("A B", "1"), Mode.STANDARD), Mode.STANDARD, Reason.LABEL, "A"),
        (b"\n\t1\t#\r", Mode.STANDARD, Reason.LABEL, None),
        (b"\n 1 1\r", Mode.HISTORIC, Reason.LABEL, None),
        (encode_group(Group("PAPP", "0390"), Mode.HISTORIC), Mode.HISTORIC, Reason.LENGTH, "PAPP"),
        (encode_group(Group("PAPP", "0039A"), Mode.HISTORIC), Mode.HISTORIC, Reason.CHARSET, "PAPP"),
        (b"\nPAPP 0\x0b390 -\r", Mode.HISTORIC, Reason.CHARSET, "PAPP"),
        (b"\nPAPP\t00390\t-\r", Mode.HISTORIC, Reason.CHARSET, "PAPP"),
        (b"\nVTIC\t0\xb2\tJ\r", Mode.STANDARD, Reason.CHARSET, "VTIC"),
        (b"\nA" + b" " * MAX_GROUP + b"\r", Mode.HISTORIC, Reason.OVERLONG, "A"),
        (b"\n" + b"A" * 10 * MAX_GROUP + b"\r", Mode.HISTORIC, Reason.OVERLONG, None),
    ],
)
def test_a_bad_group_is_told_with_its_reason_and_leaves_its_neighbours(
    group: bytes, mode: Mode, reason: Reason, label: str | None
) -> None:
    neighbour = ADCO if mode is Mode.HISTORIC else VTIC
    good = encode_group(neighbour, mode)
    data = b"\x02" + good + group + good + b"\x03"
    refused, frame = events_of(data, mode)
    assert isinstance(refused, Damaged)
    assert (refused.reason, refused.label) == (reason, label)
    assert data[refused.offset : refused.offset + refused.length] == group
    assert refused.detail
    assert frame == Frame(mode, (neighbour, refused, neighbour))


def test_every_reason_has_a_case() -> None:
    cases = test_a_bad_group_is_told_with_its_reason_and_leaves_its_neighbours.pytestmark[0].args[1]  # type: ignore[attr-defined]
    assert {case[2] for case in cases} == set(Reason)


@pytest.mark.parametrize(
    ("group", "mode", "detail"),
    [
        (b"\nADCO 012345678901 F\r", Mode.HISTORIC, 'checksum is "F" (0x46), computed "E" (0x45)'),
        (
            encode_group(Group("VTIC", "02", DATE.timestamp), Mode.STANDARD),
            Mode.STANDARD,
            "VTIC comes without a horodate",
        ),
        (encode_group(Group("DATE", ""), Mode.STANDARD), Mode.STANDARD, "DATE comes with a horodate"),
        (b"\nPAPP 0\x0b390 -\r", Mode.HISTORIC, "character 0x0B has no place in a group"),
    ],
)
def test_a_sentence_says_what_is_wrong_with_a_group(group: bytes, mode: Mode, detail: str) -> None:
    refused, _ = events_of(b"\x02" + group + b"\x03", mode)
    assert isinstance(refused, Damaged)
    assert refused.detail == detail


def test_too_many_fields_are_refused() -> None:
    group = b"\nA\tH081225223518\t1\t2\t"
    group += bytes(((sum(group[1:]) & 0x3F) + 0x20,)) + b"\r"
    (refused, _) = events_of(b"\x02" + group + b"\x03")
    assert isinstance(refused, Damaged)
    assert refused.reason is Reason.STRUCTURE


def test_a_group_of_just_the_bound_is_kept_and_one_more_refused() -> None:
    group = Group("A", "x" * (MAX_GROUP - len("\nA  c\r")))
    assert only_frame(events_of(encode_frame([group], Mode.HISTORIC))).good == (group,)
    longer = Group("A", group.value + "x")
    assert only_frame(events_of(encode_frame([longer], Mode.HISTORIC))).good == ()


def test_ten_good_groups_survive_one_bad_checksum() -> None:
    data = bytearray(encode_frame([PAPP] * 11, Mode.HISTORIC))
    data[data.index(b"-")] ^= 1
    assert only_frame(events_of(bytes(data))).good == (PAPP,) * 10


def test_labels_unknown_to_the_table_are_kept() -> None:
    stranger = Group("NEWLABEL", "any text 12")
    assert only_frame(events_of(encode_frame([stranger], Mode.STANDARD))).good == (stranger,)


def test_eot_cuts_a_frame_and_the_next_starts_anew() -> None:
    cut = HISTORIC[:-1] + b"\x04"
    assert events_of(cut + HISTORIC) == [
        Frame(Mode.HISTORIC, (ADCO, PAPP), complete=False),
        Interrupted(len(cut) - 1, Cut.EOT),
        Frame(Mode.HISTORIC, (ADCO, PAPP)),
    ]


def test_eot_inside_a_group_refuses_that_group_only() -> None:
    refused, frame, interrupted = events_of(HISTORIC[:-4] + b"\x04")
    assert isinstance(refused, Damaged)
    assert refused.reason is Reason.STRUCTURE
    assert frame == Frame(Mode.HISTORIC, (ADCO, refused), complete=False)
    assert interrupted == Interrupted(len(HISTORIC) - 4, Cut.EOT)


def test_eot_between_frames_says_nothing() -> None:
    assert events_of(HISTORIC + b"\x04" + HISTORIC) == [Frame(Mode.HISTORIC, (ADCO, PAPP))] * 2


def test_a_second_stx_restarts_the_frame() -> None:
    assert events_of(HISTORIC[:-1] + STANDARD) == [
        Frame(Mode.HISTORIC, (ADCO, PAPP), complete=False),
        Interrupted(len(HISTORIC) - 1, Cut.STX),
        Frame(Mode.STANDARD, (VTIC, DATE)),
    ]


def test_a_lost_end_of_group_loses_that_group_only() -> None:
    at = HISTORIC.index(b"\r")
    refused, frame = events_of(HISTORIC[:at] + HISTORIC[at + 1 :])
    assert isinstance(refused, Damaged)
    assert frame == Frame(Mode.HISTORIC, (refused, PAPP))


def test_groups_before_the_first_stx_come_as_a_frame_that_is_not_complete() -> None:
    tail = HISTORIC[HISTORIC.index(b"\nPAPP") :]
    first, second = events_of(tail + HISTORIC)
    assert first == Frame(Mode.HISTORIC, (PAPP,), complete=False)
    assert first.offset == 0
    assert second == Frame(Mode.HISTORIC, (ADCO, PAPP))


def test_noise_around_and_inside_frames_is_told_with_its_place() -> None:
    data = NOISE + HISTORIC[:1] + NOISE + HISTORIC[1:] + NOISE
    noises = [event for event in events_of(data) if isinstance(event, Noise)]
    assert noises == [
        Noise(0, len(NOISE)),
        Noise(len(NOISE) + 1, len(NOISE)),
        Noise(len(data) - len(NOISE), len(NOISE)),
    ]


def test_an_etx_that_ends_nothing_is_noise() -> None:
    assert events_of(b"ab\x03\x03c") == [Noise(0, 2), Noise(2, 1), Noise(3, 2)]


def test_the_end_of_the_input_cuts_what_is_under_way() -> None:
    cut = HISTORIC[: HISTORIC.index(b"\nPAPP") + 3]
    assert events_of(cut) == [Frame(Mode.HISTORIC, (ADCO,), complete=False), Interrupted(len(cut), Cut.END)]


def test_a_closed_decoder_starts_anew() -> None:
    decoder = Decoder()
    decoder.feed(HISTORIC[:-5])
    decoder.close()
    assert decoder.close() == []
    assert decoder.feed(STANDARD) == [Frame(Mode.STANDARD, (VTIC, DATE))]


@pytest.mark.parametrize("data", [HISTORIC, STANDARD, HISTORIC[:-1] + b"\x04" + HISTORIC, HISTORIC[:-1] + STANDARD])
def test_the_parity_bit_of_an_8n1_receiver_is_taken_off(data: bytes) -> None:
    assert repr(events_of(with_parity(data))) == repr(events_of(data))


def test_one_stream_may_hold_both_with_and_without_parity() -> None:
    data = with_parity(STANDARD) + STANDARD + with_parity(HISTORIC)
    assert events_of(data) == [Frame(Mode.STANDARD, (VTIC, DATE))] * 2 + [Frame(Mode.HISTORIC, (ADCO, PAPP))]


def test_a_wrong_parity_bit_refuses_its_group_only() -> None:
    data = bytearray(with_parity(HISTORIC))
    data[data.index(with_parity(b"8"))] ^= 0x80
    frame = only_frame(events_of(bytes(data)))
    assert [group.reason for group in frame.groups] == [Reason.CHARSET, None]
    assert isinstance(damaged := frame.groups[0], Damaged)
    assert damaged.raw == b"ADCO 01234567\xb8901 E"


def test_a_parity_stx_that_cuts_a_group_is_no_part_of_it() -> None:
    whole = with_parity(HISTORIC)
    cut = whole[: whole.index(b"PAPP") + 6]
    refused, first, interrupted, second = events_of(cut + whole)
    assert isinstance(refused, Damaged)
    assert (refused.raw, refused.length) == (cut[-6:], 7)
    assert interrupted == Interrupted(len(cut), Cut.STX)
    assert (first.offset, second.offset) == (0, len(cut))
    assert second == Frame(Mode.HISTORIC, (ADCO, PAPP))


def test_noise_before_a_parity_stx_keeps_its_place() -> None:
    whole = with_parity(HISTORIC)
    assert [event.offset for event in events_of(whole + b"\0" + whole)] == [0, len(whole), len(whole) + 1]
    lone, second = events_of(b"\n\x82\nA\r\0")[:2]
    assert lone == Noise(0, 1)
    assert isinstance(second, Damaged)
    assert events_of(b"\n\x82\nA\r\0")[-3] == Noise(5, 1)


@pytest.mark.nightly
@pytest.mark.parametrize(
    "endless",
    [
        b"A" * 1000,  # one group, or noise
        b"\nA B\r" * 100,  # bad groups
        b"\n" * 1000,  # groups that never end
        encode_group(PAPP, Mode.HISTORIC) * 50,  # good groups and no ETX
        b"\x02" * 50,
        b"\x02\x84\x82\n\x8d" * 20,  # what parity bits make of delimiters
    ],
)
@pytest.mark.parametrize("start", [b"", b"\x02", b"\x02\n", STANDARD * 2 + STANDARD[:5]])
def test_memory_is_bounded_whatever_comes(start: bytes, endless: bytes) -> None:
    decoder = Decoder()
    decoder.feed(start)
    tracemalloc.start()
    try:
        for _ in range(100):
            for event in decoder.feed(endless):
                assert not isinstance(event, Frame) or len(event.groups) <= MAX_FRAME_GROUPS
        gc.collect()  # a full one also gives back the small tuples that the interpreter keeps for the next use
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < 400 * MAX_FRAME_GROUPS + 10_000


def test_a_frame_without_an_end_is_told_in_parts() -> None:
    data = b"\x02" + encode_group(PAPP, Mode.HISTORIC) * (MAX_FRAME_GROUPS + 2) + b"\x03"
    counts = [len(event.groups) for event in events_of(data) if isinstance(event, Frame)]
    assert counts == [MAX_FRAME_GROUPS, 2]


_LIVELY = st.sampled_from([b"\n", b"\r", b"\x02", b"\x03", b"\x04", b"\x82", b"\x84", b"\x8d", b"\t", b" ", b"A"])


@given(st.lists(_LIVELY | st.binary(min_size=1, max_size=3)).map(b"".join), st.sampled_from([None, *Mode]))
def test_any_bytes_give_the_same_events_however_they_are_cut(data: bytes, mode: Mode | None) -> None:
    events_of(data, mode)


@given(st.data(), st.sampled_from([None, *Mode]))
def test_events_never_overlap_and_leave_only_delimiters_and_a_cut_group(data: st.DataObject, mode: Mode | None) -> None:
    frame = data.draw(frames(mode=mode or Mode.STANDARD))
    octets = data.draw(damaged(frame, bits=8))
    covered = [0] * len(octets)
    for start, length in _spans(decode(octets, mode), octets):
        for at in range(start, start + length):
            covered[at] += 1
    assert max(covered, default=0) <= 1
    last = octets.rfind(b"\n")
    left = {octets[at] for at, times in enumerate(covered) if not times and not 0 <= last <= at}
    assert left <= set(b"\x02\x03\x04\x82\x84")


def _spans(events: list[Event], octets: bytes) -> list[tuple[int, int]]:
    """Places of groups kept, groups refused and noise; that of a group kept is checked to hold it."""
    spans = [(event.offset, event.length) for event in events if isinstance(event, (Damaged, Noise))]
    for frame in events:
        if isinstance(frame, Frame):
            for group in frame.good:
                raw = encode_group(group, frame.mode)
                assert octets[group.offset : group.offset + len(raw)] in {raw, b"\n" + with_parity(raw[1:])}
                spans.append((group.offset, len(raw)))
    return spans
