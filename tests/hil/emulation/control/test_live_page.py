# SPDX-License-Identifier: Apache-2.0
"""The live page in a browser: what a person sees, clicks and types."""

import re
import shlex
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from xky.hil.live.event_stream import CLIENTS_MAX

from ....chromium import browsing, complaints_of, needs_chromium, opened
from .running import Running, emulating

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [needs_chromium, pytest.mark.realtime, pytest.mark.xdist_group("live page")]

SIZES = {"desk": {"width": 1280, "height": 900}, "telephone": {"width": 390, "height": 844}}
FOCUSED = "(one => one.getAttribute('aria-label') ?? one.innerText)(document.activeElement)"
SPEED = 20  # of the meter's clock: a minute of a story is three seconds


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    with browsing() as one:
        yield one


@pytest.fixture(scope="module")
def run() -> Iterator[Running]:
    """A meter that all tests of this file share, each of which leaves it sound."""
    with emulating("127.0.0.1:0", "--speed", str(SPEED), "--port", "tcp") as one:
        yield one


@pytest.fixture(autouse=True)
def sound(run: Running) -> Iterator[None]:
    yield
    if not run.call("GET", "/state")["supply"]:
        run.call("POST", "/supply/restore", {})
    run.call("DELETE", "/faults")
    run.call("PUT", "/tariff", {"contract": "hc"})
    run.call("POST", "/event", {"breaker": "close", "load_va": 500, "msg1": "PAS DE          MESSAGE"})


def shown(page: "Page", text: str) -> None:
    """Wait until a person can read it."""
    page.locator(f"text={text}").first.wait_for()


def what_curl_sends(line: str) -> tuple[str, str, str | None]:
    """Method, URL and body."""
    words = shlex.split(line)
    body = words[words.index("--json") + 1] if "--json" in words else None
    method = words[words.index("-X") + 1] if "-X" in words else "GET" if body is None else "POST"
    return method, words[-1], body


def button(page: "Page", name: str) -> Any:
    return page.get_by_role("button", name=name, exact=True).first


@pytest.mark.by_day(1)
@pytest.mark.parametrize(
    ("size", "scheme", "locale"),
    [
        ("desk", "light", "fr-FR"),
        ("telephone", "dark", "en-GB"),
        pytest.param("desk", "dark", "en-GB", marks=pytest.mark.nightly),
        pytest.param("telephone", "light", "fr-FR", marks=pytest.mark.nightly),
    ],
)
def test_the_page_fits_and_serves_who_reads_by_ear(
    run: Running, browser: "Browser", size: str, scheme: str, locale: str
) -> None:
    run.call("POST", "/faults", {"name": "wrong_checksum", "label": "SINSTS"})
    with opened(browser, run.url, viewport=SIZES[size], color_scheme=scheme, locale=locale) as page:
        page.locator(".groups .damaged").first.wait_for()
        for summary in page.locator("summary").all():
            summary.click()
        assert page.evaluate("document.documentElement.lang") == locale[:2]
        assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"]
        assert complaints_of(page) == []


def test_an_overload_is_played_and_understood_by_keyboard_alone(run: Running, browser: "Browser") -> None:
    with opened(browser, run.url) as page:
        shown(page, "An overload")

        def press_until(name: str, key: str = "Tab") -> None:
            for _ in range(60):
                focused = page.evaluate(
                    "document.activeElement.getAttribute('aria-label') ?? document.activeElement.innerText"
                )
                if focused.startswith(name):
                    return
                page.keyboard.press(key)
            raise AssertionError(f"{name} is not reached by keyboard")

        press_until("An overload")
        page.keyboard.press("Enter")
        press_until("Draw 7.2 kVA")
        page.keyboard.press("Enter")
        shown(page, "Over the subscription")
        press_until("Draw 12 kVA")
        page.keyboard.press("Enter")
        shown(page, "The cut-off device opens in")
        shown(page, "Cut off: the cut-off device is open (over-power)")
        shown(page, "PUISS DEPASSEE")
        page.locator(".story[open] .watched", has_text="Cut off: the cut-off device is open").wait_for()
        press_until("Switch appliances off")
        page.keyboard.press("Enter")
        press_until("Key +", "Shift+Tab")
        page.keyboard.down("Enter")
        page.wait_for_timeout(2300)
        page.keyboard.up("Enter")
        shown(page, "Within the subscription")
        assert not run.call("GET", "/state")["cut_off"]["is_open"]


