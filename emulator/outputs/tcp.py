# SPDX-License-Identifier: Apache-2.0
"""A TCP port: the characters of the line, as they are, to every client that is connected.

Each client has a backlog of its own, bounded by the receive buffer that the device states; what is over it is
dropped and counted, and neither the line nor another client waits. What this kernel could not send yet counts as
backlog; what the client's own kernel keeps for it cannot be seen from here: see docs/line.md. A client that connects
in the middle of a frame gets what comes from then on. Settings stay in the client, which sends nothing.
"""

import array
import contextlib
import errno
import fcntl
import select
import socket
from collections.abc import Callable, Sequence

import simpy

from xky.protocol import BenchError, Burst, InputError

from ..runner import RealTime
from .paced import PATIENCE_S, Feed, PacedPort
from .port import KERNEL_BUFFER, PortSettings

__all__ = ["LOOPBACK", "Client", "PortTcp"]

LOOPBACK = "127.0.0.1"

_SEND_BUFFER = 4608  # bytes; the least that Linux grants
_SIOCOUTQNSD = 0x894B  # ioctl of Linux: what a socket holds that was not sent yet
_WAITING_MAX = 16  # clients that wait to be let in


class Client:
    """One connected program.

    Args:
        port: the port that it opened.
        connection: taken over; closed by ``leave``.
    """

    def __init__(self, port: "PortTcp", connection: socket.socket) -> None:
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._port = port
        self._connection = connection
        self._waiting = bytearray()  # for the wire, what the kernel did not take yet
        self.feed = Feed(port.pace, self.take, marks_spoilt=port.bare)
        self.here = True
        port.watch(connection, self.listen)

    @property
    def is_ready(self) -> bool:
        """Whether it is a program that reads its port now."""
        return self.here

    def on_the_wire(self, characters: bytes) -> bytes:
        """Characters of the line as they travel to this client."""
        return characters

    def hear(self, data: bytes) -> None:
        """What the client says; a meter hears nothing."""

    def listen(self) -> None:
        """Read what the client said, and whether it is still there."""
        try:
            data = self._connection.recv(4096) if self.here else b""
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self.hear(data)
        else:
            self.leave()

    def take(self, characters: bytes) -> None:
        """Bring characters out; what finds the backlog full is dropped and counted."""
        if not self.here:
            return
        if self._port.patient:
            self._waiting += self.on_the_wire(characters)
            self._wait_until_sent()
            return
        room = max(self._port.buffer_bytes - len(self._waiting) - self._unsent(), 0)
        self._waiting += self.on_the_wire(characters[:room])
        self._port.overrun(len(characters) - room)
        self.send()

    def _unsent(self) -> int:
        """Bytes that the kernel has taken over and the client has no room for."""
        count = array.array("i", [0])
        with contextlib.suppress(OSError):  # a kernel that does not tell it bounds what it takes all the same
            fcntl.ioctl(self._connection, _SIOCOUTQNSD, count)
        return count[0]

    def send(self) -> None:
        """Hand as much as the kernel takes over to it."""
        try:
            while self.here and self._waiting:
                del self._waiting[: self._connection.send(self._waiting)]
        except BlockingIOError:
            return
        except OSError:
            self.leave()

    def _wait_until_sent(self) -> None:
        """For a patient port: the sender waits, and hears the client meanwhile."""
        self.send()
        while self.here and self._waiting:
            readable, _, _ = select.select([self._connection], [self._connection], [], PATIENCE_S)
            if readable:
                self.listen()
            self.send()

    @property
    def has_it_all(self) -> bool:
        """Whether everything has left this process."""
        return not self._waiting

    def leave(self) -> None:
        """Let go of it; safe to call twice."""
        if self.here:
            self.here = False
            self._port.unwatch(self._connection)
            with contextlib.suppress(OSError):  # it may have gone by itself
                self._connection.shutdown(socket.SHUT_WR)  # what was sent still arrives
            self._connection.close()
            self._port.forget(self)


