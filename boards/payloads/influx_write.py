# SPDX-License-Identifier: Apache-2.0
"""The request that writes points, as a gateway's settings make it: by the interface of InfluxDB 1, 2 or 3."""

from functools import lru_cache
from urllib.parse import urlencode

from xky.protocol.uplinks.messages import HttpRequest

from ..description.uplink import Influx

__all__ = ["write_request"]

_V3_PRECISIONS = {"ns": "nanosecond", "us": "microsecond", "ms": "millisecond", "s": "second"}
_V1_PRECISIONS = {"ns": "n", "us": "u", "ms": "ms", "s": "s"}


def write_request(settings: Influx, body: bytes) -> HttpRequest:
    """A POST of these points; ``Host`` and ``Content-Length`` are the network's to add.

    Args:
        settings: of the board.
        body: lines of points.
    """
    headers = [("Content-Type", "text/plain; charset=utf-8")]
    precision = settings.precision
    if settings.version == 1:
        path, query = "/write", {"db": settings.database, "rp": settings.retention_policy}
        query |= {"u": settings.username, "p": settings.password}
        query["precision"] = precision and _V1_PRECISIONS[precision]
    elif settings.version == 2:
        path, query = "/api/v2/write", {"org": settings.org, "bucket": settings.bucket, "precision": precision}
        if settings.token is not None:
            headers.append(("Authorization", f"Token {settings.token}"))
    else:
        path, query = "/api/v3/write_lp", {"db": settings.database}
        query["precision"] = precision and _V3_PRECISIONS[precision]
        if settings.token is not None:
            headers.append(("Authorization", f"Bearer {settings.token}"))
    target = _target(path, tuple((key, value) for key, value in query.items() if value is not None))
    return HttpRequest("POST", target, tuple(headers), body)


@lru_cache(64)  # a board writes to one
def _target(path: str, query: tuple[tuple[str, str], ...]) -> str:
    return f"{path}?{urlencode(query)}"
