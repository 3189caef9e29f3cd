# SPDX-License-Identifier: Apache-2.0
"""The pseudo-terminal, on a clock that the test moves; what is real is the kernel's side of it."""

import fcntl
import os
import select
import socket
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import serial
import simpy

from xky.emulator import Line, Linky, Transmitter, Truth
from xky.emulator.outputs.paced import PacedPort
from xky.emulator.outputs.pty import PortPty
from xky.emulator.outputs.tcp import PortTcp
from xky.emulator.runner import RealTime
from xky.protocol import BenchError, Burst, Decoder, Frame
from xky.protocol.uart import Uart, received

from ...pty_line import backlog

pytestmark = pytest.mark.realtime

CHARACTER_S = 10 / 9600


class Port:
    """A pty and its clock."""

    def __init__(self, **options: int) -> None:
        self.env = simpy.Environment()
        self.pty = PortPty(self.env, **options)  # type: ignore[arg-type]

    def play(self, data: bytes) -> None:
        """One burst from start to end."""
        burst = Burst(self.env.now, CHARACTER_S, data)
        self.pty(burst)
        self.env.run(until=burst.end_s + CHARACTER_S)

    def play_as_the_kernel_keeps_up(self, data: bytes, fd: int) -> None:
        """One burst to a reader that does not read: chunks are handed over in the kernel's own time."""
        burst = Burst(self.env.now, CHARACTER_S, data)
        self.pty(burst)
        end = self.env.timeout(burst.end_s - self.env.now + CHARACTER_S)
        while not end.processed:
            self.env.step()
            due = min(round((self.env.now - burst.start_s) / CHARACTER_S), len(data))
            patience_end_s = time.monotonic() + 0.5
            while backlog(fd) < due - len(self.pty.overruns) and time.monotonic() < patience_end_s:
                pass

    @contextmanager
    def reader(self) -> Iterator[int]:
        """A program that opens the port."""
        fd = os.open(self.pty.name, os.O_RDWR | os.O_NOCTTY)
        try:
            yield fd
        finally:
            os.close(fd)


@pytest.fixture
def port() -> Iterator[Port]:
    port = Port()
    yield port
    port.pty.close()


def waiting(fd: int, least: int = 1, patience_s: float = 2.0, *, ending: bytes = b"") -> bytes:
    """What the port holds, once it is at least so much and ends so: the kernel hands it over bit by bit."""
    heard, end_s = b"", time.monotonic() + patience_s
    while (len(heard) < least or not heard.endswith(ending)) and time.monotonic() < end_s:
        if select.select([fd], [], [], 0.01)[0]:
            heard += os.read(fd, 65536)
    return heard


def is_empty(fd: int) -> bool:
    return not select.select([fd], [], [], 0.005)[0]


def test_characters_come_through_as_they_are(port: Port) -> None:
    data = bytes(range(128)) * 3
    with port.reader() as fd:
        port.play(data)
        assert waiting(fd, len(data)) == data
    assert not port.pty.overruns


def test_a_frame_on_the_port_decodes(port: Port) -> None:
    meter, line, truth = Linky(), Line(), Truth()
    line.connect(port.pty)
    meter.run_by(lambda: float(port.env.now))
    port.env.process(Transmitter(port.env, meter, line, truth).run())
    with port.reader() as fd:
        port.env.run(until=2.0)
        heard = waiting(fd, len(truth[0].data))
    frames = [event for event in Decoder().feed(heard) if isinstance(event, Frame)]
    assert frames[0].groups == tuple(group.group for group in truth[0].groups)


def test_nothing_is_sent_before_someone_opens(port: Port) -> None:
    assert not port.pty.is_open
    port.play(b"early" * 100)
    with port.reader() as fd:
        assert port.pty.is_open
        assert is_empty(fd)
        port.play(b"late")
        assert waiting(fd, 4) == b"late"
    assert not port.pty.is_open
    assert not port.pty.overruns


def test_a_reader_that_opens_in_a_burst_gets_its_rest(port: Port) -> None:
    data = b"0123456789" * 20 + b"!"
    port.pty(Burst(0.0, CHARACTER_S, data))
    port.env.run(until=100 * CHARACTER_S)
    with port.reader() as fd:
        port.env.run(until=1.0)
        heard = waiting(fd, ending=b"!")
    assert data.endswith(heard)
    assert 91 <= len(heard) <= 111


def test_the_backlog_of_a_slow_reader_is_bounded_and_overruns_are_counted() -> None:
    port = Port(buffer_bytes=100)
    with port.reader() as fd:
        data = bytes(code & 0x3F | 0x40 for code in range(250))
        port.play_as_the_kernel_keeps_up(data, fd)
        assert waiting(fd, 100) == data[:100]
        assert len(port.pty.overruns) == 150
        assert min(port.pty.overruns) >= 100 * CHARACTER_S
        port.play(b"again")
        assert waiting(fd, 5) == b"again"
        assert len(port.pty.overruns) == 150
    port.pty.close()


def test_the_backlog_is_bounded_by_the_kernels_buffer_unless_told(port: Port) -> None:
    with port.reader() as fd:
        port.play_as_the_kernel_keeps_up(b"x" * 6000, fd)
        assert len(waiting(fd, 4095)) == 4095
        assert is_empty(fd)
    assert len(port.pty.overruns) == 6000 - 4095


