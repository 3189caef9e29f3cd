# SPDX-License-Identifier: Apache-2.0
"""What a meter says that is personal, and what stands for it.

An address gets the pseudonym that it has in captures. Of what resembles one, since a bit was flipped or it broke off,
and of indexes and load curves each digit becomes another one by its place, each always the same: so what was equal
stays equal, what differed still differs, and the beginning of a value is the beginning of its pseudonym. That hides
what an index was, not by how much it went up while the run lasted.
"""

import re
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import lru_cache
from itertools import cycle

from xky.protocol import LABELS
from xky.protocol.pseudonym import Pseudonyms

from ...bench.number import whole
from ...bench.reading import Said

__all__ = ["STAMPED", "PersonalValues", "is_personal"]

_ADDRESSES = frozenset({"ADSC", "ADCO", "PRM"})
_SIZES = {name: label.size for table in LABELS.values() for name, label in table.items()}
_INDEXES = frozenset(
    name
    for table in LABELS.values()
    for name, label in table.items()
    if label.unit in ("Wh", "VArh") or name.startswith(("CCASN", "CCAIN"))
)
STAMPED = frozenset(name for table in LABELS.values() for name, label in table.items() if label.stamped)
"""Labels that have a horodate."""

_TOLD_APART = 6  # digits; fewer are in any text by chance
_RUN_OF_DIGITS = re.compile(r"[0-9]{5,}")
_TRIES = 100
_SEVEN_BITS = 0x7F


def is_personal(label: str) -> bool:
    """Whether what a label says is personal."""
    return label in _ADDRESSES or label in _INDEXES


