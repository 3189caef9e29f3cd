# SPDX-License-Identifier: Apache-2.0
"""Whatever an instrument does wrong ends in one line within the time that was given, and nothing late is believed."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from xky.boards import board_named
from xky.emulator.supply import supply_named
from xky.hil.instruments import LostInstrument, WrongInstrument, open_instrument
from xky.hil.instruments.roles import Scope, Supply
from xky.hil.instruments.session import ANSWER_S as PATIENCE_S
from xky.hil.instruments.session import Session
from xky.hil.instruments.visa import resource_manager
from xky.hil.virtual import Misbehaviour, Planned, SteppedClock, VirtualBench
from xky.hil.virtual.connection import Behaviour
from xky.protocol import InputError

ANSWER_S = 0.2  # given to one that misbehaves; a sound one has all the time that it has on a desk
OPENS_S = 1.5  # where a connection is opened besides
SOON_S = 4 * PATIENCE_S  # and not for ever: a machine that does other things, too, takes its time


@pytest.fixture(scope="module", autouse=True)
def _found() -> None:
    """PyVISA imports much when it is first used, and looks for libraries."""
    resource_manager()


@pytest.fixture(params=["tcp", "pty"])
def connection(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def bench(connection: str) -> Iterator[VirtualBench]:
    makes = {"supply": "rigol", "scope": "siglent"}
    with VirtualBench(
        board_named("winky-c6"), supply_named("typical"), SteppedClock(), makes=makes, connection=connection
    ) as bench:
        bench.behaviours["supply"].late_s = 5 * ANSWER_S
        bench.behaviours["supply"].dribble_s = 0.1  # each byte comes before PyVISA-py looks at the time
        yield bench


def opened(bench: VirtualBench, *, answer_s: float = PATIENCE_S) -> Supply:
    supply = open_instrument("supply", bench.resources["supply"], None, {}, answer_s=answer_s)
    assert isinstance(supply, Supply)
    return supply


@contextmanager
def misbehaving(bench: VirtualBench, supply: Supply, what: Misbehaviour, answer_s: float = ANSWER_S) -> Iterator[None]:
    """Let it misbehave, and give it little time meanwhile."""
    bench.behaviours["supply"].planned, supply._session._answer_s = Planned(what), answer_s
    yield
    bench.behaviours["supply"].planned, supply._session._answer_s = None, PATIENCE_S


BROKEN = {
    Misbehaviour.HANG_UP: "does not answer",
    Misbehaviour.DRIBBLE: "no end of an answer|does not answer",
    Misbehaviour.LATE: "does not answer",
    Misbehaviour.SILENT: "does not answer",
    Misbehaviour.COMPOUND: "answers .*;0' to",
}


@pytest.mark.by_day(4)
@pytest.mark.parametrize("what", BROKEN)
def test_a_question_ends_in_time_and_in_one_line(bench: VirtualBench, what: Misbehaviour) -> None:
    supply = opened(bench)
    began_s = time.monotonic()
    with misbehaving(bench, supply, what), pytest.raises(LostInstrument, match=BROKEN[what]) as raised:
        supply.reading()
    assert time.monotonic() - began_s < SOON_S
    assert bench.resources["supply"] in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.by_day(2)
@pytest.mark.parametrize("what", [Misbehaviour.LATE, Misbehaviour.DRIBBLE, Misbehaviour.COMPOUND])
def test_what_comes_late_is_never_taken_for_the_next_answer(bench: VirtualBench, what: Misbehaviour) -> None:
    supply = opened(bench)
    supply.set_voltage(7.0)
    supply.switch(on=True)
    with misbehaving(bench, supply, what), pytest.raises(LostInstrument):
        supply.reading()
    time.sleep(6 * ANSWER_S)  # the late one is there by now
    for _ in range(3):
        reading = supply.reading()
        assert reading.voltage_v == pytest.approx(7.0, abs=0.05)
        assert reading.current_a == pytest.approx(0.03, abs=0.02)
        assert supply.is_on()


@pytest.mark.parametrize(
    ("what", "connection"),
    [(Misbehaviour.HANG_UP, "tcp"), (Misbehaviour.SILENT, "tcp"), (Misbehaviour.LATE, "pty")],
    indirect=["connection"],
)
def test_it_is_made_safe_once_it_answers_again(bench: VirtualBench, what: Misbehaviour) -> None:
    supply = opened(bench)
    supply.set_voltage(7.0)
    supply.switch(on=True)
    with misbehaving(bench, supply, what), suppress(LostInstrument):
        supply.reading()
    supply.make_safe()
    assert bench.board.fed_v == 0.0


def test_one_that_hung_up_is_reached_by_the_next_use(bench: VirtualBench) -> None:
    supply = opened(bench)
    with misbehaving(bench, supply, Misbehaviour.HANG_UP), pytest.raises(LostInstrument, match="does not answer"):
        supply.reading()
    began_s = time.monotonic()
    assert supply.reading().voltage_v == pytest.approx(0.0, abs=0.05)
    assert time.monotonic() - began_s < PATIENCE_S  # the connection was closed, and nobody waits for it


@pytest.mark.by_day(1)
def test_one_that_connecting_anew_did_not_bring_back_is_not_asked_once_more(bench: VirtualBench) -> None:
    supply = opened(bench)
    with misbehaving(bench, supply, Misbehaviour.SILENT, OPENS_S):
        with pytest.raises(LostInstrument):
            supply.is_on()
        bench.instruments["supply"].said.clear()
        with pytest.raises(LostInstrument):
            supply.make_safe()
    assert bench.instruments["supply"].said == ["*IDN?", "*IDN?"]  # on the connection that was, and on a new one


def test_the_library_is_looked_for_once() -> None:
    assert resource_manager().visalib is resource_manager().visalib
    resource_manager().close()  # as the last of a program does, and another one begins
    assert resource_manager().session


def test_a_late_answer_comes_when_nobody_waits_any_more() -> None:
    assert Behaviour().late_s > PATIENCE_S


def test_an_instrument_that_does_not_answer_any_more_is_not_said_to_be_safe(bench: VirtualBench) -> None:
    supply = opened(bench)
    supply.switch(on=True)
    began_s = time.monotonic()
    with misbehaving(bench, supply, Misbehaviour.SILENT), pytest.raises(LostInstrument):
        supply.make_safe()
    assert time.monotonic() - began_s < SOON_S


@pytest.mark.by_day(3)
@pytest.mark.parametrize("what", [Misbehaviour.HANG_UP, Misbehaviour.DRIBBLE, Misbehaviour.SILENT, Misbehaviour.LATE])
def test_connected_means_that_it_answered(bench: VirtualBench, what: Misbehaviour) -> None:
    bench.behaviours["supply"].planned = Planned(what)
    bench.behaviours["supply"].late_s = 3 * OPENS_S
    with pytest.raises(LostInstrument, match=r"\*IDN\?"):
        opened(bench, answer_s=OPENS_S)
    assert set(bench.instruments["supply"].said) == {"*IDN?"}


def test_another_instrument_at_its_address_is_named(bench: VirtualBench) -> None:
    bench.behaviours["supply"].planned = Planned(Misbehaviour.WRONG_IDENTITY)
    with pytest.raises(
        WrongInstrument, match=r"is a ACME Instruments X-1, no known supply; known for this role: rigol"
    ):
        opened(bench)
    assert set(bench.instruments["supply"].said) == {"*IDN?"}


@pytest.mark.by_day(1)
def test_an_instrument_that_was_changed_for_another_is_named_and_told_nothing(bench: VirtualBench) -> None:
    supply = opened(bench)
    with misbehaving(bench, supply, Misbehaviour.SILENT), pytest.raises(LostInstrument):
        supply.is_on()
    bench.behaviours["supply"].planned = Planned(Misbehaviour.WRONG_IDENTITY)
    bench.instruments["supply"].said.clear()
    with pytest.raises(LostInstrument, match="another instrument answers now: ACME Instruments X-1, and before RIGOL"):
        supply.switch(on=True)
    assert set(bench.instruments["supply"].said) == {"*IDN?"}


def test_an_indefinite_block_is_refused_and_the_next_record_is_right(bench: VirtualBench) -> None:
    scope = open_instrument("scope", bench.resources["scope"], None, {})
    assert isinstance(scope, Scope)
    bench.behaviours["scope"].planned = Planned(Misbehaviour.INDEFINITE)
    with pytest.raises(LostInstrument, match="answers with an indefinite block, whose end nobody can tell"):
        scope.record(3, scale_v=1.0, points=1000, interval_s=1e-5)
    bench.behaviours["scope"].planned = None
    assert len(scope.record(3, scale_v=1.0, points=1000, interval_s=1e-5).voltage_v) == 14_000


@pytest.mark.parametrize("connection", ["tcp"], indirect=True)
def test_nobody_listening_is_named(bench: VirtualBench) -> None:
    bench.refuse("supply")
    began_s = time.monotonic()
    with pytest.raises(LostInstrument, match=r"SOCKET: does not answer \*IDN\? \(.*refused\); is it on, free"):
        opened(bench)
    assert time.monotonic() - began_s < SOON_S


@pytest.mark.parametrize("connection", ["tcp"], indirect=True)
def test_two_sessions_do_not_take_each_others_answers(bench: VirtualBench) -> None:
    one, other = opened(bench), opened(bench)
    for session in (one, other) * 5:
        assert session.reading().voltage_v == pytest.approx(0.0, abs=0.05)


def test_a_compound_question_is_refused(bench: VirtualBench) -> None:
    session = Session(bench.resources["supply"])
    with pytest.raises(ValueError, match="expected one question"):
        session.query("*IDN?;*OPC?")
    session.close()


def test_a_resource_that_names_nothing_is_the_persons_fault() -> None:
    with pytest.raises(InputError, match="nonsense: names no instrument; expected one as"):
        open_instrument("supply", "nonsense", None, {})
