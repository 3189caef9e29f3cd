# SPDX-License-Identifier: Apache-2.0
"""The HTTP interface: what each request means, and how a complaint of ours becomes an answer."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from typing import Annotated, Any, TypeVar, get_type_hints

from fastapi import Body, FastAPI, Path, Query, Request, Response, Security
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.security import HTTPBearer
from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.exceptions import HTTPException
from starlette.routing import Route

from xky.protocol import BenchError, InputError
from xky.protocol.tomlfile import what_is_wrong

from ...live.event_stream import EventStream
from ...live.serving import add_events, add_page, complained
from .address import Address
from .answers import DayAnswer, DisplayAnswer, Done, FaultAnswer, FrameAnswer, Registers, State, TruthAnswer, Wrong
from .board_answers import BoardTraceAnswer
from .bodies import CutBody, EventBody, LoadBody, RegistersBody, RestoreBody, TariffBody, TerminalsBody
from .guard import Guard
from .known_faults import FaultBody, any_fault, body_model
from .page import page_of
from .session import NotFoundError, NotNowError, Session

__all__ = ["ANSWERS_WITHIN_S", "Ask", "make_app"]

ANSWERS_WITHIN_S = 15.0  # real seconds; a jump of a year takes some of them

_BEARER = HTTPBearer(auto_error=False)  # tells readers of the description; ``Guard`` is who asks for it
_T = TypeVar("_T")
Ask = Callable[[Callable[[], Any]], Future[Any]]
"""Has something called in the bench's thread."""

_ABOUT = """\
Drives an emulated Linky while it runs. What is sent takes effect as an event on the bench's clock; the answer tells
when (`at_s`), and the number of the first frame that shows it (`first_frame`). Bodies are JSON and need the header
`Content-Type: application/json` (`curl --json` sends it). A complaint is one line, `{"detail": "…"}`.
The live page at `/` shows the meter and its line; all that it does it does by these calls."""

_ABOUT_EVENTS = """\
`curl -N` shows it. Each message has an `id`, which `Last-Event-ID` takes to go on behind it, and as `data` a list of
events, each with its `kind`: `hello` (version of the page, and a `run` that no other has), `meter` (what /state,
/display, /day and /board tell, at most once a second), `frame` (a frame as it begins: `text` of one without a fault,
else `pieces` with what was meant, what leaves, and what a UART hears), `left_out` (so many events were too many),
`over` (the run has ended). A comment comes each few seconds of silence; who does not read for ten seconds is
dropped."""

_WRONG: dict[int | str, dict[str, Any]] = {
    401: {"model": Wrong, "description": "The token is missing or another one"},
    403: {"model": Wrong, "description": "Asked by the page of another site"},
    409: {"model": Wrong, "description": "Not while the meter is as it is"},
    413: {"model": Wrong, "description": "The body is too long"},
    415: {"model": Wrong, "description": "Not sent as JSON"},
    422: {"model": Wrong, "description": "This meter cannot do that, or the request is wrong"},
    503: {"model": Wrong, "description": "The run is over, or did not answer in time"},
}


def make_app(session: Session, ask: Ask, address: Address, stream: EventStream | None = None) -> Callable[..., Any]:
    """The guarded application.

    Args:
        session: does what is asked.
        ask: has it done in the bench's thread.
        address: where it listens.
        stream: of what happens; one without any news unless told.
    """
    app = FastAPI(
        title="xKy HIL: control of an emulated Linky",
        version="0.1.0",
        description=_ABOUT,
        docs_url=None,  # its pages come from a network that a bench may not have; ours is ``page``
        redoc_url=None,
        responses=_WRONG,
        dependencies=[] if address.token is None else [Security(_BEARER)],
        generate_unique_id_function=lambda route: route.name,
    )
    _add_pages(app)
    _add_complaints(app)
    _add_questions(app, session, ask)
    said = "What happens, as it happens: server-sent events, without end"
    add_events(app, stream or EventStream(_nothing), said, _ABOUT_EVENTS, ["look"])
    _add_changes(app, session, ask)
    _add_faults(app, session, ask)

    def is_answered_405(path: str, method: str) -> bool:
        taken = _methods(app, path)
        return bool(taken) and method not in taken

    return Guard(app, address, is_answered_405)


