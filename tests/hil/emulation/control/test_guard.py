# SPDX-License-Identifier: Apache-2.0
"""Who may speak to the control channel, and who may not."""

from collections.abc import AsyncIterator
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xky.hil.emulation.control.address import address_of
from xky.hil.emulation.control.guard import BODY_MAX
from xky.hil.live.policy import PAGE_POLICY
from xky.protocol import InputError

from .driven import Driven

JSON = {"content-type": "application/json"}
FOREIGN = [
    "http://evil.example",
    "http://127.0.0.1:3000",
    "http://localhost:8080",
    "https://127.0.0.1:8080",
    "null",
    "",
]


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost:8080", "LOCALHOST", "[::1]:8080", "127.8.9.1"])
def test_who_asks_for_an_address_of_this_machine_is_answered(host: str) -> None:
    assert Driven().call("GET", "/state", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8080", "localhost.evil.example", "127.0.0.1.evil.example", "192.0.2.7", ""]
)
def test_a_name_of_somebody_else_that_points_here_is_refused(host: str) -> None:
    run = Driven()
    for method, path in (("GET", "/state"), ("GET", "/docs"), ("PUT", "/load")):
        answer = run.call(method, path, headers={"host": host} | JSON, content=b'{"load_va": 1}')
        assert (answer.status_code, answer.json()["detail"][:5]) == (403, "host ")


@pytest.mark.parametrize("origin", FOREIGN)
def test_a_page_of_another_site_drives_nothing_and_reads_nothing(origin: str) -> None:
    run = Driven()
    before = run.get("/state")
    headers = {"origin": origin} | JSON
    for method, path in product(("GET", "PUT", "POST", "DELETE", "OPTIONS"), ("/state", "/load", "/faults", "/docs")):
        answer = run.call(method, path, headers=headers, content=b'{"load_va": 1}')
        assert (answer.status_code, answer.json()["detail"][:7]) == (403, "origin ")
        assert not [name for name in answer.headers if name.startswith("access-control-")]
    assert run.get("/state") == before


def test_our_own_origin_may() -> None:
    run = Driven()
    for host in ("127.0.0.1:8080", "localhost:9000"):  # the second as through a tunnel
        headers = {"host": host, "origin": f"http://{host}"} | JSON
        assert run.call("PUT", "/load", headers=headers, content=b'{"load_va": 1}').status_code == 200


def test_no_answer_lets_other_sites_read_it() -> None:
    run = Driven()
    for path in ("/state", "/docs", "/nowhere"):
        headers = run.call("GET", path).headers
        assert not [name for name in headers if name.startswith("access-control-")]
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]


@pytest.mark.parametrize(
    "kind",
    [None, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/jsonp"],
)
def test_what_a_form_can_send_changes_nothing(kind: str | None) -> None:
    run = Driven()
    headers = {} if kind is None else {"content-type": kind}
    for method, path in (("POST", "/supply/cut"), ("PUT", "/load"), ("POST", "/event"), ("POST", "/nowhere")):
        answer = run.call(method, path, headers=headers, content=b'{"load_va": 1}')
        assert (answer.status_code, answer.json()["detail"][:13]) == (415, "expected JSON")
    assert run.get("/state")["supply"]


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "Application/JSON"])
def test_json_may_say_its_characters(kind: str) -> None:
    run = Driven()
    assert run.call("PUT", "/load", headers={"content-type": kind}, content=b'{"load_va": 1}').status_code == 200


# Token


def test_without_the_token_only_the_description_is_told() -> None:
    run = Driven(token="secret", at="0.0.0.0:8080")
    wrong = [{}, {"authorization": "Bearer secre"}, {"authorization": "Bearer secretX"}, {"authorization": "secret"},
             {"authorization": "Basic secret"}, {"authorization": "Bearer sécret"}, {"authorization": ""}]  # fmt: skip
    for headers in wrong:
        encoded = {name: value.encode() for name, value in headers.items()}
        for method, path in (("GET", "/state"), ("PUT", "/load"), ("DELETE", "/faults"), ("GET", "/nowhere")):
            answer = run.call(method, path, headers=encoded | {"content-type": b"application/json"})
            assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
            assert "secret" not in answer.text
        for path in ("/", "/docs", "/openapi.json"):
            assert run.call("GET", path, headers=encoded).status_code in (200, 307)


@pytest.mark.parametrize("shown", ["Bearer secret", "bearer secret", "Bearer  secret "])
def test_with_the_token_everything_is_done(shown: str) -> None:
    run = Driven(token="secret", at="0.0.0.0:8080")
    headers = {"authorization": shown} | JSON
    assert run.call("PUT", "/load", headers=headers, content=b'{"load_va": 1}').status_code == 200
    schemes = run.get("/openapi.json")["components"]["securitySchemes"]
    assert [scheme["scheme"] for scheme in schemes.values()] == ["bearer"]


