# SPDX-License-Identifier: Apache-2.0
"""The InfluxDB end: what it takes, what it answers, and what it says of bodies that a real one swallows."""

import base64
import gzip
import json

import pytest
import simpy

from xky.hil.ends.credentials import Credential
from xky.hil.ends.http_client import VirtualHttp
from xky.hil.ends.influx import InfluxEnd
from xky.hil.ends.influx_body import BODY_MAX, LINES_MAX
from xky.protocol.uplinks.messages import HttpRequest, HttpResponse

TOKEN = (("Authorization", "Token t0p-secret"),)
V1, V2, V3 = "/write?db=home", "/api/v2/write?bucket=home&org=us", "/api/v3/write_lp?db=home"


class Bench:
    """An end, and who asks it."""

    def __init__(self, end: InfluxEnd) -> None:
        self.end, self.client = end, VirtualHttp(end)

    def post(self, target: str, body: bytes = b"", headers: tuple[tuple[str, str], ...] = TOKEN) -> HttpResponse:
        """Write, and be answered."""
        return self.ask(HttpRequest("POST", target, headers, body))

    def ask(self, request: HttpRequest) -> HttpResponse:
        """Ask, and be answered."""
        answered = self.client.request(request)
        self.end.env.run(answered)
        assert isinstance(answered.value, HttpResponse)
        return answered.value

    def kinds(self) -> list[tuple[str, str]]:
        """Kind and rule of each event."""
        return [(event.kind, event.facts.get("rule", "")) for event in self.end.events]


@pytest.fixture
def bench() -> Bench:
    return Bench(InfluxEnd(simpy.Environment()))


@pytest.mark.parametrize("target", [V1, V2, V3])
@pytest.mark.parametrize("packed", [False, True])
def test_a_point_arrives_with_its_types_and_its_time(bench: Bench, target: str, packed: bool) -> None:
    body = b'conso,device=winky total=12.5,index=3i,name="HP..",on=t 7\nconso,device=winky total=13'
    headers = (*TOKEN, ("Content-Encoding", "gzip")) if packed else TOKEN
    answer = bench.post(target + "&precision=ms", gzip.compress(body) if packed else body, headers)
    assert (answer.status, answer.body) == (204, b"")
    first, second = bench.end.payloads
    fields = {"total": 12.5, "index": 3, "name": "HP..", "on": True}
    assert first.source == "conso"
    assert first.content == {
        "measurement": "conso", "tags": {"device": "winky"}, "fields": fields, "time": 7_000_000,
    }  # fmt: skip
    assert first.facts["types"] == {"total": "float", "index": "integer", "name": "string", "on": "boolean"}
    assert second.content["time"] is None and second.data == b"conso,device=winky total=13"
    assert first.facts["database"] == "home" and first.facts["precision"] == "ms" and first.facts["status"] == 204
    assert first.facts["version"] == {V1: "v1", V2: "v2", V3: "v3"}[target]
    assert bench.end.events == []


def test_an_unsigned_integer_is_one_from_version_2_on(bench: Bench) -> None:
    assert bench.post(V1, b"m v=5u").status == 400
    assert [bench.post(target, b"m v=5u").status for target in (V2, V3)] == [204, 204]
    assert bench.kinds() == [("unreadable", "unsigned")]
    assert [payload.facts["types"] for payload in bench.end.payloads] == [{"v": "unsigned"}] * 2


HIDDEN = {  # a real one answers 204
    b"m time=1,v=2": "time_field", b"m,v=a v=1": "tag_and_field", b"m v=1,v=2": "duplicate_field",
    b'm v="a"\r\n': "carriage_return_stored", b'm v="a"b': "after_text", b'm v="\xff"': "not_utf8",
}  # fmt: skip


