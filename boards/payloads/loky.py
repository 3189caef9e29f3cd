# SPDX-License-Identifier: Apache-2.0
"""What LoKy says in one LoRaWAN payload, both ways: 11 bytes, or 20 with the indexes of producers and two tariffs.

Nothing of the true payload is public: the layout is an assumption throughout, and so is each code in it. A field whose
label was not heard, or does not fit, is all ones, and is left out when it is read.

    flags 1, index Wh 4, power VA 2, current A 1, tariff 1, capacitor 1 (20 mV), sequence 1
    extended: second index Wh 4, injected index Wh 4, phase of the current 1

In standard mode the index is EAST, the second one that of the running tariff (EASFnn by NTARF), the injected one EAIT,
the tariff NTARF; in historic mode the index is that of the period that runs (PTEC), the second one that of its
counterpart, the tariff a code of PTEC.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from construct import (
    BitsInteger,
    BitStruct,
    ConstructError,
    Flag,
    If,
    Int8ub,
    Int16ub,
    Int32ub,
    Struct,
    Terminated,
    this,
)

from xky.protocol import Mode

__all__ = ["EXTENDED_BYTES", "PLAIN_BYTES", "LokyReading", "content", "decode", "encode"]

PLAIN_BYTES, EXTENDED_BYTES = 11, 20
_CAPACITOR_V = 0.02  # of one step
_NONE = {1: 0xFF, 2: 0xFFFF, 4: 0xFFFF_FFFF}  # by bytes: not heard
_PERIODS = {  # PTEC: the index that runs, and its counterpart (54E §6.1.1); the place is its code
    "TH..": ("BASE", ""),
    "HC..": ("HCHC", "HCHP"), "HP..": ("HCHP", "HCHC"),
    "HN..": ("EJPHN", "EJPHPM"), "PM..": ("EJPHPM", "EJPHN"),
    "HCJB": ("BBRHCJB", "BBRHPJB"), "HPJB": ("BBRHPJB", "BBRHCJB"),
    "HCJW": ("BBRHCJW", "BBRHPJW"), "HPJW": ("BBRHPJW", "BBRHCJW"),
    "HCJR": ("BBRHCJR", "BBRHPJR"), "HPJR": ("BBRHPJR", "BBRHCJR"),
}  # fmt: skip
_CODES = tuple(_PERIODS)
_TARIFFS = 10  # NTARF of standard mode: EASF01 to EASF10

_LAYOUT = Struct(
    "flags"
    / BitStruct("reserved" / BitsInteger(5), "three_phases" / Flag, "extended" / Flag, "standard" / Flag),
    "index" / Int32ub,
    "power" / Int16ub,
    "current" / Int8ub,
    "tariff" / Int8ub,
    "capacitor" / Int8ub,
    "sequence" / Int8ub,
    "more"
    / If(this.flags.extended, Struct("second" / Int32ub, "injected" / Int32ub, "phase" / Int8ub)),
    Terminated,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class LokyReading:
    """One payload as values.

    Attributes:
        mode: of the TIC.
        values: label to number, of PTEC to its text; what was not heard is not there.
        capacitor_v: to 20 mV.
        sequence: of readings, 0 to 255, then anew.
    """

    mode: Mode
    values: Mapping[str, int | str]
    capacitor_v: float | None
    sequence: int


def encode(
    mode: Mode, values: Mapping[str, str], *, capacitor_v: float, sequence: int, extended: bool = False
) -> bytes:
    """The payload of what was heard.

    Args:
        mode: of the TIC.
        values: label to data, as sent.
        capacitor_v: as the device reads it.
        sequence: of readings; its lowest eight bits are said.
        extended: 20 bytes, not 11.
    """
    three = "IRMS2" in values or "IINST1" in values
    index, second, injected, power, current, tariff = _labels(mode, values, three=three)
    code = values.get(tariff, "")
    period = _CODES.index(code) if code in _CODES else _NONE[1]
    more = {
        "second": _number(values, second, 4),
        "injected": _number(values, injected, 4),
        "phase": int(three),
    }
    made: bytes = _LAYOUT.build({
        "flags": {"reserved": 0, "three_phases": three, "extended": extended, "standard": mode is Mode.STANDARD},
        "index": _number(values, index, 4),
        "power": _number(values, power, 2),
        "current": _number(values, current, 1),
        "tariff": _number(values, tariff, 1) if mode is Mode.STANDARD else period,
        "capacitor": max(0, min(round(capacitor_v / _CAPACITOR_V), _NONE[1] - 1)),
        "sequence": sequence % 256,
        "more": more if extended else None,
    })  # fmt: skip
    return made


def decode(data: bytes) -> LokyReading | None:
    """What a payload says; None for bytes that are none. Never raises."""
    try:
        said = _LAYOUT.parse(data)
    except ConstructError:
        return None
    if said.flags.reserved:
        return None
    mode = Mode.STANDARD if said.flags.standard else Mode.HISTORIC
    known = {"NTARF": f"{said.tariff:02}"} if mode is Mode.STANDARD else {}
    if mode is Mode.HISTORIC and said.tariff < len(_CODES):
        known = {"PTEC": _CODES[said.tariff]}
    index, second, injected, power, current, tariff = _labels(mode, known, three=said.flags.three_phases)
    fields: list[tuple[str, int, int]] = [(index, said.index, 4), (power, said.power, 2), (current, said.current, 1)]
    if said.more is not None:
        fields += [(second, said.more.second, 4), (injected, said.more.injected, 4)]
    values: dict[str, int | str] = {label: value for label, value, size in fields if label and value != _NONE[size]}
    if mode is Mode.HISTORIC:
        values |= known
    elif said.tariff != _NONE[1]:
        values[tariff] = said.tariff
    capacitor_v = None if said.capacitor == _NONE[1] else round(said.capacitor * _CAPACITOR_V, 2)
    return LokyReading(mode, values, capacitor_v, said.sequence)


def content(port: int, data: bytes) -> Any:
    """A payload as a JSON value, for the bench: labels, ``capacitor_v`` and ``sequence``; None where it is none.

    Args:
        port: FPort; the payload tells its mode by itself, so that any will do.
        data: in clear.
    """
    reading = decode(data)
    if reading is None:
        return None
    return {**reading.values, "capacitor_v": reading.capacitor_v, "sequence": reading.sequence}


def _labels(mode: Mode, values: Mapping[str, str], *, three: bool) -> tuple[str, str, str, str, str, str]:
    """Index, second index, injected index, power, current, tariff: the labels of the fields; empty for none."""
    if mode is Mode.STANDARD:
        running = values.get("NTARF", "")
        second = f"EASF{int(running):02}" if running.isdecimal() and 1 <= int(running) <= _TARIFFS else ""
        return "EAST", second, "EAIT", "SINSTS", "IRMS1", "NTARF"
    index, second = _PERIODS.get(values.get("PTEC", ""), ("", ""))
    return index, second, "", "PAPP", "IINST1" if three else "IINST", "PTEC"


def _number(values: Mapping[str, str], label: str, size: int) -> int:
    """A value as a number of ``size`` bytes; all ones where it was not heard, or does not fit."""
    text = values.get(label, "")
    number = int(text) if text.isascii() and text.isdecimal() else _NONE[size]
    return min(number, _NONE[size])
