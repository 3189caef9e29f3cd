# SPDX-License-Identifier: Apache-2.0
"""Pseudonyms: the line says the same but for its addresses, damage stays, no digit of an address is left."""

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xky.protocol import LABELS, Damaged, Frame, Group, InputError, Mode, decode, encode_frame
from xky.protocol.capture import Run
from xky.protocol.identity import MAKERS, Identity
from xky.protocol.pseudonym import Anonymiser, Pseudonyms, anonymised

from .streams import chunks, streams, with_parity

CAPTURES = Path(__file__).parents[2] / "fixtures" / "captures"
PSEUDONYMS = Pseudonyms(b"sixteen or more!")
PERSONAL = ("ADSC", "ADCO", "PRM")
ADDRESS, PRM = "021976885617", "09876543210987"


def replaced(data: bytes, size: int | None = None, pseudonyms: Pseudonyms = PSEUDONYMS) -> bytes:
    anonymiser = Anonymiser(pseudonyms)
    size = size or max(1, len(data))
    return b"".join(anonymiser.feed(data[at : at + size]) for at in range(0, len(data), size)) + anonymiser.close()


def shape(data: bytes, *, with_pseudonyms: bool) -> list[Any]:
    """What a decoder tells, addresses as their pseudonyms; of a damaged group where it is and why."""

    def part(group: Group | Damaged) -> tuple[Any, ...]:
        if isinstance(group, Damaged):
            return group.reason, group.offset, group.length
        if group.label in PERSONAL and with_pseudonyms:
            return group.label, group.timestamp, PSEUDONYMS.of(group.label, group.value), group.offset
        if group.label in _KNOWN:
            return group.label, group.timestamp, group.value, group.offset
        return group.label, group.timestamp, len(group.value), group.offset  # digits of a stranger are replaced too

    return [
        (event.mode, event.complete, event.offset, *map(part, event.groups)) if isinstance(event, Frame)
        else part(event) if isinstance(event, Damaged)
        else event
        for event in decode(data)
    ]  # fmt: skip


_KNOWN = {label for table in LABELS.values() for label in table}


def assert_says_the_same(data: bytes) -> None:
    out = replaced(data)
    assert len(out) == len(data)
    assert shape(out, with_pseudonyms=False) == shape(data, with_pseudonyms=True)


@given(streams())
def test_a_line_says_the_same_but_for_its_addresses(data: bytes) -> None:
    assert_says_the_same(data)


@pytest.mark.parametrize("path", sorted(CAPTURES.glob("*.txt")), ids=lambda path: path.stem)
@pytest.mark.parametrize("parity", [False, True], ids=["7 bits", "8 bits"])
def test_captures_say_the_same_but_for_their_addresses(path: Path, parity: bool) -> None:
    raw = path.read_bytes()
    assert_says_the_same(with_parity(raw) if parity else raw)


@given(chunks(streams()))
def test_it_does_not_matter_where_the_line_was_cut(pieces: list[bytes]) -> None:
    anonymiser = Anonymiser(PSEUDONYMS)
    assert b"".join([*map(anonymiser.feed, pieces), anonymiser.close()]) == replaced(b"".join(pieces))


@st.composite
def _bent(draw: st.DrawFn) -> bytes:
    """Frames of an address, with any damage."""
    parity = draw(st.booleans())
    standard = [Group("ADSC", ADDRESS), Group("VTIC", "02"), Group("PRM", PRM)]
    frames = encode_frame(standard, Mode.STANDARD) + encode_frame([Group("ADCO", ADDRESS)], Mode.HISTORIC)
    octets = bytearray((with_parity(frames) if parity else frames) * 2)
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(octets) - 1))
        match draw(st.sampled_from(["flip", "lose", "other"])):
            case "flip":
                octets[at] ^= 1 << draw(st.integers(0, 7))
            case "lose":
                del octets[at : at + draw(st.integers(1, 12))]
            case _:
                octets[at] = draw(st.integers(0, 255))
        if not octets:
            break
    return bytes(octets)


