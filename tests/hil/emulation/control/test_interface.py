# SPDX-License-Identifier: Apache-2.0
"""The description of the interface, its page, and what is told of wrong requests."""

import json
import re
import shlex
from concurrent.futures import Future
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest

from xky.emulator.bridge import Bridge
from xky.hil.emulation.control.address import address_of

from .driven import URL, Driven

CALLS = {
    ("GET", "/state"), ("GET", "/frame"), ("GET", "/frame/bytes"), ("GET", "/truth"), ("GET", "/registers"),
    ("GET", "/day"), ("GET", "/display"), ("GET", "/events"), ("GET", "/board"), ("PUT", "/terminals"),
    ("PUT", "/registers"), ("PUT", "/load"), ("PUT", "/tariff"), ("POST", "/event"), ("POST", "/supply/cut"),
    ("POST", "/supply/restore"), ("GET", "/faults"), ("POST", "/faults"), ("DELETE", "/faults"),
    ("DELETE", "/faults/{id}"),
}  # fmt: skip


def test_every_call_is_described_with_body_answer_and_complaints() -> None:
    description = Driven().get("/openapi.json")
    calls = {(method.upper(), path): call for path, one in description["paths"].items() for method, call in one.items()}
    assert set(calls) == CALLS
    for (method, path), call in calls.items():
        assert call["summary"]
        assert ("requestBody" in call) == (method in ("PUT", "POST"))
        for status in ("403", "422", "503"):
            assert call["responses"][status]["content"]["application/json"]["schema"]["$ref"].endswith("/Wrong")
        if path not in ("/frame/bytes", "/events"):
            assert call["responses"]["200"]["content"]["application/json"]["schema"]
    assert len({call["operationId"] for call in calls.values()}) == len(calls)  # clients are generated from these


def test_quantities_carry_their_units() -> None:
    schemas = Driven().get("/openapi.json")["components"]["schemas"]
    bare = {"frames_sent", "phases", "id", "frames_left", "first_frame", "number", "next", "oldest", "kept_max",
            "supplier_index", "distributor_index", "runs", "peak_running", "peak_notice", "limit", "since"}  # fmt: skip
    units = ("_s", "_va", "_a", "_v", "_kva", "_wh", "_per_h")
    for name in (
        "State",
        "LoadAnswer",
        "CutOffAnswer",
        "TariffAnswer",
        "DayAnswer",
        "IndexAnswer",
        "DisplayAnswer",
        "Done",
        "SentFrameAnswer",
        "TruthAnswer",
    ):
        for key, schema in schemas[name]["properties"].items():
            if '"number"' in json.dumps(schema) or '"integer"' in json.dumps(schema):
                assert key in bare or key.endswith(units) or key in ("lost_phases", "closed_relays"), f"{name}.{key}"


