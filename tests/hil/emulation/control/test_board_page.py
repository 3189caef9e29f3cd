# SPDX-License-Identifier: Apache-2.0
"""The board on terminals I1-A on the live page: its capacitor, a brown-out, its readings, a knob for its supply."""

import re
import socket
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from ....chromium import browsing, complaints_of, needs_chromium, opened
from .running import Running, emulating

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [needs_chromium, pytest.mark.realtime, pytest.mark.xdist_group("live page")]

SIZES = {"desk": {"width": 1280, "height": 900}, "telephone": {"width": 390, "height": 844}}
SPEED = 80  # a supply that fails empties a capacitor in a minute and a half of the bench's clock

MORE_READINGS = "count => Number(/readings\\D*(\\d+)/.exec(document.querySelector('.board').innerText)[1]) > count"


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    with browsing() as one:
        yield one


@pytest.fixture(scope="module")
def run() -> Iterator[Running]:
    with emulating("127.0.0.1:0", "--speed", str(SPEED), "--port", "tcp", "--board", "winky-lab") as one:
        host, _, port = one.port.removeprefix("socket://").rpartition(":")
        with socket.create_connection((host, int(port))) as line:  # one faster than a real line waits for its reader
            threading.Thread(target=lambda: [*iter(lambda: line.recv(65536), b"")], daemon=True).start()
            yield one
            line.shutdown(socket.SHUT_RDWR)


@pytest.mark.nightly
def test_a_supply_that_fails_is_seen_to_bring_a_brown_out_and_to_come_back(run: Running, browser: "Browser") -> None:
    with opened(browser, run.url) as page:
        card = page.locator(".board")
        card.get_by_text("Fed by terminals I1-A").wait_for()
        card.get_by_text(re.compile(r"min_spec \(12\.0 V, 274 Ω\)")).wait_for()
        assert card.locator(".brown-out").count() == 0
        page.get_by_label("They give nothing for … s").fill("300")
        page.get_by_role("button", name="Let them fail", exact=True).click()
        card.get_by_text("Terminals I1-A give nothing: it lives on its capacitor").wait_for()
        card.get_by_text("Brown-out: its rail is lost").wait_for()
        card.get_by_text("It is off: its microcontroller has no supply.").wait_for()
        card.locator(".brown-out").first.wait_for(state="attached")
        told = card.get_by_role("img").first.get_attribute("aria-label")
        assert told is not None
        assert re.fullmatch(r"Voltage of the capacitor in the last \S+ min: 3\.\d+ to \S+ V, now .*: 1", told), told
        assert [one.inner_text() for one in card.locator(".thresholds li").all()] == [
            "wakes up 4.10 V", "brown-out 3.30 V",
        ]  # fmt: skip
        before = run.call("GET", "/state")["board"]["readings"]
        card.get_by_text("Fed by terminals I1-A").wait_for()
        card.get_by_text("It is off").wait_for(state="detached")
        page.wait_for_function(MORE_READINGS, arg=before)
        card.get_by_text("The last reading, label by label").click()
        card.locator(".reading tr", has_text="SINSTS").wait_for()


@pytest.mark.nightly
def test_a_supply_that_fails_is_played_and_understood_from_the_page_alone(run: Running, browser: "Browser") -> None:
    with opened(browser, run.url) as page:
        page.get_by_text("The board’s supply fails").click()
        story = page.locator(".story", has_text="The board’s supply fails")
        lost = run.call("GET", "/state")["board"]["brown_outs"]
        told = story.locator(".watched")
        page.get_by_role("button", name="Let the terminals fail for 20 s", exact=True).click()
        page.locator(".board").get_by_text("Terminals I1-A give nothing: it lives on its capacitor").wait_for()
        page.locator(".board").get_by_text("Terminals I1-A give nothing").wait_for(state="detached")
        assert run.call("GET", "/state")["board"]["brown_outs"] == lost
        page.get_by_role("button", name="Let them fail for good", exact=True).click()
        story.get_by_text("At 3.30 V the microcontroller loses its supply").wait_for()
        told.filter(has_text=f"brown-outs: {lost + 1}").wait_for()
        told.filter(has_text="it is off: its microcontroller has no supply").wait_for()
        page.locator(".board .brown-out").first.wait_for(state="attached")
        page.get_by_role("button", name="Give the supply back", exact=True).click()
        told.filter(has_text=re.compile("it (listens|sleeps|boots|joins)")).wait_for()
        assert run.call("GET", "/state")["board"]["supply"]["model"] == "min_spec"


@pytest.mark.nightly
def test_another_supply_is_taken_by_its_name(run: Running, browser: "Browser") -> None:
    with opened(browser, run.url) as page:
        page.get_by_label("Supply", exact=True).select_option("weak_old")
        page.get_by_role("button", name="Take this supply", exact=True).click()
        page.locator(".board").get_by_text("weak_old (10.0 V, 274 Ω)").wait_for()
        assert run.call("GET", "/state")["board"]["supply"]["model"] == "weak_old"
        run.call("PUT", "/terminals", {"model": "min_spec"})


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("size", "scheme", "locale"),
    [
        ("telephone", "dark", "fr-FR"),
        pytest.param("desk", "light", "en-GB", marks=pytest.mark.nightly),
    ],
)
def test_the_card_of_the_board_fits_and_serves_who_reads_by_ear(
    run: Running, browser: "Browser", size: str, scheme: str, locale: str
) -> None:
    with opened(browser, run.url, viewport=SIZES[size], color_scheme=scheme, locale=locale) as page:
        page.locator(".board summary").click()
        page.locator(".board .reading td").first.wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"]
        assert complaints_of(page) == []


@pytest.mark.nightly
def test_a_board_with_a_supply_of_its_own_shows_state_and_readings_alone(browser: "Browser") -> None:
    with (
        emulating("127.0.0.1:0", "--port", "tcp", "--board", "generic") as fed_elsewhere,
        opened(browser, fed_elsewhere.url) as page,
    ):
        card = page.locator(".board")
        card.get_by_text("It has a supply of its own").wait_for()
        card.get_by_text("It reads the line without a pause.").wait_for()
        assert card.locator("svg").count() == 0
        assert page.locator("#knob-terminals").count() == 0
        card.get_by_text("The last reading, label by label").click()
        card.locator(".reading tr", has_text="SINSTS").wait_for()
