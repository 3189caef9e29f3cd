# SPDX-License-Identifier: Apache-2.0
"""The frames of a step as Hypothesis draws them: turns of faults, and turns of legal values that meters seldom say."""

from collections.abc import Callable, Sequence
from dataclasses import fields
from functools import cache, lru_cache, partial
from random import Random
from typing import Any

from hypothesis import strategies as st

from xky.emulator.fault_strategies import PLACES
from xky.emulator.fault_strategies import fault as any_fault
from xky.emulator.faults import Fault, known_faults
from xky.emulator.faults.baud_error import TOLERANCE_PERCENT, BaudError
from xky.emulator.faults.character_gaps import CharacterGaps
from xky.emulator.faults.cut import CutFrame
from xky.emulator.faults.group_gaps import GroupGaps
from xky.emulator.faults.legal_value import LegalValue
from xky.emulator.faults.metrology_bursts import MetrologyBursts
from xky.emulator.faults.missing_group import MissingGroup
from xky.emulator.faults.no_good_group import NoGoodGroup
from xky.emulator.meter.settings import PREF_KVA
from xky.protocol import LABELS, Mode
from xky.protocol.labels import Kind
from xky.protocol.strategies import values

from ..conformance.stimuli.legal_values import values_of
from .drawing import among
from .favours import PLAIN, Favours
from .meter_facts import MeterFacts

__all__ = ["SOME_METERS", "cut_turns", "faults_on", "faulty_turns", "kind_on", "odd_turns", "steady_turns", "turns_on"]

_MOST_FAULTS, _MOST_FRAMES = 3, 3
_MOST_ODD, _MOST_ODD_FRAMES = 5, 8
_MOST_LACKING = 12  # groups
_AGAIN = (1, 12)  # how often a fault comes by itself; twelve bad frames in a row try a patience
_FEW = 4  # characters
_INKED = 0x7F - 0x21  # characters that are none, and no space
_SWEPT = (1, *(12,) * 5)  # values
SOME_METERS = 256  # of which the strategies are kept
_MOST = {  # of a fault's fields: beyond it a story takes longer, and shows nothing more
    "off_s": 5.0, "for_s": 5.0, "gap_s": 0.5, "gap_bits": 20.0, "length": 5000, "rms_bits": 1.0, "percent": 100.0,
    "times": 16.0, "rate": 0.1,
}  # fmt: skip

_BORNE: tuple[Fault, ...] = (  # up to these every receiver must bear it
    BaudError(TOLERANCE_PERCENT), BaudError(-TOLERANCE_PERCENT), GroupGaps(), CharacterGaps(), MetrologyBursts(),
)  # fmt: skip

_Turns = list[list[Fault]]
_Made = Callable[[MeterFacts, Favours], st.SearchStrategy[_Turns]]


@cache
def _kinds() -> tuple[str, ...]:
    return tuple(sorted(known_faults(), key=lambda name: name != "wrong_checksum"))


@cache
def _kinds_by(favours: Favours) -> tuple[str, ...]:
    """Each kind as often as it is to be drawn."""
    return tuple(name for name in _kinds() for _ in range(favours.of(name)))


@lru_cache(maxsize=SOME_METERS)
def faults_on(facts: MeterFacts, favours: Favours = PLAIN) -> st.SearchStrategy[Fault]:
    """Any fault on any group of a meter; a wrong checksum is the simplest."""
    return among(_kinds_by(favours)).flatmap(lambda name: kind_on(facts, name))


def kind_on(facts: MeterFacts, name: str) -> st.SearchStrategy[Fault]:
    """Any fault of one kind on any group of a meter."""
    return _legal(facts) if name == LegalValue.name else _other(_places(facts, name), name)


