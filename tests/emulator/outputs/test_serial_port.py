# SPDX-License-Identifier: Apache-2.0
import os
import pty
import socket
from typing import Any

import pytest
import serial
import simpy

from xky.emulator.opened_serial import opened_serial
from xky.emulator.outputs.serial_port import PortSerial
from xky.protocol import BenchError, Burst


def test_a_rate_that_a_port_cannot_be_set_to_is_the_fault_of_the_bench(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(port: serial.Serial, baudrate: int) -> None:
        raise ValueError(f"Failed to set custom baud rate ({baudrate}): driver says no")

    monkeypatch.setattr(serial.Serial, "_set_special_baudrate", refuse)
    controller, terminal = pty.openpty()
    port = PortSerial(simpy.Environment(), os.ttyname(terminal))
    try:
        with pytest.raises(BenchError, match=r"^/dev/pts/\d+: cannot be set to 28800 baud \(.*\); replay it"):
            port(Burst(0.0, 10 / 28800, b"x"))
    finally:
        port.close()
        os.close(controller)
        os.close(terminal)


def test_a_character_to_a_socket_waits_for_no_other() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: Any = opened_serial(f"socket://127.0.0.1:{server.getsockname()[1]}", 9600)
        try:
            assert port._socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        finally:
            port.close()
