# SPDX-License-Identifier: Apache-2.0
"""Streams of both modes mutated at random, by the megabyte: nothing raises, nothing grows, nothing clean is lost.

The judges: the general decoder fed in one piece for the fast one fed in cuts; the construct grammar for each group;
a search for everything between an LF and a CR, so that no group is passed over in silence.
"""

import re
from collections.abc import Callable
from functools import cache, lru_cache
from itertools import accumulate
from pathlib import Path
from random import Random

import pytest
from construct import ConstructError
from hypothesis import given
from hypothesis import strategies as st

from xky.protocol import Damaged, Decoder, Event, Frame, Group, Mode, Noise, decode, encode_frame, encode_group
from xky.protocol.general import MAX_FRAME_GROUPS, MAX_GROUP, GeneralDecoder
from xky.protocol.grammar import GROUP
from xky.protocol.layout import FEW
from xky.protocol.mode import STX

CAPTURES = Path(__file__).parents[2] / "fixtures" / "captures"
SOURCES = [
    "hist_1p_tempo_esciara",
    "hist_3p_base_lains",
    "std_1p_base_lains",
    "std_3p_base_hallard",
    "std_1p_producer_base_gammatroniques",
]
LIVELY = b"\x02\x03\x04\n\r\t \x82\x84\x8d"
AT_A_TIME = 50_000  # mutated bytes between two looks at the events
LONGEST_FRAME = 2000  # characters; the longest of the sources has 1 214
HELD_MAX = MAX_GROUP + LONGEST_FRAME

_GROUP = re.compile(rb"\n[^\x02\x03\x04\n\r\x8d]*[\r\x8d]")

Mutation = Callable[[bytes, Random], bytes]


@cache
def clean_frames() -> list[tuple[Mode, tuple[Group, ...]]]:
    """A few whole frames of each source: their values move from one to the next."""
    frames = []
    for source in SOURCES:
        events = decode((CAPTURES / f"{source}.txt").read_bytes())
        whole = [event for event in events if isinstance(event, Frame) and event.complete and event.good]
        frames += [(event.mode, event.good) for event in whole[:6] if len(event.good) == len(event.groups)]
    assert {mode for mode, _ in frames} == {*Mode}
    return frames


def with_parity(data: bytes) -> bytes:
    return bytes(code | (code.bit_count() & 1) << 7 for code in data)


# Mutations: each takes at least one byte


def flip(data: bytes, rng: Random) -> bytes:
    octets = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        octets[rng.randrange(len(octets))] ^= 1 << rng.randrange(8)
    return bytes(octets)


def burst(data: bytes, rng: Random) -> bytes:
    """A run overwritten with any codes, or with those that mean something."""
    at, length = rng.randrange(len(data)), rng.randint(1, 60)
    noise = rng.randbytes(length) if rng.random() < 0.5 else bytes(rng.choices(LIVELY, k=length))
    return data[:at] + noise + data[at + length :]


def insert(data: bytes, rng: Random) -> bytes:
    at = rng.randrange(len(data) + 1)
    return data[:at] + bytes(rng.choices(LIVELY + b"A0\0\xff", k=rng.randint(1, 3))) + data[at:]


def insert_long(data: bytes, rng: Random) -> bytes:
    """More than a group or a frame may have."""
    at = rng.randrange(len(data) + 1)
    return data[:at] + bytes(rng.choices(LIVELY + b"A0", k=1)) * rng.randint(100, 400) + data[at:]


def delete(data: bytes, rng: Random) -> bytes:
    at = rng.randrange(len(data))
    return data[:at] + data[at + rng.randint(1, 40) :]


def duplicate(data: bytes, rng: Random) -> bytes:
    at = rng.randrange(len(data))
    end = at + rng.randint(1, 200)
    return data[:end] + data[at:]


def cut_off(data: bytes, rng: Random) -> bytes:
    at = rng.randrange(len(data))
    return data[:at] if rng.random() < 0.5 else data[at:]


def swap(data: bytes, rng: Random) -> bytes:
    first, second, third = sorted(rng.randrange(len(data) + 1) for _ in range(3))
    return data[:first] + data[second:third] + data[first:second] + data[third:]


def splice(data: bytes, rng: Random) -> bytes:
    """The other mode, or the same, goes on in the midst."""
    mode, groups = rng.choice(clean_frames())
    other = encode_frame(groups, mode)
    at, into = rng.randrange(len(data)), rng.randrange(len(other))
    return data[:at] + other[into:] if rng.random() < 0.5 else other[:into] + data[at:]


def parity(data: bytes, rng: Random) -> bytes:
    """From here on as a receiver set to 8N1 hears it."""
    at = rng.randrange(len(data))
    return data[:at] + with_parity(data[at:])


MUTATIONS: list[Mutation] = [
    flip, flip, burst, insert, insert_long, delete, duplicate, cut_off, swap, splice, parity
]  # fmt: skip


