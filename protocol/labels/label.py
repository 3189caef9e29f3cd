# SPDX-License-Identifier: Apache-2.0
"""What one row of a label table holds."""

import re
from dataclasses import dataclass
from enum import Enum

__all__ = ["BOTH", "LABEL_SIZE_MAX", "Kind", "Label"]

LABEL_SIZE_MAX = 9  # 54E §5.3.6 says 8, but SMAXSN1-1 … SMAXSN3-1 of 54E §6.2.2 have 9
BOTH = frozenset({1, 3})


class Kind(Enum):
    """What the data of a label is made of; the value is the pattern that its data matches."""

    NUMBER = re.compile(r"[0-9]+")  # decimal, leading zeros, no sign (54E §6.2.1.2)
    HEX = re.compile(r"[0-9A-Fa-f]+")  # upper case in the specification, lower accepted on reading
    CODE = re.compile(r"[ -~]+")  # one of a few words
    TEXT = re.compile(r"[ -~]*")  # free text of the supplier, padded to its size
    CALENDAR = re.compile(r"[0-9A-Z ]+")  # 11 blocks of a day profile
    EMPTY = re.compile(r"")


@dataclass(frozen=True, slots=True)
class Label:
    """One label as Enedis defines it.

    Attributes:
        name: as on the line.
        size: characters of its data; fixed (54E §6.2.1.2).
        kind: what the data is made of.
        unit: of the data, None where it has none.
        stamped: a horodate stands between label and data (standard mode only).
        phases: counts of phases whose meters send it.
        producer: sent by producers only.
        short: sent in the short frames of historic three-phase meters (54E §6.1.2).
        condition: when it is sent, None for always.
        clause: where it is specified.
        content: what the data says, one line.
        text: data that the emulated meter sends at all times; None where the emulator computes them.
    """

    name: str
    size: int
    kind: Kind
    unit: str | None
    content: str
    clause: str
    stamped: bool = False
    phases: frozenset[int] = BOTH
    producer: bool = False
    short: bool = False
    condition: str | None = None
    text: str | None = None

    def admits(self, value: str) -> str | None:
        """None where ``value`` can be this label's data, else ``"length"`` or ``"charset"``.

        A text may come without its padding: two spaces weigh nothing in the checksum, and padding says
        nothing (fairecasoimeme/Zlinky_TIC#403), so only what is too long is refused.
        """
        too_short = len(value) < self.size and self.kind is not Kind.TEXT
        if too_short or len(value) > self.size:
            return "length"
        return None if self.kind.value.fullmatch(value) else "charset"
