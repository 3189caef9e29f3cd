# SPDX-License-Identifier: Apache-2.0
"""Stories made from others as Hypothesis draws them: one that led somewhere, with a little of it changed.

Which story, what of it is left, and what is new are drawn, so that all of it shrinks: to the smallest story, of which
nothing is left that need not be.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from hypothesis import strategies as st

from xky.emulator.faults import Fault
from xky.emulator.meter_file.meter_file import MeterFile
from xky.protocol import Mode

from ..stories.story import Step, Story
from .drawing import among, between
from .favours import PLAIN, Favours
from .frame_strategies import faults_on, kind_on
from .meter_facts import MeterFacts, facts_of
from .strategies import Befalls, steps

__all__ = ["retold_stories"]

_PARTS = between(0, 7)  # a step, a frame or a fault is left out by the least of these
_MOST_MORE = 8  # faults of one kind that come besides
_SOME = 256  # meters of which the facts are kept


@dataclass
class _Told:
    """A step with its frames, to be changed."""

    step: Step
    turns: list[list[Fault]]


@st.composite
def retold_stories(draw: st.DrawFn, leads: Sequence[Story], befalls: Befalls, favours: Mapping[Mode, Favours]) -> Story:
    """One of these stories, less of it or all, mostly with a step, a frame or some faults more.

    Args:
        leads: at least one, the smallest first.
        befalls: what can befall the device beside its line.
        favours: how often each kind of fault is drawn, by mode.
    """
    lead = draw(st.sampled_from(leads))
    facts = _facts_of(lead.meter.model_dump_json(exclude_unset=True))
    told = [_kept(draw, step) for step in lead.step if draw(_PARTS)]
    change = draw(among(_CHANGES)) if told else _one_more_step
    change(draw, told, facts, befalls, favours.get(lead.mode, PLAIN))
    return Story(
        meter=lead.meter,
        seed=draw(between(0, 255)),
        step=tuple(one.step.model_copy(update={"turns": tuple(map(tuple, one.turns))}) for one in told),
    )


def _kept(draw: st.DrawFn, step: Step) -> _Told:
    return _Told(step, [[fault for fault in turn if draw(_PARTS)] for turn in step.turns if draw(_PARTS)])


@lru_cache(maxsize=_SOME)
def _facts_of(meter: str) -> MeterFacts:
    return facts_of(MeterFile.model_validate_json(meter))


def _one_more_step(draw: st.DrawFn, told: list[_Told], facts: MeterFacts, befalls: Befalls, favours: Favours) -> None:
    step = Step.model_validate(draw(steps(facts, befalls, favours)))
    told.insert(draw(between(0, len(told))), _Told(step, [[*turn] for turn in step.turns]))


def _one_more_frame(draw: st.DrawFn, told: list[_Told], facts: MeterFacts, befalls: Befalls, favours: Favours) -> None:
    turns = told[draw(between(0, len(told) - 1))].turns
    turns.insert(draw(between(0, len(turns))), draw(st.lists(faults_on(facts, favours), min_size=1, max_size=3)))


def _more_of_the_same(
    draw: st.DrawFn, told: list[_Told], facts: MeterFacts, befalls: Befalls, favours: Favours
) -> None:
    """Faults of a kind that one of its frames has, on any groups of that frame."""
    turns = [turn for one in told for turn in one.turns if turn]
    if not turns:
        _one_more_frame(draw, told, facts, befalls, favours)
        return
    turn = turns[draw(between(0, len(turns) - 1))]
    kind = turn[draw(between(0, len(turn) - 1))].name
    turn.extend(draw(st.lists(kind_on(facts, kind), min_size=1, max_size=_MOST_MORE)))


def _no_more(draw: st.DrawFn, told: list[_Told], facts: MeterFacts, befalls: Befalls, favours: Favours) -> None:
    """What is left of it, with another seed: what shows by that alone shrinks to it."""


_CHANGES = (_no_more, *(_more_of_the_same, _one_more_frame, _one_more_step) * 2)
