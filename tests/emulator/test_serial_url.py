# SPDX-License-Identifier: Apache-2.0
"""``linky://``: a program that uses pyserial reads an emulated meter in-process."""

import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
import serial
import simpy

import xky.emulator.serial_url
from xky.emulator import Line, Transmitter, Truth, meter_file
from xky.emulator.meter_file.meter_file import MeterFile
from xky.emulator.serial_url import LinkySerial, LinkyUrlError
from xky.protocol import Frame, Mode, decode

RIGHT: dict[Mode, dict[str, Any]] = {
    Mode.STANDARD: {"baudrate": 9600, "bytesize": 7, "parity": "E"},
    Mode.HISTORIC: {"baudrate": 1200, "bytesize": 7, "parity": "E"},
}


def opened(url: str, mode: Mode = Mode.STANDARD, **settings: Any) -> LinkySerial:
    """As a program opens it."""
    port = serial.serial_for_url(url, **(RIGHT[mode] | settings))
    assert isinstance(port, LinkySerial)
    return port


def said(meter: MeterFile, count: int) -> bytes:
    """The first frames of a meter, as any other output brings them."""
    env, line, truth = simpy.Environment(), Line(), Truth()
    built = meter.build()
    built.run_by(lambda: float(env.now))
    env.process(Transmitter(env, built, line, truth, seed=meter.seed).run(lambda: len(truth) == count))
    env.run()
    return b"".join(frame.data for frame in truth)


