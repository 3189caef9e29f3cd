# SPDX-License-Identifier: Apache-2.0
"""What Tasmota's teleinfo driver knows of contracts: their names, their periods, and the index of each.

A period is found by the code that the meter sends (PTEC, LTARF), with runs of spaces taken for one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from xky.protocol import Mode

__all__ = ["LEVELS", "UNKNOWN", "Period", "Tariff", "squeezed", "tariff_of"]

LEVELS = ("Inconnu", "Bleu", "Blanc", "Rouge")
"""Colours of a period or day, by number (driver)."""


@dataclass(frozen=True, slots=True)
class Period:
    """One tariff period.

    Attributes:
        code: as the meter sends it; the key of its index.
        shown: what people read.
        level: colour, a place in ``LEVELS``.
        peak: 1 in peak hours, 0 off peak.
        label: of its index on the TIC.
    """

    code: str
    shown: str
    level: int
    peak: int
    label: str


@dataclass(frozen=True, slots=True, eq=False)
class Tariff:
    """One contract; there is one object for each."""

    name: str
    periods: tuple[Period, ...]

    def running(self, code: str) -> int | None:
        """The place of the period that runs; None for one that it has not."""
        return _places(self).get(code)


@cache
def _places(tariff: Tariff) -> Mapping[str, int]:
    return {period.code: place for place, period in enumerate(tariff.periods)}


UNKNOWN = Tariff("", (Period("EASF01", "", 0, 1, "EASF01"),))  # assumption: of other calendars, index 1 by its label


def _tempo(codes: tuple[str, ...], labels: tuple[str, ...]) -> Tariff:
    shown = [f"{hours} {LEVELS[level]}" for level in (1, 2, 3) for hours in ("Creuses", "Pleines")]
    return Tariff(
        "Tempo",
        tuple(
            Period(code, text, 1 + place // 2, place % 2, label)
            for place, (code, text, label) in enumerate(zip(codes, shown, labels, strict=True))
        ),
    )


_EASF = tuple(f"EASF{number:02}" for number in range(1, 7))
_HISTORIC = {  # by the first index that only this contract has
    "BASE": Tariff("Base", (Period("TH..", "Toutes Heures", 1, 1, "BASE"),)),
    "HCHC": Tariff("HC/HP", (Period("HC..", "Creuses", 1, 0, "HCHC"), Period("HP..", "Pleines", 1, 1, "HCHP"))),
    "EJPHN": Tariff("EJP", (Period("HN..", "Normale", 1, 1, "EJPHN"), Period("PM..", "Pointe Mobile", 3, 1, "EJPHPM"))),
    "BBRHCJB": _tempo(
        ("HCJB", "HPJB", "HCJW", "HPJW", "HCJR", "HPJR"),
        ("BBRHCJB", "BBRHPJB", "BBRHCJW", "BBRHPJW", "BBRHCJR", "BBRHPJR"),
    ),
}
_OF_AN_INDEX = {period.label: tariff for tariff in _HISTORIC.values() for period in tariff.periods}
_STANDARD = {  # by NGTF
    "BASE": Tariff("Base", (Period("BASE", "Toutes Heures", 1, 1, "EASF01"),)),
    "H PLEINE/CREUSE": Tariff(
        "HC/HP",
        (Period("HEURE CREUSE", "Creuses", 1, 0, "EASF01"), Period("HEURE PLEINE", "Pleines", 1, 1, "EASF02")),
    ),
    "HC-12H30": Tariff(
        "HC/HP 12h30",
        (Period("HEURES CREUSES", "Creuses", 1, 0, "EASF01"), Period("HEURES PLEINES", "Pleines", 1, 1, "EASF02")),
    ),
    "EJP": Tariff(
        "EJP",
        (Period("HEURE NORMALE", "Normale", 1, 1, "EASF01"), Period("HEURE POINTE", "Pointe Mobile", 3, 1, "EASF02")),
    ),
    "TEMPO": _tempo(("HC BLEU", "HP BLEU", "HC BLANC", "HP BLANC", "HC ROUGE", "HP ROUGE"), _EASF),
}


@lru_cache(64)
def squeezed(text: str) -> str:
    """A text, its runs of spaces taken for one; a meter says the same few all day."""
    return " ".join(text.split())


def tariff_of(mode: Mode, values: Mapping[str, str]) -> Tariff:
    """The contract of a frame: in historic mode by the indexes that are there, in standard mode by its calendar.

    Args:
        mode: of the TIC.
        values: label to value.
    """
    if mode is Mode.STANDARD:
        return _STANDARD.get(squeezed(values.get("NGTF", "")), UNKNOWN)
    for label, tariff in _OF_AN_INDEX.items():
        if label in values:
            return tariff
    return UNKNOWN