@pytest.mark.nightly
def test_a_red_tempo_evening_is_played_and_understood(run: Running, browser: "Browser") -> None:
    run.call("POST", "/event", {"skip_to": "2026-06-01T12:00"})
    with opened(browser, run.url) as page:
        page.get_by_text("A red TEMPO evening").click()
        button(page, "TEMPO: today red, tomorrow blue").click()
        shown(page, "HP ROUGE")
        told = page.locator(".colours")
        told.wait_for()
        assert re.sub(r"\s+", " ", told.inner_text()) == "today red tomorrow not told"
        button(page, "To 19:59:50").click()
        page.locator(".colours", has_text="tomorrow blue").wait_for()
        page.locator(".story .watched", has_text="HP ROUGE · today red · tomorrow blue").wait_for()
        button(page, "To 21:59:50").click()
        page.locator(".display", has_text="HC ROUGE").wait_for()
        page.locator(".groups tr", has_text="LTARF").locator(".value", has_text="HC  ROUGE").wait_for()
        button(page, "To 05:59:50 of the next day").click()
        page.locator(".display", has_text="HP BLEU").wait_for()


@pytest.mark.nightly
def test_the_stories_name_the_labels_that_this_meter_sends(browser: "Browser") -> None:
    with (
        emulating("127.0.0.1:0", "--mode", "historic", "--contract", "ejp") as one,
        opened(browser, one.url) as page,
    ):
        page.locator("summary").first.wait_for()
        for summary in page.locator("summary").all():
            summary.click()
        button(page, "Draw 7.2 kVA").click()
        shown(page, "Over the subscription: the line says so (ADPS)")
        button(page, "Switch appliances off (300 VA)").click()
        button(page, "Wrong checksum of EJPHN, five frames").wait_for()
        button(page, "TEMPO: today red, tomorrow blue").click()
        shown(page, "PTEC says HPJR")
        said = page.locator(".stories").inner_text() + page.locator(".indexes").inner_text()
        sent = {group["label"] for group in one.call("GET", "/frame")["groups"]}
        standard_only = {"STGE", "LTARF", "NTARF", "EAST", "EASF01", "SINSTS"}
        assert not standard_only & (set(re.findall(r"[A-Z0-9]+", said)) - sent)


@pytest.mark.nightly
def test_a_story_goes_by_the_clock_that_the_meter_shows_though_it_is_wrong(run: Running, browser: "Browser") -> None:
    run.call("POST", "/event", {"skip_to": "2026-07-01T12:00"})
    run.call("POST", "/event", {"clock": {"show": "2026-07-03T12:07"}})
    try:
        with opened(browser, run.url) as page:
            page.get_by_text("A red TEMPO evening").click()
            button(page, "TEMPO: today red, tomorrow blue").click()
            button(page, "To 19:59:50").click()
            page.locator(".colours", has_text="tomorrow blue").wait_for()
            assert run.call("GET", "/state")["clock_shows"].startswith("2026-07-03T20:0")
    finally:
        run.call("POST", "/event", {"clock": {"resynchronise": True}})


@pytest.mark.nightly
def test_a_fault_is_put_on_the_line_by_its_form_and_seen_where_the_uart_complains(
    run: Running, browser: "Browser"
) -> None:
    with opened(browser, run.url) as page:
        page.get_by_label("Fault", exact=True).select_option("framing_error")
        page.get_by_label("label", exact=True).fill("EAST")
        page.get_by_label("for … frames").fill("")
        button(page, "Put it on the line").click()
        row = page.locator(".groups tr.damaged", has_text="EAST")
        row.locator("mark.framing").first.wait_for()
        assert "framing error" in row.inner_text()
        button(page, "Clear: framing error").click()
        page.locator(".groups").locator("tr:not(.damaged)", has_text="EAST").first.wait_for()
        assert run.call("GET", "/faults") == []
        button(page, "Hold").click()
        number = page.locator(".line > p").first.inner_text()
        page.wait_for_timeout(500)
        assert page.locator(".line > p").first.inner_text() == number
        shown(page, "groups that a fault touched")


