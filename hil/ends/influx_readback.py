# SPDX-License-Identifier: Apache-2.0
"""Reads back what arrives in an InfluxDB that exists (version 1): the same payloads as the bench's own end makes.

What was there before is no payload. Each point comes once: one whose fields change later comes again, with those; one
written twice alike is not seen twice. Its time is the database's, its arrival the poll that found it. Only the default
retention policy is read, and all of it at each poll, for a device may say any time: so give it a fresh database.
Facts of a payload: ``version`` (v1), ``database``, ``types`` of the fields, ``read_back``. Event ``type_conflict``: a
field has two types there.
"""

import http.client
import json
from typing import Any
from urllib.parse import quote, unquote

import simpy

from xky.emulator.runner import RealTime
from xky.protocol import BenchError, InputError
from xky.protocol.uplinks.line_protocol import FieldValue, Point, make_line
from xky.protocol.uplinks.messages import HttpRequest, HttpResponse

from .end import Observer
from .http_address import HttpAddress, http_address
from .http_client import SocketHttp

__all__ = ["InfluxReadback", "influx_address"]

_FORM = "influx://HOST:PORT/DB"
_QUERY = "SHOW FIELD KEYS; SELECT * FROM /.*/ GROUP BY *"
_ANSWER_MAX = 64 << 20  # bytes
_PATIENCE_S = 10.0  # real seconds
_POLL_S, _POLL_REAL_S = 1.0, 0.1  # bench and real seconds between two polls, whichever is longer

_Key = tuple[str, tuple[tuple[str, str], ...], int]


def influx_address(spec: str) -> HttpAddress:
    """The database that ``influx://[USER:PASSWORD@]HOST:PORT/DB`` names; the path of its target is the name.

    Raises:
        InputError: it names none.
    """
    address = http_address(spec, _FORM, 8086)
    name = address.target.removeprefix("/")
    if not name or "/" in name or "?" in name:
        raise InputError(f"{address.shown}: expected {_FORM}, with one name of a database behind the port")
    return address


