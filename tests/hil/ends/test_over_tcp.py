# SPDX-License-Identifier: Apache-2.0
"""The InfluxDB end, the board's client and a page of the device over real sockets; and how their places are written."""

import socket
import threading
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import pytest
import simpy

from xky.emulator.runner import RealTime
from xky.hil.ends.credentials import Credential
from xky.hil.ends.end import Conversation, End
from xky.hil.ends.http_client import SocketHttp, VirtualHttp
from xky.hil.ends.http_conversation import Answer, HttpConversation
from xky.hil.ends.http_page import HttpPage, page_address
from xky.hil.ends.influx import InfluxEnd
from xky.hil.ends.influx_readback import InfluxReadback, influx_address
from xky.hil.ends.tcp_server import TcpServer
from xky.protocol import BenchError, InputError
from xky.protocol.uplinks.messages import HttpRequest, HttpResponse

Got = TypeVar("Got")
REALTIME = pytest.mark.realtime


class Served:
    """A clock in real time, ten times as fast, with an end that is served on it."""

    def __init__(self) -> None:
        self.env = simpy.Environment()
        self.runner = RealTime(self.env, 10.0)
        self.env.process(self._ticks())
        self.closes: list[Callable[[], None]] = [self.runner.close]

    def _ticks(self) -> "simpy.events.ProcessGenerator":
        while True:
            yield self.env.timeout(0.2)

    def serve(self, end: End) -> TcpServer:
        """Serve an end."""
        server = TcpServer(end, self.runner)
        self.closes.insert(0, server.close)
        return server

    def until(self, holds: Callable[[], bool], within_s: float = 100.0) -> None:
        """Run until that holds."""
        limit_s = self.runner.now_s() + within_s
        self.runner.run(lambda: holds() or self.env.now > limit_s)
        assert holds()

    def while_(self, act: Callable[[], Got]) -> Got:
        """What a program in a thread of its own gives while the clock runs."""
        given: list[Any] = []

        def run() -> None:
            try:
                given.append(act())
            except Exception as error:
                given.append(error)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        self.until(lambda: not thread.is_alive(), 300.0)
        if isinstance(given[0], Exception):
            raise given[0]
        result: Got = given[0]
        return result


@pytest.fixture
def served() -> Iterator[Served]:
    bench = Served()
    yield bench
    for close in bench.closes:
        close()


class Pages(End):
    """A device with pages."""

    def __init__(self, env: simpy.Environment) -> None:
        super().__init__(env)
        self.answer = HttpResponse(200, (("Content-Type", "application/json"),), b'{"PAPP": 420}')
        self.asked: list[HttpRequest] = []
        self.conversation: HttpConversation | None = None

    def converse(self, write: Callable[[bytes], None], close: Callable[[], None]) -> Conversation:
        self.conversation = HttpConversation(write, close, self._ask, lambda text: None)
        return self.conversation

    def _ask(self, request: HttpRequest, answer: Answer) -> None:
        self.asked.append(request)
        if not self.is_silent:
            answer(self.answer)


@REALTIME
def test_the_client_of_version_1_works_in_full(served: Served) -> None:
    influxdb = pytest.importorskip("influxdb")
    end = InfluxEnd(served.env, databases=[])
    server = served.serve(end)

    def program() -> str:
        client = influxdb.InfluxDBClient(server.host, server.port, "me", "p4ssw0rd", "home", timeout=10)
        version = client.ping()
        client.create_database("home")
        point = {"measurement": "conso", "tags": {"device": "w"}, "fields": {"total": 5, "va": 5.0}, "time": 7}
        assert client.write_points([point], time_precision="s")
        assert client.write_points([point] * 2, time_precision="s")
        client.close()
        return str(version)

    assert served.while_(program) == "1.6.7"
    assert [payload.content["fields"] for payload in end.payloads] == [{"total": 5, "va": 5.0}] * 3
    assert end.payloads[0].content["time"] == 7 * 10**9 and end.payloads[0].facts["types"]["total"] == "integer"
    assert end.events == [] and end.credentials_seen == {Credential("me", "p4ssw0rd")}