@pytest.mark.parametrize(
    ("url", "meter"),
    [
        ("linky://", MeterFile()),
        ("linky://standard?phases=3&seed=1", MeterFile(phases=3, seed=1)),
        ("LINKY://Historic?at=2027-01-05T21:55", MeterFile(mode=Mode.HISTORIC, at="2027-01-05T21:55")),
        ("linky://standard?meter=producer-hc-1p", meter_file("producer-hc-1p")),
    ],
)
def test_every_character_comes_once_and_in_order(url: str, meter: MeterFile) -> None:
    expected = said(meter, 5)
    mark = "&" if "?" in url else "?"
    with opened(f"{url}{mark}speed=max", meter.mode) as port:
        assert b"".join(port.read(7) for _ in range(len(expected) // 7)) == expected[: len(expected) // 7 * 7]


def test_a_ready_scenario_is_played_to_its_end_and_the_line_is_silent_then() -> None:
    with opened("linky://?scenario=mobile-peaks&speed=max") as port:
        frames = [event for event in decode(port.read(10**7)) if isinstance(event, Frame)]
        assert len(frames) > 300
        assert {"PPOINTE", "DPM1"} <= set().union(*(frame.values for frame in frames))
        assert (port.in_waiting, port.read(1)) == (0, b"")


def test_settings_that_are_not_the_lines_give_what_a_uart_samples() -> None:
    expected = said(MeterFile(), 1)
    with opened("linky://?speed=max", bytesize=8, parity="N") as port:
        assert port.read(len(expected)) == bytes(code | code.bit_count() % 2 << 7 for code in expected)
    with opened("linky://?speed=max", baudrate=1200) as port:
        heard = port.read(100)
    assert not any(event.good for event in decode(heard) if isinstance(event, Frame))


def test_a_program_that_finds_the_right_settings_reads_frames_from_then_on() -> None:
    with opened("linky://historic?speed=max", timeout=5.0) as port:
        assert not any(event.good for event in decode(port.read(10**6)) if isinstance(event, Frame))
        port.baudrate = 1200
        frames = [event for event in decode(port.read(10**6)) if isinstance(event, Frame) and event.complete]
    assert len(frames) >= 1
    told = [(one.baud, one.data_bits, one.parity) for one in port.port_settings]
    assert told == [(9600, 7, "E"), (1200, 7, "E")]
    assert port.port_settings[1].at_s == pytest.approx(5.0)


def test_a_timeout_is_counted_on_the_meters_clock_when_time_passes_as_it_is_read() -> None:
    began_s = time.monotonic()
    with opened("linky://?speed=0", timeout=3600.0) as port:
        heard = port.read(10**8)
    frames = [event for event in decode(heard) if isinstance(event, Frame) and event.complete]
    assert 3600 / 0.95 < len(frames) < 3600 / 0.9
    assert time.monotonic() - began_s < 30


def test_waiting_characters_come_without_a_read() -> None:
    with opened("linky://?speed=max") as port:
        waiting = port.in_waiting
        assert waiting >= 1
        assert port.read(waiting) == said(MeterFile(), 1)[:waiting]
        assert port.readline().endswith(b"\n")
        port.reset_input_buffer()
        assert port.write(b"hello") == 5


class Wall:
    """A wall clock that a test moves; a wait moves it too."""

    def __init__(self, port: LinkySerial) -> None:
        self.now_s = 100.0
        port._changed.wait = self.wait  # type: ignore[method-assign]

    def monotonic(self) -> float:
        return self.now_s

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout is not None
        self.now_s += timeout + 1e-6  # a clock goes on
        return False


@pytest.fixture
def real(monkeypatch: pytest.MonkeyPatch) -> tuple[LinkySerial, Wall]:
    """A port in the time of a wall clock of ours, four times as fast."""
    port = serial.serial_for_url("linky://?speed=4", do_not_open=True, timeout=0.05, **RIGHT[Mode.STANDARD])
    assert isinstance(port, LinkySerial)
    wall = Wall(port)
    monkeypatch.setattr("xky.emulator.serial_url.protocol_linky.time.monotonic", wall.monotonic)
    port.open()
    return port, wall


def test_characters_are_never_early_and_a_timeout_is_real(real: tuple[LinkySerial, Wall]) -> None:
    port, wall = real
    heard, began_s = b"", wall.now_s
    for _ in range(40):
        before_s = wall.now_s
        heard += port.read(500)
        assert wall.now_s - before_s <= 0.05 + 1e-4
        assert len(heard) <= (wall.now_s - began_s) * 4 * 960 + 1e-6
    assert said(MeterFile(), 20).startswith(heard)
    assert len(heard) > 2.0 * 4 * 960 * 0.95
    port.timeout = 0
    at_s = wall.now_s
    port.read(10**6)
    assert (port.read(10), wall.now_s) == (b"", at_s)


def test_what_is_not_read_is_kept_up_to_the_receive_buffer_and_the_rest_counted(
    real: tuple[LinkySerial, Wall],
) -> None:
    port, wall = real
    wall.now_s += 10.0
    assert port.in_waiting == 4095
    lost = len(port.overruns)
    assert 40 * 960 * 0.95 < 4095 + lost < 40 * 960
    assert 4.0 < port.overruns[0] < 6.0
    assert port.read(4095) == said(MeterFile(), 6)[:4095]
    assert port.in_waiting == 0


@pytest.mark.realtime
def test_another_thread_can_call_a_read_off_or_close_the_port() -> None:
    for way in (LinkySerial.cancel_read, LinkySerial.close):
        port = opened("linky://?speed=0.001")
        heard: list[bytes] = []
        thread = threading.Thread(target=lambda port=port, heard=heard: heard.append(port.read(1000)))
        thread.start()
        time.sleep(0.05)
        way(port)
        thread.join(5)
        assert not thread.is_alive()
        assert len(heard[0]) < 1000
        port.close()


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("linky://standard?fases=3", r"standard\?fases=3: unknown key 'fases'; did you mean phases\?"),
        ("linky://standard?colour=red", "unknown key 'colour'; known: phases, producer, contract, meter"),
        ("linky://norwegian", "unknown mode 'norwegian'; write linky://historic or linky://standard"),
        ("linky://standard/x", "'/x' has no meaning"),
        ("linky://?phases=two", "phases=two: expected 1 or 3"),
        ("linky://?phases=2", "phases = 2: input should be 1 or 3"),
        ("linky://?speed=-1", "speed=-1: expected a number from 0.001 to 1000, or max"),
        ("linky://?speed=nan", "speed=nan: expected a number from"),
        ("linky://?buffer=0", "buffer=0: expected a number of characters over 0"),
        ("linky://?producer=perhaps", "producer=perhaps: expected true or false"),
        ("linky://historic?producer=yes", "historic frames have no producer groups"),
        ("linky://?meter=nope", "meter 'nope': not known"),
        ("linky://?contract=nope", "not known"),
        ("linky://?scenario=overload&phases=3", "phases: a scenario brings its own meter and times"),
    ],
)
def test_a_wrong_url_is_what_pyserials_users_expect(url: str, complaint: str) -> None:
    for expected in (serial.SerialException, ValueError, LinkyUrlError):
        with pytest.raises(expected, match=complaint):
            serial.serial_for_url(url)


def test_a_port_that_is_not_open_says_so() -> None:
    port = serial.serial_for_url("linky://", do_not_open=True)
    for use in (lambda: port.read(1), lambda: port.in_waiting, lambda: port.write(b"x"), port.reset_input_buffer):
        with pytest.raises(serial.PortNotOpenError):
            use()
    port.open()
    with pytest.raises(serial.SerialException, match="already open"):
        port.open()
    port.close()
    port.close()
    port.open()
    assert port.is_open
    port.close()


def test_it_needs_no_terminals_of_the_system() -> None:
    program = (
        "import sys, serial\n"  # pyserial brings its own part for each system
        "for name in ('fcntl', 'termios', 'tty', 'pty', 'resource'):\n"
        "    sys.modules[name] = None\n"
        "import xky.emulator.serial_url\n"
        "port = serial.serial_for_url('linky://standard?speed=max', 9600, bytesize=7, parity='E')\n"
        "print(port.read_until(b'\\x03').count(b'\\r'))\n"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")
    assert int(run.stdout) > 30


def test_the_handlers_package_is_named_once() -> None:
    assert serial.protocol_handler_packages.count("xky.emulator.serial_url") == 1
    assert Path(xky.emulator.serial_url.__file__).with_name("protocol_linky.py").is_file()
