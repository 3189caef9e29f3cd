# SPDX-License-Identifier: Apache-2.0
"""The day profiles of PJOURF+1 and PPOINTE: up to eleven blocks of start and action (54E §6.2.3.22)."""

import re
from dataclasses import dataclass
from datetime import time
from enum import IntEnum

from construct import BitsInteger, BitStruct, ExprAdapter, Flag

from .errors import InputError

__all__ = ["BLOCKS", "UNUSED", "Block", "Contact", "DayProfile"]

BLOCKS = 11  # 54E §6.2.3.22: 11 blocks of 8 characters and the spaces between make 98
UNUSED = "NONUTILE"  # what fills a block without use


class Contact(IntEnum):
    """What a block does to the dry contact."""

    KEEP = 0
    TEMPO = 1  # as the TEMPO contact object says; on other contracts KEEP
    OPEN = 2
    CLOSE = 3


_ACTION = BitStruct(  # the word SSSS, bit 15 first
    "contact" / ExprAdapter(BitsInteger(2), lambda code, _: Contact(code), lambda contact, _: int(contact)),
    "unused" / BitsInteger(3),
    *(f"virtual_{n}" / Flag for n in range(7, 0, -1)),
    "supplier_index" / BitsInteger(4),
)


@dataclass(frozen=True, slots=True)
class Block:
    """From ``start`` on: what the contacts do and which index runs.

    Attributes:
        start: local legal time, to the minute.
        contact: of the dry contact C1-C2.
        virtual_contacts: those closed, of 1 to 7.
        supplier_index: 1 to 10; 0 and 11 to 15 change nothing.
        unused: bits 13-11, which have no meaning.

    >>> str(Block(time(22, 30), Contact.CLOSE, supplier_index=1))
    '2230C001'
    """

    start: time
    contact: Contact = Contact.KEEP
    virtual_contacts: frozenset[int] = frozenset()
    supplier_index: int = 0
    unused: int = 0

    def __post_init__(self) -> None:
        if self.start.replace(second=0, microsecond=0, tzinfo=None) != self.start:
            raise InputError(f"block at {self.start}: a start is a local time in whole minutes")
        if not (0 <= self.supplier_index <= 0xF and 0 <= self.unused <= 0b111):
            raise InputError(f"block at {self.start:%H:%M}: supplier_index is 0 to 15 and unused 0 to 7")
        if not self.virtual_contacts <= set(range(1, 8)):
            raise InputError(f"block at {self.start:%H:%M}: virtual contacts are 1 to 7")

    @classmethod
    def parse(cls, text: str) -> "Block":
        """Read ``HHMM`` and four hexadecimal characters.

        uncertain: one bench log has the hour in hexadecimal, ``0A008002`` (fairecasoimeme/Zlinky_TIC#90);
        it is refused here, which matters to whoever replays that log.

        Raises:
            InputError: it is not that, or there is no such time.
        """
        if not re.fullmatch(r"([01][0-9]|2[0-3])[0-5][0-9][0-9A-F]{4}", text):
            raise InputError(f"{text!r}: expected HHMM and 4 hexadecimal characters, as 2230C001")
        action = _ACTION.parse(bytes.fromhex(text[4:]))
        return cls(
            time(int(text[:2]), int(text[2:4])),
            action.contact,
            frozenset(n for n in range(1, 8) if action[f"virtual_{n}"]),
            action.supplier_index,
            action.unused,
        )

    def __str__(self) -> str:
        action: bytes = _ACTION.build(
            {
                "contact": self.contact,
                "unused": self.unused,
                "supplier_index": self.supplier_index,
                **{f"virtual_{n}": n in self.virtual_contacts for n in range(1, 8)},
            }
        )
        return f"{self.start:%H%M}{action.hex().upper()}"


@dataclass(frozen=True, slots=True)
class DayProfile:
    """The blocks in use, in the order sent; on the line ``NONUTILE`` fills the eleven.

    >>> DayProfile.parse(str(DayProfile())).blocks
    ()
    """

    blocks: tuple[Block, ...] = ()

    def __post_init__(self) -> None:
        if len(self.blocks) > BLOCKS:
            raise InputError(f"a day profile has {BLOCKS} blocks at most, got {len(self.blocks)}")

    @classmethod
    def parse(cls, text: str) -> "DayProfile":
        """Read the 98 characters of PJOURF+1 or PPOINTE.

        Raises:
            InputError: a block is wrong or stands behind an unused one; the text says which.
        """
        words = text.split(" ")
        if len(words) != BLOCKS:
            raise InputError(f"day profile: expected {BLOCKS} blocks with a space between, got {len(words)}")
        used = words.index(UNUSED) if UNUSED in words else BLOCKS
        blocks = []
        for number, word in enumerate(words, start=1):
            try:
                if number <= used:
                    blocks.append(Block.parse(word))
                elif word != UNUSED:
                    raise InputError(f"{word!r}: expected {UNUSED}, as in the block before")
            except InputError as error:
                place = f"day profile, block {number} (character {9 * number - 8})"
                raise InputError(f"{place}: {error}") from None
        return cls(tuple(blocks))

    def __str__(self) -> str:
        return " ".join([*map(str, self.blocks), *[UNUSED] * (BLOCKS - len(self.blocks))])
