# SPDX-License-Identifier: Apache-2.0
"""A run in virtual time with a control channel, and a client of it."""

import asyncio
import json
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from functools import cache
from typing import Any

import httpx
import simpy

from xky.emulator import Line, SentFrame, Transmitter, Truth
from xky.emulator.meter_file.meter_file import MeterFile
from xky.emulator.scenario.actions import Actions
from xky.emulator.scenario.terminal_feed import TerminalFeed
from xky.hil.emulation.control.address import address_of
from xky.hil.emulation.control.feed import Feed
from xky.hil.emulation.control.session import Session
from xky.hil.emulation.emulated_board import EmulatedBoard
from xky.hil.live.event_stream import EventStream
from xky.protocol import Burst, Decoder, Frame

URL = "http://127.0.0.1:8080"
_asked: "deque[Driven]" = deque(maxlen=1)


@cache
def _app_at(at: str, token: str | None) -> Callable[..., Any]:
    """The application at an address, made once, which takes longer than most tests: it serves who was asked last."""
    from xky.hil.emulation.control.app import make_app  # FastAPI is slow to import

    session, stream = _OfAsked("session"), _OfAsked("stream")
    return make_app(session, Driven.ask, address_of(at, token), stream)  # type: ignore[arg-type]


class _OfAsked:
    """Stands for what a meter has that name, of the one that was asked last."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        return getattr(getattr(_asked[-1], self._name), name)


class Driven:
    """A meter on a line that somebody drives."""

    def __init__(
        self, *, token: str | None = None, at: str = "8080", kept: int = 1000, board: str | None = None, **meter: Any
    ) -> None:
        self.env = simpy.Environment()
        file = MeterFile(**({"load_va": 500} | meter))
        built = file.build()
        built.run_by(lambda: float(self.env.now))
        line, truth = Line(), Truth()
        self.bursts: list[Burst] = []
        line.connect(self.bursts.append)
        self.sent: list[SentFrame] = []
        self.transmitter = Transmitter(self.env, built, line, truth, seed=file.seed)
        self.remarks: list[str] = []
        self.actions = Actions(self.env, self.transmitter, file, lambda at_us, text: self.remarks.append(text))
        self.board: EmulatedBoard | None = None
        if board is not None:
            feed = self.actions.terminal_feed = TerminalFeed(self.env)
            self.board = EmulatedBoard(self.env, board, built.mode, line, feed.terminals)
        self.session = Session(self.env, self.transmitter, self.actions, kept, self.board)
        self.stream = EventStream(self._beginning, each_s=0.0)
        self.feed = Feed(self.session, self.stream, line, truth)

        def before_frame() -> None:
            self.sent += truth
            self.session.between_frames(truth)
            truth.clear()

        self.transmitter.before_frame = before_frame
        self.env.process(self.transmitter.run())
        self.app = _app_at(at, token)

    async def _beginning(self) -> Sequence[Mapping[str, Any]]:
        return self.feed.beginning()()

    @staticmethod
    def ask(act: Callable[[], Any]) -> Future[Any]:
        """Done at once: there is one thread."""
        future: Future[Any] = Future()
        try:
            future.set_result(act())
        except Exception as error:
            future.set_exception(error)
        return future

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.env.run(until=self.env.now + seconds)

    def call(self, method: str, path: str, body: Any = None, **options: Any) -> httpx.Response:
        """One request; ``body`` is JSON."""
        _asked.append(self)
        if body is not None:
            options = {"content": json.dumps(body), "headers": {"content-type": "application/json"}} | options

        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url=URL) as client:
                return await client.request(method, path, **options)

        return asyncio.run(send())

    def get(self, path: str) -> Any:
        """What is told, which has to be."""
        answer = self.call("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def do(self, method: str, path: str, body: Any) -> Any:
        """Have something done, which has to be."""
        answer = self.call(method, path, body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def refused(self, method: str, path: str, body: Any) -> tuple[int, str]:
        """Status and the one line of a complaint."""
        answer = self.call(method, path, body)
        assert answer.status_code >= 400, answer.text
        assert list(answer.json()) == ["detail"]
        detail = str(answer.json()["detail"])
        assert "\n" not in detail
        return answer.status_code, detail

    def heard(self) -> list[dict[str, str]]:
        """What each whole frame on the line said."""
        decoder = Decoder(self.transmitter.meter.mode)
        events = decoder.feed(b"".join(burst.data for burst in self.bursts))
        return [dict(event.values) for event in events if isinstance(event, Frame) and event.complete]

    def said(self) -> dict[str, str]:
        """What the next whole frame on the line says."""
        self.bursts.clear()
        self.wait(5.0)
        return self.heard()[1]
