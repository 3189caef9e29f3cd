# SPDX-License-Identifier: Apache-2.0
"""The HTTP interface of a watched run: everything is asked for, and nothing can be changed."""

from collections.abc import Callable
from typing import Annotated, Any

from anyio.to_thread import run_sync
from fastapi import FastAPI, Path, Query, Request, Response, Security
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.security import HTTPBearer
from starlette.exceptions import HTTPException

from xky.protocol import Mode

from ..campaign.wording import LANGUAGES, Wording
from ..emulation.control.address import Address
from ..emulation.control.guard import Guard
from ..emulation.control.page import page_of
from ..live.serving import add_events, add_page, complained
from .answers import frame_at, verdict_of
from .door import REPORT_AT, Door
from .feed import Feed
from .report_files import REPORT_POLICY, media_type
from .watched import Key, Watched

__all__ = ["make_app"]

_BEARER = HTTPBearer(auto_error=False)  # tells readers of the description; ``Guard`` is who asks for it
_ABOUT = """\
Shows a run of `xky certify`: while it goes on, and again from its evidence. Nothing can be changed here. Times are
seconds on the bench's clock (`at_s`, `start_s`, `end_s`), which begins anew in each mode. A complaint is one line,
`{"detail": "…"}`."""

_ABOUT_EVENTS = """\
`curl -N` shows it. Each message has an `id`, which `Last-Event-ID` takes to go on behind it, and as `data` a list of
events in order, each with its number `n` and its `kind`: `hello` (version of the page, and a `run` that no
other server has), `run` (which it is), `plan` (of a mode), `frames` (of one step: begin, end, whether whole, faults),
`reading`, `remark` (a line that was none), `power` (trials of it), `played` (a mode is over), `verdict`, `end`. Who
comes is told all from the beginning."""

_Moded = Annotated[Mode, Query(description="Of the TIC.")]


def make_app(watched: Watched, feed: Feed, address: Address) -> Callable[..., Any]:
    """The guarded application.

    Args:
        watched: the run.
        feed: its events.
        address: where it listens.
    """
    app = FastAPI(
        title="xKy HIL: a certification to look at",
        version="0.1.0",
        description=_ABOUT,
        docs_url=None,
        redoc_url=None,
        dependencies=[] if address.token is None else [Security(_BEARER)],
        generate_unique_id_function=lambda route: route.name,
    )
    _add_complaints(app)
    _add_pages(app)
    _add_questions(app, watched)
    add_events(app, feed.stream, "What happened so far, and what happens: server-sent events", _ABOUT_EVENTS)
    _add_report(app, watched)

    def is_answered_405(path: str, method: str) -> bool:
        return method not in ("GET", "HEAD")

    return Door(Guard(app, address, is_answered_405), address.token)


def _add_pages(app: FastAPI) -> None:
    add_page(app, "watch", "xKy HIL")

    @app.get("/docs", include_in_schema=False)
    async def docs(request: Request) -> HTMLResponse:
        return HTMLResponse(page_of(app.openapi(), str(request.base_url).rstrip("/")))


def _add_questions(app: FastAPI, watched: Watched) -> None:
    @app.get("/line", summary="The frame that was on the line at an instant, piece by piece")
    async def line(
        mode: _Moded, at_s: Annotated[float, Query(ge=0, le=1e9, description="On the bench's clock.")]
    ) -> dict[str, Any]:
        return {"mode": mode.value, "at_s": at_s, "frame": frame_at(watched, mode, at_s)}

    @app.get("/verdict", summary="What a verdict rests on, and the picture of its moment where it failed")
    async def verdict(
        id: Annotated[str, Query(description="Of the purpose.")],
        mode: _Moded,
        probe: Annotated[str, Query(description="Where the device was listened to.")] = "lines",
        lang: Annotated[str, Query(pattern="|".join(LANGUAGES), description="Language of its texts.")] = "en",
    ) -> dict[str, Any]:
        key = Key(id, mode.value, probe)
        found = await run_sync(verdict_of, watched, key, Wording(lang))  # a picture takes a while
        if found is None:
            raise HTTPException(404, f"verdict {id} ({mode}, {probe}): there is none, or it has not fallen yet")
        return found


def _add_report(app: FastAPI, watched: Watched) -> None:
    @app.get(REPORT_AT + "{name:path}", summary="A file of the report, once the run is over", response_class=Response)
    async def report(name: Annotated[str, Path(description="As its manifest.json has it.")]) -> Response:
        data = await run_sync(watched.file, name or "index.html")
        if data is None:
            raise HTTPException(404, f"report: has no {name or 'index.html'}, or is not there yet")
        headers = {"content-security-policy": REPORT_POLICY}
        return Response(data, headers=headers, media_type=media_type(name or "index.html"))


def _add_complaints(app: FastAPI) -> None:
    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        told = f"{'.'.join(map(str, first['loc'][1:]))}: {first['msg'][0].lower()}{first['msg'][1:]}"
        return complained(request, 422, told)

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> JSONResponse:
        path = request.url.path
        texts = {404: f"path {path}: not known; GET /docs lists them", 405: f"{path}: can be asked for, not changed"}
        said = str(error.detail)
        told = said if said not in ("Not Found", "Method Not Allowed") else texts.get(error.status_code, said)
        return complained(request, error.status_code, told, error.headers)
