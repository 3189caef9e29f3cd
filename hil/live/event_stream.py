# SPDX-License-Identifier: Apache-2.0
"""Server-sent events: what happens, told to any number of pages, by one thread to the clients of another.

Who publishes only appends to a queue. The server's loop takes what is there at most so often a second, makes one
message of it, and keeps the last messages for all clients together: a client that comes back asks for what is behind
the last one that it has (``Last-Event-ID``); one that does not read is dropped, and nobody waits for it.
"""

import asyncio
import contextlib
import json
import secrets
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Mapping, MutableMapping, Sequence
from typing import Any

from .assets import version
from .complaint import told_to

__all__ = ["EventStream"]

Event = Mapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

EACH_S = 0.2  # real seconds between two messages at least
GATHERS_S = 0.02  # what happens together, such as the end of a frame and the beginning of the next, is one message
KEPT = 300  # messages, for who comes back: a minute at least
MESSAGE_MAX = 262_144  # characters of a message: a page keeps what comes until a message is whole
QUEUED_MAX = 64  # events of one message; of more the oldest are left out, and counted
CLIENTS_MAX = 20
READS_WITHIN_S = 10.0  # real seconds in which a client takes what its buffers cannot
ALIVE_EACH_S = 4.0  # real seconds of silence: then a comment tells that the connection lives
REMEMBERED_S = 30.0  # real seconds that a client who has gone is waited for

_ALIVE = b": alive\n\n"


