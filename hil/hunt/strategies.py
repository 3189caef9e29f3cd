# SPDX-License-Identifier: Apache-2.0
"""Stories of a line as a Hypothesis strategy: over meters, their hours and what befalls them, frames and their faults.

Drawn from the label tables, the faults and the language of scenarios: nothing in here knows of any device. A failing
story shrinks towards a single-phase meter, one step, one frame, one fault on the first label.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from hypothesis import strategies as st

from xky.emulator.contracts import contract_names
from xky.emulator.fault_strategies import fault as any_fault
from xky.emulator.faults import Fault, known_faults
from xky.emulator.faults.late_start import LateStart
from xky.emulator.faults.legal_value import LegalValue
from xky.emulator.meter_file.contract_table import drawn_contract
from xky.emulator.meter_file.meter_file import MeterFile
from xky.protocol import LABELS, Mode
from xky.protocol.labels import Kind
from xky.protocol.strategies import values

from ..conformance.stimuli.legal_values import values_of
from ..stories.story import Step, Story
from .meter_facts import MeterFacts, facts_of, facts_of_settings

__all__ = ["line_stories"]

_MOST_STEPS, _MOST_FRAMES, _MOST_FAULTS = 5, 3, 3
_BEGINS = (  # days of which one has each change that a meter's calendar knows
    "2027-06-10T12:00", "2027-01-05T17:00", "2027-10-30T20:00", "2027-03-27T20:00", "2027-12-31T20:00",
)  # fmt: skip
_SUBSCRIPTIONS_KVA = (9, 6, 3, 12, 36, 1)  # 54E §6.2.2: 1 to 36
_REGISTERS_WH = (0, 1, 9, 99_999, 2**24 + 1, 123_456_789, 2**29 - 1, 999_999_998, 999_999_999)
"""About the places where numbers of a machine end, and those of nine digits."""
_POWERS_VA = (0.0, 1.0, 99.0, 1000.0, 9999.0, 10_000.0, 36_000.0)
_OUTAGES_S = (0.5, 3.0, 20.0)
_LEGAL = LegalValue.name
_MOST = {  # of a fault's fields: beyond it a story takes longer, and shows nothing more
    "off_s": 5.0, "for_s": 5.0, "gap_s": 0.5, "gap_bits": 20.0, "length": 5000, "rms_bits": 1.0, "percent": 100.0,
    "times": 16.0, "rate": 0.1,
}  # fmt: skip

_Draw = st.DrawFn
_Table = dict[str, Any]


@st.composite
def line_stories(
    draw: _Draw,
    modes: Sequence[Mode] = tuple(Mode),
    *,
    meter: MeterFile | None = None,
    servers: Sequence[str] = (),
    restarts: bool = False,
) -> Story:
    """Any story of a line; at least one of its frames has a fault.

    Args:
        modes: of the meters, each as often as the others.
        meter: the one meter of all stories; any unless told.
        servers: names of what may befall the device's server, those of ``hunt.outages``.
        restarts: whether the device can be started anew while the line speaks.
    """
    mode = draw(_among(tuple(modes)))
    facts = draw(_facts(mode)) if meter is None else facts_of(_in_mode(meter, mode))
    number = draw(_between(1, _MOST_STEPS))
    steps = [draw(_steps(facts, tuple(servers), restarts)) for _ in range(number)]
    if not any(turn for step in steps for turn in step.get("turns", ())):
        steps[-1] = steps[-1] | {"turns": [[draw(_faults(facts))]]}
    return Story(meter=facts.file, seed=draw(_between(0, 255)), step=tuple(map(Step.model_validate, steps)))


def _in_mode(meter: MeterFile, mode: Mode) -> MeterFile:
    """Historic mode knows no producer."""
    return meter.changed(mode=mode, **({"producer": False} if mode is Mode.HISTORIC and meter.producer else {}))


@cache
def _among(choices: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    return st.sampled_from(choices)


@cache
def _between(least: int, most: int) -> st.SearchStrategy[int]:
    return st.integers(least, most)


@cache
def _facts(mode: Mode) -> st.SearchStrategy[MeterFacts]:
    """Meters of a mode, the plain ones first."""
    contracts = ["hc", *(name for name in contract_names() if name != "hc")]
    producers = st.booleans() if mode is Mode.STANDARD else st.just(False)
    return st.builds(
        facts_of_settings, st.just(mode), st.sampled_from(contracts), st.sampled_from((1, 3)), producers,
        st.sampled_from(_SUBSCRIPTIONS_KVA), st.sampled_from(_BEGINS),
    )  # fmt: skip


# Frames


@cache
def _faults_of(mode: Mode, labels: tuple[str, ...]) -> st.SearchStrategy[Fault]:
    kinds: dict[str, st.SearchStrategy[Fault]] = {name: any_fault(name, labels, _MOST) for name in known_faults()}
    kinds[_LEGAL] = st.sampled_from([name for name in labels if name in LABELS[mode]]).flatmap(
        lambda n: _legal(mode, n)
    )
    ordered = sorted(kinds, key=lambda name: name != "wrong_checksum")
    return st.sampled_from(ordered).flatmap(lambda name: kinds[name])


@cache
def _legal(mode: Mode, label: str) -> st.SearchStrategy[Fault]:
    """Another value that the label may have: any, those at the ends of its digits, and the words that it knows."""
    row = LABELS[mode][label]
    known = [*values_of(row)]
    if row.kind in (Kind.NUMBER, Kind.HEX):
        known += ["0" * row.size, "9" * row.size]
    anything = values(row).filter(lambda value: row.admits(value) is None)
    drawn = st.sampled_from(known) | anything if known else anything
    return st.builds(LegalValue, st.just(label), drawn)


def _faults(facts: MeterFacts) -> st.SearchStrategy[Fault]:
    return _faults_of(facts.file.mode, tuple(facts.labels))


@cache
def _turns_of(mode: Mode, labels: tuple[str, ...]) -> st.SearchStrategy[list[list[Fault]]]:
    turn = st.lists(_faults_of(mode, labels), max_size=_MOST_FAULTS)
    return st.lists(turn, max_size=_MOST_FRAMES)


# What happens to the meter


def _set(draw: _Draw, facts: MeterFacts) -> _Table:
    value = draw(_among(_REGISTERS_WH) | _between(0, 999_999_999))
    return {"set": {draw(_among(tuple(facts.indexes))): value}} if facts.indexes else {}


def _load(draw: _Draw, facts: MeterFacts) -> _Table:
    if facts.file.phases == 1:
        return {"load_va": draw(_among(_POWERS_VA) | _between(0, 12_000).map(float))}
    return {"load_va": tuple(draw(_among(_POWERS_VA[:4]) | _between(0, 8000).map(float)) for _ in range(3))}


def _over(draw: _Draw, facts: MeterFacts) -> _Table:
    """Over the subscription: ADPS, short frames, STGE."""
    if facts.file.phases == 1:
        return {"adps": True}
    return {"adir": tuple(sorted(draw(st.sets(_between(1, 3), min_size=1))))}


def _clock(draw: _Draw, facts: MeterFacts) -> _Table:
    return {"clock": {"degraded": True} if draw(st.booleans()) else {"resynchronise": True}}


def _breaker(draw: _Draw, facts: MeterFacts) -> _Table:
    return {"breaker": draw(_among(("open", "close")))}


def _peak(draw: _Draw, facts: MeterFacts) -> _Table:
    """Notice of a mobile peak, or one that runs."""
    first, last = facts.hours[0], facts.hours[-1]
    begins = draw(_among((first, facts.file.at)))
    return {"peak": {"number": draw(_between(1, 3)), "start": begins, "end": last, "notice": draw(st.booleans())}}


def _message(draw: _Draw, facts: MeterFacts) -> _Table:
    name, size = draw(_among((("msg1", 32), ("msg2", 16))))
    return {name: draw(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=size))}


def _phases(draw: _Draw, facts: MeterFacts) -> _Table:
    return {"lose_phases": (draw(_between(1, 3)),)} if facts.file.phases == 3 else {}


def _cover(draw: _Draw, facts: MeterFacts) -> _Table:
    return {"cover_open": True}


def _relays(draw: _Draw, facts: MeterFacts) -> _Table:
    return {"relays": {draw(_between(1, 8)): draw(st.booleans()) for _ in range(2)}}


def _contract(draw: _Draw, facts: MeterFacts) -> _Table:
    return {"contract": drawn_contract(draw(_among(tuple(contract_names()))))}


def _subscription(draw: _Draw, facts: MeterFacts) -> _Table:
    return {draw(_among(("pref_kva", "pcoup_kva"))): draw(_between(1, 36))}


def _exchange(draw: _Draw, facts: MeterFacts) -> _Table:
    told = {"contract": drawn_contract(draw(_among(tuple(contract_names()))))} if draw(st.booleans()) else {}
    return {"exchange": told | ({"phases": draw(_among((1, 3)))} if draw(st.booleans()) else {})}


def _outage(draw: _Draw, facts: MeterFacts) -> _Table:
    return {"outage": {"for_s": draw(_among(_OUTAGES_S))}}


def _hour(draw: _Draw, facts: MeterFacts) -> _Table:
    return {"skip_to": draw(_among(tuple(facts.hours)))}


def _nothing(draw: _Draw, facts: MeterFacts) -> _Table:
    return {}


_HAPPENINGS: tuple[Callable[[_Draw, MeterFacts], _Table], ...] = (
    _nothing, _hour, _set, _load, _over, _peak, _clock, _contract, _message, _subscription, _exchange, _relays, _phases,
    _cover, _breaker, _outage, _nothing, _nothing, _hour, _nothing,
)  # fmt: skip


@st.composite
def _steps(draw: _Draw, facts: MeterFacts, servers: tuple[str, ...], restarts: bool) -> _Table:
    """One step, as a table."""
    happen: Callable[[_Draw, MeterFacts], _Table] = draw(_among(_HAPPENINGS))
    happens = happen(draw, facts)
    if servers and draw(_between(0, 7)) == 7:
        return happens | {"server": draw(_among(servers))}
    if restarts and draw(_between(0, 15)) == 15:
        inside = draw(_among(("group", "stx", "label", "data", "checksum")))
        return happens | {"restart": True, "turns": [[LateStart(draw(_among(tuple(facts.labels))), inside)], []]}
    return happens | {"turns": draw(_turns_of(facts.file.mode, tuple(facts.labels)))}
