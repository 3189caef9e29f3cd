# SPDX-License-Identifier: Apache-2.0
"""A virtual instrument on a TCP port of this machine, as ``TCPIP0::127.0.0.1::PORT::SOCKET``; a thread a connection."""

import socket
from contextlib import suppress
from threading import Lock, Thread

from .connection import Behaviour, HungUp, Talk
from .instrument import VirtualInstrument

__all__ = ["TcpInstrument"]

_CHUNK = 1 << 20


class TcpInstrument:
    """Listens from now on.

    Args:
        instrument: that is listened for.
        behaviour: of it.
    """

    def __init__(self, instrument: VirtualInstrument, behaviour: Behaviour) -> None:
        self._instrument, self._behaviour = instrument, behaviour
        self._server = socket.create_server(("127.0.0.1", 0))
        self._port = self._server.getsockname()[1]
        self._open: set[socket.socket] = set()
        self._lock = Lock()
        self._is_closed = False
        Thread(target=self._accepts, daemon=True, name=f"virtual {instrument.role}").start()
        if behaviour.refuses:
            self.stop_listening()

    @property
    def resource(self) -> str:
        """For VISA."""
        return f"TCPIP0::127.0.0.1::{self._port}::SOCKET"

    def stop_listening(self) -> None:
        """Refuse from now on."""
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)  # closing alone would leave one more connection to be accepted
        self._server.close()

    def close(self) -> None:
        """Stop listening, and end all connections."""
        self._is_closed = True
        self.stop_listening()
        with self._lock:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def _accepts(self) -> None:
        with suppress(OSError):
            while not self._is_closed:
                connection, _ = self._server.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                with self._lock:
                    self._open.add(connection)
                Thread(target=self._listens, args=(connection,), daemon=True).start()

    def _listens(self, connection: socket.socket) -> None:
        talk = Talk(self._instrument, self._behaviour, connection.sendall)
        with suppress(OSError, HungUp), connection:
            while chunk := connection.recv(_CHUNK):
                talk.hear(chunk)
        if self._behaviour.refuses:
            self.stop_listening()
        with self._lock:
            self._open.discard(connection)
