# SPDX-License-Identifier: Apache-2.0
"""What may happen to the meter of a story before a step, as Hypothesis draws it: tables as scenarios have them."""

from collections.abc import Callable
from functools import cache
from typing import Any

from hypothesis import strategies as st

from xky.emulator.meter.settings import PREF_KVA
from xky.emulator.meter_file.contract_table import ContractTable
from xky.protocol import Mode

from .drawing import among, between
from .meter_facts import MeterFacts, contracts

__all__ = ["HAPPENINGS", "Happens", "Table", "happenings"]

_REGISTERS_WH = (0, 1, 9, 99_999, 2**24 + 1, 123_456_789, 2**29 - 1, 999_999_998, 999_999_999)
"""About the places where numbers of a machine end, and those of nine digits."""
_POWERS_VA = (0.0, 1.0, 99.0, 1000.0, 9999.0, 10_000.0, 36_000.0)
_OUTAGES_S = (0.5, 3.0, 20.0)
_SUPPLY_SHARES, _SUPPLY_FAILS_S = (0.0, 0.5, 0.8), (0.02, 1.0, 30.0, 300.0)

_Draw = st.DrawFn
_BOOLEANS = st.booleans()
_PHASES = st.sets(st.integers(1, 3), min_size=1)
Table = dict[str, Any]
Happens = Callable[[_Draw, MeterFacts], Table]


@cache
def _one_of(special: tuple[float, ...], most: int) -> st.SearchStrategy[Any]:
    """One of these, or any whole number from 0 on."""
    return among(special) | between(0, most)


@cache
def _texts(size: int) -> st.SearchStrategy[str]:
    return st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=size)


def _set(draw: _Draw, facts: MeterFacts) -> Table:
    value = draw(_one_of(_REGISTERS_WH, 999_999_999))
    return {"set": {draw(among(tuple(facts.indexes))): value}} if facts.indexes else {}


def _load(draw: _Draw, facts: MeterFacts) -> Table:
    if facts.file.phases == 1:
        return {"load_va": float(draw(_one_of(_POWERS_VA, 12_000)))}
    return {"load_va": tuple(float(draw(_one_of(_POWERS_VA[:4], 8000))) for _ in range(3))}


def _over(draw: _Draw, facts: MeterFacts) -> Table:
    """Over the subscription: ADPS, short frames, STGE."""
    if facts.file.phases == 1:
        return {"adps": True}
    return {"adir": tuple(sorted(draw(_PHASES)))}


def _clock(draw: _Draw, facts: MeterFacts) -> Table:
    return {"clock": {"degraded": True} if draw(_BOOLEANS) else {"resynchronise": True}}


def _breaker(draw: _Draw, facts: MeterFacts) -> Table:
    return {"breaker": draw(among(("open", "close")))}


def _peak(draw: _Draw, facts: MeterFacts) -> Table:
    """Notice of a mobile peak, or one that runs."""
    first, last = facts.hours[0], facts.hours[-1]
    begins = draw(among((first, facts.file.at)))
    return {"peak": {"number": draw(between(1, 3)), "start": begins, "end": last, "notice": draw(_BOOLEANS)}}


def _message(draw: _Draw, facts: MeterFacts) -> Table:
    name, size = draw(among((("msg1", 32), ("msg2", 16))))
    return {name: draw(_texts(size))}


def _phases(draw: _Draw, facts: MeterFacts) -> Table:
    return {"lose_phases": (draw(between(1, 3)),)} if facts.file.phases == 3 else {}


def _cover(draw: _Draw, facts: MeterFacts) -> Table:
    return {"cover_open": True}


def _relays(draw: _Draw, facts: MeterFacts) -> Table:
    return {"relays": {draw(between(1, 8)): draw(_BOOLEANS) for _ in range(2)}}


def _any_contract(draw: _Draw) -> ContractTable:
    known = contracts()
    return known[draw(between(0, len(known) - 1))]


def _contract(draw: _Draw, facts: MeterFacts) -> Table:
    return {"contract": _any_contract(draw)}


def _subscription(draw: _Draw, facts: MeterFacts) -> Table:
    return {draw(among(("pref_kva", "pcoup_kva"))): draw(between(PREF_KVA[0], PREF_KVA[-1]))}


def _exchange(draw: _Draw, facts: MeterFacts) -> Table:
    told = {"contract": _any_contract(draw)} if draw(_BOOLEANS) else {}
    return {"exchange": told | ({"phases": draw(among((1, 3)))} if draw(_BOOLEANS) else {})}


def _outage(draw: _Draw, facts: MeterFacts) -> Table:
    return {"outage": {"for_s": draw(among(_OUTAGES_S))}}


def _hour(draw: _Draw, facts: MeterFacts) -> Table:
    return {"skip_to": draw(among(facts.rare_hours if draw(_BOOLEANS) else facts.hours))}


def _nothing(draw: _Draw, facts: MeterFacts) -> Table:
    return {}


def _other_mode(draw: _Draw, facts: MeterFacts) -> Table:
    """The distributor switches the TIC, and back."""
    return {"mode": Mode.HISTORIC if facts.file.mode is Mode.STANDARD else Mode.STANDARD}


HAPPENINGS: tuple[Happens, ...] = (
    _nothing, _hour, _set, _load, _over, _peak, _clock, _contract, _message, _subscription, _exchange, _relays, _phases,
    _cover, _breaker, _outage, _other_mode, _nothing, _nothing, _hour, _nothing, _hour, _hour,
)  # fmt: skip
"""Each as often as it stands here; the first is the simplest."""


def _supply(draw: _Draw, facts: MeterFacts) -> Table:
    """What a board lives on is cut, or sags; others do not notice."""
    return {"terminal_a": {"share": draw(among(_SUPPLY_SHARES)), "for_s": draw(among(_SUPPLY_FAILS_S))}}


_BY_KIND = {happens.__name__.removeprefix("_"): happens for happens in (*HAPPENINGS, _supply)}


@st.composite
def happenings(draw: _Draw, facts: MeterFacts, *kinds: str) -> Table:
    """What may happen to a meter: one of these kinds, such as ``set``, ``load``, ``hour``."""
    happens: Happens = draw(among(tuple(_BY_KIND[kind] for kind in kinds)))
    return happens(draw, facts)