def digit_runs(data: bytes) -> set[tuple[int, bytes]]:
    """Each three digits in a row, with their place, whatever bit 7 is."""
    plain = bytes(code & 0x7F for code in data)
    return {(match.start(), match[1]) for match in re.finditer(rb"(?=([0-9]{3}))", plain)}


@given(_bent())
def test_no_run_of_digits_of_an_address_is_left_in_its_place(data: bytes) -> None:
    assert not digit_runs(data) & digit_runs(replaced(data))


def test_a_damaged_address_is_not_told_and_stays_damaged() -> None:
    good = encode_frame([Group("ADSC", ADDRESS), Group("VTIC", "02")], Mode.STANDARD)
    flipped, cut, nameless = good.replace(b"0219768", b"0219x68"), good[:14] + good, good[8:]
    for data in (flipped, cut, nameless, good.replace(b"ADSC\t", b"AD@C\t"), good.replace(b"ADSC\t", b"ADSC")):
        out = replaced(data)
        assert not re.search(rb"0219|9768|7688|6885|8561|5617", out)
        assert shape(out, with_pseudonyms=False) == shape(data, with_pseudonyms=True)
        assert b"VTIC\t02\tJ\r" in out


def test_known_labels_and_letters_of_a_damaged_group_stay() -> None:
    out = replaced(b"\x02\nEASF01\t00x345678\tZ\r\nSTGE\t003A0001\t:\r\x03")
    assert re.fullmatch(rb"\x02\nEASF01\t\d\dx\d{6}\t.\r\nSTGE\t\d\d\dA\d{4}\t.\r\x03", out)


@given(st.from_regex(r"[0-9]{12}", fullmatch=True))
def test_an_address_stays_an_address_of_its_type(address: str) -> None:
    before, after = Identity.parse(address), Identity.parse(PSEUDONYMS.of("ADSC", address))
    assert after.type == before.type
    assert after.maker in MAKERS
    assert after.maker != before.maker
    assert after.year != before.year
    assert all(one != other for one, other in zip(f"{before.serial:06}", f"{after.serial:06}", strict=True))
    assert PSEUDONYMS.of("ADCO", address) == str(after)


@given(st.from_regex(r"[0-9A-Za-z .]{14}", fullmatch=True))
def test_classes_of_characters_are_kept(value: str) -> None:
    after = PSEUDONYMS.of("PRM", value)
    for one, other in zip(value, after, strict=True):
        if one.isalnum():
            assert one != other
            assert (one.isdigit(), one.isupper()) == (other.isdigit(), other.isupper())
        else:
            assert one == other


def test_the_key_makes_the_pseudonym() -> None:
    again, other = Pseudonyms(b"sixteen or more!"), Pseudonyms(b"another key, too")
    assert again.of("PRM", PRM) == PSEUDONYMS.of("PRM", PRM) != other.of("PRM", PRM)
    data = b"\x02\nADSC\t0219\r" * 2
    assert replaced(data, pseudonyms=again) == replaced(data) != replaced(data, pseudonyms=other)


def test_a_short_key_is_refused() -> None:
    with pytest.raises(InputError, match="the key has 5 characters; give 16 at least"):
        Pseudonyms(b"12345")


@given(chunks(streams()))
def test_runs_keep_their_times_and_lengths(pieces: list[bytes]) -> None:
    runs = [Run(float(number), piece) for number, piece in enumerate(pieces)]
    out = [*anonymised(runs, PSEUDONYMS)]
    assert [(run.end_s, len(run.data)) for run in out] == [(run.end_s, len(run.data)) for run in runs]
    assert b"".join(run.data for run in out) == replaced(b"".join(pieces))


def test_a_group_is_held_no_longer_than_it_can_be() -> None:
    anonymiser = Anonymiser(PSEUDONYMS)
    taken = given_back = 0
    for _ in range(100):
        given_back += len(anonymiser.feed(b"\n12345678"))
        taken += 9
        assert taken - given_back <= 9
    for _ in range(100):
        given_back += len(anonymiser.feed(b"123456789"))
        taken += 9
        assert taken - given_back <= 270
