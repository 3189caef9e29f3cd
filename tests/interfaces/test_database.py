# SPDX-License-Identifier: Apache-2.0
"""One test for the bench's InfluxDB end and a real InfluxDB 1: the same writes, answers and points kept."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import simpy

from xky.emulator.runner import RealTime
from xky.hil.ends.end import Payload
from xky.hil.ends.http_client import VirtualHttp
from xky.hil.ends.influx import InfluxEnd
from xky.hil.ends.influx_readback import InfluxReadback, influx_address
from xky.protocol.uplinks.line_protocol import type_of
from xky.protocol.uplinks.messages import HttpRequest

from ..influxd import NEEDS_INFLUXD, Influxd, running_influxd

pytestmark = [NEEDS_INFLUXD, pytest.mark.xdist_group("influxd")]

Kept = tuple[str, tuple[tuple[str, str], ...], int | None, tuple[tuple[str, str, Any], ...]]
OWN_TIME_NS = 10**18  # a time after this is the server's own


@pytest.fixture(scope="module")
def influxd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Influxd]:
    with running_influxd(tmp_path_factory.mktemp("influxd")) as running:
        yield running


@dataclass(frozen=True)
class Outcome:
    """What became of writes."""

    statuses: list[int]
    errors: list[bytes]
    kept: list[Kept]


def kept(measurement: str, tags: dict[str, str], time: int | None, fields: dict[str, Any]) -> Kept:
    """A point, to be compared."""
    typed = tuple(sorted((key, type_of(value), value) for key, value in fields.items()))
    own = time is None or time > OWN_TIME_NS
    return measurement, tuple(sorted(tags.items())), None if own else time, typed


def on_end(bodies: list[bytes], parameters: str) -> Outcome:
    """Written to the bench's end; points of one place and time are one, as in a database."""
    env = simpy.Environment()
    end = InfluxEnd(env)
    client = VirtualHttp(end)
    answers = [client.request(HttpRequest("POST", f"/write?db=x{parameters}", (), body)).value for body in bodies]
    points: dict[Any, dict[str, Any]] = {}
    for payload in end.payloads:
        said = payload.content
        at = payload.facts["write"] if said["time"] is None else None
        place = said["measurement"], tuple(sorted(said["tags"].items())), said["time"], at
        points.setdefault(place, {}).update(said["fields"])
    told = [kept(name, dict(tags), time, fields) for (name, tags, time, _), fields in points.items()]
    return Outcome([answer.status for answer in answers], [answer.body for answer in answers], sorted(told, key=repr))


def on_influxd(influxd: Influxd, bodies: list[bytes], parameters: str) -> Outcome:
    """Written to a real one."""
    database = influxd.database()
    answers = [influxd.ask("POST", f"/write?db={database}{parameters}", body) for body in bodies]
    keys, points = influxd.query("SHOW FIELD KEYS; SELECT * FROM /.*/ GROUP BY *", database)
    types = {(series["name"], field): kind for series in keys.get("series", []) for field, kind in series["values"]}
    told = []
    for series in points.get("series", []):
        name, tags = series["name"], {key: value for key, value in series.get("tags", {}).items() if value}
        for time, *values in series["values"]:
            named = zip(series["columns"][1:], values, strict=True)
            fields = {
                key: float(value) if types[name, key] == "float" else value for key, value in named if value is not None
            }
            told.append(kept(name, tags, time, fields))
    return Outcome([status for status, _ in answers], [body for _, body in answers], sorted(told, key=repr))


WRITES = {  # the first write of a database is a plain one: there, a conflict inside a body drops all of it
    "A7, a field changes its type": [b"conso total=5i", b"conso total=6,va=3\nconso,device=w va=4"],
    "A7, from float to integer": [b"conso total=5", b"conso total=6i"],
    "A7, inside one body": [b"other v=1", b"m,n=1 v=1\nm,n=2 v=1i,w=2\nm,n=3 v=3"],
    "A8, CR LF in the middle": [b"crlf total=5\r\ncrlf total=6"],
    "A8, CR LF everywhere": [b"crlf total=5\r\ncrlf total=6\r\n"],
    "A8, CR LF behind a time": [b"crlf total=5 1000\r\n"],
    "A8, CR LF behind a text": [b'crlf total="a"\r\ncrlf,n=1 total="b"'],
    "A10, tabulator, line feed, accents": ['m a="A\tB",b="A\nB",c="é"'.encode()],
    "A11, unsigned": [b"conso4 value=5u"],
    "A12, seconds read as nanoseconds": [b"m v=1 1795899129"],
    "field time": [b"m time=1,v=2"], "field time alone": [b"m time=1"], "tag time": [b"m,time=1 v=2"],
    "tag and field": [b"m,a=b a=1"], "duplicate field": [b"m v=1,v=2"], "duplicate tag": [b"m,a=b,a=c v=1"],
    "one place twice": [b"m v=1 5\nm v=2,w=3 5"], "comment": [b"# c\nm v=1\n#m v=2"], "empty": [b""],
    "good, bad, good": [b"m v=1 1\nm v=+5 2\nm v=3 3"], "two bad": [b"m v=+5\nm v=x"],
    "escapes": [b'm\\ n,a\\,b\\=c=d\\ e f\\ g="h\\"i\\\\"'], "backslashes": [b'm,a\\b=c\\d v="e\\f"'],
    "quotes that are none": [b'm"n,a="b" c"=1'], "text with all": [b'm v="a,b c=d",w=1'],
    "behind a text": [b'm v="a"b'], "numbers": [b"m a=.5,b=5.,c=-5,d=1e3,e=000012i,f=00012,g=-0"],
    "booleans": [b"m a=t,b=T,c=true,d=True,e=TRUE,f=f,g=F,h=false,i=False,j=FALSE"],
    "spaces taken": [b" m  v=1  5 "], "CR in a tag": [b"m,t=a\r v=1"], "negative time": [b"m v=1 -5"],
}  # fmt: skip
REFUSED = [
    b"m v=+5", b"m v=NaN", b"m v=inf", b"m v=1e", b"m v=1.5i", b"m v=9223372036854775808i", b"m v=tRue", b"m v=",
    b"m v", b"m", b"m ,v=1", b"m v=1,", b"m v=1, w=2", b"m v =1", b"m v= 1", b"m,a= v=1", b"m,a v=1", b"m,=b v=1",
    b"m,a=b, v=1", b"m,a=b=c v=1", b"m =1", b",a=b v=1", b'm v="a', b"m v=1 1.5", b"m v=1 5 6",
    b"m v=1 9223372036854775807", b"\r\n",
    b"m v=1\r", b"m\\ v=1", b'm v="a" "b"', b"m v\\=1", b"m a\\\\=1", b"m v=1 +5", b"m v=1\t",
]  # fmt: skip


