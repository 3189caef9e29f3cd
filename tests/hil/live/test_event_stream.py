# SPDX-License-Identifier: Apache-2.0
"""The stream of events: who looks is told, who comes back goes on, and nobody is waited for."""

import asyncio
import json
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import pytest

from xky.hil.live import event_stream
from xky.hil.live.assets import version
from xky.hil.live.event_stream import EventStream


async def nothing() -> Sequence[dict[str, Any]]:
    return [{"kind": "beginning"}]


class Client:
    """One that reads, or does not."""

    def __init__(self, stream: EventStream, last: str = "", *, reads: bool = True) -> None:
        self.received = b""
        self.status = 0
        self.reads = asyncio.Event()
        if reads:
            self.reads.set()
        self.gone = asyncio.Event()
        headers = [(b"last-event-id", last.encode())] if last else []
        self.scope: dict[str, Any] = {"type": "http", "headers": headers}
        self.task = asyncio.ensure_future(stream.respond(self.scope, self._receive, self._send))

    async def _receive(self) -> dict[str, Any]:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        await self.reads.wait()
        self.status = message.get("status", self.status)
        self.received += message.get("body", b"")

    @property
    def events(self) -> list[dict[str, Any]]:
        lines = self.received.decode().splitlines()
        return [event for line in lines if line.startswith("data: ") for event in json.loads(line[6:])]

    @property
    def last_id(self) -> str:
        return [line[4:] for line in self.received.decode().splitlines() if line.startswith("id: ")][-1]


def run(body: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(asyncio.wait_for(body(), 20))


async def a_while(seconds: float = 0.05) -> None:
    await asyncio.sleep(seconds)


def kinds(client: Client) -> list[Any]:
    return [event["kind"] for event in client.events]


def test_a_client_is_told_how_things_stand_and_then_what_happens() -> None:
    async def body() -> None:
        stream = EventStream(nothing, each_s=0.0)
        one = Client(stream)
        await a_while()
        assert one.status == 200
        hello = {"kind": "hello", "version": version(), "run": one.last_id.partition("-")[0]}
        assert one.events == [hello, {"kind": "beginning"}]
        stream.publish({"kind": "a", "text": "é\n<b>"})
        stream.publish(lambda: {"kind": "b"})
        await a_while()
        assert one.events[2:] == [{"kind": "a", "text": "é\n<b>"}, {"kind": "b"}]
        one.gone.set()
        await one.task
        assert stream.clients == 0

    run(body)


def test_a_long_beginning_comes_in_messages_that_a_page_can_hold() -> None:
    async def long() -> Sequence[dict[str, Any]]:
        return [{"kind": "reading", "number": number, "said": "x" * 1000} for number in range(9000)]

    async def body() -> None:
        stream = EventStream(long, each_s=0.0)
        one = Client(stream)
        await a_while(0.5)
        assert [event["number"] for event in one.events[1:]] == [*range(9000)]
        messages = one.received.split(b"\n\n")[:-1]
        assert max(map(len, messages)) < event_stream.MESSAGE_MAX + 2000
        assert [b"id: " in message for message in messages] == [False] * (len(messages) - 1) + [True]

    run(body)


def test_who_is_cut_off_inside_a_beginning_is_told_all_anew() -> None:
    async def long() -> Sequence[dict[str, Any]]:
        return [{"kind": "reading", "said": "x" * 1000} for _ in range(900)]

    async def body() -> None:
        stream = EventStream(long, each_s=0.0)
        keeper, cut = Client(stream), Client(stream)
        await a_while(0.2)
        cut.received = b"\n\n".join(cut.received.split(b"\n\n")[:2]) + b"\n\n"
        assert 1 < len(cut.events) < 901
        assert b"id: " not in cut.received
        again = Client(stream)
        await a_while(0.2)
        assert again.events == keeper.events

    run(body)


def test_nothing_is_made_for_nobody() -> None:
    async def body() -> None:
        stream = EventStream(nothing)
        assert not stream.is_watched
        stream.publish(lambda: pytest.fail("made for nobody"))
        await a_while()

    run(body)


def test_who_comes_back_is_told_what_it_missed_and_nothing_twice() -> None:
    async def body() -> None:
        stream = EventStream(nothing, each_s=0.0)
        one = Client(stream)
        await a_while()
        stream.publish({"kind": "seen"})
        await a_while()
        one.gone.set()
        await one.task
        assert stream.is_watched  # it may come back
        stream.publish({"kind": "missed"})
        await a_while()
        again = Client(stream, one.last_id)
        await a_while()
        assert kinds(again) == ["missed"]

    run(body)


@pytest.mark.parametrize("last", ["", "x", "another-1", "-1", "\xb2", "1", "deadbeef-999999999999999999999999"])
def test_who_comes_back_to_another_run_or_too_late_is_told_all_anew(last: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_stream, "KEPT", 20)

    async def body() -> None:
        stream = EventStream(nothing, each_s=0.0)
        keeper = Client(stream)
        await a_while()
        for _ in range(event_stream.KEPT + 5):
            stream.publish({"kind": "old"})
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        run_name = keeper.last_id.rpartition("-")[0]
        for told in (last, f"{run_name}-1", f"{run_name}-99999", f"{run_name}-"):
            one = Client(stream, told)
            await a_while()
            assert kinds(one)[:2] == ["hello", "beginning"], told

    run(body)


def test_messages_are_few_whatever_happens_and_what_was_too_much_is_counted() -> None:
    async def body() -> None:
        stream = EventStream(nothing, each_s=0.2, queued_max=10)
        one = Client(stream)
        await a_while()
        for number in range(1000):
            stream.publish({"kind": "n", "number": number})
            if number % 100 == 0:
                await asyncio.sleep(0.05)
        await a_while(0.3)
        messages = one.received.count(b"data: ")
        assert messages <= 6, messages
        counted = sum(event["events"] for event in one.events if event["kind"] == "left_out")
        told = [event["number"] for event in one.events if event["kind"] == "n"]
        assert counted + len(told) == 1000
        assert told == sorted(told)
        assert told[-1] == 999

    run(body)


def test_what_is_to_stay_is_left_out_of_no_message_however_much_else_there_is() -> None:
    async def body() -> None:
        stream = EventStream(nothing, each_s=0.2, queued_max=10)
        one = Client(stream)
        await a_while()
        assert stream.messages == 0
        stream.publish({"kind": "state"}, stays=True)
        for number in range(100):
            stream.publish({"kind": "n", "number": number})
        await a_while(0.3)
        assert kinds(one) == ["hello", "beginning", "left_out", *["n"] * 10, "state"]
        assert one.events[2]["events"] == 90
        assert stream.messages == 1

    run(body)


def test_who_does_not_read_is_dropped_and_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_stream, "READS_WITHIN_S", 0.3)

    async def body() -> None:
        stream = EventStream(nothing, each_s=0.0)
        deaf, other = Client(stream), Client(stream)
        await a_while()
        assert deaf.scope["open_ended"]
        deaf.reads.clear()
        for _ in range(20):
            stream.publish({"kind": "n"})
            await a_while(0.01)
        assert kinds(other).count("n") == 20
        await deaf.task
        assert not deaf.scope["open_ended"]  # who watches over the connection may cut it
        assert stream.clients == 1

    run(body)


