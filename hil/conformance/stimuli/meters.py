# SPDX-License-Identifier: Apache-2.0
"""The meters of the suite beside its household, and the labels by which a stimulus finds what it needs in each."""

from dataclasses import replace
from datetime import date, time

from xky.emulator import Contract, Linky, contract_maker, contract_named
from xky.emulator.contracts import Distributor
from xky.emulator.legal_time import SECOND_US
from xky.protocol import Mode

from ...campaign.stimulus import Stimulus, household

__all__ = [
    "HISTORIC",
    "HOUSE",
    "STANDARD",
    "current_label",
    "ejp",
    "exchanged",
    "flat",
    "household_of_2038",
    "household_of_leap_year",
    "household_of_spring",
    "index_label",
    "many_labels",
    "power_label",
    "recontracted",
    "rolling_over",
    "studio",
    "tempo",
    "three_phases",
    "three_phases_base",
    "told_of_summer",
    "untold_of_winter",
]

HISTORIC, STANDARD = frozenset({Mode.HISTORIC}), frozenset({Mode.STANDARD})
HOUSE = Stimulus("", household)  # what each step on the household's meter starts from
_DRAWN_S, _DRAWN_VA = 600, 1850  # for a maximum of the day
_PEAK_DAY = date(2026, 10, 26)
_WINTER_HOURS = ((time(22, 30), time(6, 30)),)
_SUMMER_HOURS = ((time(2), time(7)), (time(13), time(16)))
_NO_HOUR_OF_NIGHT = ((time(12), time(20)),)


def flat(mode: Mode, seed: int, at_us: int) -> Linky:
    """Single-phase, HC/HP: for what needs such a meter."""
    return Linky(mode=mode, contract="hc", seed=seed + 1, at=at_us)


def studio(mode: Mode, seed: int, at_us: int) -> Linky:
    """Single-phase BASE."""
    return Linky(mode=mode, contract="base", seed=seed + 7, at=at_us)


def three_phases(mode: Mode, seed: int, at_us: int) -> Linky:
    """Three-phase TEMPO on a blue day, of the greatest power; a producer in standard mode."""
    blue = contract_maker("tempo")(colours={}, others_blue=True)
    producer = mode is Mode.STANDARD
    return Linky(mode=mode, phases=3, pref_kva=36, producer=producer, contract=blue, seed=seed, at=at_us)


def three_phases_base(mode: Mode, seed: int, at_us: int) -> Linky:
    """Three-phase BASE, for short frames; of so many amperes that each phase can be over them by some of its own."""
    return Linky(mode=mode, phases=3, pref_kva=18, contract="base", seed=seed, at=at_us)


def tempo(mode: Mode, seed: int, at_us: int) -> Linky:
    """Single-phase TEMPO, blue days: what changes at 20:00 is the colour of tomorrow alone."""
    blue = contract_maker("tempo")(colours={}, others_blue=True)
    return Linky(mode=mode, contract=blue, seed=seed + 5, at=at_us)


def ejp(mode: Mode, seed: int, at_us: int) -> Linky:
    """Single-phase EJP with one peak; the distributor has one index, so that notice and peak change alone."""
    contract = replace(contract_maker("ejp")(None, {_PEAK_DAY: True}), distributor=Distributor(indexes=1))
    return Linky(mode=mode, contract=contract, seed=seed + 6, at=at_us)


def rolling_over(mode: Mode, seed: int, at_us: int) -> Linky:
    """A meter of its own for indexes at their limits."""
    return Linky(mode=mode, contract="hc", seed=seed + 4, at=at_us)


def recontracted(mode: Mode, seed: int, at_us: int) -> Linky:
    """Single-phase BASE, of which another contract is made while it runs; its second index is in use already."""
    meter = Linky(mode=mode, contract="hc", seed=seed + 8, at=at_us)
    meter.contract = contract_named("base")
    return meter


def many_labels(mode: Mode, seed: int, at_us: int) -> Linky:
    """Three-phase, of which a frame can have labels that no single-phase meter sends: a producer in standard mode."""
    return Linky(mode=mode, phases=3, producer=mode is Mode.STANDARD, contract="base", seed=seed + 9, at=at_us)


def household_of_spring(mode: Mode, seed: int, at_us: int) -> Linky:
    """Made where the time of the run then is: no meter has to wait through a winter.

    Its nights are peak hours: what NTARF told in the winter night before is not told here, or who was silent of it
    then would seem to be late only.
    """
    return Linky(mode=mode, contract=contract_maker("hc")(_NO_HOUR_OF_NIGHT), seed=seed + 3, at=at_us)


def household_of_leap_year(mode: Mode, seed: int, at_us: int) -> Linky:
    """The same, for a winter that has a 29 February."""
    return Linky(mode=mode, contract="hc", seed=seed + 16, at=at_us)


def household_of_2038(mode: Mode, seed: int, at_us: int) -> Linky:
    """The same, behind the last second that 32 bits count from 1970 on."""
    return Linky(mode=mode, contract="hc", seed=seed + 17, at=at_us)


def told_of_summer(mode: Mode, seed: int, at_us: int) -> Linky:
    """Single-phase, HC/HP by season, the new hours told on their eve; made where the time of the run then is."""
    return Linky(mode=mode, contract=_hours_by_season(tells_season=True), seed=seed + 10, at=at_us)


def untold_of_winter(mode: Mode, seed: int, at_us: int) -> Linky:
    """The same of another house, to which the eve tells the hours of the season that ends; it has drawn something."""
    contract = _hours_by_season(tells_season=False)
    meter = Linky(mode=mode, contract=contract, seed=seed + 11, at=at_us - _DRAWN_S * SECOND_US)
    meter.load.hold(_DRAWN_VA)
    meter.skip(_DRAWN_S)
    return meter


def _hours_by_season(*, tells_season: bool) -> Contract:
    return contract_maker("hc")(_WINTER_HOURS, _SUMMER_HOURS, tells_season=tells_season)


def exchanged(mode: Mode, seed: int, at_us: int) -> Linky:
    """What the technician brings: another address, indexes near 0."""
    meter = Linky(mode=mode, contract="hc", seed=seed + 2, at=at_us)
    meter.start_at_zero()
    return meter


# Labels


def index_label(meter: Linky) -> str:
    """The label that shows the running index."""
    running = meter.tariff.supplier_index
    if meter.mode is Mode.STANDARD:
        return f"EASF{running:02}"
    return next(label for label, index in meter.contract.index_labels.items() if index in (0, running))


def power_label(meter: Linky) -> str:
    if meter.mode is Mode.HISTORIC:
        return "PAPP"
    return "IRMS1" if meter.quirks.pilot_labels else "SINSTS"  # whose SINST1 has no size that anyone could know


def current_label(meter: Linky) -> str:
    if meter.mode is Mode.STANDARD:
        return "IRMS1"
    return "IINST" if meter.phases == 1 else "IINST1"