def test_beyond_loopback_an_address_may_be_asked_for_and_a_foreign_name_not() -> None:
    run = Driven(token="secret", at="0.0.0.0:8080")
    shown = {"authorization": "Bearer secret"}
    assert run.call("GET", "/state", headers=shown | {"host": "192.0.2.7:8080"}).status_code == 200
    assert run.call("GET", "/state", headers=shown | {"host": "evil.example"}).status_code == 403
    assert run.call("GET", "/state", headers=shown | {"origin": "http://evil.example"}).status_code == 403


# Size


def test_a_body_that_is_too_long_is_refused() -> None:
    run = Driven()
    headers = JSON | {"content-length": str(BODY_MAX + 1)}
    answer = run.call("POST", "/event", headers=headers, content=b" " * (BODY_MAX + 1))
    assert (answer.status_code, answer.json()["detail"]) == (413, "body: over 65536 bytes; send less")


def test_a_long_body_whose_length_nobody_told_is_not_taken_in() -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b" " * 1000
        yield b'{"cover_open": true}'

    run = Driven()
    answer = run.call("POST", "/event", headers=JSON, content=endless())
    assert (answer.status_code, answer.json()) == (413, {"detail": "body: over 65536 bytes; send less"})
    assert not run.get("/state")["cover_open"]


# Addresses


@pytest.mark.parametrize(
    ("text", "host", "port", "is_loopback"),
    [("8080", "127.0.0.1", 8080, True), ("127.0.0.1:0", "127.0.0.1", 0, True), ("localhost:1", "localhost", 1, True),
     ("[::1]:8080", "::1", 8080, True), ("0.0.0.0:8080", "0.0.0.0", 8080, False), ("[::]:80", "::", 80, False)],
)  # fmt: skip
def test_an_address_is_a_port_of_loopback_or_a_host_and_a_port(
    text: str, host: str, port: int, is_loopback: bool
) -> None:
    address = address_of(text, None)
    assert (address.host, address.port, address.is_loopback) == (host, port, is_loopback)
    assert (address.token is not None) == address.made_up == (not is_loopback)
    assert address.url(8081).endswith(":8081")


def test_a_made_up_token_is_long_and_never_the_same() -> None:
    tokens = {address_of("0.0.0.0:0", None).token for _ in range(20)}
    assert len(tokens) == 20
    assert all(token is not None and len(token) >= 32 for token in tokens)
    assert address_of("0.0.0.0:0", "mine").token == "mine"
    assert "mine" not in repr(address_of("0.0.0.0:0", "mine"))


@pytest.mark.parametrize(
    "text", ["", "x", "70000", "host:", ":8080", "::1:8080", "[::1]", "a:b:1", "-1", "8080 ", "1.2.3.4:99999"]
)
def test_what_is_no_address_gets_one_line(text: str) -> None:
    with pytest.raises(InputError, match=r"^--control .*: expected HOST:PORT or PORT, write 127.0.0.1:8080$"):
        address_of(text, None)


@given(st.text(max_size=20))
def test_any_text_is_an_address_or_a_complaint(text: str) -> None:
    if ":" in text:
        text = text.replace(":", "")  # no names are looked up here
    try:
        assert address_of(text, None).is_loopback
    except InputError as error:
        assert str(error).startswith("--control ")


@pytest.mark.parametrize("token", ["", "a b", "é", "a\nb"])
def test_a_token_that_no_header_carries_is_refused(token: str) -> None:
    with pytest.raises(InputError, match=r"^--control-token: empty, or not of printable ASCII"):
        address_of("8080", token)


def test_the_page_and_its_files_are_told_to_all_and_what_happens_to_who_shows_the_token() -> None:
    run = Driven(token="secret")
    for path in ("/", "/live/js/stream.js", "/live/css/base.css", "/live/words/shared.json", "/docs", "/openapi.json"):
        assert run.call("GET", path).status_code == 200, path
    for path in ("/events", "/state", "/day", "/display", "/live"):
        assert run.call("GET", path).status_code == 401, path
    for path in ("/live/", "/live/js", "/live/js/none.js", "/live/%2e%2e/assets.py", "/live/../state"):
        assert run.call("GET", path).status_code in (401, 404), path


def test_no_page_of_this_server_may_load_or_run_what_is_not_its_own() -> None:
    run = Driven()
    for path in ("/", "/live/js/stream.js", "/state", "/nothing"):
        policy = run.call("GET", path).headers.get_list("content-security-policy")
        assert policy == [PAGE_POLICY], path
    assert run.call("GET", "/docs").headers["content-security-policy"].startswith("default-src 'none'; style-src")
    assert run.call("GET", "/", headers={"host": "evil.example"}).headers["content-security-policy"] == PAGE_POLICY
