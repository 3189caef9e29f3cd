# SPDX-License-Identifier: Apache-2.0
"""Stories of a line as a Hypothesis strategy: over meters, their hours and what befalls them, frames and their faults.

Drawn from the label tables, the faults and the language of scenarios: nothing in here knows of any device. A failing
story shrinks towards a single-phase meter, one step, one frame, one fault on the first label.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from hypothesis import strategies as st

from xky.emulator.faults.late_start import LateStart
from xky.emulator.meter_file.meter_file import MeterFile
from xky.protocol import Mode

from ..stories.story import Step, Story
from .drawing import among, between
from .favours import PLAIN, Favours
from .frame_strategies import SOME_METERS, faults_on, turns_on
from .happening_strategies import HAPPENINGS, Happens, Table, happenings
from .meter_facts import BEGINS, SUBSCRIPTIONS_KVA, MeterFacts, contracts, facts_of, facts_of_settings

__all__ = ["Befalls", "line_stories", "meters", "starts_inside", "steps", "stories_of"]

_MOST_STEPS = 5
_ONE_IN_SERVERS, _ONE_IN_SUPPLIES, _ONE_IN_RESTARTS = 8, 12, 16
_NO_FAVOURS: Mapping[Mode, Favours] = {}
_INSIDE = ("group", "stx", "label", "data", "checksum")


def line_stories(
    modes: Sequence[Mode | str] = tuple(Mode),
    *,
    meter: MeterFile | None = None,
    servers: Sequence[str] = (),
    restarts: bool = False,
    supply: bool = False,
) -> st.SearchStrategy[Story]:
    """Any story of a line; at least one of its frames has a fault, or the supply fails.

    Args:
        modes: of the meters, each as often as the others.
        meter: the one meter of all stories; any unless told.
        servers: names of what may befall the device's server, those of ``stories.outages``.
        restarts: whether the device can be started anew while the line speaks.
        supply: whether the device lives on terminals I1-A, so that it notices where they fail.
    """
    return stories_of([Mode(mode) for mode in modes], meter, Befalls(tuple(servers), restarts, supply))


def stories_of(
    modes: Sequence[Mode], meter: MeterFile | None, befalls: "Befalls", favours: Mapping[Mode, Favours] = _NO_FAVOURS
) -> st.SearchStrategy[Story]:
    """The same, for who knows what befalls the device besides, and how often each kind of fault is drawn in each mode;
    all alike unless told."""
    return meters(modes, meter).flatmap(lambda facts: _stories(facts, befalls, favours.get(facts.file.mode, PLAIN)))


def meters(modes: Sequence[Mode | str], meter: MeterFile | None = None) -> st.SearchStrategy[MeterFacts]:
    """Any meter, or the one that is told, in each of these modes as often as in the others."""
    known = [Mode(mode) for mode in modes]
    return st.one_of([_meters(mode) if meter is None else st.just(facts_of(_in_mode(meter, mode))) for mode in known])


def _in_mode(meter: MeterFile, mode: Mode) -> MeterFile:
    """Historic mode knows no producer."""
    return meter.changed(mode=mode, **({"producer": False} if mode is Mode.HISTORIC and meter.producer else {}))


@cache
def _meters(mode: Mode) -> st.SearchStrategy[MeterFacts]:
    """Meters of a mode, the plain ones first."""
    return st.builds(
        facts_of_settings, st.just(mode), st.integers(0, len(contracts()) - 1), st.sampled_from((1, 3)),
        st.booleans() if mode is Mode.STANDARD else st.just(False), st.sampled_from(SUBSCRIPTIONS_KVA),
        st.sampled_from(BEGINS),
    )  # fmt: skip


@dataclass(frozen=True)
class Befalls:
    """What can befall the device beside its line, as ``line_stories`` has it."""

    servers: tuple[str, ...]
    restarts: bool
    supply: bool


@lru_cache(maxsize=SOME_METERS)
@st.composite
def _stories(draw: st.DrawFn, facts: MeterFacts, befalls: Befalls, favours: Favours) -> Story:
    told = draw(_some_steps(facts, befalls, favours))
    at_least = draw(
        faults_on(facts, favours)
    )  # drawn for each story, so that shrinking can leave out a step that has another
    if not any(turn for step in told for turn in step.get("turns", ())) and not any(
        "terminal_a" in step for step in told
    ):
        told[-1] |= {"turns": [[at_least]]}
    return Story(meter=facts.file, seed=draw(between(0, 255)), step=tuple(map(Step.model_validate, told)))


@lru_cache(maxsize=SOME_METERS)
def _some_steps(facts: MeterFacts, befalls: Befalls, favours: Favours) -> st.SearchStrategy[list[Table]]:
    return st.lists(steps(facts, befalls, favours), min_size=1, max_size=_MOST_STEPS)


@lru_cache(maxsize=SOME_METERS)
@st.composite
def steps(draw: st.DrawFn, facts: MeterFacts, befalls: Befalls, favours: Favours = PLAIN) -> Table:
    """One step, as a table: a strategy of its own, so that shrinking can leave it out as a whole.

    Its frames are drawn before whatever takes their place, so that shrinking can leave that out.
    """
    happen: Happens = draw(among(HAPPENINGS))
    happens, turns = happen(draw, facts), draw(turns_on(facts, favours))
    if befalls.servers and draw(between(1, _ONE_IN_SERVERS)) == _ONE_IN_SERVERS:
        return happens | {"server": draw(among(befalls.servers))}
    if befalls.supply and draw(between(1, _ONE_IN_SUPPLIES)) == _ONE_IN_SUPPLIES:
        return happens | draw(happenings(facts, "supply"))
    if befalls.restarts and draw(between(1, _ONE_IN_RESTARTS)) == _ONE_IN_RESTARTS:
        return happens | {"restart": True, "turns": [[draw(starts_inside(facts))], []]}
    return happens | {"turns": turns}


def starts_inside(facts: MeterFacts) -> st.SearchStrategy[LateStart]:
    """Places inside a frame at which a device may be started."""
    return st.builds(LateStart, among(facts.labels), among(_INSIDE))