@pytest.mark.parametrize("sent_between", [b"", b"nobody hears this"])
def test_a_new_reader_does_not_see_the_backlog_of_an_earlier_one(port: Port, sent_between: bytes) -> None:
    with port.reader():
        port.play(b"backlog")
    port.play(sent_between or b"-")
    with port.reader() as fd:
        assert is_empty(fd)
        port.play(b"new")
        assert waiting(fd, 3) == b"new"


def test_a_program_that_takes_the_port_for_itself_is_served_and_every_character_accounted_for() -> None:
    port = Port(buffer_bytes=10**6)
    with port.reader() as fd:
        fcntl.ioctl(fd, termios.TIOCEXCL)
        data = b"x" * 100_000  # more than the kernel keeps, should it refuse another look at the port
        port.play(data)
        heard = waiting(fd, 10**6, patience_s=0.1)
        assert len(heard) + len(port.pty.overruns) == len(data)
        fcntl.ioctl(fd, termios.TIOCNXCL)
    port.pty.close()


def test_closing_twice_and_writing_after_is_harmless(port: Port) -> None:
    port.pty.close()
    port.pty.close()
    port.play(b"into the void")


def test_a_system_without_a_pty_left_is_the_benchs_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def none_left() -> tuple[int, int]:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "openpty", none_left)
    with pytest.raises(BenchError, match="no pseudo-terminal to be had"):
        PortPty(simpy.Environment())


def opened_pty(env: simpy.Environment, play: RealTime) -> tuple[PortPty, int]:
    pty = PortPty(env, runner=play)
    return pty, os.open(pty.name, os.O_RDWR | os.O_NOCTTY)


def opened_tcp(env: simpy.Environment, play: RealTime) -> tuple[PortTcp, int]:
    tcp = PortTcp(env, runner=play)
    client = socket.create_connection(("127.0.0.1", int(tcp.name.rpartition(":")[2])))
    return tcp, client.detach()


@pytest.mark.parametrize("open_port", [opened_pty, opened_tcp])
def test_characters_are_never_early(open_port: Callable[..., tuple[PacedPort, int]]) -> None:
    env = simpy.Environment()
    play = RealTime(env)
    port, reader = open_port(env, play)
    assert port.is_open
    data, heard = b"\x55" * 150, []
    began_s = time.monotonic()
    play.restart()

    def hear() -> None:
        count = len(os.read(reader, 4096))  # the time after it: more may come while this process stands still
        heard.append((time.monotonic() - began_s, count))

    play.watch(reader, hear)
    port(Burst(0.0, CHARACTER_S, data))
    env.timeout(2.0)
    play.run(lambda: sum(count for _, count in heard) == len(data) or env.now > 1)
    play.unwatch(reader)
    port.close()
    play.close()
    os.close(reader)
    total = 0
    for at_s, count in heard:
        total += count
        assert at_s >= total * CHARACTER_S - 1e-6
    assert total == len(data)


# What a pty keeps of a program's settings


def said_of(port: Port) -> list[tuple[int | None, float | None]]:
    return [(one.baud, one.stop_bits) for one in port.pty.settings]


def test_a_program_that_leaves_the_port_alone_reads_the_line_as_sent(port: Port) -> None:
    with port.reader() as fd:
        port.play(b"as sent")
        assert waiting(fd, 7) == b"as sent"
    assert said_of(port) == []


@pytest.mark.parametrize("baud", [1200, 9600, 1187, 38400])
def test_the_rate_that_a_program_sets_is_told_once(port: Port, baud: int) -> None:
    with serial.Serial(port.pty.name, baud):
        port.play(b"-" * 100)
        port.play(b"-" * 100)
    assert said_of(port) == [(baud, 1)]


def test_each_change_of_the_rate_is_told_with_its_time(port: Port) -> None:
    with serial.Serial(port.pty.name, 1200) as opened:
        port.play(b"-" * 200)
        opened.baudrate = 9600
        port.play(b"-" * 200)
    assert [one.baud for one in port.pty.settings] == [1200, 9600]
    assert port.pty.settings[1].at_s > 200 * CHARACTER_S
    assert port.pty.settings[0].data_bits is None  # nobody can know


def test_a_program_at_the_wrong_rate_reads_what_a_uart_samples_there(port: Port) -> None:
    data = b"\nSINSTS\t00548\tN\r" * 10
    with serial.Serial(port.pty.name, 1200) as opened:
        port.play(data)
        heard = waiting(opened.fileno(), 10**6, patience_s=0.1)
    assert heard == received(Burst(0.0, CHARACTER_S, data), Uart(1200)).data
    assert b"SINSTS" not in heard


def test_a_program_may_ask_for_7e1_again_after_another_has_closed_the_port(port: Port) -> None:
    for _ in range(3):
        with serial.Serial(port.pty.name, 9600, bytesize=7, parity="E") as opened:
            port.play(b"again")
            assert waiting(opened.fileno(), 5) == b"again"
        port.play(b"-")  # the bench sees that it has gone
    assert said_of(port) == [(9600, 1)]