@REALTIME
@pytest.mark.parametrize("packed", [False, True])
def test_the_client_of_version_2_works_and_is_told_what_is_wrong(served: Served, packed: bool) -> None:
    library = pytest.importorskip("influxdb_client")
    end = InfluxEnd(served.env)
    server = served.serve(end)

    def program() -> tuple[bool, int]:
        url = f"http://{server.address}"
        with library.InfluxDBClient(url, "t0p-secret", org="us", enable_gzip=packed, timeout=10_000) as client:
            write = client.write_api(write_options=library.client.write_api.SYNCHRONOUS)
            write.write("home", record=library.Point("conso").tag("device", "w").field("x", 5.0).time(7))
            with pytest.raises(library.rest.ApiException) as refused:
                write.write("home", record="conso,device=w x=5i 8")
            return bool(client.ping()), int(refused.value.status)

    assert served.while_(program) == (True, 422)
    assert [payload.content["fields"] for payload in end.payloads] == [{"x": 5.0}]
    assert [event.kind for event in end.events] == ["type_conflict"]
    assert end.credentials_seen == {Credential("", "t0p-secret")}


@REALTIME
def test_the_standard_library_writes_one_request_a_connection(served: Served) -> None:
    end = InfluxEnd(served.env)
    server = served.serve(end)

    def program() -> int:
        for number in range(3):
            with urllib.request.urlopen(f"http://{server.address}/write?db=x", b"m v=%d" % number, 10) as answer:
                status = answer.status
        return int(status)

    assert served.while_(program) == 204
    assert len(end.payloads) == 3 and end.connections == 3


@REALTIME
def test_a_board_asks_over_a_socket_as_it_does_in_virtual_time(served: Served) -> None:
    end, twin = InfluxEnd(served.env), InfluxEnd(simpy.Environment())
    server = served.serve(end)
    client, virtual = SocketHttp(served.runner, served.env, server.host, server.port), VirtualHttp(twin)
    for target, body in (("/write?db=x", b"m v=1"), ("/write?db=x", b"m v=+5"), ("/health", b""), ("/none", b"")):
        request = HttpRequest("POST", target, (("Content-Type", "text/plain"),), body)
        answered, own = client.request(request), virtual.request(request)
        served.until(lambda answered=answered: answered.triggered)
        assert answered.value == own.value
    assert end.connections == twin.connections == 1
    assert [payload.content for payload in end.payloads] == [payload.content for payload in twin.payloads]
    client.cut()


@REALTIME
def test_a_board_is_refused_hung_up_on_or_never_answered(served: Served) -> None:
    end = InfluxEnd(served.env)
    server = served.serve(end)
    client = SocketHttp(served.runner, served.env, server.host, server.port)
    ask = HttpRequest("POST", "/write?db=x", (), b"m v=1")
    end.is_silent = True
    waiting = client.request(ask)
    served.until(lambda: bool(end.events))
    assert not waiting.triggered
    end.go_down()  # cuts who is there
    served.until(lambda: waiting.triggered)
    assert waiting.value is None
    refused = client.request(ask)
    served.until(lambda: refused.triggered)
    assert refused.value is None
    end.come_back()
    end.is_silent = False
    answered = client.request(ask)
    served.until(lambda: answered.triggered)
    assert answered.value.status == 204
    end.is_silent = True
    cut = client.request(ask)
    served.until(lambda: len(end.events) == 2)
    client.cut()
    end.go_down()
    after_s = served.env.now + 2
    served.until(lambda: served.env.now > after_s)
    assert not cut.triggered


