# SPDX-License-Identifier: Apache-2.0
"""What a story may do with a meter: labels that faults can befall, registers that can be set, hours at which something
changes by itself."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, lru_cache
from typing import Any

from xky.emulator.contracts import contract_names
from xky.emulator.legal_time import SECOND_US, local_time, midnight_after, wall_instants
from xky.emulator.meter_file.contract_table import ContractTable, drawn_contract
from xky.emulator.meter_file.meter_file import MeterFile
from xky.emulator.truth.piece import Piece
from xky.emulator.truth.plain_frame import GroupPieces
from xky.protocol import LABELS, Mode

__all__ = ["BEGINS", "SUBSCRIPTIONS_KVA", "MeterFacts", "contracts", "facts_of", "facts_of_settings"]

_STARTS_WITHIN_US = 3600 * SECOND_US  # a plan begins at a whole half hour behind the start of its meter
_DAYS_AHEAD = 2
_NEAR_S = (2, -3)  # behind a change, so that a step is all of the new; and across it
_POWERS = ("VA", "A", "W")
_INDEXES = ("BASE", "HC", "HP", "EJP", "BBR", "EASF")

BEGINS = (
    "2027-06-10T12:00", "2027-01-05T17:00", "2027-10-30T20:00", "2027-03-27T20:00", "2027-12-31T20:00",
    "2027-03-31T20:00", "2027-10-31T20:00", "2028-02-29T20:00", "2038-01-19T12:00",
)  # fmt: skip
"""Legal times at which meters of stories start: a plain day, the peaks of winter; eves of clock changes, of the new
year, of seasons; a day that most years lack, and the first behind what 32 bits count in seconds."""
SUBSCRIPTIONS_KVA = (9, 6, 3, 12, 36, 1)  # 54E §6.2.2: 1 to 36
_NIGHT, _NOON_TOO = ("22:30-06:30",), ("02:00-07:00", "13:00-16:00")  # as sold; a meter has any (54E §6.2.3.22)


@cache
def contracts() -> tuple[ContractTable, ...]:
    """Contracts of the meters, the plain one first."""
    return (
        ContractTable(name="hc"),
        *(ContractTable(**drawn_contract(name)) for name in contract_names() if name != "hc"),
        ContractTable(name="hc", off_peak=_NOON_TOO),
        ContractTable(name="hc", off_peak=_NIGHT, summer_off_peak=_NOON_TOO, tells_season=True),
        ContractTable(name="hc", off_peak=_NIGHT, summer_off_peak=_NOON_TOO, tells_season=False),
        ContractTable(name="weekend", off_peak=_NOON_TOO),
    )


@dataclass(frozen=True, slots=True, eq=False)
class MeterFacts:
    """Of one meter.

    Attributes:
        file: that it is made of.
        labels: of its frames, those whose values move first.
        said: what each says at the start.
        frame: the pieces of its first frame, as it is meant.
        indexes: labels of registers that can be set by themselves.
        hours: legal times near which a tariff, a day, a colour or the clock changes, in order.
        rare_hours: those near the first midnight and near a change of the clock, which come seldom.
    """

    file: MeterFile
    labels: tuple[str, ...]
    said: Mapping[str, str]
    frame: tuple[Piece, ...]
    indexes: tuple[str, ...]
    hours: tuple[str, ...]
    rare_hours: tuple[str, ...]

    def __repr__(self) -> str:
        """What a meter's file says of it, for people who read a failing example."""
        told = self.file.model_dump(mode="json", exclude_defaults=True)
        return f"a_meter({', '.join(f'{name}={value!r}' for name, value in told.items())})"


@lru_cache(maxsize=1024)  # a hunt draws from some hundreds
def facts_of_settings(mode: Mode, contract: int, phases: int, producer: bool, pref_kva: int, at: str) -> MeterFacts:
    """The facts of a meter with these settings.

    Args:
        contract: its place in ``contracts``.
        at: legal time of its start.
    """
    settings: dict[str, Any] = {"contract": contracts()[contract], "phases": phases, "pref_kva": pref_kva}
    file = MeterFile(mode=mode, producer=producer, at=at, load_va=500.0, **settings)
    return facts_of(file)


def facts_of(file: MeterFile) -> MeterFacts:
    """The facts of a meter."""
    mode = file.mode
    meter = file.build()
    table = LABELS[mode]
    groups = meter.groups()
    values = {group.label: group.value for group in groups}
    said = list(values)
    moving = [name for name in said if table[name].unit in _POWERS or name.startswith(_INDEXES)]
    labels = [*moving, *(name for name in said if name not in moving)]
    indexes = [name for name in said if name.startswith(_INDEXES) and table[name].unit == "Wh"]
    begins_us = meter.true_us + _STARTS_WITHIN_US
    changes, at_us = set[int](), begins_us
    while at_us < begins_us + _DAYS_AHEAD * 86_400 * SECOND_US:
        at_us = min(meter.next_switch(at_us), midnight_after(at_us))
        changes.add(at_us)
    clock_changes = _clock_changes(begins_us)
    rare = [midnight_after(begins_us), *clock_changes]
    frame = tuple(GroupPieces().of(groups, mode))
    return MeterFacts(
        file, tuple(labels), values, frame, tuple(indexes), _near(changes | {*clock_changes}), _near(rare)
    )  # fmt: skip


def _near(changes: Iterable[int]) -> tuple[str, ...]:
    """Legal times near some instants, in order."""
    hours = sorted(at_us + near_s * SECOND_US for at_us in changes for near_s in _NEAR_S)
    return tuple(local_time(at_us).isoformat() for at_us in hours)


def _clock_changes(from_us: int) -> list[int]:
    """Instants at which legal time jumps, on the days that lie ahead."""
    first = local_time(from_us).date()
    days = (first + timedelta(days=day) for day in range(_DAYS_AHEAD + 1))
    return [at_us for day in days for at_us in wall_instants(day, ()) if at_us > from_us]
