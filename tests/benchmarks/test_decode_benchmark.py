# SPDX-License-Identifier: Apache-2.0
"""Decoding against the fastest Python decoders on PyPI, side by side in one run.

The peers are given their best case: their input is cut into frames or lines beforehand, they keep no
offsets, and enedis-tic gives a damaged frame up at its first error. Ours reads a stream in the portions
of a file reader, finds the frames itself, and builds the values by label of each. Learning is in the time.
"""

import random
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from enedis_tic.link_layer import FrameFactory
from serial_teleinfo import parse_line

from xky.protocol import LABELS, Decoder, Frame, Group, Mode, decode, encode_frame
from xky.protocol.general import GeneralDecoder, read_group
from xky.protocol.labels import Kind

Compare = Callable[[str, str, Callable[[], Any], Callable[[], Any], float], None]

CAPTURES = Path(__file__).parents[2] / "fixtures" / "captures"
STANDARD, HISTORIC = "std_1p_base_lains.txt", "hist_1p_tempo_esciara.txt"
FRAMES = 4000  # an hour of a standard stream
PORTION = 1 << 16  # bytes read at once
ENEDIS_TIC, SERIAL_TELEINFO = "enedis-tic 0.2.0", "serial-teleinfo 1.0.1"
TWO = ("DATE", "SINSTS")
SEVEN = (*TWO, "EAST", "EASF01", "EASD01", "IRMS1", "URMS1")
HISTORIC_MOVING = ("BBRHCJB", "IINST", "PAPP")


def moved(group: Group, mode: Mode, rng: random.Random) -> Group:
    """The group with another value of its size and kind, and another horodate if it has one."""
    letters = {Kind.NUMBER: "0123456789", Kind.HEX: "0123456789ABCDEF"}.get(
        LABELS[mode][group.label].kind, "ABCDEFGHIJKLMNOPQRSTUVWXYZ ."
    )
    timestamp = None
    if group.timestamp is not None:
        timestamp = f"E2104{rng.randint(1, 30):02}{rng.randrange(24):02}{rng.randrange(60):02}{rng.randrange(60):02}"
    if LABELS[mode][group.label].kind is Kind.CALENDAR:
        return Group(group.label, group.value, timestamp)
    return Group(group.label, "".join(rng.choices(letters, k=len(group.value))), timestamp)


def frames_of(name: str, moving: Sequence[str] | None, *, seed: int = 1, renamed: str | None = None) -> list[bytes]:
    """Frames after the first whole one of a capture; ``moving`` None moves them all, ``renamed`` is turned round."""
    rng = random.Random(seed)
    first = next(
        event for event in decode((CAPTURES / name).read_bytes()) if isinstance(event, Frame) and event.complete
    )
    frames = []
    for _ in range(FRAMES):
        sent = [
            moved(group, first.mode, rng) if moving is None or group.label in moving else group for group in first.good
        ]
        sent = [Group(group.label[::-1], group.value) if group.label == renamed else group for group in sent]
        frames.append(encode_frame(sent, first.mode))
    return frames


def damaged(stream: bytes, rate: float) -> bytes:
    """One bit turned over in so many of the bytes."""
    rng = random.Random(2)
    octets = bytearray(stream)
    for at in range(len(octets)):
        if rng.random() < rate:
            octets[at] ^= 1 << rng.randrange(7)
    return bytes(octets)


def read_values(stream: bytes, decoder: GeneralDecoder, portion: int = PORTION) -> None:
    read_group.cache_clear()  # the damaged groups of the run before are not known beforehand
    for at in range(0, len(stream), portion):
        for event in decoder.feed(stream[at : at + portion]):
            if isinstance(event, Frame):
                event.values  # noqa: B018  # made when asked for


def assert_equal_to_the_general_decoder(stream: bytes) -> None:
    assert repr(Decoder().feed(stream)) == repr(GeneralDecoder().feed(stream))


def enedis_tic(frames: list[bytes]) -> list[dict[str, Any]]:
    values = []
    for frame in frames:
        try:
            values.append(FrameFactory(frame.decode("ascii")).to_dict())
        except Exception:  # what it raises on damage is its own affair
            continue
    return values


def serial_teleinfo(lines: list[bytes]) -> list[tuple[str, str, bool]]:
    values = []
    for line in lines:
        try:
            values.append(parse_line(line))
        except Exception:
            continue
    return values


def lines_of(stream: bytes) -> list[bytes]:
    """As serial-teleinfo takes them: after an LF to the next, so the last of a frame holds ETX, STX, LF."""
    return re.findall(rb"[^\n]*\n", stream.removeprefix(b"\x02\n") + b"\x02\n")


@pytest.mark.parametrize(("moving", "goal"), [(TWO, 50), (SEVEN, 25), (None, 5)], ids=["2", "7", "all"])
def test_decode_standard(compare: Compare, moving: Sequence[str] | None, goal: float) -> None:
    frames = frames_of(STANDARD, moving)
    stream = b"".join(frames)
    assert_equal_to_the_general_decoder(stream)
    ours = [frame.values for frame in Decoder().feed(stream) if isinstance(frame, Frame)]
    assert [{label: group["data"] for label, group in values.items()} for values in enedis_tic(frames)] == ours
    what = f"decode standard, {'all' if moving is None else len(moving)} of 38 groups move"
    compare(what, ENEDIS_TIC, lambda: read_values(stream, Decoder()), lambda: enedis_tic(frames), goal)