@lru_cache(maxsize=16 * SOME_METERS)
def _places(facts: MeterFacts, name: str) -> tuple[str, ...]:
    """The meter's labels; those whose groups the kind can do something to come half of the time.

    Few labels have a horodate, or blanks. The others stay: what a group says changes while the line speaks.
    """
    kind: Any = known_faults()[name]
    if not any(field.name in PLACES for field in fields(kind)):
        return facts.labels
    frame, mode = list(facts.frame), facts.file.mode
    apt = tuple(label for label in facts.labels if kind(label).apply(frame, mode, Random(0)) != frame)
    if len(apt) in (0, len(facts.labels)):
        return facts.labels
    return apt * (len(facts.labels) // len(apt)) + facts.labels


@lru_cache(maxsize=16 * SOME_METERS)
def _other(labels: tuple[str, ...], name: str) -> st.SearchStrategy[Fault]:
    """A kind that is no legal value; made when it is first drawn, since there are many, and a strategy costs much."""
    return any_fault(name, labels, _MOST)


@lru_cache(maxsize=SOME_METERS)
def turns_on(facts: MeterFacts, favours: Favours = PLAIN) -> st.SearchStrategy[_Turns]:
    """The frames of a step: some faults in each; one again and again; some groups missing; legal values, others in
    each; limits; or cuts. Each comes as often as the faults that it is made of."""
    return among(_turns_by(facts.file.mode, favours)).flatmap(lambda made: made(facts, favours))


@cache
def _turns_by(mode: Mode, favours: Favours) -> tuple[_Made, ...]:
    """Who makes each kind of them, as often as it is to be drawn: few are ever drawn of one meter."""
    any_kind, legal = favours.of(*_kinds()), favours.of(LegalValue.name)
    kinds: list[_Made] = [
        *[faulty_turns] * (2 * any_kind),
        *[steady_turns] * any_kind,
        *[_lacking] * favours.of(MissingGroup.name),
        *[_odd] * legal,
        *[_sweep] * legal,
        *[_at_limits] * favours.of(*(fault.name for fault in _BORNE)),
    ]
    if mode is Mode.HISTORIC:
        kinds += [_cuts] * favours.of(CutFrame.name)
    return tuple(kinds)


@lru_cache(maxsize=SOME_METERS)
def faulty_turns(facts: MeterFacts, favours: Favours = PLAIN) -> st.SearchStrategy[_Turns]:
    """Frames with some faults each."""
    return st.lists(st.lists(faults_on(facts, favours), max_size=_MOST_FAULTS), max_size=_MOST_FRAMES)


@lru_cache(maxsize=SOME_METERS)
def steady_turns(facts: MeterFacts, favours: Favours = PLAIN) -> st.SearchStrategy[_Turns]:
    """Frames that have the same fault each; one in four times nothing of them is good, which tries a patience most."""
    fault = st.one_of(*[faults_on(facts, favours)] * 3, kind_on(facts, NoGoodGroup.name))
    return st.builds(lambda fault, times: [[fault]] * times, fault, among(_AGAIN))


def _lacking(facts: MeterFacts, _: Favours) -> st.SearchStrategy[_Turns]:
    """A frame without some groups: each may be one that a receiver waits for."""
    return _lacking_of(facts.labels)


@lru_cache(maxsize=SOME_METERS)
def _lacking_of(labels: tuple[str, ...]) -> st.SearchStrategy[_Turns]:
    return st.lists(among(labels), min_size=1, max_size=_MOST_LACKING).map(_without)


@lru_cache(maxsize=SOME_METERS)
def odd_turns(facts: MeterFacts) -> st.SearchStrategy[_Turns]:
    """Frames of legal values that the meter does not say, others in each."""
    return st.lists(st.lists(_legal(facts), min_size=1, max_size=_MOST_ODD), min_size=1, max_size=_MOST_ODD_FRAMES)


@lru_cache(maxsize=SOME_METERS)
def cut_turns(facts: MeterFacts) -> st.SearchStrategy[_Turns]:
    """Frames that a meter cuts in its own way, among whole ones; of historic mode."""
    return st.lists(_cut(facts.labels), min_size=1, max_size=_MOST_ODD_FRAMES)


def _odd(facts: MeterFacts, _: Favours) -> st.SearchStrategy[_Turns]:
    return odd_turns(facts)


def _cuts(facts: MeterFacts, _: Favours) -> st.SearchStrategy[_Turns]:
    return cut_turns(facts)


_AT_LIMITS: st.SearchStrategy[_Turns] = st.lists(
    st.lists(st.sampled_from(_BORNE), min_size=1, max_size=2), min_size=1, max_size=_MOST_FRAMES
)


def _at_limits(_: MeterFacts, __: Favours) -> st.SearchStrategy[_Turns]:
    """Frames of which a receiver must read all, as far from the usual as they may be."""
    return _AT_LIMITS


def _without(labels: Sequence[str]) -> _Turns:
    return [[MissingGroup(label) for label in labels]]


@lru_cache(maxsize=SOME_METERS)
def _sweep(facts: MeterFacts, _: Favours) -> st.SearchStrategy[_Turns]:
    """Values of one label with few characters, one after the other: what has a table of them lacks one somewhere."""
    mode, said = facts.file.mode, facts.said
    few = [name for name in facts.labels if (row := LABELS[mode].get(name)) is not None and row.size <= _FEW]

    def values_from(name: str, start: int, place: int, count: int) -> _Turns:
        """Downwards, so that the least start is the value that matters."""
        row, now = LABELS[mode][name], said[name]
        numbers = row.kind is Kind.NUMBER
        at = place % max(len(now), 1)
        legal = PREF_KVA if row.unit == "kVA" else range(10**row.size)
        told = (
            f"{legal[(start - step) % len(legal)]:0{row.size}}" if numbers
            else _but_for_one(now, at, (start - step) % _INKED)
            for step in range(count)
        )  # fmt: skip
        return [[LegalValue(name, value)] for value in told if row.admits(value) is None]

    return st.builds(values_from, st.sampled_from(few), st.integers(0, 99), st.integers(0, _FEW - 1), among(_SWEPT))


def _cut(labels: tuple[str, ...]) -> st.SearchStrategy[list[Fault]]:
    """A whole frame, or one that the meter cuts in its own way (02E §1.5.2)."""
    return st.lists(among(labels).map(lambda label: CutFrame(label, True)), max_size=1)


@lru_cache(maxsize=SOME_METERS)
def _legal(facts: MeterFacts) -> st.SearchStrategy[Fault]:
    """Another value that a label of the meter may have."""
    mode, said = facts.file.mode, facts.said
    known = tuple(name for name in facts.labels if name in LABELS[mode])
    return among(known).flatmap(lambda name: _legal_of(mode, name, said[name]))


@lru_cache(maxsize=16 * SOME_METERS)
def _legal_of(mode: Mode, label: str, now: str) -> st.SearchStrategy[Fault]:
    """Any, those at the ends of its digits, the words that it knows, and what it says now but for one character."""
    row = LABELS[mode][label]
    words = [*values_of(row)]
    if row.kind in (Kind.NUMBER, Kind.HEX):
        words += ["0" * row.size, "9" * row.size]
    words = [word for word in words if row.admits(word) is None]
    choices = [values(row), *([st.sampled_from(words)] if words else [])]
    if row.kind is Kind.TEXT and now and row.admits(now) is None:
        anywhere = st.integers(0, len(now) * _INKED - 1)
        choices.append(anywhere.map(lambda which: _but_for_one(now, *divmod(which, _INKED))))
    return st.one_of(choices).map(partial(LegalValue, label))


def _but_for_one(text: str, place: int, which: int) -> str:
    """A text with another character at a place, that of a number among those that leave ink."""
    return text[:place] + chr(0x21 + which) + text[place + 1 :]