async def _answer(ask: Ask, act: Callable[[], _T]) -> _T:
    future: Future[_T] = ask(act)
    try:
        return await asyncio.wait_for(asyncio.wrap_future(future), ANSWERS_WITHIN_S)
    except TimeoutError:  # its turn has not come, and will not: nothing happens later
        raise BenchError(f"the bench did not answer within {ANSWERS_WITHIN_S:.0f} s; nothing was done") from None


def _add_questions(app: FastAPI, session: Session, ask: Ask) -> None:
    @app.get("/state", tags=["look"], summary="The meter as it is")
    async def state() -> State:
        return await _answer(ask, session.state)

    @app.get("/frame", tags=["look"], summary="A frame as the meter would send it now")
    async def frame() -> FrameAnswer:
        return await _answer(ask, session.frame)

    @app.get(
        "/frame/bytes",
        tags=["look"],
        summary="The same, as its 7-bit characters",
        response_class=Response,
        responses={200: {"content": {"application/octet-stream": {}}, "description": "STX to ETX"}},
    )
    async def frame_bytes() -> Response:
        said = await _answer(ask, session.frame)
        return Response(bytes.fromhex(said.data_hex), media_type="application/octet-stream")

    @app.get("/truth", tags=["look"], summary="What really went onto the line, and what a receiver must make of it")
    async def truth(
        since: Annotated[int, Query(ge=0, description="Number of the first frame.")] = 0,
        limit: Annotated[int, Query(ge=1, le=100, description="Frames at most.")] = 10,
    ) -> TruthAnswer:
        answer = await _answer(ask, lambda: session.truth(since, limit))
        return answer()

    @app.get("/registers", tags=["registers"], summary="Energies and powers that can be set")
    async def get_registers() -> Registers:
        return await _answer(ask, session.registers)

    @app.get("/day", tags=["look"], summary="Tariff bands of the day, and the indexes")
    async def day() -> DayAnswer:
        return await _answer(ask, session.day)

    @app.get(
        "/board",
        tags=["look"],
        summary="The board on terminals I1-A: what its capacitor did of late",
        responses={404: {"model": Wrong}},
    )
    async def board() -> BoardTraceAnswer:
        answer = await _answer(ask, session.board_trace)
        if answer is None:
            raise NotFoundError("no board lives on terminals I1-A; start xky emulate with --board")
        return answer()

    @app.get("/display", tags=["look"], summary="The meter's face: screens and lamps")
    async def display() -> DisplayAnswer:
        return await _answer(ask, session.display)


async def _nothing() -> list[dict[str, Any]]:
    return []


def _add_changes(app: FastAPI, session: Session, ask: Ask) -> None:
    @app.put("/load", tags=["drive"], summary="What the house draws from now on")
    async def set_load(body: Annotated[LoadBody, _example({"load_va": 5200})]) -> Done:
        return await _answer(ask, lambda: session.happen(body.happening()))

    @app.put("/tariff", tags=["drive"], summary="Another contract, a mobile peak, or on to where an index runs")
    async def set_tariff(body: Annotated[TariffBody, _example({"supplier_index": 1})]) -> Done:
        return await _answer(ask, lambda: session.set_tariff(body))

    @app.put("/registers", tags=["registers"], summary="Set registers by label")
    async def set_registers(body: Annotated[RegistersBody, _example({"EAST": 1234567})]) -> Done:
        return await _answer(ask, lambda: session.set_registers(body.root))

    @app.put("/terminals", tags=["drive"], summary="What terminals I1-A give to the board that lives on them")
    async def set_terminals(body: Annotated[TerminalsBody, _example({"share": 0, "for_s": 60})]) -> Done:
        return await _answer(ask, lambda: session.happen(body.happening()))

    @app.post("/event", tags=["drive"], summary="Anything that an event of a scenario can do")
    async def happen(body: Annotated[EventBody, _example({"msg1": "BONJOUR", "cover_open": True})]) -> Done:
        return await _answer(ask, lambda: session.happen(body))

    @app.post("/supply/cut", tags=["drive"], summary="The network goes")
    async def cut_supply(body: Annotated[CutBody, _example({"for_s": 30})] = CutBody()) -> Done:  # noqa: B008  frozen
        return await _answer(ask, lambda: session.cut_supply(body))

    @app.post("/supply/restore", tags=["drive"], summary="The network comes back")
    async def restore_supply(body: Annotated[RestoreBody, _example({})] = RestoreBody()) -> Done:  # noqa: B008  frozen
        return await _answer(ask, lambda: session.restore_supply(body.clock_reserve_s))