class Page(HTMLParser):
    """What a page of HTML has in it."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.ids: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "action")]
        self.ids |= {value or "" for name, value in attrs if name == "id"}


def test_the_page_needs_no_other_network_and_runs_no_script() -> None:
    answer = Driven().call("GET", "/docs")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    page = Page()
    page.feed(answer.text)
    assert page.tags.isdisjoint({"script", "img", "form", "iframe", "link", "object"})
    assert {link for link in page.links if not link.startswith("#")} == {"/openapi.json"}
    assert {link[1:] for link in page.links if link.startswith("#")} <= page.ids


def lines_of_curl(page: str) -> list[str]:
    return [unescape(line) for line in re.findall(r"<pre>(curl .*?)</pre>", page)]


def test_each_curl_line_of_the_page_works_as_it_stands() -> None:
    run = Driven(board="winky-c6")
    run.wait(2)
    lines = lines_of_curl(run.call("GET", "/docs").text)
    assert len(lines) == len(CALLS)
    for line in sorted(lines, key=lambda line: line.endswith("-X DELETE http://127.0.0.1:8080/faults")):
        words = shlex.split(line)[1:]
        body = words[words.index("--json") + 1] if "--json" in words else None
        method = words[words.index("-X") + 1] if "-X" in words else "POST" if body is not None else "GET"
        path = words[-1].removeprefix(URL)
        assert path != words[-1]
        if path == "/events":  # without end: see test_events.py
            assert words == ["-N", f"{URL}/events"]
            continue
        answer = run.call(method, path, None if body is None else json.loads(body))
        assert answer.status_code == 200, f"{line}: {answer.text}"
        if path == "/supply/cut":
            run.wait(1)


def test_with_a_token_the_page_shows_how_to_send_it() -> None:
    lines = lines_of_curl(Driven(token="secret").call("GET", "/docs").text)
    assert all('-H "Authorization: Bearer $XKY_CONTROL_TOKEN"' in line for line in lines)


@pytest.mark.by_day(14)
@pytest.mark.parametrize(
    ("method", "path", "body", "status", "told"),
    [
        ("GET", "/stat", None, 404, "path /stat: not known; GET /docs lists them"),
        ("POST", "/load", {}, 405, "/load: takes no POST"),
        ("PUT", "/load", {}, 422, "nothing happens; write one of load_va, ramp, household, adps, adir"),
        ("PUT", "/load", {"load": 3}, 422, "load: no such key; known here: adir, adps, household, load_va, ramp."),
        ("PUT", "/load", {"load_va": "much"}, 422, "load_va = 'much': input should be a valid"),
        ("PUT", "/load", {"load_va": [1, 2, 3]}, 422, "load_va: 3 figures, and the meter has 1 phase(s); write one"),
        ("PUT", "/load", {"load_va": 1e6}, 422, "load_va = 1000000.0: input should be less than or equal to 99999"),
        ("PUT", "/load", {"load_va": float("nan")}, 422, "load_va = nan: input should be"),
        ("PUT", "/load", {"load_va": 1, "adps": True}, 422, "adps: there is load_va too; write one of"),
        ("PUT", "/load", {"adir": [1]}, 422, "adir: a single-phase meter has no ADIR; write adps = true"),
        ("PUT", "/load", {"household": {"appliances": ["ovn"]}}, 422, "household"),
        ("PUT", "/load", [1], 422, "body: expected a JSON object, such as"),
        ("PUT", "/registers", {}, 422, "nothing happens; write a label and its value"),
        ("PUT", "/registers", {"EAST": "x"}, 422, "EAST = 'x': input should be a valid integer"),
        ("PUT", "/registers", {"EAST": -1}, 422, "EAST: set(EAST=-1): expected 0 to 999999999"),
        ("PUT", "/registers", {"EAST": 5, "HCHC": 6}, 422, "set(EAST=5, HCHC=6): the indexes alone make 6"),
        ("PUT", "/registers", {"HCHC": 1}, 200, ""),
        ("PUT", "/registers", {"BBRHCJB": 1}, 422, "BBRHCJB: set(BBRHCJB=1): this meter has no such register"),
        ("PUT", "/tariff", {"contract": "temp"}, 422, "contract: name 'temp': not known; known: "),
        ("PUT", "/tariff", {"contract": "tempo"}, 422, "contract: tempo has no colours; write a table"),
        ("PUT", "/tariff", {"supplier_index": 3}, 422, "supplier_index = 3: this contract never runs it; its"),
        ("PUT", "/tariff", {"supplier_index": 11}, 422, "supplier_index = 11: input should be less than or"),
        ("PUT", "/tariff", {}, 422, "nothing happens; write one of contract, supplier_index, peak"),
        ("POST", "/event", {}, 422, "nothing happens; write one of say, exchange"),
        ("POST", "/event", {"at": "18:05", "load_va": 1}, 422, "at: no such key; known here: "),
        ("POST", "/event", {"skip_to": "2026-01-15T17:00"}, 422, "skip_to '2026-01-15T17:00': is not after the"),
        ("POST", "/event", {"skip_to": "2027-06-01T17:00"}, 422, "skip_to '2027-06-01T17:00': is not after"),
        ("POST", "/event", {"skip_to": "25:00"}, 422, "skip_to '25:00': expected a date and time"),
        ("POST", "/event", {"skip_to": "19:00", "outage": {"for_s": 1}}, 422, "skip_to: there is no supply then"),
        ("POST", "/event", {"msg1": "Élan"}, 422, "msg1: 'Élan': write up to 32 printable ASCII"),
        ("POST", "/event", {"breaker": "ajar"}, 422, "breaker = 'ajar': input should be 'open'"),
        ("POST", "/event", {"mode": "historc"}, 422, "mode = 'historc': input should be 'historic' or 'standard'"),
        ("POST", "/supply/cut", {"for_s": 0}, 422, "for_s = 0: input should be greater than 0"),
        ("POST", "/supply/restore", {}, 409, "there is supply; cut it first"),
        ("DELETE", "/faults/x", None, 422, "id = 'x': input should be a valid integer"),
    ],
)  # fmt: skip
def test_a_wrong_request_gets_one_line_and_changes_nothing(
    method: str, path: str, body: Any, status: int, told: str
) -> None:
    run = Driven()
    before = run.get("/state")
    if status == 200:
        assert run.call(method, path, body).status_code == 200
        return
    got, detail = run.refused(method, path, body)
    assert (got, detail[: len(told)]) == (status, told)
    assert run.get("/state") == before
    assert run.remarks == []


@pytest.mark.parametrize("text", ["{", '{"load_va"', '{"load_va": 1} 2', "\xff", '{"load_va": 1e}'])
def test_what_is_no_json_is_told(text: str) -> None:
    headers = {"content-type": "application/json"}
    answer = Driven().call("PUT", "/load", content=text.encode("latin-1"), headers=headers)
    assert answer.status_code in (400, 422)
    assert list(answer.json()) == ["detail"]


def test_no_file_of_the_machine_is_read_for_a_client() -> None:
    run = Driven()
    assert run.refused("POST", "/event", {"trace": {"file": "/etc/passwd"}}) == (
        422,
        "trace: no file of the bench is read for a client; write it in the meter's file",
    )
    assert "trace" not in run.get("/openapi.json")["components"]["schemas"]["EventBody"]["properties"]


def test_an_outage_may_be_cut_and_restored_without_a_body() -> None:
    run = Driven()
    headers = {"content-type": "application/json"}
    assert run.call("POST", "/supply/cut", headers=headers).status_code == 200
    assert run.call("POST", "/supply/restore", headers=headers).status_code == 200


def test_a_run_that_is_over_or_does_not_answer_in_time_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    from xky.hil.emulation.control import app  # FastAPI is slow to import

    run, late = Driven(), Future[Any]()
    run.app = app.make_app(run.session, lambda act: late, address_of("8080", None))
    monkeypatch.setattr(app, "ANSWERS_WITHIN_S", 0.01)
    assert run.refused("GET", "/state", None) == (503, "the bench did not answer within 0 s; nothing was done")
    assert late.cancelled()  # it does not happen later
    bridge = Bridge()
    bridge.close()
    run.app = app.make_app(run.session, bridge.ask, address_of("8080", None))
    assert run.refused("PUT", "/load", {"load_va": 1}) == (503, "the run is over; start the emulator again")


def test_a_mistake_of_the_bench_is_an_answer_too(monkeypatch: pytest.MonkeyPatch) -> None:
    run = Driven()
    monkeypatch.setattr(run.session, "_actions", None)
    answer = run.call("PUT", "/load", {"load_va": 1})
    assert answer.status_code == 500
    assert answer.json()["detail"].startswith("a mistake of the bench itself, AttributeError")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b'\xff{"load_va": 1}', "body: no UTF-8 at byte 0; send JSON in UTF-8"),
        (b"[" * 60_000, "body: nested too deeply; send a JSON object as this call takes it"),
        (b'{"set": {"EAST": ' + b"9" * 5000 + b"}}", "body: a number of too many digits; send less"),
    ],
    ids=["no UTF-8", "deep", "long number"],
)
def test_a_body_that_cannot_be_read_as_json_is_told_as_described(content: bytes, told: str) -> None:
    headers = {"content-type": "application/json"}
    answer = Driven().call("POST", "/event", headers=headers, content=content)
    assert (answer.status_code, answer.json()) == (422, {"detail": told})


@pytest.mark.by_day(6)
@pytest.mark.parametrize(
    ("method", "path", "body", "told"),
    [
        ("PUT", "/load", {"load_va": True}, "load_va = True: input should be a valid number"),
        ("PUT", "/load", {"load_va": "5"}, "load_va = '5': input should be a valid number"),
        ("PUT", "/load", {"load_va": [True]}, "load_va.0 = True: input should be a valid number"),
        ("PUT", "/load", {"adps": 1}, "adps = 1: input should be a valid boolean"),
        ("PUT", "/registers", {"EAST": True}, "EAST = True: input should be a valid integer"),
        ("PUT", "/registers", {"EAST": "5"}, "EAST = '5': input should be a valid integer"),
        ("PUT", "/tariff", {"supplier_index": True}, "supplier_index = True: input should be a valid integer"),
        ("POST", "/event", {"set": {"EAST": "5"}}, "set.EAST = '5': input should be a valid integer"),
        ("POST", "/event", {"pref_kva": "6"}, "pref_kva = '6': input should be a valid integer"),
        ("POST", "/event", {"cover_open": "yes"}, "cover_open = 'yes': input should be a valid boolean"),
        ("POST", "/event", {"relays": {"1": 1}}, "relays.1 = 1: input should be a valid boolean"),
        ("POST", "/event", {"exchange": {"phases": True}}, "exchange.phases: expected 1 or 3, not true"),
        ("POST", "/event", {"faults": [{"name": "jitter", "rms_bits": True}]},
         "faults: rms_bits: jitter: input should be a valid number"),
        ("POST", "/supply/cut", {"for_s": True}, "for_s = True: input should be a valid number"),
        ("POST", "/supply/restore", {"clock_reserve_s": False},
         "clock_reserve_s = False: input should be a valid number"),
        ("POST", "/faults", {"name": "wrong_checksum", "label": "EAST", "for_frames": True},
         "for_frames = True: input should be a valid integer"),
        ("POST", "/faults", {"name": "bit_flips", "rate": "0"}, "rate = '0': input should be a valid number"),
    ],
)  # fmt: skip
def test_a_truth_value_or_a_text_is_no_number(method: str, path: str, body: Any, told: str) -> None:
    run = Driven()
    before = run.get("/state")
    assert run.refused(method, path, body) == (422, told)
    assert run.get("/state") == before


@pytest.mark.by_day(1)
@pytest.mark.parametrize(
    ("path", "key"),
    [("/supply/cut", "for_s"), ("/supply/cut", "clock_reserve_s"), ("/supply/restore", "clock_reserve_s")],
)
def test_no_outage_lasts_longer_than_a_scenario_may(path: str, key: str) -> None:
    status, told = Driven().refused(
        "POST", path, {"for_s": 1} | {key: 1e308} if path == "/supply/cut" else {key: 1e308}
    )
    assert (status, told) == (422, f"{key} = 1e+308: input should be less than or equal to 3162240000")


def test_a_whole_number_may_be_written_as_json_has_it() -> None:
    run = Driven()
    run.do("PUT", "/registers", {"EAST": 1234567.0})
    run.do("POST", "/event", {"relays": {"2": True}})
    assert run.get("/registers")["registers"]["EAST"] == 1234567


def test_a_path_tells_all_that_it_takes() -> None:
    run = Driven()
    for method in ("PATCH", "TRACE", "DELETE"):
        answer = run.call(method, "/registers", headers={"content-type": "text/plain"})
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, PUT")


@pytest.mark.parametrize("since", [5, 2**31, 2**63 - 1, 2**63, 10**100])
def test_truth_may_be_asked_for_from_any_number_on(since: int) -> None:
    run = Driven()
    run.wait(4.0)
    told = run.get(f"/truth?since={since}")
    assert (told["frames"], told["next"]) == ([], run.get("/state")["frames_sent"])
