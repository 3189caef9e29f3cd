# SPDX-License-Identifier: Apache-2.0
"""RFC 2217 with pyserial's own client, and the plain TCP port beside it."""

import contextlib
import socket
import threading
import time
from typing import Any

import pytest
import serial
import simpy

from xky.emulator import Line, Linky, Transmitter, Truth
from xky.emulator.outputs.rfc2217 import PortRfc2217
from xky.emulator.outputs.tcp import PortTcp
from xky.emulator.runner import RealTime
from xky.protocol import BenchError, Burst, Frame, InputError, Mode, decode
from xky.protocol.uart import Uart, received

CHARACTER_S = 10 / 9600


class Emulated:
    """A meter on a port in real time."""

    def __init__(self, kind: type[PortTcp], mode: Mode = Mode.STANDARD) -> None:
        self.env = simpy.Environment()
        self.runner = RealTime(self.env)
        self.port = kind(self.env, runner=self.runner)
        self.truth, line = Truth(), Line()
        meter = Linky(mode=mode)
        meter.run_by(lambda: float(self.env.now))
        line.connect(self.port)
        self.env.process(Transmitter(self.env, meter, line, self.truth).run())

    def read_by_pyserial(self, count: int, **settings: Any) -> bytes:
        """What a program reads that opens the port in a thread of its own."""
        heard: list[bytes] = []
        over = threading.Event()

        def program() -> None:
            try:
                with serial.serial_for_url(self.port.name, timeout=5, **settings) as opened:
                    heard.append(opened.read(count))
            finally:
                over.set()

        thread = threading.Thread(target=program)
        thread.start()
        self.runner.run(over.is_set)
        thread.join()
        self.port.close()
        self.runner.close()
        return heard[0]


def told(port: PortTcp) -> list[tuple[Any, ...]]:
    """Its settings without their times."""
    return [(one.baud, one.data_bits, one.parity, one.stop_bits) for one in port.settings]


@pytest.mark.realtime
def test_a_program_that_sets_its_port_right_reads_whole_frames() -> None:
    emulated = Emulated(PortRfc2217)
    heard = emulated.read_by_pyserial(2000, baudrate=9600, bytesize=7, parity="E")
    assert told(emulated.port)[-1] == (9600, 7, "E", 1)  # size and parity are asked for one after the other
    whole = [frame for frame in decode(heard) if isinstance(frame, Frame) and frame.complete]
    assert any(all(group.ok for group in frame.groups) and "EAST" in frame.values for frame in whole)


@pytest.mark.realtime
def test_a_program_at_9600_8n1_sees_the_parity_bit_in_bit_7() -> None:
    emulated = Emulated(PortRfc2217)
    heard = emulated.read_by_pyserial(500, baudrate=9600)
    assert told(emulated.port)[-1] == (9600, 8, "N", 1)  # size and parity are asked for one after the other
    clean = bytes(code & 0x7F for code in heard)
    settled = clean[-400:]  # the first characters are those of a UART that wakes in the middle of one
    assert settled in b"".join(frame.data for frame in emulated.truth)
    assert heard[-400:] == bytes(code | code.bit_count() % 2 << 7 for code in settled)


@pytest.mark.realtime
def test_a_program_at_1200_7e1_on_a_standard_meter_sees_garbage() -> None:
    emulated = Emulated(PortRfc2217)
    heard = emulated.read_by_pyserial(60, baudrate=1200, bytesize=7, parity="E")
    assert told(emulated.port)[-1] == (1200, 7, "E", 1)  # size and parity are asked for one after the other
    assert len(heard) == 60
    assert not any(event.good for event in decode(heard) if isinstance(event, Frame))
    assert heard.isascii()  # what a UART complains of has no mark


@pytest.mark.realtime
def test_a_plain_tcp_port_is_read_as_it_is_whatever_the_program_sets() -> None:
    emulated = Emulated(PortTcp)
    heard = emulated.read_by_pyserial(1200, baudrate=1200)
    assert told(emulated.port) == []
    assert heard[:100] in b"".join(frame.data for frame in emulated.truth)
    assert any(isinstance(event, Frame) and event.good for event in decode(heard))


# The protocol itself, on a clock that the test moves


@pytest.fixture
def port() -> Any:
    port = PortRfc2217(simpy.Environment())
    yield port
    port.close()


def connected(port: PortTcp) -> socket.socket:
    """A client, let in."""
    client = socket.create_connection(("127.0.0.1", int(port.name.rpartition(":")[2])))
    client.settimeout(2.0)
    give_up = time.monotonic() + 2.0
    while not port.clients and time.monotonic() < give_up:
        assert not port.is_open or isinstance(port, PortTcp)
    return client


def ask(port: PortTcp, client: socket.socket, *options: bytes) -> None:
    """The client says something; wait until it was heard."""
    before = list(port.settings)
    client.sendall(b"".join(b"\xff\xfa\x2c" + option + b"\xff\xf0" for option in options))
    give_up = time.monotonic() + 2.0
    while list(port.settings) == before and port.clients and time.monotonic() < give_up:
        pass


def spoken(client: socket.socket, least: int) -> bytes:
    """What comes to the client, without the protocol's own words."""
    heard = b""
    while len(heard) < least:
        heard += client.recv(4096)
    return heard


BAUD_9600, EIGHT, NONE, ONE = b"\x01" + (9600).to_bytes(4, "big"), b"\x02\x08", b"\x03\x01", b"\x04\x01"