def _add_faults(app: FastAPI, session: Session, ask: Ask) -> None:
    @app.get("/faults", tags=["faults"], summary="Faults that were injected here and are on the line")
    async def faults() -> list[FaultAnswer]:
        return await _answer(ask, session.faults)

    async def inject(body: FaultBody) -> FaultAnswer:
        return await _answer(ask, lambda: session.inject(body))

    example = _example({"name": "wrong_checksum", "label": "EAST", "for_frames": 3})
    inject.__annotations__["body"] = Annotated[any_fault(), example]  # of all that there are, known only now
    app.post("/faults", tags=["faults"], summary="Inject a fault, from the next frame on")(inject)

    @app.delete("/faults", tags=["faults"], summary="Clear them all")
    async def clear_faults() -> Done:
        return await _answer(ask, session.clear_faults)

    @app.delete("/faults/{id}", tags=["faults"], summary="Clear one", responses={404: {"model": Wrong}})
    async def clear_fault(number: Annotated[int, Path(alias="id", description="As its injection told.")]) -> Done:
        return await _answer(ask, lambda: session.clear_faults(number))


def _example(body: dict[str, Any]) -> Any:
    return Body(examples=[body])


# Pages


def _add_pages(app: FastAPI) -> None:
    add_page(app, "emulate", "xKy Linky")

    @app.get("/docs", include_in_schema=False)
    async def docs(request: Request) -> HTMLResponse:
        return HTMLResponse(page_of(app.openapi(), str(request.base_url).rstrip("/")))


# Complaints


def _add_complaints(app: FastAPI) -> None:
    @app.exception_handler(InputError)
    async def wrong(request: Request, error: InputError) -> JSONResponse:
        status = 409 if isinstance(error, NotNowError) else 404 if isinstance(error, NotFoundError) else 422
        return complained(request, status, str(error))

    @app.exception_handler(BenchError)
    async def bench(request: Request, error: BenchError) -> JSONResponse:
        return complained(request, 503, str(error))

    @app.exception_handler(Exception)
    async def mistake(request: Request, error: Exception) -> JSONResponse:  # told here, and whole on standard error
        return complained(request, 500, f"a mistake of the bench itself, {type(error).__name__}: {error}")

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        return complained(request, 422, _told(request, error))

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> JSONResponse:
        path = request.url.path
        if error.status_code == 400:  # FastAPI's, of whatever keeps it from reading a body
            return complained(request, 422, _unread(error.__cause__))
        if error.status_code == 405:
            return complained(
                request, 405, f"{path}: takes no {request.method}", {"Allow": ", ".join(_methods(app, path))}
            )
        texts = {404: f"path {path}: not known; GET /docs lists them"}
        return complained(request, error.status_code, texts.get(error.status_code, str(error.detail)), error.headers)


def _methods(app: FastAPI, path: str) -> list[str]:
    """All that a path takes: its calls are routes of their own."""
    routes = [route for route in app.routes if isinstance(route, Route) and route.path_regex.fullmatch(path)]
    return sorted({method for route in routes for method in route.methods or ()})


def _unread(cause: BaseException | None) -> str:
    """Why a body could not be read as JSON."""
    if isinstance(cause, UnicodeDecodeError):
        return f"body: no UTF-8 at byte {cause.start}; send JSON in UTF-8"
    if isinstance(cause, RecursionError):
        return "body: nested too deeply; send a JSON object as this call takes it"
    if isinstance(cause, ValueError):
        return "body: a number of too many digits; send less"
    return "body: cannot be read; send a JSON object"


def _told(request: Request, error: RequestValidationError) -> str:
    """The same line as of a file that a person wrote."""
    first = error.errors()[0]
    place, *keys = first["loc"]
    if place != "body":
        return f"{'.'.join(map(str, keys))} = {first['input']!r}: {first['msg'][0].lower()}{first['msg'][1:]}"
    if first["type"] == "json_invalid":
        return f"body: no valid JSON at character {keys[0]}: {first['ctx']['error']}"
    if error.body is None or not isinstance(error.body, dict):
        return 'body: expected a JSON object, such as {"key": value}'
    model = get_type_hints(request.scope["endpoint"])["body"]
    try:
        kind = model if isinstance(model, type) and issubclass(model, BaseModel) else body_model(error.body)
        TypeAdapter(kind).validate_python(error.body)
    except ValidationError as again:
        return what_is_wrong(again, error.body, kind)[1]
    except InputError as unknown:
        return str(unknown)
    return str(first["msg"])
