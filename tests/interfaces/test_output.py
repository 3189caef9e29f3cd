# SPDX-License-Identifier: Apache-2.0
"""One test for every output of the emulator."""

import os
import select
import socket
import sys
import threading
import time
import tty
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import simpy

from xky.emulator import Line, Linky, Transmitter, Truth
from xky.emulator.outputs import Output, Port, paced
from xky.emulator.outputs.file import FileOutput
from xky.emulator.outputs.paced import PacedPort
from xky.emulator.outputs.pty import PortPty
from xky.emulator.outputs.rfc2217 import PortRfc2217
from xky.emulator.outputs.serial_port import PortSerial
from xky.emulator.outputs.stdout import PortStdout
from xky.emulator.outputs.tcp import PortTcp
from xky.protocol import Burst, InputError
from xky.protocol.uart import CharacterDefect

FOLDER = Path(__file__).parents[2] / "emulator" / "outputs"


@dataclass
class WatchedOutput:
    """An output on a clock, and what came out of it."""

    env: simpy.Environment
    output: Output
    came_out: Callable[[], bytes]


def to_file(folder: Path) -> Iterator[WatchedOutput]:
    output = FileOutput(folder / "capture.tic")

    def came_out() -> bytes:
        output.close()
        return (folder / "capture.tic").read_bytes()

    yield WatchedOutput(simpy.Environment(), output, came_out)
    output.close()


def all_that_comes(fd: int, quiet_s: float = 0.02) -> bytes:
    """What a descriptor gives, until nothing comes any more."""
    heard = b""
    while select.select([fd], [], [], quiet_s)[0]:
        heard += os.read(fd, 65536)
    return heard


def drained(output: PacedPort, fd: int) -> bytes:
    """The same, with what the kernel had no room for before."""
    output.drain()
    heard = b""
    while more := all_that_comes(fd, 0.3 if output.overruns else 0.02):
        heard += more
        output.drain()
    return heard


def to_pty(folder: Path) -> Iterator[WatchedOutput]:
    env = simpy.Environment()
    output = PortPty(env)
    fd = os.open(output.name, os.O_RDWR | os.O_NOCTTY)
    yield WatchedOutput(env, output, lambda: all_that_comes(fd))
    os.close(fd)
    output.close()


def client_of(output: PortTcp) -> socket.socket:
    """A program's connection."""
    return socket.create_connection(("127.0.0.1", int(output.name.rpartition(":")[2])))


def to_tcp(folder: Path) -> Iterator[WatchedOutput]:
    env = simpy.Environment()
    output = PortTcp(env)
    client = client_of(output)
    assert output.is_open

    def came_out() -> bytes:
        return drained(output, client.fileno())

    yield WatchedOutput(env, output, came_out)
    client.close()
    output.close()


def to_rfc2217(folder: Path) -> Iterator[WatchedOutput]:
    """A client that has asked for 9600 7E1, seen from behind the telnet layer."""
    env = simpy.Environment()
    output = PortRfc2217(env)
    client = client_of(output)
    for option in (b"\x01" + (9600).to_bytes(4, "big"), b"\x02\x07", b"\x03\x03", b"\x04\x01"):
        client.sendall(b"\xff\xfa\x2c" + option + b"\xff\xf0")
    while not output.is_open:
        pass
    assert all_that_comes(client.fileno()).endswith(b"\xff\xfa\x2c\x68\x01\xff\xf0")  # stop bits are granted

    def came_out() -> bytes:
        return drained(output, client.fileno()).replace(b"\xff\xff", b"\xff")

    yield WatchedOutput(env, output, came_out)
    client.close()
    output.close()


def to_serial_port(folder: Path) -> Iterator[WatchedOutput]:
    """A pty in the place of the real port; what stands on the wire is read as a UART set to 7E1 does."""
    env = simpy.Environment()
    master, slave = os.openpty()
    tty.setraw(slave)
    output = PortSerial(env, os.ttyname(slave))

    def came_out() -> bytes:
        heard = b""
        while more := all_that_comes(master):
            heard += more
            env.run(until=env.now + 0.1)  # the driver has room again
        return bytes(code & 0x7F | (code.bit_count() % 2) << 7 for code in heard)

    yield WatchedOutput(env, output, came_out)
    output.close()
    os.close(master)
    os.close(slave)


def to_stdout(folder: Path) -> Iterator[WatchedOutput]:
    env = simpy.Environment()
    reader, writer = os.pipe()
    kept, sys.stdout = sys.stdout, os.fdopen(writer, "w")
    try:
        output = PortStdout(env)
    finally:
        sys.stdout.close()
        sys.stdout = kept

    def came_out() -> bytes:
        return drained(output, reader)

    yield WatchedOutput(env, output, came_out)
    os.close(reader)
    output.close()


OUTPUTS = {
    "file": to_file, "pty": to_pty, "tcp": to_tcp, "rfc2217": to_rfc2217, "serial_port": to_serial_port,
    "stdout": to_stdout,
}  # fmt: skip


