# SPDX-License-Identifier: Apache-2.0
"""The address of a meter, ADSC or ADCO: maker, year, type, serial (54E §2.2, Euridis code lists v3.04A)."""

import re
from dataclasses import dataclass

from .errors import InputError

__all__ = ["MAKERS", "METERS", "Identity", "Meter"]

MAKERS = {  # those seen, of the Euridis list
    2: "Sagemcom", 81: "Sagemcom", 84: "Sagemcom",
    3: "Itron", 6: "Itron", 85: "Itron",
    4: "Landis+Gyr", 82: "Landis+Gyr",
    5: "Stepper",
    11: "Elster-Honeywell", 34: "Elster-Honeywell", 83: "Elster-Honeywell",
    31: "Hexing",
    39: "ZIV",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Meter:
    """A type of meter; ``phases`` is None where no source says, ``linky`` whether 54E §2.2 lists it."""

    name: str
    phases: int | None
    linky: bool = False


METERS = {
    28: Meter("pre-Linky, palier 2007", 1),
    30: Meter("pre-Linky, palier 2007", 3),
    60: Meter("Linky 60 A G1 (2010-2013)", 1),
    61: Meter("Linky 60 A G3, supply from the top", 1, linky=True),
    62: Meter("Linky 90 A G1", 1, linky=True),
    63: Meter("Linky 60 A G1", 3, linky=True),
    64: Meter("Linky 60 A G3, supply from the bottom", 1, linky=True),
    67: Meter("Linky pilot G1", 1),
    68: Meter("Linky pilot G1", 3),
    70: Meter("Linky 60 A G3 trial", 1, linky=True),
    71: Meter("Linky 60 A G3 trial", 3, linky=True),
    75: Meter("Linky 90 A G3", 1, linky=True),
    76: Meter("Linky 60 A G3", 3, linky=True),
    86: Meter("SEI overseas, 60 Hz", 1),
    87: Meter("SEI overseas, 60 Hz", 3),
    92: Meter("ORES Belgium", None),
    93: Meter("ORES Belgium", None),
    94: Meter("ORES Belgium", None),
}


@dataclass(frozen=True, slots=True)
class Identity:
    """Twelve digits: 2 of the maker, 2 of the year of make, 2 of the type, 6 of the serial number.

    ``year`` is as printed, without its century.

    >>> Identity.parse("021861000101").meter
    Meter(name='Linky 60 A G3, supply from the top', phases=1, linky=True)
    """

    maker: int
    year: int
    type: int
    serial: int

    def __post_init__(self) -> None:
        for name, digits in (("maker", 2), ("year", 2), ("type", 2), ("serial", 6)):
            if not 0 <= getattr(self, name) < 10**digits:
                raise InputError(f"meter address: {name} = {getattr(self, name)}; expected {digits} digits")

    @classmethod
    def parse(cls, text: str) -> "Identity":
        """Read the data of ADSC or ADCO.

        Raises:
            InputError: it is not twelve digits. Euridis would allow letters in the type; no Linky has any.
        """
        if not re.fullmatch(r"[0-9]{12}", text):
            raise InputError(f"meter address {text!r}: expected 12 digits")
        return cls(int(text[:2]), int(text[2:4]), int(text[4:6]), int(text[6:]))

    def __str__(self) -> str:
        return f"{self.maker:02}{self.year:02}{self.type:02}{self.serial:06}"

    @property
    def key(self) -> str:
        """The two digits that a printed label adds and the TIC does not send (Euridis code lists).

        >>> Identity.parse("138705016492").key
        '29'
        """
        backwards = [int(digit) for digit in reversed(str(self))]
        plain = sum(backwards) % 11
        weighted = sum(place * digit for place, digit in enumerate(backwards, start=1)) % 11
        return f"{plain % 10}{weighted % 10}"  # 10 becomes 0

    @property
    def maker_name(self) -> str | None:
        """Who made it, None where the maker was never seen."""
        return MAKERS.get(self.maker)

    @property
    def meter(self) -> Meter | None:
        """What it is, None for an unknown type."""
        return METERS.get(self.type)