@pytest.mark.nightly
def test_what_cannot_be_done_is_told_in_one_line(run: Running, browser: "Browser") -> None:
    with opened(browser, run.url) as page:
        page.get_by_label("Apparent power in VA").first.fill("1000000")
        button(page, "Draw it").click()
        shown(page, "load_va = 1000000")
        button(page, "Restore it").click()
        shown(page, "there is supply; cut it first")


@pytest.mark.nightly
@pytest.mark.skipif(shutil.which("curl") is None, reason="not installed: curl")
def test_each_line_of_curl_does_what_its_button_does(run: Running, browser: "Browser") -> None:
    with opened(browser, run.url) as page:
        button(page, "Draw it").wait_for()
        page.locator("#load_va").fill("1234")
        for summary in page.locator("summary").all():
            summary.click()
        sent: list[tuple[str, str, str | None]] = []
        page.on("request", lambda one: sent.append((one.method, one.url, one.post_data)))
        lines = []
        for action in page.locator(".action:not(.faults .action)").all():
            before = action.locator("code").inner_text()
            action.locator("button").first.click()
            action.locator(".answer span").wait_for()
            # some tell the time of the meter, which passes
            told = [what_curl_sends(line) for line in (before, action.locator("code").inner_text())]
            assert [one for one in told if one in sent] or "2026-" in before, before
            lines.append(before)
        assert len(lines) > 20
        line = next(line for line in lines if "1234" in line)
        said = subprocess.run([*shlex.split(line), "-s"], capture_output=True, text=True, timeout=20, check=False)
        assert said.returncode == 0, said.stderr  # curl --json is of 7.82 and later
        run.call("POST", "/event", {"breaker": "close"})
        assert run.call("GET", "/state")["load"]["drawn_va"] == 1234


@pytest.mark.nightly
def test_what_is_said_is_text_and_never_markup(run: Running, browser: "Browser") -> None:
    run.call("POST", "/event", {"msg1": "<b id=told>BOLD</b>"})
    run.call("POST", "/faults", {"name": "unknown_label", "label": "<i>x</i>", "before": "SINSTS"})
    with opened(browser, run.url) as page:
        shown(page, "<b id=told>BOLD</b>")
        shown(page, "<i>x</i>")
        assert page.locator("#told, .groups i").count() == 0


@pytest.mark.nightly
def test_the_language_is_switched_and_remembered(run: Running, browser: "Browser") -> None:
    with opened(browser, run.url) as page:
        shown(page, "The meter’s face")
        button(page, "Français").click()
        shown(page, "Face avant du compteur")
        assert page.evaluate("document.documentElement.lang") == "fr"
        page.reload()
        shown(page, "Face avant du compteur")


@pytest.mark.nightly
def test_the_display_scrolls_by_its_keys(run: Running, browser: "Browser") -> None:
    with opened(browser, run.url) as page:
        page.locator(".display", has_text="HEURE").wait_for()
        names = []
        for _ in range(len(run.call("GET", "/display")["screens"])):
            names.append(page.locator(".display .text").inner_text())
            page.get_by_role("button", name="Key +").click()
        assert len(set(names)) == len(names)
        assert {"CONTRAT", "PUISS SOUSCRITE", "PUISSANCE APP", "NUMERO PRM"} <= set(names)
        page.locator(".display", has_text=names[0]).wait_for()
        page.get_by_role("button", name="Key −").click()
        page.locator(".display", has_text=names[-1]).wait_for()


@pytest.mark.nightly
def test_a_lost_connection_is_told_and_comes_back_by_itself(browser: "Browser") -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    with emulating(address, "--port", "tcp") as first, opened(browser, first.url) as page:
        first.call("POST", "/faults", {"name": "wrong_checksum", "label": "EAST"})
        page.locator("#load_va").fill("6000")
        button(page, "Draw it").click()
        shown(page, "Done at")
        shown(page, "groups that a fault touched")
        page.get_by_role("img", name="6,000 VA at most").wait_for()
        first.process.kill()
        first.process.wait()
        shown(page, "Connection lost")
        try:
            with emulating(address, "--port", "tcp", "--mode", "historic"):
                page.locator(".connection.live").wait_for()
                shown(page, "historic mode")
                assert page.locator("text=Connection lost").count() == 0
                page.locator("text=groups that a fault touched").wait_for(state="detached")  # that was another run
                page.get_by_role("img", name="6,000 VA at most").wait_for(state="detached")
                page.locator("text=Done at").wait_for(state="detached")
            shown(page, "The run is over")
        finally:
            first.process.returncode = 0  # it was we who killed it


