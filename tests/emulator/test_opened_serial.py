# SPDX-License-Identifier: Apache-2.0
"""What comes in on an open port, up to the moment in which it is lost."""

import errno
import os
import socket
from typing import Any, cast

import pytest
import serial

from xky.emulator.opened_serial import opened_serial, what_came
from xky.protocol import BenchError, InputError

LAST_WORDS = b"Guru Meditation Error\r\n"


class Unplugged:
    """A port that goes between a read and the next look at it: a kernel forgets what waited, pyserial had it."""

    port = "/dev/ttyACM0"

    def __init__(self) -> None:
        self._left = LAST_WORDS

    @property
    def in_waiting(self) -> int:
        if not self._left:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return len(self._left)

    def read(self, size: int) -> bytes:
        said, self._left = self._left[:size], self._left[size:]
        return said


def check_last_words(port: serial.SerialBase) -> None:
    heard = b""
    while len(heard) < len(LAST_WORDS):
        heard += what_came(port)
    assert heard == LAST_WORDS
    with pytest.raises(BenchError, match="lost while reading"):
        what_came(port)


def test_what_a_program_said_before_it_hung_up_is_heard_and_then_the_loss_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: Any = opened_serial(f"socket://127.0.0.1:{server.getsockname()[1]}", 115200)
        with port:
            peer, _ = server.accept()
            with peer:
                peer.sendall(LAST_WORDS)
            check_last_words(port)


def test_what_a_board_said_before_it_was_unplugged_is_heard_and_then_the_loss_is_told() -> None:
    check_last_words(cast(serial.SerialBase, Unplugged()))


@pytest.mark.parametrize(
    "url",
    [
        "socket://127.0.0.1:x",
        "socket://",
        "socket://127.0.0.1:99999",
        "rfc2217://",
        "rfc2217://127.0.0.1",
        "socket://[:1",
    ],
)
def test_a_server_without_host_or_port_is_told_with_what_to_write(url: str) -> None:
    scheme = url.partition(":")[0]
    with pytest.raises(InputError) as told:
        opened_serial(url, 9600)
    assert str(told.value) == f"{url}: expected {scheme}://HOST:PORT, write {scheme}://127.0.0.1:2000"