def test_decode_historic(compare: Compare) -> None:
    stream = b"".join(frames_of(HISTORIC, HISTORIC_MOVING))
    assert_equal_to_the_general_decoder(stream)
    lines = lines_of(stream)
    ours = [group for frame in Decoder().feed(stream) if isinstance(frame, Frame) for group in frame.good]
    assert [(label, value) for label, value, _ in serial_teleinfo(lines)] == [(each.label, each.value) for each in ours]
    compare(
        "decode historic, 3 of 16 groups move",
        SERIAL_TELEINFO,
        lambda: read_values(stream, Decoder()),
        lambda: serial_teleinfo(lines),
        8,
    )


@pytest.mark.parametrize(("rate", "goal"), [(1e-4, 7), (1e-3, 3)], ids=["1 in 10000", "1 in 1000"])
def test_decode_damaged_standard(compare: Compare, rate: float, goal: float) -> None:
    stream = damaged(b"".join(frames_of(STANDARD, TWO)), rate)
    assert_equal_to_the_general_decoder(stream)
    frames = re.findall(rb"\x02[^\x02\x03]*\x03", stream)
    what = f"decode standard, one byte in {round(1 / rate)} damaged"
    compare(what, ENEDIS_TIC, lambda: read_values(stream, Decoder()), lambda: enedis_tic(frames), goal)


@pytest.mark.parametrize(("rate", "goal"), [(1e-4, 7), (1e-3, 3)], ids=["1 in 10000", "1 in 1000"])
def test_decode_damaged_historic(compare: Compare, rate: float, goal: float) -> None:
    stream = damaged(b"".join(frames_of(HISTORIC, HISTORIC_MOVING)), rate)
    assert_equal_to_the_general_decoder(stream)
    lines = lines_of(stream)
    what = f"decode historic, one byte in {round(1 / rate)} damaged"
    compare(what, SERIAL_TELEINFO, lambda: read_values(stream, Decoder()), lambda: serial_teleinfo(lines), goal)


@pytest.mark.parametrize("row", [1, 7])
def test_group_sets_of_one_length_take_turns(compare: Compare, row: int) -> None:
    """The same length, a label with other letters in the midst; ``row`` frames of one set after the other."""
    sets = frames_of(STANDARD, TWO), frames_of(STANDARD, TWO, renamed="EASF02")
    stream = b"".join(sets[n // row % 2][n] for n in range(FRAMES))
    assert_equal_to_the_general_decoder(stream)
    what = f"decode two group sets of one length, {row} frames each in turn"
    compare(
        what,
        "the general decoder alone",
        lambda: read_values(stream, Decoder()),
        lambda: read_values(stream, GeneralDecoder()),
        0.9,
    )


def test_group_sets_without_a_group_in_common_take_turns(compare: Compare) -> None:
    """The same length, every label turned round: nothing of one layout helps the other."""
    frame = next(iter(frames_of(STANDARD, ())))
    first = next(event for event in decode(frame) if isinstance(event, Frame)).good
    sets = [
        encode_frame(
            [Group(group.label + "XY"[turn], group.value) for group in first if len(group.label) < 9], Mode.STANDARD
        )
        for turn in range(2)
    ]
    stream = b"".join(sets) * (FRAMES // 2)
    assert_equal_to_the_general_decoder(stream)
    compare(
        "decode two group sets of one length, nothing in common",
        "the general decoder alone",
        lambda: read_values(stream, Decoder()),
        lambda: read_values(stream, GeneralDecoder()),
        0.9,
    )


@pytest.mark.parametrize(("portion", "goal"), [(1, 0.9), (8, 1), (512, 3)])
def test_decode_in_small_portions(compare: Compare, portion: int, goal: float) -> None:
    """As a serial port hands them over: portions cost more than frames."""
    stream = b"".join(frames_of(STANDARD, TWO)[: FRAMES // 10])
    compare(
        f"decode standard, {portion} bytes at once",
        "the general decoder alone",
        lambda: read_values(stream, Decoder(), portion),
        lambda: read_values(stream, GeneralDecoder(), portion),
        goal,
    )


_DELIMITER = re.compile(rb"[\x02\x03\x04\n\r\x84\x8d]")
_DELIMITERS = b"\x02\x03\x04\n\r\x84\x8d"
_ALL = bytes(range(256))
_WITHOUT_DELIMITERS = _ALL.translate(None, _DELIMITERS)
_SEVEN_BITS = _ALL[:0x80]
_MANY_DELIMITERS = _WITHOUT_DELIMITERS + 25 * b"\x02\n\r"  # one in four


@pytest.mark.parametrize(
    ("what", "codes", "least"),
    [
        ("without delimiters", _WITHOUT_DELIMITERS, 0.09),
        # Where every 35, 18, 4 bytes are an event, to make it costs more than to look for it
        ("of all 256 codes", _ALL, 0.04),
        ("of 7-bit codes", _SEVEN_BITS, 0.025),
        ("of which a quarter is STX, LF and CR", _MANY_DELIMITERS, 0.009),
    ],
)
def test_decode_noise(compare: Compare, what: str, codes: bytes, least: float) -> None:
    """Against what a machine takes to look at each byte: a pattern that finds every delimiter."""
    noise = bytes(random.Random(3).choices(codes, k=1_000_000))
    assert_equal_to_the_general_decoder(noise)
    compare(
        f"noise {what}",
        "a pattern for its delimiters",
        lambda: read_values(noise, Decoder()),
        lambda: _DELIMITER.findall(noise),
        least,
    )