def test_each_client_has_its_own_settings_and_ff_is_doubled_on_the_wire(port: PortRfc2217) -> None:
    with connected(port) as first, connected(port) as second:
        ask(port, first, BAUD_9600, EIGHT, NONE, ONE)
        assert told(port) == [(9600, 8, "N", 1)]
        assert port.is_open
        data = b"\x7f\x01A\x7f"
        port(Burst(0.0, CHARACTER_S, data))
        port._env.run(until=1.0)
        assert received(Burst(0.0, CHARACTER_S, data), Uart(9600, 8, "N")).data == b"\xff\x81A\xff"
        assert spoken(first, 6).endswith(b"\xff\xff\x81A\xff\xff")
        assert spoken(second, 4).endswith(data)  # asked for nothing: as sent


def test_an_order_repeated_is_told_once_and_another_in_its_order(port: PortRfc2217) -> None:
    with connected(port) as client:
        ask(port, client, BAUD_9600, EIGHT, NONE, ONE)
        client.sendall(b"\xff\xfa\x2c" + EIGHT + b"\xff\xf0")
        port._env.run(until=1.0)
        ask(port, client, b"\x02\x07", b"\x03\x03")
        assert told(port) == [(9600, 8, "N", 1), (9600, 7, "E", 1)]


def test_rate_size_and_parity_that_come_in_pieces_are_told_as_what_they_make(port: PortRfc2217) -> None:
    with connected(port) as client, connected(port) as other:
        for option in (BAUD_9600, b"\x02\x07", b"\x03\x03"):
            ask(port, client, option)
        assert told(port) == [(9600, 7, "E", 1)]
        ask(port, other, EIGHT, NONE, BAUD_9600)
        assert told(port) == [(9600, 7, "E", 1), (9600, 8, "N", 1)]
        port._env.run(until=0.3)  # what was held as long was meant
        ask(port, other, b"\x02\x07")
        assert told(port)[1:] == [(9600, 8, "N", 1), (9600, 7, "N", 1)]


@pytest.mark.parametrize("nonsense", [b"\xff\xf0", b"\xff\xfa\x2c\x03\x09\xff\xf0", b"\xff\xfa\x2c\x01\x00\xff\xf0"])
def test_a_client_that_speaks_nonsense_is_sent_away_and_the_others_stay(port: PortRfc2217, nonsense: bytes) -> None:
    with connected(port) as sound:
        ask(port, sound, BAUD_9600, EIGHT, NONE, ONE)
        with socket.create_connection(sound.getpeername()) as other:
            other.sendall(nonsense)
            other.settimeout(0.01)
            here, give_up = True, time.monotonic() + 2.0
            while here and time.monotonic() < give_up:
                assert port.is_open  # lets in, and listens
                with contextlib.suppress(TimeoutError):
                    here = other.recv(4096) != b""
        assert not here
        assert len(port.clients) == 1


def test_two_readers_of_a_tcp_port_do_not_hold_each_other_up() -> None:
    port = PortTcp(simpy.Environment(), buffer_bytes=64)
    with connected(port), connected(port) as reader:
        data = bytes(n % 96 + 32 for n in range(100_000))
        heard = bytearray()

        def read() -> None:
            while len(heard) < len(data):
                heard.extend(reader.recv(65536))

        thread = threading.Thread(target=read)
        thread.start()
        port(Burst(0.0, CHARACTER_S, data))
        for step in range(1, 2100):
            port._env.run(until=step * 0.05)
            due, give_up = min(step * 48 - 8, len(data)), time.monotonic() + 1.0
            while len(heard) < due and time.monotonic() < give_up:  # the kernel hands it over in its own time
                time.sleep(0)
        thread.join(5)
        assert bytes(heard) == data
        assert len(port.overruns) > 10_000  # of the other one
    port.close()


def test_a_client_that_comes_in_the_middle_gets_the_rest() -> None:
    port = PortTcp(simpy.Environment())
    port(Burst(0.0, CHARACTER_S, bytes(range(32, 127)) * 2))
    port._env.run(until=95 * CHARACTER_S)
    with connected(port) as client:
        port._env.run(until=1.0)
        assert spoken(client, 95) == bytes(range(32, 127))
    port.close()


def test_a_reader_that_left_is_gone() -> None:
    port = PortTcp(simpy.Environment())
    connected(port).close()
    give_up = time.monotonic() + 1.0
    while port.is_open and time.monotonic() < give_up:
        pass
    assert not port.is_open
    port(Burst(0.0, CHARACTER_S, b"nobody"))
    port._env.run()
    assert not port.overruns
    port.close()


@pytest.mark.parametrize("kind", [PortTcp, PortRfc2217])
def test_an_address_that_cannot_be_had_is_named(kind: type[PortTcp], monkeypatch: pytest.MonkeyPatch) -> None:
    taken = kind(simpy.Environment())
    number = int(taken.name.rpartition(":")[2])
    with pytest.raises(InputError, match=rf"127\.0\.0\.1:{number}: cannot be listened at \(.*give another"):
        kind(simpy.Environment(), port=number)
    taken.close()

    def exhausted(*_: Any, **__: Any) -> None:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(socket, "create_server", exhausted)
    with pytest.raises(BenchError, match="Too many open files"):
        kind(simpy.Environment())
