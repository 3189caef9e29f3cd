# SPDX-License-Identifier: Apache-2.0
"""Pseudonyms: the line says the same but for its addresses, damage stays, no digit of an address is left."""

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from xky.protocol import LABELS, Damaged, Frame, Group, InputError, Mode, decode, encode_frame
from xky.protocol.capture import Run
from xky.protocol.checksum import checked_zone, checksum
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

    def part(group: Group | Damaged, mode: Mode = Mode.STANDARD) -> tuple[Any, ...]:
        if isinstance(group, Damaged):
            return group.reason, group.offset, group.length
        if group.label in PERSONAL and with_pseudonyms:
            return group.label, group.timestamp, PSEUDONYMS.of(group.label, group.value), group.offset
        if group.label in LABELS[mode] or group.label in PERSONAL:
            return group.label, group.timestamp, group.value, group.offset
        return group.label, group.timestamp, len(group.value), group.offset  # a stranger's are replaced too

    return [
        (event.mode, event.complete, event.offset, *(part(group, event.mode) for group in event.groups))
        if isinstance(event, Frame)
        else part(event) if isinstance(event, Damaged)
        else event
        for event in decode(data)
    ]  # fmt: skip


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


@given(_bent())
def test_any_damage_of_an_address_stays_what_it_was(data: bytes) -> None:
    assert_says_the_same(data)


ADDRESSES = st.from_regex(r"[0-9]{12}", fullmatch=True)


def of_address(address: str, mode: Mode, *, parity: bool) -> bytes:
    label, then = ("ADSC", Group("VTIC", "02")) if mode is Mode.STANDARD else ("ADCO", Group("PTEC", "TH.."))
    frame = encode_frame([Group(label, address), then], mode)
    return with_parity(frame) if parity else frame


def personal_part_is_refused(data: bytes) -> bool:
    return any(isinstance(event, Damaged) for event in decode(data)) and all(
        group.label in ("VTIC", "PTEC")
        for event in decode(data) if isinstance(event, Frame) for group in event.good
    )  # fmt: skip


@given(ADDRESSES, ADDRESSES, st.sampled_from(Mode), st.booleans(), st.integers(0, 21), st.integers(0, 7), st.data())
def test_what_comes_out_of_a_damaged_group_does_not_depend_on_its_address(
    one: str, other: str, mode: Mode, parity: bool, at: int, bit: int, data: st.DataObject
) -> None:
    """Whatever is hit, of STX to CR: two addresses with the same damage give the same bytes."""
    lines = [bytearray(of_address(address, mode, parity=parity)) for address in (one, other)]
    lost = data.draw(st.integers(0, 12), label="characters lost")
    for line in lines:
        if lost:
            del line[at : at + lost]
        else:
            line[at] ^= 1 << bit
    assume(all(map(personal_part_is_refused, map(bytes, lines))))
    assume(shape(bytes(lines[0]), with_pseudonyms=False) == shape(bytes(lines[1]), with_pseudonyms=False))
    first, second = (replaced(bytes(line)) for line in lines)
    assert first == second


@pytest.mark.parametrize("parity", [False, True], ids=["7 bits", "8 bits"])
@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("cut", [7, 9, 14])
def test_half_a_group_at_the_begin_tells_nothing(cut: int, mode: Mode, parity: bool) -> None:
    lines = [of_address(address, mode, parity=parity)[cut:] for address in (ADDRESS, "000000000000", "913746208555")]
    assert len({*map(replaced, lines)}) == 1


def values_of(data: bytes, label: bytes, size: int) -> list[bytes]:
    return re.findall(label + rb"\t(.{%d})\t" % size, data)


@pytest.mark.parametrize(("label", "value"), [("ADSC", ADDRESS), ("PRM", PRM)])
def test_no_number_of_damaged_copies_tells_a_digit(label: str, value: str) -> None:
    """With a wrong checksum, and with one bit of the text wrong: each digit appears in each place."""
    good = encode_frame([Group(label, value)], Mode.STANDARD)
    at, sent = good.index(b"\r") - 1, good[good.index(b"\r") - 1]
    wrong = [good[:at] + bytes([0x20 + (sent - 0x20 + by) % 64]) + good[at + 1 :] for by in range(1, 64)]
    place = good.index(value.encode())
    bits = [0x01, 0x02, 0x04, 0x08, 0x10]
    hit = [
        good[:each] + bytes([good[each] ^ bit]) + good[each + 1 :]
        for each in range(place, place + len(value)) for bit in bits
    ]  # fmt: skip
    for copies in (wrong * 6, hit * 6):
        out = replaced(b"".join(copies))
        found = values_of(out, label.encode(), len(value))
        assert len(found) == len(copies)
        assert all({*column} == {*b"0123456789"} for column in zip(*found, strict=True))
        frames = [event for event in decode(out) if isinstance(event, Frame)]
        assert {group.reason for frame in frames for group in frame.groups} == {"checksum"}