class PortTcp(PacedPort):
    """A listening socket; see ``PacedPort``.

    Args:
        host: address to listen at; nobody but this machine reaches the usual one.
        port: number, or 0 for any free one.

    Raises:
        InputError: that address cannot be listened at.
        BenchError: the system has no socket left.
    """

    scheme = "socket"
    """Of the URL that pyserial opens."""
    client: type[Client] = Client

    def __init__(
        self,
        env: simpy.Environment,
        *,
        host: str = LOOPBACK,
        port: int = 0,
        speed: float = 1.0,
        buffer_bytes: int = KERNEL_BUFFER,
        patient: bool = False,
        runner: RealTime | None = None,
    ) -> None:
        super().__init__(env, speed=speed, buffer_bytes=buffer_bytes, patient=patient, runner=runner)
        self.clients: list[Client] = []
        self._burst: Burst | None = None
        self._asked: list[PortSettings] = []
        try:
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            self._socket = socket.create_server((host, port), family=family, backlog=_WAITING_MAX)
        except (OSError, OverflowError) as error:
            number = getattr(error, "errno", None)
            fault = BenchError if number in (errno.EMFILE, errno.ENFILE) else InputError
            reason = str(getattr(error, "strerror", None) or error).partition(" (while")[0]
            raise fault(f"{host}:{port}: cannot be listened at ({reason}); give another address or port") from None
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)  # connections inherit it
        self._socket.setblocking(False)
        shown = f"[{host}]" if ":" in host else host
        self._name = f"{self.scheme}://{shown}:{self._socket.getsockname()[1]}"
        self.watch(self._socket, self._let_in)

    @property
    def name(self) -> str:
        """The URL that the program opens with pyserial's ``serial_for_url``."""
        return self._name

    @property
    def is_open(self) -> bool:
        """Whether a program has the port open."""
        self._serve()
        return any(client.is_ready for client in self.clients)

    @property
    def settings(self) -> Sequence[PortSettings]:
        """What the programs asked for, as far as they say it."""
        self._serve()
        return self._asked

    def __call__(self, burst: Burst) -> None:
        self._serve()
        self._burst = burst
        for client in self.clients:
            client.feed.hear(burst)

    def _serve(self) -> None:
        """Let in who knocks, and hear who speaks: where no loop watches, or it stands still."""
        if not self._closed:
            self._let_in()
            for client in tuple(self.clients):
                client.listen()
                client.send()

    def _let_in(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:  # nobody, or one that has gone again
                return
            client = self.client(self, connection)
            if not client.here:
                continue
            self.clients.append(client)
            if self._burst is not None and self._burst.end_s > self.pace.now_s:
                client.feed.hear(self._burst, self.pace.now_s)

    def forget(self, client: Client) -> None:
        """A client has left."""
        if client in self.clients:
            self.clients.remove(client)

    def asked(self, settings: PortSettings, *, instead_of: PortSettings | None = None) -> None:
        """A client tells its settings, or the rest of those that it was telling."""
        self._asked = [one for one in self._asked if one is not instead_of] + [settings]

    def watch(self, peer: socket.socket, on_input: Callable[[], None]) -> None:
        """Call ``on_input`` when there is something to hear."""
        if self.pace.runner is not None:
            self.pace.runner.watch(peer.fileno(), on_input)

    def unwatch(self, peer: socket.socket) -> None:
        """Stop that."""
        if self.pace.runner is not None:
            with contextlib.suppress(KeyError, ValueError):  # a loop that has ended forgot it
                self.pace.runner.unwatch(peer.fileno())

    def finish(self) -> None:
        for client in tuple(self.clients):
            client.feed.finish()
            client.send()

    def is_drained(self) -> bool:
        return all(client.has_it_all for client in self.clients)

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            for client in tuple(self.clients):
                client.leave()
            self.unwatch(self._socket)
            self._socket.close()