@pytest.mark.nightly
def test_a_page_that_nobody_sees_leaves_its_connection_to_others_until_it_is_seen(
    run: Running, browser: "Browser"
) -> None:
    turned = "Object.defineProperty(document, 'hidden', {value: %s, configurable: true});" + (
        "document.dispatchEvent(new Event('visibilitychange'))"
    )
    with opened(browser, run.url) as page:  # a browser has six connections to a server for all its tabs
        page.locator(".groups td").first.wait_for()
        with page.expect_event("requestfailed", lambda one: one.url == f"{run.url}/events"):
            page.evaluate(turned % "true")
        old = page.locator(".line > p").first.inner_text()
        page.wait_for_timeout(500)
        assert page.locator(".line > p").first.inner_text() == old
        assert page.locator(".connection.live").count() == 1
        page.evaluate(turned % "false")
        page.locator(".line > p").first.filter(has_not_text=old).wait_for()


@pytest.mark.nightly
def test_a_page_of_another_version_asks_to_be_loaded_again(run: Running, browser: "Browser") -> None:
    with opened(browser, run.url) as page:
        page.route(
            run.url + "/",
            lambda route: route.fulfill(
                response=(answer := route.fetch()),
                body=re.sub(r'(xky-version" content=")[^"]+', r"\g<1>0.0.1-old", answer.text()),
            ),
        )
        page.reload()
        shown(page, "This page is of another version (0.0.1-old)")
        page.unroute(run.url + "/")
        button(page, "Reload").click()
        page.locator(".connection.live").wait_for()
        assert page.locator("text=another version").count() == 0


@pytest.mark.nightly
def test_a_browser_without_what_it_takes_is_told_so(run: Running, browser: "Browser") -> None:
    with opened(browser, run.url, java_script_enabled=False) as page:
        page.get_by_text("This page needs a browser with JavaScript").wait_for(state="visible")
    with opened(browser, run.url) as page:
        page.add_init_script("delete globalThis.TextDecoderStream")
        page.reload()
        page.get_by_text("Cette page demande un navigateur").wait_for(state="visible")


@pytest.mark.nightly
def test_a_token_is_asked_for_and_stays_out_of_the_address(browser: "Browser") -> None:
    with (
        emulating("127.0.0.1:0", "--control-token", "right-one", "--port", "tcp") as guarded,
        opened(browser, guarded.url) as page,
    ):
        page.get_by_label("Token").fill("wrong-one")
        page.keyboard.press("Enter")
        shown(page, "The token was refused")
        page.get_by_label("Token").fill("right-one")
        page.keyboard.press("Enter")
        page.locator(".groups td").first.wait_for()
        button(page, "Draw it").click()
        shown(page, "Done at")
        assert "$XKY_CONTROL_TOKEN" in page.locator(".copyable code").first.text_content()
        assert "right-one" not in page.url + page.content() + page.evaluate("JSON.stringify({...localStorage})")
        page.reload()
        page.locator(".groups td").first.wait_for()


@pytest.mark.nightly
def test_a_page_too_many_is_told_why_it_sees_nothing_and_goes_on_when_there_is_room(
    run: Running, browser: "Browser"
) -> None:
    port = int(run.url.rpartition(":")[2])
    others = [socket.create_connection(("127.0.0.1", port)) for _ in range(CLIENTS_MAX)]
    for one in others:
        one.sendall(f"GET /events HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
        one.recv(1)
    with opened(browser, run.url) as page:
        shown(page, f"{CLIENTS_MAX} pages look already; close one")
        for one in others:
            one.close()
        page.locator(".connection.live").wait_for()
        assert page.locator("text=look already").count() == 0


@pytest.mark.nightly
def test_pages_that_never_read_do_not_hold_the_line(run: Running) -> None:
    port = int(run.url.rpartition(":")[2])
    before = run.call("GET", "/state")
    deaf = []
    for _ in range(5):
        one = socket.socket()
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        one.connect(("127.0.0.1", port))
        one.sendall(f"GET /events HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
        deaf.append(one)
    try:
        time.sleep(4)
        after = run.call("GET", "/state")
        assert after["at_s"] - before["at_s"] > 3 * SPEED
        assert after["frames_sent"] - before["frames_sent"] > 2 * SPEED
    finally:
        for one in deaf:
            one.close()
