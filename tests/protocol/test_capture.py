# SPDX-License-Identifier: Apache-2.0
"""The capture file: every byte survives, whatever happened to its end."""

import gzip
import io
import json
from collections.abc import Iterator
from random import Random
from string import ascii_letters

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xky.protocol import InputError, Mode
from xky.protocol.capture import (
    FORMAT,
    SILENCE_S,
    CaptureReader,
    CaptureWriter,
    Header,
    Run,
    RunBuilder,
    is_capture,
    runs_at_line_rate,
)

HEADER = Header("2026-11-24T14:00:00.000000Z", "serial", 9600)
CHARACTER_S = Mode.STANDARD.character_s

_runs = st.lists(
    st.builds(Run, st.integers(0, 10**12).map(lambda us: us / 1e6), st.binary(min_size=1, max_size=60)), max_size=12
)


def written(runs: list[Run], *, sync_each: int = 1, ended: str | None = "the time was over") -> bytes:
    stream = io.BytesIO()
    writer = CaptureWriter(stream, HEADER)
    for number, run in enumerate(runs, start=1):
        writer.add(run)
        if number % sync_each == 0:
            writer.sync()
    if ended is not None:
        writer.close(ended, 12.5)
    return stream.getvalue()


def pieces(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


@given(_runs, st.integers(1, 5), st.integers(1, 200))
def test_every_byte_and_time_comes_back(runs: list[Run], sync_each: int, size: int) -> None:
    reader = CaptureReader(pieces(written(runs, sync_each=sync_each), size))
    assert reader.header == HEADER
    assert [*reader] == runs
    assert (reader.ended, reader.trouble) == ("the time was over", None)


def test_all_256_codes_survive() -> None:
    (run,) = CaptureReader([written([Run(1.0, bytes(range(256)))])])
    assert run.data == bytes(range(256))


def test_other_programs_can_read_it() -> None:
    lines = gzip.decompress(written([Run(1.25, b"\x02\nVTIC\t02\tJ\r\x03")])).splitlines()
    assert [json.loads(line) for line in lines] == [
        {"format": FORMAT, "started": "2026-11-24T14:00:00.000000Z", "port": "serial", "baud": 9600, "uart": "8N1",
         "anonymised": False},
        [1.25, "\x02\nVTIC\t02\tJ\r\x03"],
        {"ended": "the time was over", "at_s": 12.5},
    ]  # fmt: skip


@given(_runs)
def test_a_file_cut_anywhere_is_read_up_to_its_last_whole_run(runs: list[Run]) -> None:
    whole = written(runs)
    header_end = len(written([], ended=None))
    synced = [len(written(runs[:count], ended=None)) for count in range(len(runs) + 1)]
    for end in range(len(whole)):
        try:
            reader = CaptureReader(pieces(whole[:end], 64))
        except InputError as error:
            assert end < header_end
            assert "or was cut in it" in str(error)
            continue
        read = [*reader]
        assert read == runs[: len(read)]
        assert len(read) >= sum(at <= end for at in synced) - 1  # all that was synced
        assert reader.trouble is not None or len(read) == len(runs)


@given(_runs, st.integers(0, 3000), st.binary(max_size=40), st.booleans())
def test_a_damaged_end_never_hides_what_was_synced_before(runs: list[Run], place: int, junk: bytes, zero: bool) -> None:
    """After a power cut, a file system may show zeros or old blocks where the last ones were to be."""
    whole = written(runs)
    header_end = len(written([], ended=None))
    at = header_end + place % max(1, len(whole) - header_end)
    reader = CaptureReader([whole[:at] + (b"\0" * 40 if zero else junk)])
    read = [*reader]
    synced = [count for count in range(len(runs) + 1) if len(written(runs[:count], ended=None)) <= at]
    assert read[: synced[-1]] == runs[: synced[-1]]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"hello\n", "does not begin with the header of one"),
        (b"[1]\n", "does not begin with the header of one"),
        (b'{"format": "xky-capture/2"}\n', "is of format 'xky-capture/2', this program reads 'xky-capture/1'"),
        (b'{"format": "xky-capture/1"}\n', "the header lacks"),
        (b"x" * 100_000, "does not begin with the header of one"),
    ],
)
def test_what_is_no_capture_of_ours_is_told(content: bytes, told: str) -> None:
    with pytest.raises(InputError, match=told):
        CaptureReader(pieces(gzip.compress(content), 50))


def test_what_a_later_writer_adds_to_the_header_is_passed_over() -> None:
    lines = gzip.decompress(written([Run(1.0, b"x")])).replace(b'"port"', b'"host": "attic", "port"')
    reader = CaptureReader([gzip.compress(lines)])
    assert (reader.header, [*reader]) == (HEADER, [Run(1.0, b"x")])


