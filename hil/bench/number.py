# SPDX-License-Identifier: Apache-2.0
"""A number that a device says in a unit of its own: what it may stand for in the unit of its label, exactly.

Reckoned with fractions of what is written, so that 0.1 is a tenth. What a number may stand for is a whole range, since
the TIC sends whole numbers: it is reckoned once for each number that comes.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from math import ceil, floor

__all__ = ["Scale", "is_number", "scale_of", "whole"]

_NUMBER = re.compile(r"[+-]?[0-9]{1,40}(?:\.[0-9]{0,40})?(?:[eE][+-]?[0-9]{1,3})?")  # more is no measurement
_DIGITS_MAX = 300
_KEPT = 4096  # numbers of a scale whose ranges are known


def is_number(text: str) -> bool:
    """Whether a text is a decimal number, of a size that is reckoned with."""
    return _NUMBER.fullmatch(text) is not None


def whole(text: str) -> int | None:
    """The number of a text of decimal digits; None where it is none, or longer than any register (some devices say
    thousands of digits, which Python does not read).

    >>> whole("00750"), whole("7.5"), whole("9" * 5000)
    (750, None, None)
    """
    return int(text) if len(text) <= _DIGITS_MAX and text.isdecimal() else None


class Scale:
    """What a number has to be taken times, and how far from the value sent it may then be.

    Args:
        scale: label's units in one of the device's.
        step: in the label's unit; 0 is exact.
    """

    __slots__ = ("_known", "scale", "step")

    def __init__(self, scale: Decimal, step: Decimal) -> None:
        self.scale = scale
        self.step = step
        self._known: dict[int | str, tuple[int, int]] = {}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Scale) and (self.scale, self.step) == (other.scale, other.step)

    def __hash__(self) -> int:
        return hash((self.scale, self.step))

    def __repr__(self) -> str:
        return f"Scale({str(self.scale)!r}, {str(self.step)!r})"

    def __str__(self) -> str:
        return "".join(_parts(self.scale, self.step))

    def value(self, number: int | str) -> Fraction:
        """A number in the label's unit."""
        return Fraction(number) * Fraction(self.scale)

    def range(self, number: int | str) -> tuple[int, int]:
        """The least and the greatest value that may have been sent; the least is greater where none may.

        >>> Scale(Decimal("1000"), Decimal("10")).range("12.34")
        (12330, 12350)
        """
        known = self._known.get(number)
        if known is None:
            value, step = self.value(number), Fraction(self.step)
            if len(self._known) >= _KEPT:
                self._known.clear()
            known = self._known[number] = ceil(value - step), floor(value + step)
        return known


def _parts(scale: Decimal, step: Decimal) -> Iterator[str]:
    if scale != 1:
        yield f" × {scale}"
    if step:
        yield f" ± {step}"


@lru_cache(maxsize=1024)
def scale_of(scale: str, step: str) -> Scale:
    """The scale of two numbers as they are written.

    Raises:
        ValueError: one is no number.
    """
    for text in (scale, step):
        if not is_number(text):
            raise ValueError(f"{text[:60]!r} is no number")
    return Scale(Decimal(scale), Decimal(step))
