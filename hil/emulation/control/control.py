# SPDX-License-Identifier: Apache-2.0
"""``--control``: what keeps it from working is told before anything runs; then it serves as long as the run does."""

import asyncio
import select
import sys
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import Any

import simpy

from xky.emulator import Line, Transmitter, Truth
from xky.emulator.bridge import Bridge
from xky.emulator.runner import RealTime
from xky.emulator.scenario.actions import Actions
from xky.protocol import BenchError, InputError

from ...live.event_stream import EventStream
from ..emulated_board import EmulatedBoard
from .address import Address, address_of, listen_at
from .feed import Feed
from .session import Session

__all__ = ["Control", "open_control"]

_BEGINS_WITHIN_S = 15.0  # real seconds; a jump of a year takes some of them
_SWITCHES_S = 0.0005  # between the threads of line and server: Python's 5 ms come at each of the line's turns


def open_control(text: str | None, token: str | None, *, virtual: bool) -> "Control | None":
    """Take the address now, so that nothing runs when it cannot be had; None without one.

    Args:
        text: of ``--control``, HOST:PORT or PORT.
        token: of ``--control-token``.
        virtual: whether the run has no clock that anybody could follow.

    Raises:
        InputError: it cannot be; the text says how to mend it.
    """
    if text is None:
        return None
    if virtual:
        raise InputError("--control: a run into a file alone is over at once; leave --out out, or add --link")
    missing = [name for name in ("fastapi", "uvicorn") if find_spec(name) is None]
    if missing:
        raise InputError(f"--control: {missing[0]} is not installed; install it with: pip install 'xky-hil[control]'")
    return Control(address_of(text, token))


class Control:
    """The channel of one run: ``start`` it, let the bench's loop ``watch`` it, ``close`` it.

    Raises:
        InputError: the port is taken, or not ours to take.
    """

    def __init__(self, address: Address) -> None:
        self._address = address
        self._socket = listen_at(address)
        self._bridge = Bridge()
        self._stop = self._socket.close
        self._stream: EventStream | None = None
        self._feed: Feed | None = None
        self._switches_s: float | None = None

    @property
    def url(self) -> str:
        """What a client opens."""
        return self._address.url(self._socket.getsockname()[1])

    def start(
        self,
        env: simpy.Environment,
        transmitter: Transmitter,
        actions: Actions,
        line: Line,
        truth: Truth,
        board: EmulatedBoard | None = None,
    ) -> Session:
        """Serve, and tell people where; the session wants to be told of frame boundaries.

        Args:
            env: the bench's clock.
            transmitter: of the run.
            actions: what may happen to its meter.
            line: that it talks on.
            truth: of the frame under way.
            board: that lives on its line, if there is one.
        """
        from .app import make_app
        from .server import Server

        session = Session(env, transmitter, actions, board=board)
        self._stream = EventStream(self._beginning)
        self._feed = Feed(session, self._stream, line, truth)
        server = Server(make_app(session, self._bridge.ask, self._address, self._stream), self._socket)
        url = self.url
        server.start()
        self._stop = server.stop
        self._switches_s = sys.getswitchinterval()
        sys.setswitchinterval(_SWITCHES_S)
        print(f"xky: control at {url}, look at {url}/ (its calls: {url}/docs)", file=sys.stderr, flush=True)
        if self._address.made_up:
            print(f"xky: its token is {self._address.token}", file=sys.stderr, flush=True)
        return session

    def watch(self, runner: RealTime) -> None:
        """From now on requests are done by the bench's loop."""
        if self._feed is not None:
            self._feed.speed = runner.speed
        runner.watch(self._bridge.fd, self._bridge.answer)

    def attend(self, within_s: float) -> None:
        """Do one thing that was asked, or wait so many real seconds for one: while the bench's clock stands still."""
        asked, _, _ = select.select([self._bridge.fd], [], [], within_s)
        if asked:
            self._bridge.answer()

    async def _beginning(self) -> Sequence[Mapping[str, Any]]:
        assert self._feed is not None
        future = asyncio.wrap_future(self._bridge.ask(self._feed.beginning))
        try:
            make = await asyncio.wait_for(future, _BEGINS_WITHIN_S)
        except TimeoutError:
            raise BenchError(f"the bench did not answer within {_BEGINS_WITHIN_S:.0f} s; try again") from None
        return make()

    def close(self) -> None:
        """The run is over: requests under way are told so, and the server ends."""
        self._bridge.close()
        if self._stream is not None:
            self._stream.end()
        self._stop()
        if self._switches_s is not None:
            sys.setswitchinterval(self._switches_s)
