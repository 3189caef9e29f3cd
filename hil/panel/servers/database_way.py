# SPDX-License-Identifier: Apache-2.0
"""An InfluxDB 1 that exists: points are written to it, and read back, so that what is counted is what it has."""

import contextlib
import http.client
import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, unquote, urlencode

from xky.hil.ends.http_address import HttpAddress
from xky.protocol import BenchError

from .patience import Patience

__all__ = ["DatabaseWay", "Key", "Stored", "quoted"]

Key = tuple[str, tuple[tuple[str, str], ...], int]
"""Measurement, tags sorted by name, instant in ns."""
Stored = Mapping[str, Any]
"""Fields of a point, as JSON has them: 5.0 may be 5."""

_OPEN_S = 5.0  # real seconds
_ANSWER_S = 60.0  # real seconds; a database that compacts takes its time
_REFUSED = (401, 403, 404)


class _AwayError(Exception):
    """It does not answer, or fails."""


class DatabaseWay:
    """One database.

    Args:
        address: of ``influx_address``.
        patience: with it.

    Attributes:
        refusals: what it said of points that it did not take, the first few.
    """

    def __init__(self, address: HttpAddress, patience: Patience) -> None:
        self._address, self._patience = address, patience
        self._name = unquote(address.target.removeprefix("/"))
        self._connection: http.client.HTTPConnection | None = None
        self.refusals: list[str] = []

    def check(self) -> None:
        """See that it is there.

        Raises:
            BenchError: no InfluxDB answers there, lets us in, or has that database.
        """
        self.answer("SHOW FIELD KEYS")

    def answer(self, text: str) -> list[dict[str, Any]]:
        """The series that a statement gives, before a run has begun.

        Raises:
            BenchError: nobody answers there, lets us in, has that database, or it refuses.
        """
        try:
            return self.query(text)
        except _AwayError as away:
            shown = self._address.shown
            raise BenchError(f"{shown}: no InfluxDB answers ({away}); start it, or mend the address") from None

    def write(self, lines: Sequence[bytes]) -> bool:
        """Write points, whose times are in ns; whether it answered. What it did not take is not read back."""
        if not lines:
            return True
        target = f"/write?db={quote(self._name, safe='')}&precision=ns"
        return self._insists(lambda: self._wrote(target, b"\n".join(lines)))

    def read(self, tags: Mapping[str, str], from_ns: int, to_ns: int) -> dict[Key, Stored] | None:
        """The points with these tags from one instant to another, both included; None: it does not answer."""
        where = " AND ".join(f"\"{name}\" = '{quoted(value)}'" for name, value in tags.items())
        text = f"SELECT * FROM /.*/ WHERE {where} AND time >= {from_ns} AND time <= {to_ns} GROUP BY *"
        found: dict[Key, Stored] = {}

        def ask() -> None:
            found.clear()
            for series in self.query(text):
                said = tuple(sorted((name, tag) for name, tag in series.get("tags", {}).items() if tag))
                for row in series["values"]:
                    named = dict(zip(series["columns"], row, strict=True))
                    time_ns = named.pop("time")
                    found[series["name"], said, time_ns] = {
                        name: value for name, value in named.items() if value is not None
                    }

        return found if self._insists(ask) else None

    def forget(self, tags: Mapping[str, str]) -> bool:
        """Drop every series with these tags: what an earlier run that was cut left there; whether it answered."""
        where = " AND ".join(f"\"{name}\" = '{quoted(value)}'" for name, value in tags.items())
        return self._insists(lambda: self.query(f"DROP SERIES WHERE {where}"))

    def query(self, text: str) -> list[dict[str, Any]]:
        """The series that a statement gives.

        Raises:
            BenchError: it refuses.
        """
        body = urlencode({"q": text}).encode()
        target = f"/query?db={quote(self._name, safe='')}&epoch=ns"
        status, answer = self._ask("POST", target, body, {"Content-Type": "application/x-www-form-urlencoded"})
        try:
            said = json.loads(answer)
            results = said.get("results", [])
            fault = said.get("error") or next((result["error"] for result in results if "error" in result), None)
        except (ValueError, AttributeError, TypeError):
            raise BenchError(f"{self._address.shown}: answered {status}, and not as an InfluxDB 1 does") from None
        if fault is not None:
            if "not executed" in str(fault) or "database not found" in str(fault):
                raise BenchError(f"{self._address.shown}: has no database {self._name!r}; create it")
            raise BenchError(f"{self._address.shown}: answered {status}: {str(fault)[:200]}")
        return [series for result in results for series in result.get("series", [])]

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _wrote(self, target: str, body: bytes) -> None:
        status, answer = self._ask("POST", target, body, {})
        if status in _REFUSED:
            raise BenchError(f"{self._address.shown}: answered {status}: {_said(answer)}; create the database, "
                             "or give USER:PASSWORD@")  # fmt: skip
        if status >= 400 and len(self.refusals) < 5:
            self.refusals.append(_said(answer))

    def _insists(self, ask: Any) -> bool:
        """Ask, again where it is away; whether it answered in the end."""
        why = ""
        if self._patience.is_there:
            try:
                ask()
            except _AwayError as away:
                why = str(away)
            else:
                return True
        return self._patience.again(lambda: self._answers(ask), why)

    def _answers(self, ask: Any) -> bool:
        try:
            ask()
        except _AwayError:
            return False
        return True

    def _opened(self) -> http.client.HTTPConnection:
        connection = http.client.HTTPConnection(self._address.host, self._address.port, timeout=_OPEN_S)
        connection.connect()
        connection.sock.settimeout(_ANSWER_S)
        return connection

    def _ask(self, method: str, target: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        for is_last in (False, True):  # a server may close what was kept alive just as we ask
            fresh = self._connection is None
            try:
                if self._connection is None:
                    self._connection = self._opened()
                self._connection.request(method, target, body, {**dict(self._address.headers), **headers})
                answer = self._connection.getresponse()
                status, said = answer.status, answer.read()
            except (OSError, http.client.HTTPException) as error:
                with contextlib.suppress(OSError):
                    self.close()
                if fresh or is_last:
                    why = getattr(error, "strerror", None) or str(error) or type(error).__name__
                    raise _AwayError(why) from None
                continue
            if status >= 500:
                raise _AwayError(f"answered {status}")
            return status, said
        raise AssertionError


def quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "\\'")


def _said(answer: bytes) -> str:
    try:
        return str(json.loads(answer)["error"])[:200]
    except (ValueError, KeyError, TypeError):
        return answer.decode("utf-8", "replace")[:200]
