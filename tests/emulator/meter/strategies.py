# SPDX-License-Identifier: Apache-2.0
"""Meters of every kind, drawn: contracts, phases, producers, quirks, loads, seeds and starts."""

from datetime import date, time
from typing import Any

from hypothesis import note
from hypothesis import strategies as st

from xky.emulator import Contract, Draw, Grid, Hold, Household, Linky, Quirks, contract_named, contract_names
from xky.emulator.contracts import Distributor, ejp, hc, tempo
from xky.emulator.legal_time import SECOND_US, parse_at
from xky.protocol import Mode
from xky.protocol.calendar import Block, Contact, DayProfile
from xky.protocol.status import Colour

__all__ = ["ANY_INSTANT", "QUIRKS", "calendars", "contracts", "instants", "linkies", "loads"]

FIRST, LAST = parse_at("2025-12-31"), parse_at("2027-01-02")
_MINUTES = st.times().map(lambda at: at.replace(second=0, microsecond=0))
_DAYS = st.dates(date(2025, 12, 25), date(2027, 1, 10))
ANY_INSTANT = st.integers(FIRST, LAST) | st.sampled_from(["2026-03-29", "2026-10-25"]).flatmap(
    lambda day: st.integers(parse_at(day), parse_at(day) + 4 * 3600 * SECOND_US)
)  # hours around both clock changes, besides any other

QUIRKS = st.builds(
    Quirks,
    papp_not_rounded=st.booleans(),
    smaxsn_rounded=st.booleans(),
    smaxsn_1_days=st.sampled_from([1, 6]),
    msg1_centred=st.booleans(),
    no_injection_curve=st.booleans(),
    ngtf=st.sampled_from(["", "ZEN FLEX"]),
    pilot_labels=st.booleans(),
    imax_a=st.sampled_from([(), (60,), (44, 0, 13)]),
    no_hhphc=st.booleans(),
    season_letter=st.sampled_from(["", "H", "E"]),
    current_lag_s=st.integers(0, 1),
)


def instants() -> st.SearchStrategy[int]:
    """Instants of a whole second."""
    return ANY_INSTANT.map(lambda at_us: at_us // SECOND_US * SECOND_US)


@st.composite
def _profiles(draw: st.DrawFn) -> DayProfile:
    starts = sorted({time(), *draw(st.lists(_MINUTES, max_size=10))})
    return DayProfile(
        tuple(
            Block(
                start,
                draw(st.sampled_from(Contact)),
                draw(st.frozensets(st.integers(1, 7), max_size=3)),
                draw(st.integers(0, 10)),
            )
            for start in starts
        )
    )


@st.composite
def calendars(draw: st.DrawFn) -> Contract:
    """A supplier calendar that nobody has sold yet."""
    days = tuple(draw(st.lists(_profiles(), min_size=1, max_size=4)))
    numbers = st.integers(0, len(days) - 1)
    off_peak = draw(st.lists(_MINUTES, min_size=2, max_size=2, unique=True))
    return Contract(
        ngtf=draw(st.sampled_from(["", "H SUPER CREUSES "])),
        ltarf={n: f"INDEX {n}".center(16) for n in range(1, 11)} if draw(st.booleans()) else {},
        days=days,
        week=tuple(draw(st.lists(numbers, min_size=7, max_size=7))),
        dates=draw(st.dictionaries(_DAYS, numbers, max_size=20)),
        distributor=Distributor(draw(st.sampled_from([1, 4])), ((off_peak[0], off_peak[1]),)),
    )


def contracts() -> st.SearchStrategy[Contract]:
    """Every contract: those sold, with other hours, colours and peaks too, and calendars of any kind."""
    colours = st.dictionaries(_DAYS, st.sampled_from([Colour.BLUE, Colour.WHITE, Colour.RED]), max_size=40)
    return (
        st.sampled_from(contract_names()).map(contract_named)
        | st.builds(tempo.contract, st.integers(0, 99), colours)
        | st.builds(ejp.contract, st.none() | st.integers(0, 99), st.dictionaries(_DAYS, st.booleans(), max_size=40))
        | st.lists(_MINUTES, min_size=4, max_size=4, unique=True)
        .map(sorted)
        .map(lambda walls: hc.contract(((walls[3], walls[0]), (walls[1], walls[2]))))
        | st.lists(_MINUTES, min_size=4, max_size=4, unique=True).map(sorted).flatmap(_of_seasons)
        | calendars()
    )


def _of_seasons(walls: list[time]) -> st.SearchStrategy[Contract]:
    """Hours that are others in summer, told on the eve (what is not told is no law of every moment)."""
    winter, summer = ((walls[0], walls[1]), (walls[2], walls[3])), ((walls[3], walls[1]),)
    return st.builds(hc.contract, st.just(winter), st.just(summer)) | st.builds(
        tempo.contract, st.integers(0, 99), off_peak=st.just(winter), summer=st.just(summer)
    )


def loads(phases: int, *, producer: bool, reactive: bool = True) -> st.SearchStrategy[Any]:
    """What a house draws: a household, or one power for ever."""
    powers = st.tuples(*[st.integers(-12_000_000, 12_000_000) | st.integers(-3000, 3000)] * phases)
    household = st.builds(Household, st.integers(0, 99), st.just(phases), st.just(producer))
    return household | st.builds(Hold, st.builds(Draw, powers, powers if reactive else st.just((0,) * phases)))


@st.composite
def linkies(
    draw: st.DrawFn,
    *,
    modes: st.SearchStrategy[Mode] | None = None,
    quirks: st.SearchStrategy[Quirks] | None = None,
    pref_kva: st.SearchStrategy[int | None] | None = None,
    reactive: bool = True,
) -> Linky:
    """A new meter; it starts at a whole second."""
    mode = draw(modes if modes is not None else st.sampled_from(Mode))
    phases = draw(st.sampled_from([1, 3]))
    producer = mode is Mode.STANDARD and draw(st.booleans())
    arguments = {
        "mode": mode,
        "phases": phases,
        "producer": producer,
        "contract": draw(contracts()),
        "at": draw(instants()),
        "load": draw(loads(phases, producer=producer, reactive=reactive)),
        "pref_kva": draw(pref_kva if pref_kva is not None else st.none() | st.integers(1, 36)),
        "quirks": draw(quirks if quirks is not None else st.just(Quirks())),
        "grid": draw(st.sampled_from([Grid(), Grid((247.0, 252.0, 229.0), 0.6)])),
        "seed": draw(st.integers(0, 10**6)),
    }
    note(f"Linky(**{arguments})")
    return Linky(**arguments)
