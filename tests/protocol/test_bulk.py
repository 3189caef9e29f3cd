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


@given(st.lists(streams(), min_size=1, max_size=3), st.sampled_from(Mode))
def test_frames_that_come_again_are_told_again(pieces: list[bytes], mode: Mode) -> None:
    assert_same([b"".join(pieces) * 3], mode)


@pytest.mark.nightly
@settings(max_examples=TOTAL_NIGHTLY, deadline=None)
@given(chunks(streams()), st.sampled_from(Mode))
def test_columns_are_what_the_general_decoder_says_all_night(chunks: list[bytes], mode: Mode) -> None:
    assert_same(chunks, mode)


@pytest.mark.by_day(15)
@pytest.mark.parametrize("path", sorted(CAPTURES.glob("*.txt")), ids=lambda path: path.stem)
def test_captures(path: Path) -> None:
    raw = path.read_bytes()
    mode = Mode.HISTORIC if "hist" in path.name else Mode.STANDARD
    assert_same([raw * 3], mode)
    assert_same([raw[at : at + 700] for at in range(0, len(raw), 700)], mode)
    assert_same([with_parity(raw) * 2], mode)


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


def test_each_character_of_a_horodate_is_looked_at_under_a_right_checksum() -> None:
    stream = sound = encode_frame([Group("VTIC", "02"), Group("SMAXSN", "00042", "E210423054000")], Mode.STANDARD)
    first = sound.index(b"E2104")
    for at in range(first, first + 13):
        for code in b"x/:H0 ~":
            octets = bytearray(sound)
            octets[at] = code
            octets[-3] = checksum(bytes(octets[octets.index(b"SMAX") : -3]))
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
