# SPDX-License-Identifier: Apache-2.0
"""The bytes of HTTP messages, made and read by h11; heads are kept, for a gateway says the same one all day.

Reading a head costs h11 some 100 microseconds, looking it up a few. A message that is not there in one piece, or is
chunked, is none of this module's: whoever gets None here asks h11 itself.
"""

import functools
from collections.abc import Iterable
from dataclasses import dataclass

import h11

from xky.protocol.uplinks.messages import HttpRequest, HttpResponse

__all__ = [
    "Head", "body_length", "is_kept_alive", "names_and_values", "plain_request", "plain_response", "request_bytes",
    "response_bytes",
]  # fmt: skip

_END = b"\r\n\r\n"
_PLAIN_MAX = 4096  # bytes of a head that is kept
_BODILESS = (204, 304)
_REASONS = {
    200: "OK", 204: "No Content", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
    405: "Method Not Allowed", 413: "Request Entity Too Large", 422: "Unprocessable Entity",
    429: "Too Many Requests", 431: "Request Header Fields Too Large", 500: "Internal Server Error",
    501: "Not Implemented", 503: "Service Unavailable",
}  # fmt: skip

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Head:
    """What stands above a body.

    Attributes:
        first: method and target of a request; the status, and nothing, of a response.
        headers: names in small letters, and values.
        length: bytes of the body, by its Content-Length.
        is_kept_alive: the connection stays.
    """

    first: tuple[str, str]
    headers: Headers
    length: int
    is_kept_alive: bool


def names_and_values(headers: Iterable[tuple[bytes, bytes]]) -> Headers:
    """Headers of h11 as texts; bytes beyond ASCII are Latin-1."""
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers)


def is_kept_alive(headers: Headers, version: bytes) -> bool:
    """Whether the connection stays after a message with these headers."""
    options = {word.strip().lower() for name, value in headers if name == "connection" for word in value.split(",")}
    return "close" not in options and version >= b"1.1"


def body_length(headers: Headers) -> int | None:
    """Bytes of the body as a Content-Length tells them, 0 without one; None where something else frames it."""
    length = 0
    for name, value in headers:
        if name in ("transfer-encoding", "expect", "upgrade"):
            return None
        if name == "content-length":
            length = int(value)
    return length


def plain_request(data: bytes) -> tuple[HttpRequest, bool] | None:
    """The request that these bytes are, whole and to the last byte, and whether the connection stays after it.

    None where they are anything else.
    """
    head, _, body = data.partition(_END)
    if len(head) + len(_END) + len(body) != len(data) or len(head) > _PLAIN_MAX:
        return None
    known = _request_head(head)
    if known is None or known.length != len(body):
        return None
    return HttpRequest(*known.first, known.headers, body), known.is_kept_alive


def plain_response(data: bytes) -> tuple[HttpResponse, bool] | None:
    """The same of the response to a request that is no HEAD."""
    head, _, body = data.partition(_END)
    if len(head) + len(_END) + len(body) != len(data) or len(head) > _PLAIN_MAX:
        return None
    known = _response_head(head)
    if known is None or known.length != len(body):
        return None
    return HttpResponse(int(known.first[0]), known.headers, body), known.is_kept_alive


@functools.lru_cache(256)
def _request_head(head: bytes) -> Head | None:
    connection = h11.Connection(h11.SERVER)
    try:
        connection.receive_data(head + _END)
        event = connection.next_event()
    except h11.RemoteProtocolError:
        return None
    if not isinstance(event, h11.Request):
        return None
    headers = names_and_values(event.headers)
    length = body_length(headers)
    if length is None:
        return None
    first = event.method.decode("latin-1"), event.target.decode("latin-1")
    return Head(first, headers, length, is_kept_alive(headers, event.http_version))


@functools.lru_cache(256)
def _response_head(head: bytes) -> Head | None:
    connection = asking("GET")
    try:
        connection.receive_data(head + _END)
        event = connection.next_event()
    except h11.RemoteProtocolError:
        return None
    if not isinstance(event, h11.Response):
        return None
    headers = names_and_values(event.headers)
    length = body_length(headers)
    is_framed = event.status_code in _BODILESS or any(name == "content-length" for name, _ in headers)
    if length is None or not is_framed:
        return None
    length = 0 if event.status_code in _BODILESS else length
    return Head((str(event.status_code), ""), headers, length, is_kept_alive(headers, event.http_version))


def asking(method: str) -> h11.Connection:
    """A connection of h11 that has asked, and waits for the response."""
    connection = h11.Connection(h11.CLIENT)
    connection.send(h11.Request(method=method, target="/", headers=[("Host", "-")]))
    connection.send(h11.EndOfMessage())
    return connection


def request_bytes(request: HttpRequest, host: str) -> bytes:
    """What is sent for a request: its headers as they are, and those that HTTP asks for besides.

    Args:
        request: of any method; a body with ``Transfer-Encoding: chunked`` goes out as one chunk.
        host: of the header Host, unless the request has its own.

    Raises:
        ValueError: no method, target or header of HTTP.
    """
    is_chunked = any(name.lower() == "transfer-encoding" for name, _ in request.headers)
    length = None if is_chunked else len(request.body)
    head = _made_request_head(request.method, request.target, request.headers, host, length)
    if is_chunked:
        chunk = b"%x\r\n%b\r\n" % (len(request.body), request.body) if request.body else b""
        return head + chunk + b"0\r\n\r\n"
    return head + request.body


@functools.lru_cache(256)
def _made_request_head(method: str, target: str, headers: Headers, host: str, length: int | None) -> bytes:
    names = {name.lower() for name, _ in headers}
    all_headers = [*headers]
    if "host" not in names:
        all_headers.insert(0, ("Host", host))
    if length is not None and "content-length" not in names and (length or method in ("POST", "PUT", "PATCH")):
        all_headers.append(("Content-Length", str(length)))
    try:
        made = h11.Connection(h11.CLIENT).send(h11.Request(method=method, target=target, headers=all_headers))
    except (h11.LocalProtocolError, UnicodeEncodeError) as error:
        raise ValueError(f"{method} {target.partition('?')[0]}: no request of HTTP: {error}") from None
    assert made is not None
    return made


def response_bytes(response: HttpResponse, *, to_head: bool = False) -> bytes:
    """What is sent for a response; a body has its Content-Length.

    Args:
        response: what is answered.
        to_head: the request was HEAD: no body follows.
    """
    length = None if response.status in _BODILESS else len(response.body)
    head = _made_response_head(response.status, response.headers, length)
    return head if to_head or length is None else head + response.body


@functools.lru_cache(256)
def _made_response_head(status: int, headers: Headers, length: int | None) -> bytes:
    framed = [*headers] if length is None else [*headers, ("Content-Length", str(length))]
    connection = h11.Connection(h11.SERVER)
    connection.receive_data(b"GET / HTTP/1.1\r\nHost: -\r\n\r\n")
    connection.next_event()
    made = connection.send(h11.Response(status_code=status, headers=framed, reason=_REASONS.get(status, "Answer")))
    assert made is not None
    return made