def test_a_raw_line_is_no_capture() -> None:
    assert not is_capture(b"\x02\nADCO")
    assert is_capture(written([]))


def test_times_are_written_to_the_microsecond() -> None:
    stream = io.BytesIO()
    writer = CaptureWriter(stream, HEADER)
    writer.add(Run(1.234_567_89, b"x"))
    writer.close("the time was over", 2.345_678_91)
    _, run, end = map(json.loads, gzip.decompress(stream.getvalue()).splitlines())
    assert (run[0], end["at_s"]) == (1.234_568, 2.345_679)


def test_a_stream_that_takes_nothing_now_and_then_gets_all() -> None:
    class Busy(io.BytesIO):
        calls = 0

        def write(self, data: bytes, /) -> int | None:  # type: ignore[override]
            self.calls += 1
            return super().write(data) if self.calls % 2 == 0 else None

    stream = Busy()
    CaptureWriter(stream, HEADER).close("the time was over", 0.0)
    assert CaptureReader([stream.getvalue()]).header == HEADER


def test_a_stream_that_takes_little_at_a_time_gets_all() -> None:
    class Narrow(io.BytesIO):
        def write(self, data: bytes, /) -> int:  # type: ignore[override]
            return super().write(data[:3])

    stream = Narrow()
    CaptureWriter(stream, HEADER).close("the time was over", 0.0)
    assert CaptureReader([stream.getvalue()]).header == HEADER


# Putting reads together


_reads = st.lists(st.tuples(st.floats(0, 0.05), st.binary(min_size=1, max_size=40)), min_size=1, max_size=20)


@given(_reads)
def test_a_run_hides_five_milliseconds_of_silence_at_most(reads: list[tuple[float, bytes]]) -> None:
    builder = RunBuilder(CHARACTER_S)
    at_s, runs, stamps = 0.0, [], []
    for silence_s, data in reads:  # the characters come back to back after the silence
        at_s += silence_s + len(data) * CHARACTER_S
        stamps.append((at_s, len(data)))
        runs.append(builder.add(at_s, data))
    runs.append(builder.cut())
    built = [run for run in runs if run is not None]
    assert b"".join(run.data for run in built) == b"".join(data for _, data in reads)
    assert builder.cut() is None
    ends_s = [run.end_s - (len(run.data) - 1 - at) * CHARACTER_S for run in built for at in range(len(run.data))]
    place = -1
    for stamp_s, size in stamps:
        place += size
        assert stamp_s - SILENCE_S - 1e-6 <= ends_s[place] + SILENCE_S
        assert ends_s[place] >= stamp_s - 1e-6


def test_frames_are_runs_of_their_own() -> None:
    builder = RunBuilder(CHARACTER_S)
    first, gap_s = b"\x02first\x03", 0.017
    assert builder.add(1.0, first[:4]) is None
    assert builder.add(1.0 + 3 * CHARACTER_S, first[4:]) is None
    at_s = 1.0 + 7 * CHARACTER_S + gap_s
    assert builder.add(at_s, b"\x02sec") == Run(1.0 + 3 * CHARACTER_S, first)
    assert builder.cut() == Run(at_s, b"\x02sec")


def test_small_silences_add_up_from_the_first_read_on() -> None:
    builder = RunBuilder(CHARACTER_S)
    assert [builder.add(0.1, b"a"), builder.add(0.1045, b"b")] == [None, None]
    assert builder.add(0.109, b"c") == Run(0.1045, b"ab")


def test_a_silence_is_seen_though_bytes_came_faster_than_a_line() -> None:
    builder = RunBuilder(CHARACTER_S)
    assert builder.add(1.0, b"x" * 2000) is None
    assert builder.add(1.001, b"y") is None
    assert builder.add(1.5, b"z") == Run(1.001, b"x" * 2000 + b"y")


# Raw bytes


@given(st.binary(max_size=300), st.integers(1, 50), st.sampled_from(Mode))
def test_raw_bytes_get_the_times_of_a_line(data: bytes, size: int, mode: Mode) -> None:
    runs = [*runs_at_line_rate(pieces(data, size), mode)]
    assert b"".join(run.data for run in runs) == data
    assert all(run.data.endswith(b"\x03") for run in runs[:-1])
    end_s = 0.0
    for run in runs:
        start_s = run.end_s - len(run.data) * mode.character_s
        assert start_s >= end_s - 1e-9
        end_s = run.end_s


