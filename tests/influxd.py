# SPDX-License-Identifier: Apache-2.0
"""A real InfluxDB 1 for tests: started from a file in a temporary folder, on free loopback ports; a database each."""

import contextlib
import http.client
import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

INFLUXD = shutil.which("influxd")
NEEDS_INFLUXD = pytest.mark.skipif(INFLUXD is None, reason="influxd is not installed: apt-get install influxdb")
_TRIES = 3
_STARTS_WITHIN_S = 30.0
_CONFIG = """
reporting-disabled = true
bind-address = "127.0.0.1:{rpc}"
[meta]
  dir = "{folder}/meta"
[data]
  dir = "{folder}/data"
  wal-dir = "{folder}/wal"
  query-log-enabled = false
[monitor]
  store-enabled = false
[subscriber]
  enabled = false
[http]
  bind-address = "127.0.0.1:{port}"
  log-enabled = false
[ifql]
  enabled = false
[logging]
  level = "error"
"""


class Influxd:
    """One that runs."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._numbers = count(1)

    def ask(
        self, method: str, target: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> tuple[int, bytes]:
        """Status and body of an answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        with contextlib.closing(connection):
            connection.request(method, target, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read()

    def query(self, text: str, database: str = "") -> list[dict[str, Any]]:
        """The results of each statement."""
        status, body = self.ask("POST", "/query?" + urlencode({"q": text, "db": database, "epoch": "ns"}))
        assert status == 200, body
        results: list[dict[str, Any]] = json.loads(body)["results"]
        return results

    def database(self) -> str:
        """A fresh one."""
        name = f"fresh{next(self._numbers)}"
        self.query(f"CREATE DATABASE {name}")
        return name

    def is_there(self) -> bool:
        """Whether it answers."""
        with contextlib.suppress(OSError):
            return self.ask("GET", "/ping")[0] == 204
        return False


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@contextlib.contextmanager
def running_influxd(folder: Path) -> Iterator[Influxd]:
    """Run one while the block lasts."""
    process, influxd = _started(folder)
    try:
        yield influxd
    finally:
        process.kill()
        process.wait()


def _started(folder: Path) -> tuple[subprocess.Popen[bytes], Influxd]:
    """One that answers; a port that somebody else took meanwhile is exchanged for another."""
    assert INFLUXD is not None
    config = folder / "influxd.conf"
    for _ in range(_TRIES):
        influxd = Influxd(_free_port())
        config.write_text(_CONFIG.format(folder=folder, port=influxd.port, rpc=_free_port()))
        process = subprocess.Popen([INFLUXD, "run", "-config", str(config)], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
        deadline = time.monotonic() + _STARTS_WITHIN_S
        while process.poll() is None and time.monotonic() < deadline:
            if influxd.is_there():
                return process, influxd
            time.sleep(0.05)
        process.kill()
        process.wait()
    raise AssertionError(f"influxd did not start, {_TRIES} times")