def test_a_line_that_is_kept_means_what_its_api_precision_and_database_make_of_it(bench: Bench) -> None:
    for _ in range(2):  # the second time it is known
        for target in (V1, V2, V1 + "&precision=s", V1 + "&precision=ms", V1 + "2"):
            bench.post(target, b"m v=1u 5\nm v=1i 5\nn v=1 5")
    told = [
        (payload.facts["database"], payload.content["time"], payload.facts["types"]) for payload in bench.end.payloads
    ]
    integer, real = {"v": "integer"}, {"v": "float"}
    assert told == 2 * [
        ("home", 5, integer), ("home", 5, real), ("home", 5, integer), ("home", 5, real),
        ("home", 5_000_000_000, integer), ("home", 5_000_000_000, real),
        ("home", 5_000_000, integer), ("home", 5_000_000, real), ("home2", 5, integer), ("home2", 5, real),
    ]  # fmt: skip
    first, again = (bench.end.payloads[place].content for place in (0, 10))
    assert first is again


@pytest.mark.parametrize(("body", "rule"), HIDDEN.items(), ids=HIDDEN.values())
def test_what_a_server_swallows_is_told_all_the_same(bench: Bench, body: bytes, rule: str) -> None:
    assert bench.post(V1, body).status == 204
    assert bench.kinds() == [("misread", rule)]
    assert bench.end.events[0].facts["status"] == 204 and bench.end.events[0].facts["line"] == 1
    assert len(bench.end.payloads) == 1


def test_one_bad_line_does_not_hide_the_good_ones(bench: Bench) -> None:
    answer = bench.post(V1, b"m v=1\nm v=+5\nm v=2")
    assert answer.status == 400
    assert json.loads(answer.body) == {"error": "partial write: unable to parse 'm v=+5': invalid boolean dropped=0"}
    assert [payload.content["fields"] for payload in bench.end.payloads] == [{"v": 1.0}, {"v": 2.0}]
    assert bench.kinds() == [("unreadable", "plus_sign")]
    assert bench.end.events[0].text == "/write line 2, column 5: '+5': a number has no plus sign"


def test_a_field_keeps_the_type_it_was_first_written_with(bench: Bench) -> None:
    assert bench.post(V1, b"conso total=5i").status == 204
    answer = bench.post(V1, b"conso total=6,va=3\nconso va=4")
    assert json.loads(answer.body)["error"] == (
        'partial write: field type conflict: input field "total" on measurement "conso" is type float, '
        "already exists as type integer dropped=1"
    )
    assert [payload.content["fields"] for payload in bench.end.payloads] == [{"total": 5}, {"va": 4.0}]
    event = bench.end.events[0]
    assert event.kind == "type_conflict"
    assert (event.facts["field"], event.facts["was"], event.facts["came"]) == ("total", "integer", "float")
    assert bench.post("/write?db=other", b"conso total=6").status == 204  # in a database of its own


def test_a_precision_is_known_and_named_where_there_is_a_time(bench: Bench) -> None:
    assert bench.post(V1 + "&precision=sec", b"m v=1 5").status == 204
    assert bench.post(V1 + "&precision=us", b"m v=1 5").status == 204  # 1.6.7 reads it as ns
    assert bench.post(V2 + "&precision=sec", b"m v=1 5").status == 400
    assert bench.post(V1, b"m v=1 5").status == 204
    assert bench.post(V1, b"m v=1").status == 204  # the server's own time: nothing to name
    assert bench.kinds() == [*[("precision", "unknown")] * 3, ("refused", ""), ("precision", "unnamed")]
    assert [payload.content["time"] for payload in bench.end.payloads] == [5, 5, 5, None]


def test_a_time_without_precision_is_guessed_by_version_3_alone(bench: Bench) -> None:
    for time in (b"1700000000", b"1700000000000", b"1700000000000000", b"1700000000000000000"):
        bench.post(V3, b"m v=1 " + time)
    assert {payload.content["time"] for payload in bench.end.payloads} == {1_700_000_000 * 10**9}


def test_a_time_beyond_64_bits_of_nanoseconds_is_refused(bench: Bench) -> None:
    assert bench.post(V1 + "&precision=h", b"m v=1 9999999999").status == 400
    assert bench.kinds() == [("unreadable", "time_range")]


