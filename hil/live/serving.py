# SPDX-License-Identifier: Apache-2.0
"""What every server of a live page serves: the page at ``/``, its files below ``/live/``, events and complaints."""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.exceptions import HTTPException

from .assets import asset
from .complaint import told_to
from .event_stream import EventStream
from .page import page

__all__ = ["add_events", "add_page", "complained"]


def complained(request: Request, status: int, detail: str, headers: Any = None) -> JSONResponse:
    """A complaint as an answer, in the language of who asks.

    Args:
        request: that is complained of.
        status: of HTTP.
        detail: one line of English.
        headers: of the answer besides; None: no others.
    """
    told, said_in = told_to(request.scope["headers"], detail)
    return JSONResponse({"detail": told}, status, {**(headers or {}), **said_in})


def add_page(app: FastAPI, name: str, title: str) -> None:
    """Serve a page and whatever it loads; arguments as ``page`` has them."""

    @app.get("/", include_in_schema=False)
    async def root() -> HTMLResponse:
        return HTMLResponse(page(name, title))

    @app.get("/live/{name:path}", include_in_schema=False)
    async def live(name: str) -> Response:
        found = asset(name)
        if found is None:
            raise HTTPException(404, f"path /live/{name}: not known")
        return Response(found.data, media_type=found.media_type)


def add_events(
    app: FastAPI, stream: EventStream, summary: str, description: str, tags: list[str] | None = None
) -> None:
    """Serve ``/events``; the last three arguments are for the description of the interface."""

    @app.get(
        "/events",
        summary=summary,
        description=description,
        tags=[*(tags or ())],
        response_class=Response,
        responses={200: {"content": {"text/event-stream": {}}, "description": "Messages, a few a second at most"}},
    )
    async def events() -> Response:
        return _Streamed(stream)


class _Streamed(Response):
    """The answer that a stream gives."""

    media_type = None

    def __init__(self, stream: EventStream) -> None:
        super().__init__()
        self._stream = stream

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self._stream.respond(scope, receive, send)
