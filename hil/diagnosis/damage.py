# SPDX-License-Identifier: Apache-2.0
"""Where a line is damaged: bits turned over, characters lost, characters more; by bit and by place in the group."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from xky.protocol.mode import DATA_BITS, STX

from .characters import Characters, EighthBit
from .expected import DELIMITERS, Expectation, Expected
from .reading import Reading

__all__ = ["Damage", "Turned", "damage_of"]

_ALIKE = 0.5  # of the characters of a damaged stretch must be right for the others to be damaged ones
_PARITY = 1 << DATA_BITS
_BREAK = bytes((0,))  # what a UART makes of a line that is held: no character of anybody


@dataclass(frozen=True, slots=True)
class Turned:
    """A character some bits of which were turned over; eight bits, that of parity is bit 7."""

    sent: int
    turned: int
    place: str
    label: str


@dataclass
class Damage:
    """What is damaged between the first good group and the last.

    Attributes:
        stretches: damaged ones, each between two good groups.
        turned: characters with bits turned over, as far as what was sent is known.
        lost: of each stretch that lacks characters and is right besides, how many.
        cut: of these, stretches that lack the end of a frame.
        more: stretches with more characters than they should have, and right besides.
        unknown: stretches of which nothing can be said.
        spoilt: characters with a wrong eighth bit, in or outside of good groups.
    """

    stretches: int = 0
    turned: list[Turned] = field(default_factory=list)
    lost: list[int] = field(default_factory=list)
    cut: int = 0
    more: int = 0
    unknown: int = 0
    spoilt: int = 0

    @property
    def by_bit(self) -> list[int]:
        """How often each bit was turned over; bit 0 comes first on the line, 7 is parity."""
        return [sum(one.turned >> bit & 1 for one in self.turned) for bit in range(DATA_BITS + 1)]

    @property
    def by_place(self) -> Counter[str]:
        """Damaged characters by their place in the group."""
        return Counter(one.place for one in self.turned)

    @property
    def to_0(self) -> int:
        """Bits that were sent as 1 and heard as 0."""
        return sum((one.sent & one.turned).bit_count() for one in self.turned)

    @property
    def to_1(self) -> int:
        """Bits that were sent as 0 and heard as 1."""
        return sum((~one.sent & one.turned & 0xFF).bit_count() for one in self.turned)


def damage_of(data: bytes, characters: Characters, reading: Reading) -> Damage:
    """What is damaged on a line.

    Args:
        data: as it came, with the eighth bit.
        characters: the same, of seven bits.
        reading: what a decoder made of those.
    """
    damage = Damage(spoilt=len(characters.spoilt))
    if reading.mode is None:
        return damage
    expectation = Expectation(characters.codes, reading)
    spoilt = [*characters.spoilt] if characters.tells_damage else []
    next_spoilt = 0
    before = None
    for group in reading.groups:
        if before is not None:
            heard = characters.codes[before.end : group.begin]
            if heard.translate(None, _BREAK) not in DELIMITERS:
                damage.stretches += 1
                expected = expectation.between(before, group)
                if expected is None:
                    damage.unknown += 1
                else:
                    _compare(damage, expected, data[before.end : group.begin], characters.eighth)
        while next_spoilt < len(spoilt) and spoilt[next_spoilt] < group.begin:
            next_spoilt += 1
        while next_spoilt < len(spoilt) and (at := spoilt[next_spoilt]) < group.end:  # the sum is right: parity alone
            sent = data[at] ^ _PARITY
            place = expectation.places_of(group)[at - group.begin]
            damage.turned.append(Turned(sent, _PARITY, place, group.label))
            next_spoilt += 1
        before = group
    return damage


def _compare(damage: Damage, expected: Expected, heard: bytes, eighth: EighthBit | None) -> None:
    codes = bytes(code & 0x7F for code in heard)
    if len(codes) == len(expected.codes):
        _compare_bits(damage, expected, heard, eighth)
        return
    sound = eighth is None or all(eighth.fits(code) for code in heard)
    if sound and len(codes) < len(expected.codes) and _is_part_of(codes, expected.codes, expected.steady):
        damage.lost.append(len(expected.codes) - len(codes))
        damage.cut += _lacks_end_of_frame(codes, expected)
    elif len(codes) > len(expected.codes) and _is_part_of(expected.codes, codes, (True,) * len(codes)):
        damage.more += 1
    else:
        damage.unknown += 1


def _compare_bits(damage: Damage, expected: Expected, heard: bytes, eighth: EighthBit | None) -> None:
    turned = list[Turned]()
    for sent, is_steady, code, place, label in zip(
        expected.codes, expected.steady, heard, expected.places, expected.labels, strict=True
    ):
        if is_steady:
            whole = _with_eighth(sent, eighth)
            told = whole ^ (code if eighth is not None else code & 0x7F)
            if told:
                turned.append(Turned(whole, told, place, label))
    if len(turned) > _ALIKE * len(heard):
        damage.unknown += 1
        return
    damage.turned += turned


def _with_eighth(code: int, eighth: EighthBit | None) -> int:
    return code if eighth is None or eighth.fits(code) else code | _PARITY


def _is_part_of(part: bytes, whole: bytes, steady: Sequence[bool]) -> bool:
    """Whether the characters of ``part`` stand in ``whole`` in this order; what is not steady may be any."""
    at = 0
    for code in part:
        while at < len(whole) and steady[at] and whole[at] != code:
            at += 1
        if at == len(whole):
            return False
        at += 1
    return True


def _lacks_end_of_frame(heard: bytes, expected: Expected) -> bool:
    """Whether the frame breaks off and the next one begins with its STX."""
    start = expected.codes.find(STX)
    cut = heard.find(STX)
    return (
        cut >= 0
        and heard[cut:] == expected.codes[start:][: len(heard) - cut]
        and cut < start
        and all(
            not is_steady or one == other
            for one, other, is_steady in zip(heard[:cut], expected.codes, expected.steady, strict=False)
        )
    )