def test_a_wrong_checksum_does_not_tell_which_bit_was_hit() -> None:
    good = encode_frame([Group("ADSC", ADDRESS)], Mode.STANDARD)
    out = replaced(good.replace(b"ADSC\t021", b"ADSC\t020") * 600)
    distances = {(group[-1] - 0x20 - sum(group[:-1])) % 64 for group in re.findall(rb"\n(ADSC\t\d{12}\t.)\r", out)}
    assert distances == {*range(1, 64)}


@pytest.mark.parametrize("parity", [False, True], ids=["7 bits", "8 bits"])
@pytest.mark.parametrize("bit", [0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40])
@pytest.mark.parametrize(("label", "value"), [("ADSC", ADDRESS), ("ADSC", "000000000000"), ("PRM", PRM)])
def test_flipped_bits_do_not_leak(label: str, value: str, bit: int, parity: bool) -> None:
    """All digits with the same bit wrong: what comes out is no image of them."""
    good = encode_frame([Group(label, value), Group("VTIC", "02")], Mode.STANDARD)
    flipped = bytes(code ^ bit for code in value.encode())
    data = good.replace(value.encode(), flipped)
    out = replaced(with_parity(data) if parity else data)
    place = good.index(value.encode())
    after = bytes(code & 0x7F for code in out[place : place + len(value)])
    assert sum(one == other for one, other in zip(flipped, after, strict=True)) < 6
    assert shape(out, with_pseudonyms=False) == shape(with_parity(data) if parity else data, with_pseudonyms=True)


def test_a_damaged_address_is_not_told_and_stays_damaged() -> None:
    good = encode_frame([Group("ADSC", ADDRESS), Group("VTIC", "02")], Mode.STANDARD)
    flipped, cut, nameless = good.replace(b"0219768", b"0219x68"), good[:14] + good, good[8:]
    for data in (flipped, cut, nameless, good.replace(b"ADSC\t", b"AD@C\t"), good.replace(b"ADSC\t", b"ADSC")):
        out = replaced(data)
        assert not re.search(rb"0219|9768|7688|6885|8561|5617", out)
        assert shape(out, with_pseudonyms=False) == shape(data, with_pseudonyms=True)
        assert b"VTIC\t02\tJ\r" in out


def test_known_labels_of_a_damaged_group_stay_and_the_rest_becomes_digits() -> None:
    out = replaced(b"\x02\nEASF01\t00x345678\tZ\r\nSTGE\t003A0001\t;\r\nADXC\t02 9\t;\r\x03")
    form = rb"\x02\nEASF01\t\d{9}\t[ -_]\r\nSTGE\t\d{8}\t[ -_]\r\n\d{4}\t\d{4}\t[ -_]\r\x03"
    assert re.fullmatch(form, out)


@given(ADDRESSES)
def test_an_address_stays_an_address_of_its_type(address: str) -> None:
    before, after = Identity.parse(address), Identity.parse(PSEUDONYMS.of("ADSC", address))
    assert after.type == before.type
    assert after.maker in MAKERS
    assert PSEUDONYMS.of("ADCO", address) == str(after)


def test_many_keys_tell_no_digit_either() -> None:
    keys = [Pseudonyms(b"sixteen or more %d" % number) for number in range(400)]
    for label, value, begin in (("ADSC", ADDRESS, 6), ("PRM", PRM, 0)):
        columns = zip(*(key.of(label, value)[begin:] for key in keys), strict=True)
        assert all({*column} == {*"0123456789"} for column in columns)


@given(st.from_regex(r"[0-9A-Za-z .]{14}", fullmatch=True))
def test_other_texts_become_digits(value: str) -> None:
    assert re.fullmatch(r"[0-9]{14}", PSEUDONYMS.of("PRM", value))


def test_the_key_makes_the_pseudonym() -> None:
    again, other = Pseudonyms(b"sixteen or more!"), Pseudonyms(b"another key, too")
    assert again.of("PRM", PRM) == PSEUDONYMS.of("PRM", PRM) != other.of("PRM", PRM)
    data = b"\x02\nADSC\t0219\r" * 2
    assert replaced(data, pseudonyms=again) == replaced(data) != replaced(data, pseudonyms=other)