@pytest.fixture(params=OUTPUTS)
def watched(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[WatchedOutput]:
    yield from OUTPUTS[request.param](tmp_path)


def test_each_file_of_the_folder_is_tested_here() -> None:
    assert {path.stem for path in FOLDER.glob("*.py")} - {"__init__", "output", "paced", "port", "port_choice"} == set(
        OUTPUTS
    )


def test_every_character_comes_out_once_and_in_order(watched: WatchedOutput) -> None:
    meter, line, truth = Linky(), Line(), Truth()
    meter.run_by(lambda: float(watched.env.now))
    line.connect(watched.output)
    watched.env.process(Transmitter(watched.env, meter, line, truth).run(lambda: len(truth) == 3))
    watched.env.run()
    assert watched.came_out() == b"".join(frame.data for frame in truth)


def test_every_seven_bit_code_comes_out_as_it_is(watched: WatchedOutput) -> None:
    watched.output(Burst(0.0, 10 / 9600, bytes(range(128))))
    watched.env.run()
    assert watched.came_out() == bytes(range(128))


def test_a_spoilt_character_comes_without_a_mark_as_a_kernel_hands_it_over(watched: WatchedOutput) -> None:
    watched.output(Burst(0.0, 10 / 9600, b"ABCDEF", {2: CharacterDefect.PARITY}))
    watched.env.run(until=1.0)
    on_the_wire = isinstance(watched.output, PortSerial)  # the wrong parity itself, where the receiver is to find it
    assert watched.came_out() == (b"AB\xc3DEF" if on_the_wire else b"ABCDEF")


def test_closing_twice_is_safe_and_what_is_sent_then_goes_nowhere(watched: WatchedOutput) -> None:
    watched.output.close()
    watched.output.close()
    if not isinstance(watched.output, FileOutput):  # a capture has an end
        watched.output(Burst(0.0, 10 / 9600, b"into the void"))
        watched.env.run(until=1.0)


PORTS = pytest.mark.parametrize("watched", [name for name in OUTPUTS if name != "file"], indirect=True)


@pytest.mark.by_day(2)
@PORTS
def test_a_reader_that_does_not_read_blocks_nobody_and_each_lost_character_is_counted(watched: WatchedOutput) -> None:
    port: Port = watched.output  # type: ignore[assignment]
    sent = bytes(n * 7 % 96 + 32 for n in range(300_000))  # more than every kernel's buffers together
    watched.output(Burst(0.0, 10 / 9600, sent))
    watched.env.run(until=313.0)
    heard = watched.came_out()
    assert sent.startswith(heard[:2000])
    assert len(heard) < 150_000
    assert len(heard) + len(port.overruns) == len(sent)
    assert list(port.overruns) == sorted(port.overruns)
    assert 0.0 <= port.overruns[0] <= port.overruns[-1] <= 313.0
    assert port.name


@pytest.mark.parametrize("watched", ["pty", "tcp", "rfc2217"], indirect=True)
def test_a_port_tells_its_settings_once(watched: WatchedOutput) -> None:
    port: Port = watched.output  # type: ignore[assignment]
    told = [(one.baud, one.data_bits, one.parity, one.stop_bits) for one in port.settings]
    assert told == ([(9600, 7, "E", 1)] if isinstance(port, PortRfc2217) else [])


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no/such\.tic: cannot be written \(No such file.*give another --out"):
        FileOutput(tmp_path / "no" / "such.tic")


# A pty that waits for its reader: for runs faster than a real line


class SlowReader:
    """A program that opens a port and reads a little at a time, up to the hang-up."""

    def __init__(self, path: str, *, stop_after: int | None = None) -> None:
        self._fd = os.open(path, os.O_RDWR | os.O_NOCTTY)
        self._stop_after = stop_after
        self.heard = b""
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def _read(self) -> None:
        try:
            while self._stop_after is None or len(self.heard) < self._stop_after:
                time.sleep(0.002)
                self.heard += os.read(self._fd, 1500)
        except OSError:  # the hang-up
            pass
        finally:
            os.close(self._fd)

    def wait(self) -> bytes:
        """What it heard in all."""
        self._thread.join(20)
        assert not self._thread.is_alive()
        return self.heard


MANY = bytes(n * 7 % 96 + 32 for n in range(100_000))  # more than any buffer of the kernel holds


def patient_pty() -> PortPty:
    return PortPty(simpy.Environment(), speed=1e4, patient=True)


@pytest.mark.realtime
def test_a_slow_reader_holds_a_patient_pty_back_and_gets_every_character() -> None:
    output = patient_pty()
    reader = SlowReader(output.name)
    output(Burst(0.0, 10 / 9600, MANY))
    output._env.run()
    output.drain()
    output.close()
    assert reader.wait() == MANY
    assert not output.overruns


@pytest.mark.realtime
def test_a_patient_pty_does_not_wait_for_a_reader_that_went_away() -> None:
    output = patient_pty()
    reader = SlowReader(output.name, stop_after=10_000)
    output(Burst(0.0, 10 / 9600, MANY))
    output._env.run()
    output.drain()
    heard = reader.wait()
    assert MANY.startswith(heard)
    output.close()


@pytest.mark.realtime
def test_a_patient_pty_sends_into_the_void_while_nobody_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paced, "_READER_COMES_WITHIN_S", 0.2)
    output = patient_pty()
    began_s = time.monotonic()
    output.wait_for_reader()
    output(Burst(0.0, 10 / 9600, MANY))
    output._env.run()
    output.drain()
    output.close()
    assert 0.2 <= time.monotonic() - began_s < 2


@pytest.mark.realtime
def test_a_patient_pty_waits_for_its_first_reader() -> None:
    output = patient_pty()
    readers: list[SlowReader] = []
    opening = threading.Timer(0.2, lambda: readers.append(SlowReader(output.name)))
    opening.start()
    output.wait_for_reader()
    output(Burst(0.0, 10 / 9600, b"the first frame"))
    output._env.run()
    output.drain()
    output.close()
    assert readers[0].wait() == b"the first frame"