IN_OTHER_WORDS = [  # the end says why in its event; its answer is shorter than a real one's
    WRITES[name] for name in ("A8, CR LF behind a time", "field time alone", "tag time")
]


@pytest.mark.parametrize("bodies", WRITES.values(), ids=WRITES)
def test_the_end_keeps_and_answers_what_a_real_one_does(influxd: Influxd, bodies: list[bytes]) -> None:
    own, real = on_end(bodies, ""), on_influxd(influxd, bodies, "")
    assert own.statuses == real.statuses
    assert own.kept == real.kept
    if bodies not in IN_OTHER_WORDS:
        assert own.errors == real.errors


def test_the_end_refuses_what_a_real_one_refuses_in_its_words(influxd: Influxd) -> None:
    own, real = on_end(REFUSED, ""), on_influxd(influxd, REFUSED, "")
    assert own.statuses == real.statuses == [400] * len(REFUSED)
    assert own.kept == real.kept == []
    same = [mine == theirs for mine, theirs in zip(own.errors, real.errors, strict=True)]
    assert sum(same) >= len(REFUSED) - 6  # what it says of a number out of range is Go's own, of a space it can't tell


@pytest.mark.parametrize("precision", ["", "n", "ns", "u", "us", "ms", "s", "m", "h", "sec", "auto"])
def test_a_precision_is_read_as_a_real_one_reads_it(influxd: Influxd, precision: str) -> None:
    parameters = f"&precision={precision}"
    own, real = on_end([b"m v=1 7"], parameters), on_influxd(influxd, [b"m v=1 7"], parameters)
    assert (own.statuses, own.kept) == (real.statuses, real.kept)


@pytest.mark.parametrize(("method", "target"), [
    ("POST", "/write"), ("GET", "/write?db=x"), ("POST", "/write?db=nowhere"), ("GET", "/ping"), ("POST", "/nothing"),
    ("GET", "/query"), ("POST", "/query?q=CREATE+DATABASE+x"),
])  # fmt: skip
def test_what_is_asked_besides_is_answered_alike(influxd: Influxd, method: str, target: str) -> None:
    client = VirtualHttp(InfluxEnd(simpy.Environment(), databases=["x"]))
    own = client.request(HttpRequest(method, target)).value
    status, body = influxd.ask(method, target)
    assert own.status == status
    if status != 405:
        assert own.body == body


@pytest.mark.realtime
def test_what_is_read_back_is_what_the_end_would_have_seen(influxd: Influxd) -> None:
    body = (
        b'conso,device=w total=5,index=3i,name="HP..",on=t 7000000000\nconso,device=w total=6 8000000000\nm,a=b v=1 9'
    )
    end = InfluxEnd(simpy.Environment())
    VirtualHttp(end).request(HttpRequest("POST", "/write?db=x", (), body))
    database = influxd.database()
    influxd.ask("POST", f"/write?db={database}", b"m v=1 1")
    env = simpy.Environment()
    runner = RealTime(env, 20.0)
    watched = InfluxReadback(env, runner, influx_address(f"influx://127.0.0.1:{influxd.port}/{database}"))
    influxd.ask("POST", f"/write?db={database}", body)
    runner.restart()
    runner.run(lambda: len(watched.payloads) >= 3)
    influxd.ask("POST", f"/write?db={database}", b"conso,device=w total=6,late=1i 8000000000\nm,a=b v=1 9")
    runner.run(lambda: len(watched.payloads) >= 4)
    after_s = env.now + 10
    runner.run(lambda: env.now > after_s)
    watched.close()

    def said(payloads: list[Payload]) -> list[str]:
        return sorted(
            json.dumps([payload.source, payload.content, payload.facts["types"]], sort_keys=True)
            for payload in payloads
        )

    assert said(watched.payloads[:3]) == said(end.payloads)
    assert [payload.content["fields"] for payload in watched.payloads[3:]] == [{"late": 1}]
    assert all(payload.facts["database"] == database for payload in watched.payloads)