@pytest.mark.parametrize(("target", "status", "words"), [
    ("/write", 400, "database is required"), ("/api/v2/write?bucket=home", 400, "org is required"),
    ("/api/v2/write?org=us", 400, "bucket is required"), ("/api/v3/write_lp", 400, "db is required"),
    ("/write?db=away", 404, 'database not found: "away"'),
    ("/api/v2/write?bucket=away&org=us", 404, "bucket not found"),
    ("/api/v2/query", 404, "404 page not found"), ("/query", 400, 'missing required parameter "q"'),
    ("/query?q=SELECT+1", 400, "error parsing query"),
])  # fmt: skip
def test_what_is_asked_wrongly_is_refused_and_told(target: str, status: int, words: str) -> None:
    bench = Bench(InfluxEnd(simpy.Environment(), databases=["home"]))
    answer = bench.post(target, b"m v=1")
    assert answer.status == status and words in answer.body.decode().replace('\\"', '"')
    assert bench.end.payloads == [] and [event.kind for event in bench.end.events] == ["refused"]
    assert bench.end.events[0].facts["status"] == status and bench.end.events[0].facts["data"] == b"m v=1"


BASIC = (("Authorization", "Basic " + base64.b64encode(b"me:p4ssw0rd").decode()),)


@pytest.mark.parametrize(("target", "headers"), [
    (V1, BASIC), (V1 + "&u=me&p=p4ssw0rd", ()), (V1, (("Authorization", "Token me:p4ssw0rd"),)), (V2, TOKEN),
    (V3, (("Authorization", "Bearer t0p-secret"),)),
])  # fmt: skip
def test_credentials_let_in_are_kept_apart_and_stand_in_no_text(
    target: str, headers: tuple[tuple[str, str], ...]
) -> None:
    known = {Credential("me", "p4ssw0rd"), Credential("", "t0p-secret")}
    bench = Bench(InfluxEnd(simpy.Environment(), accepts=known))
    assert bench.post(target, b"m v=1", headers).status == 204
    assert bench.end.credentials_seen <= known and len(bench.end.credentials_seen) == 1
    for body in (b"m v=%b", b"m v=1 %b", b"m %b", b"m v=xx" + 40 * b"y" + b"%b"):
        secret = next(iter(bench.end.credentials_seen)).secret
        assert bench.post(target, body % secret.encode(), headers).status == 400
    said = repr([(event.text, event.facts) for event in bench.end.events]) + repr(bench.end.credentials_seen)
    assert secret not in said and said.count("***") >= 4


def test_a_secret_too_long_to_be_shown_whole_is_not_shown_in_part(bench: Bench) -> None:
    secret = "q7" * 44 + "=="
    bench.post(V2, f"m v={secret}\nm {secret}".encode(), (("Authorization", f"Token {secret}"),))
    assert len(bench.end.events) == 2
    assert "q7q7" not in repr(bench.end.events)


@pytest.mark.parametrize("headers", [(), (("Authorization", "Basic !!!"),), (("Authorization", "Token other"),)])
@pytest.mark.parametrize("target", [V1, V2, V3])
def test_wrong_credentials_are_refused(target: str, headers: tuple[tuple[str, str], ...]) -> None:
    bench = Bench(InfluxEnd(simpy.Environment(), accepts=[Credential("", "t0p-secret")]))
    answer = bench.post(target, b"m v=1", headers)
    assert answer.status == 401 and bench.end.payloads == []
    assert bench.end.events[0].kind == "refused"


def test_version_2_wants_a_token_even_where_everybody_is_let_in(bench: Bench) -> None:
    assert [bench.post(target, b"m v=1", ()).status for target in (V1, V2, V3)] == [204, 401, 204]


