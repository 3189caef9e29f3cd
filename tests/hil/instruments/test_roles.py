# SPDX-License-Identifier: Apache-2.0
"""Each make of each role against its virtual instrument, on a socket and on a serial port: the same functions."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from xky.boards import board_named
from xky.emulator.carrier import quadrature_receiver
from xky.emulator.supply import supply_named
from xky.hil.instruments import (
    Instrument,
    WrongInstrument,
    make_names,
    open_instrument,
    role_names,
    upload,
)
from xky.hil.instruments import (
    instrument as instrument_module,
)
from xky.hil.instruments.makes import ASKED
from xky.hil.instruments.roles import Analyser, Capacitor, Generator, Load, Scope, Supply
from xky.hil.virtual import SteppedClock, VirtualBench
from xky.protocol import InputError, Mode

VIRTUAL = {
    role: [name for name in make_names(role) if (role, name) != ("generator", "siglent")] for role in role_names()
}


class Opened:
    """An instrument and the bench that it is on."""

    def __init__(self, bench: VirtualBench, role: str) -> None:
        self.bench, self.clock = bench, bench.clock
        self.virtual = bench.instruments[role]
        self.real: Instrument = open_instrument(
            role, bench.resources[role], None, {"voltage_v": 13.0, "current_a": 0.3}
        )


@contextmanager
def opened(role: str, make: str, connection: str, inner_v: float = 3.0) -> Iterator[Opened]:
    with VirtualBench(
        board_named("winky-c6"), supply_named("typical"), SteppedClock(), makes={role: make}, connection=connection,
        inner_v=inner_v,
    ) as bench:  # fmt: skip
        one = Opened(bench, role)
        yield one
        assert one.virtual.answer("SYST:ERR?") == b'0,"No error"'  # it understood all that it was told
        one.real.close()


@pytest.fixture(params=["tcp", "pty"])
def connection(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.by_day(2)
@pytest.mark.parametrize("make", VIRTUAL["supply"])
def test_a_supply(make: str, connection: str) -> None:
    with opened("supply", make, connection) as one:
        supply = one.real
        assert isinstance(supply, Supply)
        assert (supply.make, supply.is_on()) == (make, False)
        supply.set_voltage(12.5)
        supply.set_current(0.3)
        supply.switch(on=True)
        assert supply.is_on()
        assert one.bench.board.fed_v == 12.5
        one.clock.wait(1.0)
        reading = supply.reading()
        assert reading.voltage_v == pytest.approx(12.5, abs=0.01)
        assert reading.current_a == pytest.approx(one.bench.board.supply_a, abs=2e-3)
        for ask, told in (
            (lambda: supply.set_voltage(13.5), "13.5 V asked for"),
            (lambda: supply.set_current(1.0), "1 A"),
        ):
            with pytest.raises(InputError, match=told):
                ask()
        assert one.bench.board.fed_v == 12.5
        supply.make_safe()
        assert one.bench.board.fed_v == 0.0


@pytest.mark.parametrize("make", VIRTUAL["capacitor"])
def test_a_voltmeter(make: str, connection: str) -> None:
    with opened("capacitor", make, connection) as one:
        meter = one.real
        assert isinstance(meter, Capacitor)
        meter.prepare()
        voltage_v = meter.voltage_v()
        assert voltage_v == pytest.approx(one.bench.board.capacitor_v, abs=meter.error_v(voltage_v) + 1e-5)
        before_s = meter.clock_s()
        one.clock.wait(7.25)
        assert meter.clock_s() - before_s == pytest.approx(7.25, abs=1e-3)
        meter.make_safe()


@pytest.mark.parametrize("make", VIRTUAL["load"])
def test_a_load(make: str, connection: str) -> None:
    with opened("load", make, connection) as one:
        load = one.real
        assert isinstance(load, Load)
        load.set_current(0.02)
        assert one.bench.board.drained_a == 0.0
        load.switch(on=True)
        assert one.bench.board.drained_a == pytest.approx(0.02)
        assert load.current_a() == pytest.approx(0.02, abs=1e-3)
        load.make_safe()
        assert one.bench.board.drained_a == 0.0
        with pytest.raises(InputError, match=r"load .*: 0\.5 A asked for; its limit is 0\.3 A"):
            load.set_current(0.5)


@pytest.mark.parametrize("make", VIRTUAL["analyser"])
def test_an_analyser(make: str, connection: str) -> None:
    with opened("analyser", make, connection) as one:
        analyser = one.real
        assert isinstance(analyser, Analyser)
        analyser.prepare()
        assert analyser.current_a() == pytest.approx(one.bench.board.board_a, rel=1e-3, abs=2e-7)
        analyser.make_safe()
        assert not analyser.is_on()


@pytest.mark.by_day(2)
@pytest.mark.parametrize("make", VIRTUAL["scope"])
def test_a_scope(make: str, connection: str) -> None:
    with opened("scope", make, connection) as one:
        scope = one.real
        assert isinstance(scope, Scope)
        capacitor = scope.record(3, scale_v=1.0, points=1000, interval_s=1e-5)
        assert capacitor.step_v == pytest.approx(1 / 25)  # eight bits, 25 codes a division
        assert float(np.median(capacitor.voltage_v)) == pytest.approx(one.bench.board.capacitor_v, abs=capacitor.step_v)
        assert 0 < capacitor.voltage_v.std() < 2 * capacitor.step_v
        if connection == "tcp":
            line = scope.record(1, scale_v=1.0, points=100_000, interval_s=1e-6)
            heard = quadrature_receiver(line.voltage_v.astype(np.float32), round(1 / line.interval_s), Mode.STANDARD)
            assert len(heard.data) > 50
            assert heard.errors == {} or max(heard.errors) <= 1  # it may begin in a character
        scope.make_safe()


@pytest.mark.parametrize("make", VIRTUAL["generator"])
def test_a_generator(make: str) -> None:
    with opened("generator", make, "tcp") as one:
        generator = one.real
        assert isinstance(generator, Generator)
        samples = np.tile(np.sin(np.arange(96) * 2 * np.pi * 5 / 96).astype(np.float32), 200)
        upload(generator.resource, make, samples, 960_000)
        until_s = time.monotonic() + 5.0  # it was told in a session of its own
        while not one.virtual.is_on and time.monotonic() < until_s:  # type: ignore[attr-defined]
            time.sleep(0.01)
        put_out = one.virtual.put_out()  # type: ignore[attr-defined]
        assert put_out == pytest.approx(samples, abs=1e-3)
        generator.make_safe()
        assert not one.virtual.is_on  # type: ignore[attr-defined]


@pytest.mark.parametrize("role", role_names())
def test_each_file_of_a_role_is_found_and_has_its_functions(role: str) -> None:
    from xky.hil.instruments.makes import make_named

    folder = Path(str(instrument_module.__file__)).parent / "makes" / role
    assert set(make_names(role)) == {path.stem for path in folder.glob("*.py")} - {"__init__"}
    assert len(make_names(role)) >= 2
    for name in make_names(role):
        assert [part for part in ASKED[role] if not hasattr(make_named(role, name), part)] == []


def test_an_instrument_of_another_role_is_named_and_nothing_is_sent_to_it() -> None:
    with opened("load", "rigol", "tcp") as one:
        with pytest.raises(
            WrongInstrument, match=r"is a RIGOL TECHNOLOGIES DL3021, no known supply; it can be a load; is the resource"
        ):
            open_instrument("supply", one.real.resource, None, {})
        with pytest.raises(WrongInstrument, match=r"no siglent load; write make = .rigol."):
            open_instrument("load", one.real.resource, "siglent", {})
        assert set(one.virtual.said) == {"*IDN?"}


def test_an_unknown_role_or_make_is_named_before_anything_is_opened() -> None:
    with pytest.raises(InputError, match="role 'suply': unknown; expected one of supply, capacitor, scope, load"):
        open_instrument("suply", "TCPIP0::127.0.0.1::1::SOCKET", None, {})
    with pytest.raises(InputError, match="make 'tek': unknown; expected one of rigol, siglent"):
        open_instrument("scope", "TCPIP0::127.0.0.1::1::SOCKET", "tek", {})