class InfluxReadback(Observer):
    """A database that exists, watched.

    Args:
        env: the bench's clock.
        runner: plays it.
        address: of ``influx_address``.
        every_s: seconds of the bench's clock between two polls; None: one, or a tenth of a real one.

    Raises:
        BenchError: nobody answers there, lets us in, or has that database.
    """

    name = "influx"

    def __init__(
        self, env: simpy.Environment, runner: RealTime, address: HttpAddress, *, every_s: float | None = None
    ) -> None:
        super().__init__(env)
        self.address = address
        self.database = unquote(address.target.removeprefix("/"))
        self._every_s = max(_POLL_S, _POLL_REAL_S * runner.speed) if every_s is None else every_s
        self._patience_s = _PATIENCE_S * runner.speed
        target = f"/query?db={quote(self.database, safe='')}&epoch=ns&q={quote(_QUERY)}"
        self._request = HttpRequest("GET", target, address.headers)
        self._seen: dict[_Key, dict[str, FieldValue]] = {}
        self._types: dict[str, dict[str, str]] = {}
        self._told: set[tuple[str, str]] = set()
        self._is_closed = False
        self._take(self._asked_at_once(), is_news=False)
        self._client = SocketHttp(runner, env, address.host, address.port, address.shown)
        env.process(self._watch())

    def close(self) -> None:
        """Look no more; safe to call twice."""
        self._is_closed = True
        self._client.cut()

    def _asked_at_once(self) -> HttpResponse:
        """Ask before the clock runs: what is there is not what arrives."""
        connection = http.client.HTTPConnection(self.address.host, self.address.port, timeout=_PATIENCE_S)
        try:
            connection.request("GET", self._request.target, headers=dict(self.address.headers))
            answer = connection.getresponse()
            body = answer.read(_ANSWER_MAX + 1)
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
            raise BenchError(f"{self.address.shown}: no InfluxDB answers ({reason}); start it, or mend the address"
                             ) from None  # fmt: skip
        finally:
            connection.close()
        if len(body) > _ANSWER_MAX:
            raise BenchError(f"{self.address.shown}: more than {_ANSWER_MAX} bytes are there; give a fresh database")
        return HttpResponse(answer.status, (), body)

    def _watch(self) -> "simpy.events.ProcessGenerator":
        while True:
            yield self.env.timeout(self._every_s)
            for _ in range(2):  # a server may close what was kept alive just as we ask
                if self._is_closed:
                    return
                answered = self._client.request(self._request)
                yield answered | self.env.timeout(self._patience_s)
                if not answered.triggered or answered.value is not None:
                    break
            if self._is_closed:
                return
            if not answered.triggered or answered.value is None:
                raise BenchError(f"{self.address.shown}: InfluxDB does not answer any more; look at its log")
            self._take(answered.value, is_news=True)

    def _take(self, response: HttpResponse, *, is_news: bool) -> None:
        keys, points = self._results(response)
        for series in keys.get("series", []):
            for field, kind in series["values"]:
                self._learn(series["name"], field, kind)
        found = [point for series in points.get("series", []) for point in self._points(series)]
        for point in sorted(found, key=lambda point: point.time or 0):
            self._look_at(point, is_news)

    def _results(self, response: HttpResponse) -> list[dict[str, Any]]:
        """What the two statements gave."""
        try:
            said = json.loads(response.body)
            results = said["results"] if response.status == 200 else []
            fault = said.get("error") or next((result["error"] for result in results if "error" in result), None)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise BenchError(
                f"{self.address.shown}: answered {response.status}, and not as an InfluxDB 1 does"
            ) from None
        if fault == "not executed":  # what 1.6.7 says of statements about a database that is not there
            fault = f"no database {self.database!r}"
        if fault is not None or len(results) != 2:
            raise BenchError(f"{self.address.shown}: answered {response.status}: {str(fault)[:200]}; "
                             "create the database, or give USER:PASSWORD@")  # fmt: skip
        return list(results)

    def _learn(self, measurement: str, field: str, kind: str) -> None:
        was = self._types.setdefault(measurement, {}).setdefault(field, kind)
        if was != kind and (measurement, field) not in self._told:
            self._told.add((measurement, field))
            text = f"field {field} of {measurement} is {kind}, and {was} besides"
            self.happened("type_conflict", text, measurement=measurement, field=field, was=was, came=kind)

    def _points(self, series: dict[str, Any]) -> list[Point]:
        types = self._types.get(series["name"], {})
        tags = {key: value for key, value in series.get("tags", {}).items() if value != ""}
        made = []
        for row in series["values"]:
            named = dict(zip(series["columns"], row, strict=True))
            time = named.pop("time")
            fields = {key: _typed(value, types.get(key, "")) for key, value in named.items() if value is not None}
            made.append(Point(series["name"], tags, fields, time))
        return made

    def _look_at(self, point: Point, is_news: bool) -> None:
        known = self._seen.setdefault((point.measurement, tuple(point.tags.items()), point.time or 0), {})
        news = {key: value for key, value in point.fields.items() if known.get(key) != value}
        known.update(news)
        if not is_news or not news:
            return
        content = {"measurement": point.measurement, "tags": point.tags, "fields": news, "time": point.time}
        types = self._types.get(point.measurement, {})
        try:
            line = make_line(point._replace(fields=news)).encode()
        except ValueError:  # no spelling that every server reads back
            line = b""
        self.arrived(point.measurement, content, line, version="v1", database=self.database, read_back=True,
                     types={key: types.get(key, "") for key in news})  # fmt: skip


def _typed(value: Any, kind: str) -> FieldValue:
    typed: FieldValue = float(value) if kind == "float" else value  # JSON has 5 for 5.0
    return typed
