# SPDX-License-Identifier: Apache-2.0
"""The HTTP server, in a thread of its own."""

import socket
import threading
from collections.abc import Callable
from typing import Any

import uvicorn

from xky.protocol import BenchError

from .connection import Connection

__all__ = ["Server"]

_STARTS_WITHIN_S = 10.0
_ENDS_WITHIN_S = 3.0  # real seconds for answers under way


class Server:
    """Serves from ``start`` to ``stop``.

    Args:
        app: an ASGI application.
        listening: bound, not listening yet; it is closed at the end.
        option: that asked for it, for complaints.
    """

    def __init__(self, app: Callable[..., Any], listening: socket.socket, option: str = "--control") -> None:
        self._option = option
        self._server = _Server(
            uvicorn.Config(
                app, log_level="critical", access_log=False, server_header=False, lifespan="off", ws="none",
                proxy_headers=False, timeout_graceful_shutdown=1, http=Connection,
            )
        )  # fmt: skip
        self._listening = listening
        self._thread = threading.Thread(target=self._run, name="control", daemon=True)

    def _run(self) -> None:
        try:
            self._server.run([self._listening])
        finally:
            self._server.up.set()

    def start(self) -> None:
        """Be reachable when this returns.

        Raises:
            BenchError: it does not come up.
        """
        self._thread.start()
        if not (self._server.up.wait(_STARTS_WITHIN_S) and self._server.started):
            raise BenchError(f"{self._option}: the server does not start; take another port")

    def stop(self) -> None:
        """Answer what was asked, and end."""
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join(_ENDS_WITHIN_S)


class _Server(uvicorn.Server):
    """Tells when it is up; signals stay the main thread's."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()
