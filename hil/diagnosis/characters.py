# SPDX-License-Identifier: Apache-2.0
"""The eighth bit of the characters: what it is on this line, and in which characters it is not so."""

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Characters", "EighthBit", "characters_of"]

_DECIDED = 0.25  # of the characters may differ: with half of the bits turned over no kind is left
_FEW = 16  # characters from which a kind is known


class EighthBit(StrEnum):
    """What a line sends behind the seven data bits."""

    EVEN = "even parity (7E1)"
    ODD = "odd parity (7O1)"
    ZERO = "always 0 (8N1 without parity, or parity taken off before)"
    ONE = "always 1 (mark, or a second stop bit: 7N2)"

    def fits(self, code: int) -> bool:
        """Whether a character of eight bits is one of such a line."""
        if self is EighthBit.EVEN:
            return code.bit_count() % 2 == 0
        if self is EighthBit.ODD:
            return code.bit_count() % 2 == 1
        return (code < 0x80) == (self is EighthBit.ZERO)


@dataclass(frozen=True)
class Characters:
    """A line's characters.

    Attributes:
        codes: seven bits each.
        eighth: what their eighth bit is; None where too many characters differ, whatever it is.
        spoilt: places of the characters whose eighth bit is not so, in order; empty where that is not known.
    """

    codes: bytes
    eighth: EighthBit | None
    spoilt: tuple[int, ...]

    @property
    def tells_damage(self) -> bool:
        """Whether the eighth bit depends on the others, so that one bit that was turned over shows."""
        return self.eighth in (EighthBit.EVEN, EighthBit.ODD)


_STRIP = bytes(code & 0x7F for code in range(256))


def characters_of(data: bytes) -> Characters:
    """The characters in bytes of a port that was set to eight bits."""
    counts = Counter(data)
    wrong = {kind: sum(count for code, count in counts.items() if not kind.fits(code)) for kind in EighthBit}
    best = min(EighthBit, key=lambda kind: wrong[kind])
    codes = data.translate(_STRIP)
    if len(data) < _FEW or wrong[best] > _DECIDED * len(data):
        return Characters(codes, None, ())
    if not wrong[best]:
        return Characters(codes, best, ())
    misfits = {code for code in counts if not best.fits(code)}
    return Characters(codes, best, tuple(at for at, code in enumerate(data) if code in misfits))