def test_who_reads_too_slowly_is_sent_away_and_memory_stays_what_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_stream, "KEPT", 20)

    async def body() -> None:
        stream = EventStream(nothing, each_s=0.0)
        slow, keeper = Client(stream), Client(stream)
        await a_while()
        slow.reads.clear()
        for _ in range(2 * event_stream.KEPT):
            stream.publish({"kind": "n"})
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        assert len(stream._messages) == event_stream.KEPT
        slow.reads.set()
        await a_while()
        assert slow.task.done()
        assert not keeper.task.done()

    run(body)


def test_there_is_a_sign_of_life_in_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_stream, "ALIVE_EACH_S", 0.05)

    async def body() -> None:
        one = Client(EventStream(nothing))
        await a_while(0.2)
        assert one.received.count(b": alive\n\n") >= 2

    run(body)


def test_at_the_end_all_are_told_and_their_answers_end() -> None:
    async def body() -> None:
        stream = EventStream(nothing)
        clients = [Client(stream) for _ in range(3)]
        await a_while()
        await asyncio.get_running_loop().run_in_executor(None, stream.end)
        await asyncio.gather(*(client.task for client in clients))
        assert all(kinds(client)[-1] == "over" for client in clients)

    run(body)


def test_more_pages_than_there_is_room_for_are_told_so() -> None:
    async def body() -> None:
        stream = EventStream(nothing)
        clients = [Client(stream) for _ in range(event_stream.CLIENTS_MAX + 1)]
        await a_while()
        assert [client.status for client in clients] == [200] * event_stream.CLIENTS_MAX + [503]
        assert "close one" in clients[-1].received.decode()

    run(body)


def test_what_cannot_be_told_at_the_beginning_is_nobody_elses_trouble() -> None:
    async def body() -> None:
        async def fails() -> Sequence[dict[str, Any]]:
            raise RuntimeError("the bench is busy")

        stream = EventStream(fails)
        one = Client(stream)
        with pytest.raises(RuntimeError, match="busy"):
            await one.task
        assert (one.status, stream.clients) == (0, 0)  # nothing was sent: the application answers

    run(body)