def test_frames_without_times_have_the_shortest_silence_between_them() -> None:
    frame = b"\x02\nPAPP 00730 +\r\x03"
    first, second = runs_at_line_rate([frame * 2], Mode.HISTORIC)
    assert (first.data, second.data) == (frame, frame)
    assert first.end_s == pytest.approx(len(frame) / 120)
    assert second.end_s - first.end_s == pytest.approx(0.0167 + len(frame) / 120)
    without_end = runs_at_line_rate([b"x" * 5000, b"y" * 10], Mode.HISTORIC)
    assert [(run.data[:1], run.end_s) for run in without_end] == [
        (b"x", pytest.approx(5000 / 120)), (b"y", pytest.approx(5010 / 120)),
    ]  # fmt: skip


def compressed(*lines: bytes) -> bytes:
    header = {"format": FORMAT, "port": "serial", "started": None, "baud": 9600, "uart": "8N1"}
    return gzip.compress(b"".join(line + b"\n" for line in (json.dumps(header).encode(), *lines)), 9)


GOOD = b'[1.0, "a"]'


def test_what_gzip_itself_compressed_is_read_however_far_back_it_looks() -> None:
    text = "".join(Random(0).choices(ascii_letters, k=25_000))
    line = json.dumps([1.0, text]).encode()
    assert [run.data for run in CaptureReader([compressed(line, line)])] == [text.encode()] * 2


@pytest.mark.nightly
def test_a_line_without_an_end_is_not_kept_in_memory() -> None:
    packed = compressed(GOOD, b" " * 40_000_000)  # harmless, and a thousandth of that in the file
    assert len(packed) < 60_000
    read = []

    def portions() -> Iterator[bytes]:
        for piece in pieces(packed, 4096):
            read.append(piece)
            yield piece

    reader = CaptureReader(portions())
    assert [run.end_s for run in reader] == [1.0]
    assert reader.trouble == "line 3 of it is longer than 16 MiB"
    assert sum(map(len, read)) < len(packed) * 0.6


def test_what_a_few_bytes_stand_for_is_inflated_a_portion_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xky.protocol.capture._PORTION", 100)
    runs = [Run(number / 10, b"\x00" * 500) for number in range(40)]
    whole = written(runs)
    assert [*CaptureReader([whole])] == runs
    assert [*CaptureReader(pieces(whole, 7))] == runs


@pytest.mark.parametrize("number", ["1" + "0" * 400, "1" + "0" * 5000, "-1e-1"])
def test_a_time_that_cannot_be_is_a_damaged_line(number: str) -> None:
    reader = CaptureReader([compressed(GOOD, b'[%s, "a"]' % number.encode(), GOOD)])
    assert [run.end_s for run in reader] == [1.0]
    assert reader.trouble == "line 3 of it is damaged"


@pytest.mark.parametrize("size", [7, 1 << 16])
def test_damaged_bytes_are_told_by_their_place(size: int) -> None:
    whole = bytearray(written([Run(number / 10, b"\x02\nVTIC") for number in range(20)], sync_each=5))
    synced = len(written([Run(number / 10, b"\x02\nVTIC") for number in range(10)], sync_each=5, ended=None))
    whole[synced] = 0x07  # a block of a kind that deflate does not have (RFC 1951 §3.2.3)
    reader = CaptureReader(pieces(bytes(whole), size))
    assert len([*reader]) == 10
    assert reader.trouble == f"its compressed bytes make no sense at byte {synced}"


@pytest.mark.parametrize("size", [7, 1 << 16])
def test_a_checksum_that_does_not_fit_and_what_stands_behind_the_end_are_told(size: int) -> None:
    whole = written([Run(1.0, b"x")])
    reader = CaptureReader(pieces(whole[:-8] + bytes((whole[-8] ^ 1,)) + whole[-7:], size))
    assert [*reader] == [Run(1.0, b"x")]
    assert reader.trouble == "its bytes do not fit the checksum at its end"
    reader = CaptureReader(pieces(whole + whole, size))
    assert [*reader] == [Run(1.0, b"x")]
    assert reader.trouble == "what stands behind its end is not read"


@pytest.mark.parametrize(("key", "value"), [
    ("started", 5), ("port", None), ("baud", "9600"), ("baud", True), ("baud", 1.5), ("uart", []), ("anonymised", 1),
])  # fmt: skip
def test_a_header_with_a_value_of_another_kind_is_refused_by_its_key(key: str, value: object) -> None:
    header = {"format": FORMAT, "port": "x", "started": None, "baud": 9600, "uart": "8N1", key: value}
    with pytest.raises(InputError, match=f"the header's {key} is "):
        CaptureReader([gzip.compress(json.dumps(header).encode() + b"\n")])