class Stream:
    """Mutated bytes, each stretch of them followed by a clean frame whose place is known."""

    def __init__(self, rng: Random, offset: int) -> None:
        self.clean: dict[int, tuple[Mode, tuple[Group, ...]]] = {}
        octets = bytearray()
        mutated = 0
        while mutated < AT_A_TIME:
            mode, groups = rng.choice(clean_frames())
            data = encode_frame(groups, mode) * rng.randint(1, 2)
            for _ in range(rng.randint(1, 3)):
                data = rng.choice(MUTATIONS)(data, rng) or b"\0"
            octets += data
            mutated += len(data)
            mode, groups = rng.choice(clean_frames())
            for _ in range(rng.randint(1, 2)):
                self.clean[offset + len(octets)] = mode, groups
                octets += encode_frame(groups, mode)
        self.octets = bytes(octets)
        self.mutated = mutated


@cache
def places_in(mode: Mode, groups: tuple[Group, ...]) -> list[int]:
    """Where the groups of a clean frame begin."""
    return list(accumulate((len(encode_group(group, mode)) for group in groups[:-1]), initial=len(STX)))


def cuts(data: bytes, rng: Random) -> list[bytes]:
    chunks, at = [], 0
    while at < len(data):
        size = rng.choice([1, 1, 2, 8, 60, 500, 5000])
        chunks.append(data[at : at + size])
        at += size
    return chunks


def held(decoder: Decoder) -> int:
    """Characters kept between two calls."""
    frame = decoder._frame
    assert frame is None or len(frame.parts[0]) == len(frame.parts[1]) < MAX_FRAME_GROUPS
    assert len(decoder._layouts.by_length) <= FEW
    return len(decoder._held) + len(decoder._group or b"")


@lru_cache(maxsize=1 << 16)
def admitted(octets: bytes, mode: Mode) -> tuple[str, str, str | None] | None:
    """What the grammar reads in LF to CR; None where it admits no group."""
    try:
        group = GROUP[mode].parse(octets)
    except ConstructError:
        return None
    return group.label, group.value, group.timestamp


def assert_groups_are_what_the_grammar_says(events: list[Event], octets: bytes, offset: int) -> None:
    places = set()
    for frame in events:
        if not isinstance(frame, Frame):
            continue
        for group in frame.groups:
            places.add(group.offset)
            at = group.offset - offset
            if at < 0:
                continue  # it began in the stretch before
            if isinstance(group, Damaged):
                raw = octets[at : at + group.length]
                assert raw.endswith(b"\x8d") or admitted(raw, frame.mode) is None
            else:
                end = re.compile(b"[\r\x8d]").search(octets, at)
                assert end is not None
                raw = octets[at : end.end()]
                plain = bytes(code & 0x7F for code in raw) if raw.endswith(b"\x8d") else raw
                assert admitted(plain, frame.mode) == (group.label, group.value, group.timestamp)
    assert {offset + match.start() for match in _GROUP.finditer(octets)} <= places


@pytest.mark.parametrize("total", [250_000, pytest.param(10_000_000, marks=pytest.mark.nightly)])
def test_mutated_streams(total: int) -> None:
    rng = Random(f"mutated {total}")
    fast, judge = Decoder(), GeneralDecoder()
    offset = mutated = 0
    while mutated < total:
        stream = Stream(rng, offset)
        events = []
        for chunk in cuts(stream.octets, rng):
            events += fast.feed(chunk)
            assert held(fast) <= HELD_MAX
        assert repr(events) == repr(judge.feed(stream.octets))
        assert_groups_are_what_the_grammar_says(events, stream.octets, offset)
        told = {event.offset: event for event in events if isinstance(event, Frame)}
        for place, (of_mode, groups) in stream.clean.items():
            frame = told[place]
            assert (frame.mode, frame.groups, frame.complete) == (of_mode, groups, True)
            assert [group.offset for group in frame.groups] == [place + at for at in places_in(of_mode, groups)]
        offset += len(stream.octets)
        mutated += stream.mutated
    assert fast.close() == judge.close()


@pytest.mark.nightly
@given(st.binary(min_size=1, max_size=12) | st.lists(st.sampled_from(LIVELY), min_size=1, max_size=6).map(bytes),
       st.integers(0, LONGEST_FRAME), st.sampled_from([1, 1000]))  # fmt: skip
def test_what_is_kept_of_endless_garbage_is_bounded(unit: bytes, begun: int, size: int) -> None:
    decoder = Decoder()
    for mode, groups in clean_frames()[-2:] * 2:  # a layout, so that frames are held
        decoder.feed(encode_frame(groups, mode))
    decoder.feed(encode_frame(clean_frames()[-1][1], Mode.STANDARD)[:begun])
    garbage = unit * (4000 // len(unit))
    for at in range(0, len(garbage), size):
        for event in decoder.feed(garbage[at : at + size]):
            assert not isinstance(event, Frame) or len(event.groups) <= MAX_FRAME_GROUPS
            assert not isinstance(event, Damaged) or len(event.raw) <= MAX_GROUP
        assert held(decoder) <= HELD_MAX


def test_noise_of_any_length_is_one_event() -> None:
    decoder = Decoder()
    for _ in range(1000):
        assert decoder.feed(b"noise" * 1000) == []
    assert decoder.close() == [Noise(0, 5_000_000)]