def test_a_key_gives_the_same_in_each_release() -> None:
    """What was anonymised years apart still belongs together."""
    named = [PSEUDONYMS.of("ADSC", ADDRESS), PSEUDONYMS.of("PRM", PRM), PSEUDONYMS.other("X", "a b")]
    assert named == ["391276093416", "69055681555914", "250"]
    assert (PSEUDONYMS.token("home 1", 4).hex(), PSEUDONYMS.draw(40, 4).hex()) == ("ab6327fe", "6c4119d9")
    assert PSEUDONYMS.digits("EAST", 3) == "3079284561"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            b"4 5617\r\x02\nADCO 021976885617 S\r\nADCO 0219\x036885617 B\r\nADCO 021976885617 !\r\n"
            b"ADCO 0219?6885617 B\r\nPAPP 0039 =\rxy2\x03",
            b"974023\r\x02\nADCO 391276093416 J\r\n068134758\x03855701884\r\nADCO 943250000574 [\r\n"
            b"ADCO 276653442237 F\r\nPAPP 1505 <\r086\x03",
        ),
        (
            b"\x02\nADSC\t021976885617\tI\r\nADSC\t0219768\x0b5617\t!\r\nPRM\t0987654321\r\nSMAXSN\t12 4\tC\r\x03",
            b"\x02\nADSC\t391276093416\t@\r\nADSC\t6306813\x0b7581\t[\r\nPRM\t4924901594\r\nSMAXSN\t45 7\tL\r\x03",
        ),
        (
            b"\nAD\xc3\xcf\xa00\xb2\xb19\xb76\xb8\xb856\xb1\xb7\xa0S\r\nAD\xc3\xcf\xa00\xb2\xb19\xb76\xb8\xb856\xb1\xb7\xa0S\x8d\xb1\xb23\xa0\xb4",
            b"\nAD\xc3\xcf\xa0\xb4\xb7\xb2\xb2\xb4\xb1\xb2\xb4\xb4\xb1\xb7\xb7\xa0\xc4\r\nAD\xc3\xcf\xa039\xb1\xb2\xb76093\xb4\xb16\xa0\xca\x8d5\xb70\xb1\xb8",
        ),
        (b"\nADCO 021976885617 S\x8d123 4", b"\nADCO 472241244177 D\x8d\xb13\xb1\xb43"),
        (b"\nADCO 021976\xb8\xb856\xb1\xb7\xa0S\r", b"\nADCO 281175\xb6\xb270\xb8\xb8\xa0N\r"),
        (
            b"\nADCO 0219\xb76\xb8\xb856\xb1\xb7\xa0S\r",
            b"\nADCO \xb4\xb7\xb2\xb2\xb4\xb1\xb2\xb4\xb4\xb1\xb7\xb7\xa0\xc4\r",
        ),
    ],
    ids=["historic", "standard", "8 bits", "7 bits but for a CR", "most without bit 7", "most with bit 7"],
)
def test_damage_becomes_the_same_in_each_release(line: bytes, expected: bytes) -> None:
    """Above 0x7F where a receiver leaves the parity bit, and nowhere else."""
    assert replaced(line) == expected


def test_a_short_key_is_refused() -> None:
    with pytest.raises(InputError, match="the key has 5 characters; give 16 at least"):
        Pseudonyms(b"12345")


@pytest.mark.nightly
@given(chunks(streams()))
def test_runs_keep_their_times_and_lengths(pieces: list[bytes]) -> None:
    runs = [Run(float(number), piece) for number, piece in enumerate(pieces)]
    out = [*anonymised(runs, PSEUDONYMS)]
    assert [(run.end_s, len(run.data)) for run in out] == [(run.end_s, len(run.data)) for run in runs]
    assert b"".join(run.data for run in out) == replaced(b"".join(pieces))


@given(
    st.sampled_from(Mode), st.booleans(),
    st.sampled_from(["ADSC", "PRM", "STGE", "DATE", "PJOURF+1", "ADCO", "IINST", "LABEL", "TOOLONGLABEL", "LA BEL"]),
    st.lists(st.text("0189AEFGHeghz :\x10\t", max_size=14), min_size=1, max_size=3)
)  # fmt: skip
def test_what_is_refused_for_its_form_stays_refused_for_it(
    mode: Mode, parity: bool, label: str, fields: list[str]
) -> None:
    """With a right checksum, which is kept right."""
    separator = mode.separator.decode()
    body = separator.join([label, *fields, " "]).encode()
    group = b"\x02\n%b%c\r\x03" % (body[:-1], checksum(checked_zone(body, mode)))
    assert_says_the_same(with_parity(group) if parity else group)


@given(
    chunks(st.lists(st.sampled_from([b"1" * 200, b"\xb1" * 57, b"\r", b"\x8d", b"\n", b"\x82", b"2"])).map(b"".join))
)
def test_a_group_that_is_too_long_does_not_depend_on_where_it_was_cut(pieces: list[bytes]) -> None:
    anonymiser = Anonymiser(PSEUDONYMS)
    assert b"".join([*map(anonymiser.feed, pieces), anonymiser.close()]) == replaced(b"".join(pieces))


def test_an_address_behind_a_group_that_is_too_long_is_one() -> None:
    anonymiser = Anonymiser(PSEUDONYMS)
    sent = encode_frame([Group("ADCO", ADDRESS)], Mode.HISTORIC)[1:]
    out = anonymiser.feed(b"\n" + b"A" * 600) + anonymiser.feed(b"\r" + sent) + anonymiser.close()
    (frame,) = [event for event in decode(out) if isinstance(event, Frame)]
    assert frame.values == {"ADCO": PSEUDONYMS.of("ADCO", ADDRESS)}


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
