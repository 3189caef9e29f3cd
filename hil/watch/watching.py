# SPDX-License-Identifier: Apache-2.0
"""``--watch`` and ``xky watch``: the address is taken before anything runs, then the page is served until the end."""

import os
import sys
import threading
import time
from collections.abc import Callable
from importlib.util import find_spec
from types import TracebackType

from xky.protocol import InputError

from ..emulation.control.address import address_of, listen_at
from .watched import Watched

__all__ = ["TOKEN", "Watching"]

TOKEN = "XKY_WATCH_TOKEN"
"""Environment variable with the token that is asked for; beyond loopback one is made up where there is none."""

_TOLD_WITHIN_S = 1.0  # real seconds: until each page knows what the run came to
_SWITCHES_S = 0.0005  # between the threads of line and server, as with the control channel


class Watching:
    """A page of one run, served from ``show`` until it is closed, such as by a ``with``.

    Args:
        text: HOST:PORT or PORT, as a person wrote it.
        option: that it was given by, for complaints.

    Raises:
        InputError: it is no address, the port is taken, or the server is not installed.
    """

    def __init__(self, text: str, option: str) -> None:
        missing = [name for name in ("fastapi", "uvicorn") if find_spec(name) is None]
        if missing:
            mend = "install it with: pip install 'xky-hil[control]'"
            raise InputError(f"{option}: {missing[0]} is not installed; {mend}")
        self._address = address_of(text, os.environ.get(TOKEN), option, TOKEN)
        self._option = option
        self._socket = listen_at(self._address, option)
        self._stop: Callable[[], None] = self._socket.close
        self._switches_s = sys.getswitchinterval()

    @property
    def url(self) -> str:
        """What a person opens."""
        return self._address.url(self._socket.getsockname()[1])

    def show(self, watched: Watched) -> None:
        """Serve it from now on, and tell people where.

        Raises:
            BenchError: the server does not come up.
        """
        from ..emulation.control.server import Server
        from .app import make_app
        from .feed import Feed

        feed = Feed(watched)
        server = Server(make_app(watched, feed, self._address), self._socket, self._option)
        url = self.url
        server.start()

        def stop() -> None:
            until_s = time.monotonic() + _TOLD_WITHIN_S
            while not feed.is_told and time.monotonic() < until_s:
                time.sleep(0.02)
            feed.end()
            server.stop()

        self._stop = stop
        sys.setswitchinterval(_SWITCHES_S)
        print(f"xky: watch at {url}", file=sys.stderr, flush=True)
        if self._address.made_up:
            print(f"xky: its token is {self._address.token}", file=sys.stderr, flush=True)

    def wait(self) -> None:
        """Go on serving until a person has seen enough: Ctrl-C."""
        print("xky: Ctrl-C ends the page", file=sys.stderr, flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return

    def __enter__(self) -> "Watching":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """The page ends: whoever looks is told what there is to tell."""
        self._stop()
        sys.setswitchinterval(self._switches_s)
