# SPDX-License-Identifier: Apache-2.0
"""What a value that was never sent under its label looks like: that of another label, or its own, said otherwise."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from xky.emulator import Emitted
from xky.protocol import Group

from ...bench.number import is_number, whole
from ...bench.reading import Said
from ...bench.shown import quoted

__all__ = ["near_miss"]

_TELLING = 3  # digits, zeros at both ends left out: fewer are alike by chance
_POWERS = [power for power in range(-6, 7) if power]


def near_miss(label: str, said: Said, words: Sequence[Emitted]) -> str:
    """What it looks like, to be put behind an accusation; empty where nothing is near.

    Args:
        label: under which it was said.
        said: what was said.
        words: the last group with that label, and the last with those words under another, as far as there are.
    """
    own = next((one.group for one in words if one.group.label == label), None)
    if own is not None and (told := _said_otherwise(said, own)):
        return told
    other = next((one.group for one in words if one.group.label != label), None)
    if other is not None and len(other.value.strip().strip("0")) >= _TELLING:
        return f": {other.label} was {quoted(other.value)}"
    times = None if own is None else _times(said, own.value)
    return "" if own is None or times is None else f": it is {times} times what was sent, {own.value}"


def _said_otherwise(said: Said, own: Group) -> str:
    """The value that was sent, with another horodate, or as another text."""
    if replace(said, timestamp=None).matches(own):
        return ": sent without a horodate" if own.timestamp is None else f": its horodate was {own.timestamp}"
    if isinstance(said.value, int) or said.scale is not None or not is_number(said.value):
        return ""
    return f": sent as {quoted(own.value)}" if whole(own.value) == Fraction(said.value) else ""


def _times(said: Said, own: str) -> str | None:
    """The power of ten that lies between a number and what was sent, digits cut off at its end included."""
    text, sent = str(said.value), whole(own)
    if sent is None or len(str(sent).strip("0")) < _TELLING or not is_number(text):
        return None
    number = Fraction(text) if said.scale is None else said.scale.value(said.value)
    for power in _POWERS:
        missed = abs(number / Fraction(10) ** power - sent)
        is_cut = power < 0 and missed < Fraction(10) ** -power
        if (missed == 0 or is_cut) and abs(number) >= 100:
            return f"10^{power}" if abs(power) > 3 else f"{Fraction(10) ** power}"
    return None
