# SPDX-License-Identifier: Apache-2.0
"""Who may speak to the control channel: programs and people, never the page of another site in a browser.

A browser sends what pages ask of it to any address, this machine's own among them. So:
- the ``Host`` that it asked for has to be ours (else a name of theirs was pointed at us, DNS rebinding);
- an ``Origin`` has to be our own page's;
- what changes something has to be JSON, which no form can send, and no script of another site without
  asking first (CORS): that is never allowed.
"""

import hmac
import ipaddress
import json
import socket
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from ...live.assets import ASSETS_AT
from ...live.complaint import told_to
from ...live.policy import PAGE_POLICY
from .address import Address

__all__ = ["BODY_MAX", "Guard", "refuse_busy"]

BODY_MAX = 65_536  # bytes of a request

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_OPEN_TO_ALL = ("/", "/docs", "/openapi.json")  # the same for every bench, and a browser's address line sends no token
_WITH_BODY = ("POST", "PUT", "PATCH")  # with any other nothing changes, or a page has to ask before it may send it
_DOCS_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"  # no script, a style of its own
_HEADERS = (
    (b"cache-control", b"no-store"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"x-content-type-options", b"nosniff"),
)


class Guard:
    """Stands before the application.

    Args:
        app: what it guards.
        address: where it listens.
        is_answered_405: whether a path is known and takes no such method: the application says so, whatever was sent.
    """

    def __init__(self, app: App, address: Address, is_answered_405: Callable[[str, str], bool]) -> None:
        self._app = app
        self._address = address
        self._is_answered_405 = is_answered_405

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refused = self._refused(scope)
        if refused is not None:
            await _refuse(scope, send, *refused)
            return
        try:
            body = await _body_of(receive)
        except _TooLongError:
            await _refuse(scope, send, 413, f"body: over {BODY_MAX} bytes; send less")
            return
        if body is not None:
            await self._app(scope, _read(body, receive), _with_headers(send, scope["path"]))

    def _refused(self, scope: Scope) -> tuple[int, str] | None:
        """Status and reason; None lets it pass."""
        headers, path, method = _headers_of(scope), scope["path"], scope["method"]
        refused = self._foreign(path, headers)
        return refused if refused or self._is_answered_405(path, method) else _not_json(method, headers)

    def _foreign(self, path: str, headers: Mapping[str, str]) -> tuple[int, str] | None:
        host, origin = headers.get("host", ""), headers.get("origin")
        if not self._is_ours(host):
            return 403, f"host {host!r}: is not this server; ask for {self._address.host} or an address of this machine"
        if origin is not None and origin.lower() != f"http://{host}".lower():
            return 403, f"origin {origin!r}: pages of other sites may not drive a bench; use a program, or curl"
        is_open = path in _OPEN_TO_ALL or path.startswith(ASSETS_AT)
        if not is_open and not self._shows_token(headers.get("authorization", "")):
            return 401, "no token, or another one; send the header Authorization: Bearer TOKEN"
        return None

    def _is_ours(self, host: str) -> bool:
        name = _name_of(host)
        if name in (self._address.host.lower(), "localhost"):
            return True
        try:
            ip = ipaddress.ip_address(name)
        except ValueError:  # a name; only where others may come from, that of this machine
            return not self._address.is_loopback and name == socket.gethostname().lower()
        return ip.is_loopback or not self._address.is_loopback  # nobody can point an address at somebody else

    def _shows_token(self, authorization: str) -> bool:
        token = self._address.token
        if token is None:
            return True
        kind, _, shown = authorization.partition(" ")
        return kind.lower() == "bearer" and hmac.compare_digest(shown.strip().encode(), token.encode())


def _not_json(method: str, headers: Mapping[str, str]) -> tuple[int, str] | None:
    if method not in _WITH_BODY:
        return None
    if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        return 415, "expected JSON; send the header Content-Type: application/json (curl --json does)"
    return None


def _name_of(host: str) -> str:
    """A Host header without its port."""
    name = host.lower()
    if name.startswith("["):
        return name[1:].partition("]")[0]
    return name.partition(":")[0]


def _headers_of(scope: Scope) -> dict[str, str]:
    """Headers by name; of one that comes twice all values, so that none slips through."""
    headers: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


class _TooLongError(Exception):
    pass


async def _body_of(receive: Receive) -> bytes | None:
    """All of it, whether its length was told or not; None of a client that has gone before its end."""
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        part: bytes = message.get("body", b"")
        body += part
        if len(body) > BODY_MAX:
            raise _TooLongError
        if not message.get("more_body"):
            return body


def _read(body: bytes, receive: Receive) -> Receive:
    """A body that was taken in already, and then what comes."""
    messages = [{"type": "http.request", "body": body, "more_body": False}]

    async def read() -> MutableMapping[str, Any]:
        return messages.pop() if messages else await receive()

    return read


def _with_headers(send: Send, path: str) -> Send:
    policy = (b"content-security-policy", (_DOCS_POLICY if path == "/docs" else PAGE_POLICY).encode())

    async def with_headers(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            headers = [*message.get("headers", ())]
            has_its_own = any(name.lower() == policy[0] for name, _ in headers)
            message["headers"] = [*headers, *_HEADERS, *([] if has_its_own else [policy])]
        await send(message)

    return with_headers


async def _refuse(scope: Scope, send: Send, status: int, detail: str) -> None:
    told, said_in = told_to(scope["headers"], detail)
    body = json.dumps({"detail": told}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode()), *_HEADERS,
               (b"content-security-policy", PAGE_POLICY.encode()),
               *((name.encode(), value.encode()) for name, value in said_in.items())]  # fmt: skip
    if status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def refuse_busy(scope: Scope, receive: Receive, send: Send) -> None:
    """The application of a client that has too many connections, all of them being answered."""
    await _refuse(scope, send, 503, "too many connections at once; close some")
