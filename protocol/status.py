# SPDX-License-Identifier: Apache-2.0
"""The two coded registers of standard mode, STGE and RELAIS, bit by bit and both ways.

The BitStructs are the layout that people read, most significant bit first; what is handed out are
frozen dataclasses. The bits that 54E leaves unused are kept, so that text survives the way through.
"""

import re
from dataclasses import dataclass, fields
from enum import IntEnum
from typing import Any, Self

from construct import BitsInteger, BitStruct, ConstructError, ExprAdapter, Flag, obj_

from .errors import InputError

__all__ = ["Breaker", "Colour", "Euridis", "Plc", "Relays", "Status"]

RESERVED = 1 << 18 | 1 << 5  # bits without a meaning, 54E §6.2.3.14


class Named(IntEnum):
    """States with a number, which a person may write as a word: ``Breaker("ordered")``."""

    @classmethod
    def of(cls, told: Self | str) -> Self:
        """The state that is told, by itself or by its name.

        Raises:
            InputError: there is none of that name.
        """
        value: Any = told
        return cls(value)

    @classmethod
    def _missing_(cls, value: object) -> "Named | None":
        if not isinstance(value, str):
            return None
        for state in cls:
            if state.name.lower() == value.lower().replace(" ", "_").replace("-", "_"):
                return state
        raise InputError(
            f"{cls.__name__.lower()} {value!r}: not known; known: {', '.join(state.name.lower() for state in cls)}"
        )


class Breaker(Named):
    """State of the breaker and what opened it: STGE bits 1-3."""

    CLOSED = 0
    OVERPOWER = 1
    OVERVOLTAGE = 2
    LOAD_SHEDDING = 3
    ORDERED = 4  # by PLC or Euridis
    OVERHEATING_ABOVE_MAXIMUM = 5  # the current was above the switching maximum
    OVERHEATING = 6
    UNDEFINED = 7


class Euridis(Named):
    """State of the Euridis output: STGE bits 19-20."""

    OFF = 0
    OPEN = 1  # on, without security
    UNDEFINED = 2
    SECURED = 3


class Plc(Named):
    """State of the powerline link: STGE bits 21-22."""

    NEW_UNLOCKED = 0
    NEW_LOCKED = 1
    REGISTERED = 2
    UNDEFINED = 3


class Colour(Named):
    """TEMPO colour of a day: STGE bits 24-27. NONE is no TEMPO contract, or tomorrow not announced yet."""

    NONE = 0
    BLUE = 1
    WHITE = 2
    RED = 3


def _named(bits: int, names: type[IntEnum]) -> Any:
    return ExprAdapter(BitsInteger(bits), lambda code, _: names(code), lambda name, _: int(name))


def _index(bits: int) -> Any:
    return ExprAdapter(BitsInteger(bits), obj_ + 1, obj_ - 1)


_STGE = BitStruct(  # 54E §6.2.3.14, bit 31 first
    "peak_running" / BitsInteger(2),
    "peak_notice" / BitsInteger(2),
    "colour_tomorrow" / _named(2, Colour),
    "colour_today" / _named(2, Colour),
    "plc_synchronised" / Flag,
    "plc" / _named(2, Plc),
    "euridis" / _named(2, Euridis),
    "reserved_18" / BitsInteger(1),
    "standard_mode" / Flag,
    "clock_degraded" / Flag,
    "distributor_index" / _index(2),
    "supplier_index" / _index(4),
    "injecting" / Flag,
    "producer" / Flag,
    "over_reference" / Flag,
    "overvoltage" / Flag,
    "reserved_5" / BitsInteger(1),
    "cover_open" / Flag,
    "breaker" / _named(3, Breaker),
    "dry_contact_open" / Flag,
)

_RELAIS = BitStruct(*(f"relay_{n}" / Flag for n in range(8, 0, -1)))  # worth 2^(n-1) each, 54E §6.2.3.19


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What STGE says; by default a plain consumer meter at rest.

    Attributes:
        supplier_index: running index, 1 to 10; codes of 11 to 16 are read, no meter should send them.
        distributor_index: running index, 1 to 4.
        peak_notice: mobile peak 1 to 3 announced, 0 for none; peak_running likewise.
        reserved: the unused bits 5 and 18, in their places.

    >>> str(Status(clock_degraded=True))
    '003B0001'
    """

    dry_contact_open: bool = True
    breaker: Breaker = Breaker.CLOSED
    cover_open: bool = False
    overvoltage: bool = False
    over_reference: bool = False
    producer: bool = False
    injecting: bool = False
    supplier_index: int = 1
    distributor_index: int = 1
    clock_degraded: bool = False
    standard_mode: bool = True
    euridis: Euridis = Euridis.SECURED
    plc: Plc = Plc.NEW_LOCKED
    plc_synchronised: bool = False
    colour_today: Colour = Colour.NONE
    colour_tomorrow: Colour = Colour.NONE
    peak_notice: int = 0
    peak_running: int = 0
    reserved: int = 0

    def __post_init__(self) -> None:
        if self.reserved & ~RESERVED:
            raise InputError(f"STGE: reserved = {self.reserved:#x}; only bits 5 and 18 have no meaning")
        try:
            _STGE.build(self._layout())
        except ConstructError as error:
            name = (error.path or "").rpartition(" ")[2]
            raise InputError(f"STGE: {name} = {getattr(self, name, None)!r} does not fit its bits") from None

    @classmethod
    def parse(cls, text: str) -> "Status":
        """Read eight hexadecimal characters, of either case.

        Raises:
            InputError: it is not that.
        """
        if not re.fullmatch(r"[0-9A-Fa-f]{8}", text):
            raise InputError(f"STGE {text!r}: expected 8 hexadecimal characters, as 003A0001")
        layout = _STGE.parse(bytes.fromhex(text))
        known = {field.name: layout[field.name] for field in fields(cls) if field.name in layout}
        return cls(**known, reserved=int(text, 16) & RESERVED)

    def __str__(self) -> str:
        word: bytes = _STGE.build(self._layout())
        return word.hex().upper()

    def _layout(self) -> dict[str, object]:
        layout: dict[str, object] = {field.name: getattr(self, field.name) for field in fields(self)}
        return layout | {"reserved_18": self.reserved >> 18 & 1, "reserved_5": self.reserved >> 5 & 1}


@dataclass(frozen=True, slots=True)
class Relays:
    """What RELAIS says: which of relays 1 to 8 are closed; 1 is the dry contact C1-C2, the others are virtual.

    uncertain: that relays 2 to 8 are the virtual contacts 1 to 7 of a day profile is the natural reading,
    not a sentence of 54E; it matters to whoever drives relays from a profile.

    >>> str(Relays(frozenset({3, 4, 8})))
    '140'
    """

    closed: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        unknown = self.closed - set(range(1, 9))
        if unknown:
            raise InputError(f"RELAIS: no relay {min(unknown)}; relays are 1 to 8")

    @classmethod
    def parse(cls, text: str) -> "Relays":
        """Read three decimal digits, 000 to 255.

        Raises:
            InputError: it is not that.
        """
        if not re.fullmatch(r"[0-9]{3}", text) or int(text) > 0xFF:
            raise InputError(f"RELAIS {text!r}: expected 3 digits, 000 to 255")
        layout = _RELAIS.parse(bytes((int(text),)))
        return cls(frozenset(n for n in range(1, 9) if layout[f"relay_{n}"]))

    def __str__(self) -> str:
        word: bytes = _RELAIS.build({f"relay_{n}": n in self.closed for n in range(1, 9)})
        return f"{word[0]:03}"