class PersonalValues:
    """What was sent that is personal, and what stands for it.

    Args:
        pseudonyms: by the key of captures.
    """

    def __init__(self, pseudonyms: Pseudonyms) -> None:
        self._pseudonyms = pseudonyms
        self._addresses: dict[str, dict[str, str]] = {}  # by label: address and pseudonym
        self._sent: dict[str, str] = {}  # value to its label
        self._numbers: dict[str, set[int]] = {}
        self._aliases: dict[str, str] = {}
        self._chosen: dict[tuple[str, str], str] = {}
        self._taken: dict[str, set[str]] = {}  # nothing else may stand for another value of the label
        self.digits = lru_cache(maxsize=4096)(pseudonyms.digits)

    @property
    def addresses(self) -> list[str]:
        """That were sent, and have another one as pseudonym; what is too short to be one is in any text by chance."""
        pairs = [pair for known in self._addresses.values() for pair in known.items()]
        return [own for own, other in pairs if own != other and len(own) >= _TOLD_APART]

    def add(self, label: str, value: str) -> None:
        """A personal label was sent intact."""
        if label in _ADDRESSES:
            self._addresses.setdefault(label, {})[value] = self._pseudonyms.of(label, value)
        if len(value) >= _TOLD_APART:
            self._sent.setdefault(value, label)
        number = whole(value)
        if number is not None:
            self._numbers.setdefault(label, set()).add(number)

    def add_alias(self, seen: str, label: str) -> None:
        """A personal label can be read as another one, since it was damaged."""
        if seen not in _SIZES:
            self._aliases.setdefault(seen, label)

    def label_of(self, label: str) -> str | None:
        """The personal label that one is, or is a damaged one of; None: what it says is nobody's business."""
        return label if is_personal(label) else self._aliases.get(label)

    def choose(self, label: str, value: str, fits: Callable[[str], bool]) -> None:
        """Let something stand for a value that fits, where what would stand for it does not.

        Args:
            label: of an index or a load curve.
            value: as it was sent.
            fits: told what would stand for it.
        """
        if label in _ADDRESSES or fits(self.of(label, value)):
            return
        if label not in self._taken:
            self._taken[label] = {self.of(label, one) for one, own in self._sent.items() if own == label}
        taken = self._taken[label]
        found = next((one for one in self._others(label, value) if one not in taken and fits(one)), None)
        if found is not None:
            taken.add(found)
            self._chosen[label, value] = found

    def _others(self, label: str, value: str) -> Iterator[str]:
        """What else may stand for a value: other digits, and such of the same sum, on which its checksum rests."""
        for number in range(_TRIES):
            other = self._pseudonyms.other(f"{label} {number}", value)
            yield other
            if not value.isdecimal():
                continue
            digits = [int(one) for one in other]
            due = sum(map(int, value)) - sum(digits)
            for place in cycle(range(len(digits))):
                if due == 0:
                    break
                step = 1 if due > 0 else -1
                if 0 <= digits[place] + step <= 9:
                    digits[place] += step
                    due -= step
            yield "".join(map(str, digits))

    def of(self, label: str, text: str) -> str:
        """What stands for what a label says, or for what is left of it; what is not personal stays."""
        own = self.label_of(label) or self._sent.get(text)
        if own is None or not text.strip("0") or not text.strip("9"):  # the suite's own limits, or nothing at all
            return text
        chosen = self._chosen.get((own, text))
        if chosen is not None:
            return chosen
        address = self._nearest(own, text)
        if address is not None and text == address:
            return self._addresses[own][address]
        return "".join(self._character(own, place, one, address) for place, one in enumerate(text))

    def of_number(self, label: str, number: int) -> int:
        """The same of a number that has lost its leading zeros."""
        text = str(abs(number))
        own = self.label_of(label)
        if own is None and len(text) >= _TOLD_APART:
            own = self._sent.get(text.zfill(9)) or self._sent.get(text.zfill(12))
        if own is None:
            return number
        return int(self.of(own, text.zfill(_SIZES.get(own, len(text))))) * (-1 if number < 0 else 1)

    def of_said(self, label: str, said: Said) -> str | int:
        """The same of what a device says, in its own unit."""
        if said.scale is None:
            return self.of_number(label, said.value) if isinstance(said.value, int) else self.of(label, said.value)
        own = self.label_of(label)
        if own is None:
            return said.value
        least, greatest = said.scale.range(said.value)
        value = said.scale.value(said.value)
        near = [one for one in self._numbers.get(own, ()) if least <= one <= greatest] if least <= greatest else []
        meant = min(near, key=lambda one: (abs(one - value), one)) if near else round(value)
        told = Fraction(self.of_number(own, meant)) + value - meant
        return _as_decimal(told / Fraction(said.scale.scale))

    def in_text(self, text: str) -> str:
        """A text in which no value stands that was sent."""
        return _RUN_OF_DIGITS.sub(lambda found: self._run(found[0]), text)

    def _run(self, digits: str) -> str:
        for size in (len(digits), 9, 12, 14):
            if digits.zfill(size) in self._sent and size >= len(digits):
                padded = digits.zfill(size)
                return self.of(self._sent[padded], padded)
        return digits

    def _nearest(self, label: str, text: str) -> str | None:
        """The address that a text is, or is the rest of."""
        if label not in _ADDRESSES:
            return None
        known = self._addresses.get(label, {})

        def alike(address: str) -> int:
            return sum(one == other for one, other in zip(address, text, strict=False))

        best = max(known, key=alike, default=None)
        return best if best is not None and 2 * alike(best) >= len(text) else None

    def _character(self, label: str, place: int, one: str, address: str | None) -> str:
        plain = chr(ord(one) & _SEVEN_BITS) if ord(one) <= 0xFF else one
        if not (plain.isascii() and plain.isdigit()):
            return one
        digits = self.digits(label, place)
        drawn = digits[int(plain)]
        if address is not None and place < len(address) and address[place].isdigit():
            was, stands = digits[int(address[place])], self._addresses[label][address][place]
            drawn = {was: stands, stands: was}.get(drawn, drawn)  # what is as in the address, is as in its pseudonym
        return drawn if plain == one else chr(ord(drawn) | ord(one) & ~_SEVEN_BITS)


def _as_decimal(number: Fraction) -> str | int:
    """As a device may write it: exact, since it is a sum of decimal numbers."""
    if number.denominator == 1:
        return int(number)
    places = next((at for at in range(1, 41) if (number * 10**at).denominator == 1), None)
    if places is None:
        return str(float(number))
    scaled = int(abs(number) * 10**places)
    whole, part = divmod(scaled, 10**places)
    return f"{'-' if number < 0 else ''}{whole}.{part:0{places}}"