def test_client_libraries_find_what_they_look_for_as_they_start(bench: Bench) -> None:
    assert bench.ask(HttpRequest("GET", "/ping")).status == bench.ask(HttpRequest("HEAD", "/ping")).status == 204
    assert json.loads(bench.ask(HttpRequest("GET", "/health")).body)["status"] == "pass"
    created = bench.ask(HttpRequest("GET", "/query?q=CREATE%20DATABASE%20%22home%22"))
    assert json.loads(created.body) == {"results": [{"statement_id": 0}]}
    assert bench.post("/query", b"q=SHOW+DATABASES").status == 200
    assert bench.end.events == []


def test_a_database_exists_once_it_is_created() -> None:
    bench = Bench(InfluxEnd(simpy.Environment(), databases=[]))
    assert bench.post(V1, b"m v=1").status == 404
    bench.post("/query", b"q=CREATE+DATABASE+home")
    assert bench.post(V1, b"m v=1").status == 204


@pytest.mark.parametrize("status", [401, 500, 503])
def test_an_end_that_is_told_to_refuse_keeps_nothing_until_it_is_told_otherwise(bench: Bench, status: int) -> None:
    bench.end.answers_with = status
    for target in (V1, V2, V3):
        assert bench.post(target, b"m v=1").status == status
    assert bench.end.payloads == [] and {event.facts["status"] for event in bench.end.events} == {status}
    bench.end.answers_with = None
    assert bench.post(V1, b"m v=1").status == 204 and len(bench.end.payloads) == 1


def test_a_slow_end_answers_in_its_time_and_a_silent_one_never(bench: Bench) -> None:
    bench.end.answers_after_s = 12.5
    bench.post(V1, b"m v=1")
    assert bench.end.env.now == 12.5 and bench.end.payloads[0].at_s == 0
    bench.end.is_silent = True
    waiting = bench.client.request(HttpRequest("POST", V1, (), b"m v=2"))
    bench.end.env.run(1000)
    assert not waiting.triggered and len(bench.end.payloads) == 1
    assert bench.kinds() == [("unanswered", "")]


def test_an_end_that_goes_down_hangs_up_and_is_there_again_when_it_comes_back(bench: Bench) -> None:
    bench.end.answers_after_s = 5
    waiting = bench.client.request(HttpRequest("POST", V1, (), b"m v=1"))
    bench.end.down_for(30)
    assert waiting.value is None
    assert bench.client.request(HttpRequest("POST", V1, (), b"m v=1")).value is None
    bench.end.env.run(31)
    bench.end.answers_after_s = 0
    assert bench.post(V1, b"m v=1").status == 204


PACKED = {
    "not packed": (b"m v=1", "gzip", 400), "cut off": (gzip.compress(b"m v=1\n" * 9)[:-9], "gzip", 400),
    "too much in it": (gzip.compress(b"\0" * (BODY_MAX + 1)), "gzip", 400),
    "too many lines in it": (gzip.compress(b"\n" * LINES_MAX), "too_large", 413),
}  # fmt: skip


@pytest.mark.parametrize(("body", "rule", "status"), PACKED.values(), ids=PACKED)
def test_a_packed_body_is_bounded_and_whole(bench: Bench, body: bytes, rule: str, status: int) -> None:
    answer = bench.post(V1, body, (("Content-Encoding", "gzip"),))
    assert answer.status == status and bench.end.payloads == []
    assert bench.kinds() == [("unreadable", rule)]


def test_an_unknown_packing_is_told(bench: Bench) -> None:
    assert bench.post(V1, b"m v=1", (("Content-Encoding", "br"),)).status == 400
    assert bench.kinds() == [("unreadable", "content_encoding")]


def test_many_faults_of_one_body_are_told_in_few_events(bench: Bench) -> None:
    bench.post(V1, b"m\n" * 1000)
    assert len(bench.end.events) == 21 and bench.end.events[-1].facts["more"] == 980


def test_what_is_no_http_is_told(bench: Bench) -> None:
    closed: list[bool] = []
    conversation = bench.end.converse(lambda data: None, lambda: closed.append(True))
    conversation.receive(b"\x16\x03\x01\r\n\r\n")
    assert closed and bench.kinds() == [("no_http", "")]