class EventStream:
    """A stream of events and its clients.

    Args:
        beginning: what a client is told first, made when it comes: whatever it cannot know from later events.
        each_s: real seconds between two messages at least.
        queued_max: events of one message at most; of more the oldest are left out.
    """

    def __init__(
        self,
        beginning: Callable[[], Awaitable[Sequence[Event]]],
        *,
        each_s: float = EACH_S,
        queued_max: int = QUEUED_MAX,
    ) -> None:
        self._beginning = beginning
        self._each_s = each_s
        self._run = secrets.token_hex(4)  # numbers of another run say nothing here
        self._queue: deque[Event | Callable[[], Event]] = deque(maxlen=queued_max)
        self._staying: list[Event | Callable[[], Event]] = []
        self._published = self._taken = 0
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_due = False
        self._messages: deque[bytes] = deque(maxlen=KEPT)
        self._number = 0  # of the last message
        self._sent_s = float("-inf")
        self._clients: set[asyncio.Event] = set()
        self._until_s = float("-inf")
        self._is_over = False

    @property
    def is_watched(self) -> bool:
        """Whether anybody looks, or may come back soon: else nothing needs to be published. Any thread may ask."""
        return self._loop is not None

    @property
    def clients(self) -> int:
        """How many look."""
        return len(self._clients)

    @property
    def messages(self) -> int:
        """How many were made of what was published. Any thread may ask."""
        return self._number

    def publish(self, event: Event | Callable[[], Event], *, stays: bool = False) -> None:
        """Tell it; any thread may, and never waits.

        Args:
            event: an object of JSON, or what makes it: called later, in the server's thread.
            stays: it is not left out however many others there are, and comes behind them in its message; who publishes
                such a one waits for the next of ``messages`` with another.
        """
        loop = self._loop
        if loop is None:
            return
        with self._lock:
            if stays:
                self._staying.append(event)
            else:
                self._queue.append(event)
                self._published += 1
            if self._is_due:
                return
            self._is_due = True
        try:
            loop.call_soon_threadsafe(self._flush_in_time)
        except RuntimeError:  # the server has ended meanwhile
            self._loop = None

    def end(self) -> None:
        """Nothing comes any more: the clients are told so, and their answers end. Any thread may say it."""
        self._is_over = True
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the server has ended before
                self._loop.call_soon_threadsafe(self._wake)

    # In the server's thread

    def _flush_in_time(self) -> None:
        assert self._loop is not None
        wait_s = max(self._sent_s + self._each_s - self._loop.time(), min(GATHERS_S, self._each_s))
        if wait_s > 0:
            self._loop.call_later(wait_s, self._flush)
        else:
            self._flush()

    def _flush(self) -> None:
        with self._lock:
            queued, staying, self._is_due = list(self._queue), self._staying, False
            self._queue.clear()
            self._staying = []
            left_out = self._published - self._taken - len(queued)
            self._taken = self._published
            queued += staying
        if self._loop is None or not queued:
            return
        events = [one() if callable(one) else one for one in queued]
        if left_out:
            events.insert(0, {"kind": "left_out", "events": left_out})
        self._sent_s = self._loop.time()
        self._number += 1
        self._messages.append(self._message(self._number, events))
        self._wake()
        if not self._clients and self._sent_s > self._until_s:
            self._loop = None  # nobody has come back
            self._messages.clear()

    def _message(self, number: int, events: Sequence[Event]) -> bytes:
        return b"".join(self._messages_of(number, events))

    def _messages_of(self, number: int, events: Sequence[Event]) -> Iterator[bytes]:
        """Events under one number. Many are several messages, and the last alone has the ``id``: who is cut off
        between them asks for what is behind an earlier one, and loses nothing."""
        texts: list[str] = []
        length = 0
        for event in events:
            text = json.dumps(event, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
            if texts and length + len(text) > MESSAGE_MAX:
                yield f"data: [{','.join(texts)}]\n\n".encode()  # JSON has no line end of its own
                texts, length = [], 0
            texts.append(text)
            length += len(text)
        yield f"id: {self._run}-{number}\ndata: [{','.join(texts)}]\n\n".encode()

    def _wake(self) -> None:
        for client in self._clients:
            client.set()

    async def respond(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The answer to one client, an ASGI application: it ends when the client goes, or does not read."""
        if len(self._clients) >= CLIENTS_MAX:
            await _refuse(scope, send)
            return
        scope["open_ended"] = True  # whoever watches over connections leaves its end to this
        self._loop = asyncio.get_running_loop()
        woken = asyncio.Event()
        self._clients.add(woken)
        gone = asyncio.ensure_future(_until_gone(receive, woken))
        try:
            place = self._place_behind(_last_event_id(scope))
            first: Sequence[Event] = ()
            if place is None:
                place = self._number
                first = [{"kind": "hello", "version": version(), "run": self._run}, *await self._beginning()]
            await _start(send)
            await self._tell(send, woken, gone, place, first)
        except _NotReadError:
            pass
        finally:
            scope["open_ended"] = False
            gone.cancel()
            self._clients.discard(woken)
            self._until_s = self._loop.time() + REMEMBERED_S if self._loop is not None else self._until_s

    async def _tell(
        self, send: Send, woken: asyncio.Event, gone: "asyncio.Future[None]", place: int, first: Sequence[Event]
    ) -> None:
        for message in self._messages_of(place, first) if first else ():
            await _send(send, message)  # one by one: each has its time, and other clients their turn
        while not gone.done() and not self._is_over:
            behind = self._number - place
            if behind > len(self._messages):
                return  # it reads too slowly: it may come again, and is told all anew
            if behind:
                place = self._number
                await _send(send, b"".join([*self._messages][-behind:]))
                continue
            woken.clear()
            try:
                await asyncio.wait_for(woken.wait(), ALIVE_EACH_S)
            except TimeoutError:
                await _send(send, _ALIVE)
        if self._is_over:
            await _send(send, self._message(self._number, [{"kind": "over"}]), more=False)

    def _place_behind(self, last: str) -> int | None:
        """Number of the last message that a client has; None where it is none of these, or too old."""
        run, _, number = last.rpartition("-")
        if run != self._run or not (number.isascii() and number.isdigit()):
            return None
        place = int(number[:18])
        return place if self._number - len(self._messages) <= place <= self._number else None


class _NotReadError(Exception):
    """A client does not take what it is sent."""


async def _until_gone(receive: Receive, woken: asyncio.Event) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    woken.set()


async def _start(send: Send) -> None:
    headers = [(b"content-type", b"text/event-stream; charset=utf-8"), (b"x-accel-buffering", b"no")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})


async def _send(send: Send, body: bytes, *, more: bool = True) -> None:
    try:
        async with asyncio.timeout(READS_WITHIN_S):
            await send({"type": "http.response.body", "body": body, "more_body": more})
    except TimeoutError:
        raise _NotReadError from None


async def _refuse(scope: Scope, send: Send) -> None:
    told, said_in = told_to(scope["headers"], f"{CLIENTS_MAX} pages look already; close one")
    body = json.dumps({"detail": told}).encode()
    headers = [(name.encode(), value.encode()) for name, value in said_in.items()]
    headers.append((b"content-type", b"application/json"))
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _last_event_id(scope: Scope) -> str:
    values = [value for name, value in scope["headers"] if name.lower() == b"last-event-id"]
    return values[-1].decode("latin-1") if values else ""
