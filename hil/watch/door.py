# SPDX-License-Identifier: Apache-2.0
"""How a browser follows a link to a report beyond loopback, where each request has to show the token.

A link sends no header. So whoever has shown the token gets a cookie that opens the files of the report, and nothing
else: another secret than the token, which no script reads and no other site's page makes a browser send.
"""

import hmac
import secrets
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from typing import Any

from ..emulation.control.guard import App, Receive, Scope, Send

__all__ = ["REPORT_AT", "Door"]

REPORT_AT = "/report/"
_NAME = "xky-report"


class Door:
    """Stands before the guard.

    Args:
        guarded: who asks for the token.
        token: that it asks for; None: for none.
    """

    def __init__(self, guarded: App, token: str | None) -> None:
        self._guarded = guarded
        self._token = token
        self._key = secrets.token_urlsafe(24)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self._token is None:
            await self._guarded(scope, receive, send)
            return
        if scope["path"].startswith(REPORT_AT) and self._opens(scope):
            shown = (b"authorization", f"Bearer {self._token}".encode())
            others = [one for one in scope["headers"] if one[0].lower() != b"authorization"]
            scope = {**scope, "headers": [*others, shown]}
        await self._guarded(scope, receive, self._with_cookie(send) if scope["path"] == "/events" else send)

    def _opens(self, scope: Scope) -> bool:
        told = b"; ".join(value for name, value in scope["headers"] if name.lower() == b"cookie")
        try:
            key = SimpleCookie(told.decode("latin-1")).get(_NAME)
        except CookieError:
            return False
        return key is not None and hmac.compare_digest(key.value.encode(), self._key.encode())

    def _with_cookie(self, send: Send) -> Send:
        async def with_cookie(message: Mapping[str, Any]) -> None:
            if message["type"] == "http.response.start" and message["status"] == 200:
                cookie = f"{_NAME}={self._key}; Path={REPORT_AT}; HttpOnly; SameSite=Strict"
                message = {**message, "headers": [*message.get("headers", ()), (b"set-cookie", cookie.encode())]}
            await send({**message})

        return with_cookie