def closed_port() -> int:
    """A port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@REALTIME
def test_where_nobody_listens_the_answer_is_none(served: Served) -> None:
    answered = SocketHttp(served.runner, served.env, "127.0.0.1", closed_port()).request(HttpRequest("GET", "/"))
    served.until(lambda: answered.triggered)
    assert answered.value is None


@REALTIME
def test_a_page_is_looked_at_again_and_again(served: Served) -> None:
    device = Pages(served.env)
    server = served.serve(device)
    page = HttpPage(served.env, served.runner, page_address(f"http://me:p4ss@{server.address}/status.json?x=1"))
    served.until(lambda: len(page.payloads) == 2)
    assert page.payloads[0].source == "/status.json" and page.payloads[0].content == {"PAPP": 420}
    assert [payload.facts["changed"] for payload in page.payloads] == [True, False]
    assert (
        device.asked[0].target == "/status.json?x=1"
        and ("authorization", "Basic bWU6cDRzcw==") in device.asked[0].headers
    )
    device.answer = HttpResponse(200, (), b"PAPP 430")
    served.until(lambda: page.payloads[-1].content == "PAPP 430")
    device.answer = HttpResponse(503)
    served.until(lambda: bool(page.events))
    assert (page.events[0].kind, page.events[0].facts) == ("refused", {"status": 503})
    device.go_down()
    assert device.conversation is not None
    device.conversation.hang_up()
    served.until(lambda: page.events[-1].kind == "unreachable")
    device.come_back()
    device.answer = HttpResponse(200, (), b"{broken")
    served.until(lambda: page.payloads[-1].content == "{broken")
    assert [event.kind for event in page.events] == ["refused", "unreachable", "reachable"]
    assert "p4ss" not in repr(page.events) + repr(page.address)
    page.close()
    looked = len(device.asked)
    after_s = served.env.now + 5
    served.until(lambda: served.env.now > after_s)
    assert len(device.asked) <= looked + 1


@REALTIME
def test_a_page_that_never_answers_is_the_bench_s_fault_in_one_line(served: Served) -> None:
    page = HttpPage(served.env, served.runner, page_address(f"http://me:p4ss@127.0.0.1:{closed_port()}/"))
    page._give_up_s = 3.0
    with pytest.raises(BenchError) as told:
        served.until(lambda: False)
    assert "nobody answers there" in str(told.value) and "p4ss" not in str(told.value)


def test_a_database_that_is_not_there_is_the_bench_s_fault_in_one_line() -> None:
    env = simpy.Environment()
    runner = RealTime(env)
    with pytest.raises(BenchError) as told:
        InfluxReadback(env, runner, influx_address(f"influx://me:p4ss@127.0.0.1:{closed_port()}/home"))
    assert "no InfluxDB answers (Connection refused)" in str(told.value)
    assert "p4ss" not in str(told.value) and "\n" not in str(told.value)


@pytest.mark.parametrize("spec", [
    "influx://", "influx://host", "influx://host:8086", "influx://host:8086/", "influx://host:8086/a/b",
    "influx://host:8086/a?b", "influx://host:80860/a", "influx://host:x/a", "influx://:8086/a", "influx://[::1/a",
    "influx://h ost:1/a b", "influx://me:p4ss@host:x/a", "influx://me:p4/ss@host:1/a", "influx://me:p4@ss@host:x/a",
    "influx://host:0/a", "influx://host:1/a#b", "mqtt://host:1/a",
])  # fmt: skip
def test_what_names_no_database_is_refused_in_one_line_that_shows_no_password(spec: str) -> None:
    with pytest.raises(InputError) as refused:
        influx_address(spec)
    assert "influx://HOST:PORT/DB" in str(refused.value) and "\n" not in str(refused.value)
    assert "p4" not in str(refused.value) and "ss@" not in str(refused.value)


def test_an_address_is_read_with_its_credentials_which_are_not_shown() -> None:
    address = influx_address("influx://me:p%40ss@[::1]:99/my%20home")
    assert (address.host, address.port, address.user, address.password) == ("::1", 99, "me", "p@ss")
    assert address.shown == "influx://***@[::1]:99/my%20home" and "ss" not in repr(address).replace("HttpAddress", "")
    assert page_address("http://device/").port == 80 and page_address("http://device").target == "/"
    with pytest.raises(InputError, match="http://HOST:PORT/PAGE"):
        page_address("https://device/")
