# SPDX-License-Identifier: Apache-2.0
"""Columns against their judge: each row says what the general decoder says of its frame."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xky.protocol import Frame, Group, InputError, Mode, Noise, Timestamp, checksum, encode_frame
from xky.protocol.checksum import checked_zone
from xky.protocol.general import GeneralDecoder
from xky.protocol.labels import LABELS, Kind

from .streams import chunks, streams, with_parity

np = pytest.importorskip("numpy", reason="the extra parquet is not installed")
from xky.protocol.bulk import Batch, BulkDecoder, LabelColumn  # noqa: E402  # needs numpy
from xky.protocol.bulk.horodates import local_s  # noqa: E402  # likewise

CAPTURES = Path(__file__).parents[2] / "fixtures" / "captures"
TOTAL_NIGHTLY = 20_000

Row = tuple[int, int, bool, int, dict[str, Any]]  # number, offset, complete, damaged, what each label says


def said(column: LabelColumn, row: int) -> tuple[Any, str | None, int | None]:
    """Value, season letter, and local seconds of a horodate that is in the calendar."""
    kind = column.label.kind
    text = b"" if kind is Kind.NUMBER else column.text[row, : column.sizes[row]].tobytes()
    value = int(column.numbers[row]) if kind is Kind.NUMBER else text.decode()
    if not column.label.stamped:
        return value, None, None
    return value, chr(column.season[row]), int(column.local_s[row]) if column.in_calendar[row] else None


def rows_of(batches: Iterable[Batch]) -> list[Row]:
    return [
        (int(batch.number[row]), int(batch.offset[row]), bool(batch.complete[row]), int(batch.damaged[row]),
         {label: said(column, row) for label, column in sorted(batch.columns.items()) if column.present[row]})
        for batch in batches
        for row in range(len(batch))
    ]  # fmt: skip


def expected(group: Group, mode: Mode) -> tuple[Any, str | None, int | None]:
    value = int(group.value) if LABELS[mode][group.label].kind is Kind.NUMBER else group.value
    if group.timestamp is None:
        return value, None, None
    try:
        local = Timestamp.parse(group.timestamp).local
    except InputError:
        return value, group.timestamp[0], None
    return value, group.timestamp[0], int((local - datetime(1970, 1, 1)).total_seconds())


def judged(chunks: Iterable[bytes], mode: Mode) -> tuple[list[Row], list[Any]]:
    judge = GeneralDecoder(mode)
    events = [event for chunk in chunks for event in judge.feed(chunk)] + judge.close()
    rows = [
        (number, frame.offset, frame.complete, len(frame.groups) - len(frame.good),
         dict(sorted((g.label, expected(g, mode)) for g in {g.label: g for g in frame.good}.values()
              if g.label in LABELS[mode])))
        for number, frame in enumerate((event for event in events if isinstance(event, Frame)), start=1)
    ]  # fmt: skip
    return rows, events


def assert_same(chunks: list[bytes], mode: Mode) -> None:
    bulk = BulkDecoder(mode)
    batches = [bulk.feed(chunk) for chunk in chunks]
    batches.append(bulk.close())
    rows, events = judged(chunks, mode)
    assert rows_of(batches) == rows
    frames = [event for event in events if isinstance(event, Frame)]
    assert bulk.good == sum(len(frame.good) for frame in frames)
    assert bulk.damaged == sum(len(frame.groups) - len(frame.good) for frame in frames)
    assert sum(bulk.unknown.values()) == sum(g.label not in LABELS[mode] for frame in frames for g in frame.good)
    begun = [f.offset for f in frames if not (f.groups and f.groups[0].offset == f.offset)]
    assert bulk.noise_inside == any(isinstance(e, Noise) and begun and e.offset > begun[0] for e in events)


@given(chunks(streams()), st.sampled_from(Mode))
def test_columns_are_what_the_general_decoder_says(chunks: list[bytes], mode: Mode) -> None:
    assert_same(chunks, mode)


@pytest.mark.nightly
@given(st.lists(streams(), min_size=1, max_size=3), st.sampled_from(Mode))
def test_frames_that_come_again_are_told_again(pieces: list[bytes], mode: Mode) -> None:
    assert_same([b"".join(pieces) * 3], mode)


@pytest.mark.nightly
@settings(max_examples=TOTAL_NIGHTLY, deadline=None)
@given(chunks(streams()), st.sampled_from(Mode))
def test_columns_are_what_the_general_decoder_says_all_night(chunks: list[bytes], mode: Mode) -> None:
    assert_same(chunks, mode)


@pytest.mark.by_day(8)
@pytest.mark.parametrize("path", sorted(CAPTURES.glob("*.txt")), ids=lambda path: path.stem)
def test_captures(path: Path) -> None:
    raw = path.read_bytes()
    mode = Mode.HISTORIC if "hist" in path.name else Mode.STANDARD
    assert_same([raw * 3], mode)
    assert_same([raw[at : at + 700] for at in range(0, len(raw), 700)], mode)
    assert_same([with_parity(raw) * 2], mode)


def _date(second: int, label: str = "DATE", season: str = "E") -> Group:
    return Group(label, "" if label == "DATE" else f"{second:05}", f"{season}2104230540{second:02}")


def _frame(second: int, *more: Group) -> bytes:
    """A second of a meter: the horodate, a number, a coded register and a text move."""
    moving = [_date(second), Group("SINSTS", f"{second:05}"), Group("STGE", f"003A000{second % 10}")]
    return encode_frame([*moving, Group("LTARF", f"{second:^16}"), *more], Mode.STANDARD)


_FRAMES = [_frame(second) for second in range(10, 14)]
_MANY = [encode_frame([Group(f"L{number:02}", "x")], Mode.STANDARD) for number in range(20)]
_CUT = _FRAMES[0][:-20]
_STREAMS = {
    "nothing": b"",
    "an end of nothing": b"\x03\x03",
    "frames alone": b"".join(_FRAMES),
    "one alone": _FRAMES[0],
    "begins in a frame": _FRAMES[0][30:] + b"".join(_FRAMES),
    "begins with half a group": b"2\tJ\r" + b"".join(_FRAMES),
    "noise between": b"noise".join(_FRAMES),
    "noise before the first": b"noise" + b"".join(_FRAMES),
    "noise behind the last": b"".join(_FRAMES) + b"noise",
    "noise behind a frame whose begin was missed": _FRAMES[0][1:] + b"noise",
    "noise in a frame": _FRAMES[0] + _FRAMES[1][:1] + b"x" + _FRAMES[1][1:] + _FRAMES[2],
    "a frame cut by the next": _CUT + b"".join(_FRAMES) + _CUT + _FRAMES[0],
    "an STX alone": b"\x02" + b"".join(_FRAMES) + b"\x02",
    "an LF alone": b"\n" + b"".join(_FRAMES) + b"\n" + _FRAMES[0],
    "cut by EOT": _FRAMES[0] + _CUT + b"\x04" + b"".join(_FRAMES),
    "cut at the end": b"".join(_FRAMES) + _CUT,
    "an ETX lost": _FRAMES[0] + _FRAMES[1][:-1] + b"".join(_FRAMES),
    "an STX lost": _FRAMES[0] + _FRAMES[1][1:] + b"".join(_FRAMES),
    "a first of its length that is damaged": _FRAMES[0].replace(b"SINSTS", b"SIN5TS") + b"".join(_FRAMES),
    "sets of one length": b"".join(_MANY) * 2,
    "sets of one length, damaged ones first": b"".join(_MANY).replace(b"L", b"M") + b"".join(_MANY),
    "lengths that take turns": b"".join(
        _frame(second, *[_date(second, "SMAXSN")] * (second % 2)) for second in range(9)
    ),
    "a label twice": b"".join(
        _frame(second, _date(second, "SMAXSN"), _date(9 - second, "SMAXSN")) for second in range(9)
    ),
    "seasons": b"".join(_frame(1, _date(2, "SMAXSN", season)) for season in "HEhe "),
    "texts without their padding": b"".join(_frame(1, Group("NGTF", "BASE"[:size])) for size in (4, 3, 4, 4, 0)),
    "strangers": b"".join(_frame(second, Group("SINST1", f"{second}"), Group("NEW", "")) for second in range(9)),
    "a frame of 10 000 characters": encode_frame([Group("X", "y" * 240)] * 40, Mode.STANDARD) * 3 + _FRAMES[0],
    "no ETX for long": _FRAMES[0] + b"." * 70_000 + _FRAMES[1] + b"." * 70_000,
    "historic": b"".join(
        encode_frame([Group("ADCO", "012345678901"), Group("PAPP", f"{n:05}")], Mode.HISTORIC) for n in range(9)
    ),
}


@pytest.mark.parametrize("stream", _STREAMS)
def test_a_line_is_told_as_the_general_decoder_tells_it(stream: str) -> None:
    """Whole and in portions, with and without parity bits, and with both, one after the other."""
    data = _STREAMS[stream]
    for mode in Mode:
        assert_same([data], mode)
        assert_same([data, data], mode)
        assert_same([data[:50], data[50:51], data[51:]], mode)
        assert_same([with_parity(data), data], mode)
        assert_same([data + with_parity(data) * 2], mode)


@pytest.mark.parametrize("before", [b"", b"y"])
def test_a_frame_that_was_waited_for_too_long_is_told_when_the_next_begins(before: bytes) -> None:
    begun = _FRAMES[0][:-10] + b"." * 70_000
    assert_same([_FRAMES[0] + _FRAMES[1], begun, before + _FRAMES[2]], Mode.STANDARD)


def test_each_limit_of_a_horodate_is_that_of_the_calendar() -> None:
    days = [f"{year:02}{month:02}{day:02}" for year in (0, 21, 24, 99) for month in range(14) for day in range(33)]
    stamps = [f"{day}{time}" for day in days for time in ("000000", "235959")]
    stamps += [f"210423{time}" for time in ("240000", "236000", "235960", "101112", "991112", "109912", "101199")]
    octets = np.frombuffer("".join(f"H{stamp}" for stamp in stamps).encode(), np.uint8).reshape(-1, 13)
    for stamp, seconds, exists in zip(stamps, *local_s(octets), strict=True):
        _, _, expected_s = expected(Group("DATE", "", f"H{stamp}"), Mode.STANDARD)
        assert (int(seconds) if exists else None) == expected_s


@given(st.data())
def test_one_byte_changed_in_a_frame_among_many(data: st.DataObject) -> None:
    """The case in which a pattern might take what it should not."""
    mode = data.draw(st.sampled_from(Mode))
    name = "madeup_std_1p_producer.txt" if mode is Mode.STANDARD else "madeup_hist_1p_tempo.txt"
    frame = (CAPTURES / name).read_bytes()
    octets = bytearray(frame * 4)
    for _ in range(data.draw(st.integers(1, 3))):
        likely = st.sampled_from(b"0123456789 ABEHeh_~\t\r\n\x02\x03\x04")
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(likely | st.integers(0, 255))
    assert_same([bytes(octets)], mode)


@given(st.data())
def test_a_character_out_of_place_under_a_right_checksum(data: st.DataObject) -> None:
    """The checksum holds, so that only the characters tell."""
    mode = data.draw(st.sampled_from(Mode))
    name = "madeup_std_1p_producer.txt" if mode is Mode.STANDARD else "madeup_hist_1p_tempo.txt"
    frame = (CAPTURES / name).read_bytes()
    bodies = frame[1:-1].split(b"\r")[:-1]
    place = data.draw(st.integers(0, len(bodies) - 1))
    body = bytearray(bodies[place][1:])
    at = data.draw(st.integers(body.index(mode.separator) + 1, len(body) - 2))
    body[at] = data.draw(st.sampled_from(b"0123456789 ABEHehz_~/:\t"))
    body[-1] = checksum(checked_zone(bytes(body), mode))
    bodies[place] = b"\n" + body
    assert_same([frame * 2 + b"\x02" + b"".join(body + b"\r" for body in bodies) + b"\x03" + frame], mode)


@pytest.mark.parametrize(
    "group", [Group("SMAXSN", "00042", "E210423054000"), Group("STGE", "003A0001"), Group("LTARF", "      BASE      ")]
)
def test_each_character_of_a_group_is_looked_at_under_a_right_checksum(group: Group) -> None:
    """The separators on both sides, too."""
    sound = encode_frame([Group("VTIC", "02"), group], Mode.STANDARD)
    first = sound.index(group.label.encode())
    for at in range(first + len(group.label), len(sound) - 3):
        stream = sound
        for code in b"x/:H0 ~\x1b\x7f":
            octets = bytearray(sound)
            octets[at] = code
            octets[-3] = checksum(bytes(octets[first:-3]))
            stream += bytes(octets)
        assert_same([stream], Mode.STANDARD)


@pytest.mark.parametrize("mode", Mode)
def test_frames_that_fit_are_taken_as_a_whole(mode: Mode, monkeypatch: pytest.MonkeyPatch) -> None:
    label, still = ("SINSTS", Group("VTIC", "02")) if mode is Mode.STANDARD else ("PAPP", Group("PTEC", "HP.."))
    stamp = [Group("DATE", "", "E210423054000")] if mode is Mode.STANDARD else []
    frames = [encode_frame([still, *stamp, Group(label, f"{n:05}")], mode) for n in range(60)]
    seen: list[bytes] = []
    monkeypatch.setattr("xky.protocol.bulk.decoder._Gaps.feed", lambda self, data: seen.append(data) or [])
    batch = BulkDecoder(mode).feed(b"".join(frames))
    assert batch.columns[label].numbers.tolist() == [*range(60)]
    assert seen == []


def test_a_line_without_an_end_of_frame_does_not_pile_up() -> None:
    bulk = BulkDecoder(Mode.STANDARD)
    for _ in range(10):
        bulk.feed(b"x" * 50_000)
    assert len(bulk._rest) <= 1 << 16
