# SPDX-License-Identifier: Apache-2.0
"""The page of a watched run in a Chromium: clicks and keys, both languages, what is told, and what it may not do."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from xky.hil.bench.reading import Reading, Remark, Said
from xky.hil.live.event_stream import EventStream
from xky.hil.watch import watching as watching_module
from xky.hil.watch.kept_run import KeptRun
from xky.hil.watch.watched import Heard, Part, Told
from xky.hil.watch.watching import Watching
from xky.protocol import Mode

from ...chromium import browsing, complaints_of, needs_chromium, opened

pytestmark = [needs_chromium, pytest.mark.xdist_group("watch-page")]
MARKUP = "<b onmouseover=boo>bold</b>"
GROUND = "getComputedStyle(document.body).backgroundColor"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with browsing() as chromium:
        yield chromium


@pytest.fixture(scope="module")
def url(kept: KeptRun) -> Iterator[str]:
    with Watching("0", "--port") as watching:
        watching.show(kept)
        yield watching.url


@contextmanager
def shown(browser: Any, url: str, **more: Any) -> Iterator[Any]:
    """The page, once the run is told."""
    with opened(browser, url, **more) as page:
        page.wait_for_selector(".headline:not(.running)")
        yield page


@pytest.fixture
def page(browser: Any, url: str) -> Iterator[Any]:
    with shown(browser, url) as opened_page:
        yield opened_page


def until(page: Any, holds: Callable[[], bool]) -> None:
    """Wait for it; the page itself may evaluate no text, and does not."""
    for _ in range(200):
        if holds():
            return
        page.wait_for_timeout(50)
    raise AssertionError("it did not come")


def step_of(page: Any) -> str:
    """The step that the page shows."""
    return str(page.locator(".present span").inner_text())


def present_s(page: Any) -> float:
    """The instant that the page shows."""
    return float(page.locator(".present b").inner_text().split()[0])


def test_a_finished_run_opens_on_its_first_fail_with_line_and_reading_beside_each_other(page: Any) -> None:
    page.wait_for_selector(".piece.asked")
    assert "TIC-SND-1/sent" in page.locator(".pinned").inner_text()  # which names the cause of the others
    label = re.split(r"[ →]", page.locator(".piece.asked code").first.inner_text())[0]
    assert label in page.locator(".said tr.asked th").all_inner_texts()
    line, said = (page.locator(f"#{name}").bounding_box() for name in ("line-title", "readings-title"))
    assert line["y"] == said["y"]
    assert page.locator("svg.moment rect.asked").count() > 0


def test_keys_alone_play_scrub_and_open_a_verdict(page: Any) -> None:
    page.wait_for_selector(".piece.asked")
    before_s = present_s(page)
    page.keyboard.press("ArrowRight")
    until(page, lambda: present_s(page) > before_s)
    page.keyboard.press("Shift+ArrowRight")
    step = step_of(page)
    page.keyboard.press("Space")
    until(page, lambda: step_of(page) != step)
    page.keyboard.press("Space")
    for _ in range(40):  # by the tabulator to the slider, whose own keys scrub
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.className") == "slider":
            break
    page.keyboard.press("Home")
    until(page, lambda: present_s(page) < 1)
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('.verdict') !== null"):
            break
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


@pytest.mark.nightly
def test_a_click_on_the_plan_goes_there_and_a_verdict_leads_to_its_moment(page: Any) -> None:
    page.wait_for_selector(".piece.asked")
    moment_s = present_s(page)
    box = page.locator(".strip").bounding_box()
    page.mouse.click(box["x"] + 0.9 * box["width"], box["y"] + 20)
    until(page, lambda: present_s(page) > moment_s)
    assert page.locator(".pinned").count() == 0
    page.locator(".opened button.main").first.click()
    page.wait_for_selector(".piece.asked")
    assert present_s(page) == moment_s


@pytest.mark.nightly
def test_the_group_that_a_verdict_is_about_is_in_sight_in_a_frame_of_fifty(page: Any) -> None:
    page.get_by_role("button", name="standard").click()
    page.locator(".verdict summary", has_text="altered-digit").last.click()
    page.locator(".opened button.main").click()
    page.wait_for_selector(".piece.asked")
    page.wait_for_timeout(300)
    first, frame = page.locator(".piece.asked").first.bounding_box(), page.locator(".pieces").bounding_box()
    assert frame["y"] <= first["y"] <= frame["y"] + frame["height"] - first["height"]


@pytest.mark.nightly
def test_the_link_opens_the_report_without_a_script(page: Any) -> None:
    with page.context.expect_page() as opening:
        page.locator("a.report").click()
    report = opening.value
    report.wait_for_load_state()
    assert report.url.endswith("/report/index.html")
    assert "ignores-checksum" in report.locator("body").inner_text()


@pytest.mark.nightly
def test_the_page_is_told_in_french_and_says_so(browser: Any, url: str) -> None:
    with shown(browser, url, locale="fr-FR") as page:
        page.wait_for_selector(".piece.asked")
        assert page.evaluate("document.documentElement.lang") == "fr"
        told = page.locator("main").inner_text()
        assert all(word in told for word in ("Le plan", "La ligne", "checksum faux", "répète un groupe altéré"))
        assert not re.search(r"\b(?:The|Its|wrong checksum|checksum is|must|frames?|reading at|Next)\b", told)
        page.get_by_role("button", name="English").click()
        until(page, lambda: page.evaluate("document.documentElement.lang") == "en")
        assert "The line" in page.locator("main").inner_text()


@pytest.mark.nightly
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nobody_is_shut_out_at_any_width_in_either_theme(browser: Any, url: str, width: int, theme: str) -> None:
    with shown(browser, url, viewport={"width": width, "height": 900}, color_scheme=theme) as page:
        page.wait_for_selector(".piece.asked")
        page.wait_for_selector("svg.moment")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert complaints_of(page) == []


@pytest.mark.nightly
def test_both_themes_are_themes(browser: Any, url: str) -> None:
    grounds = set()
    for theme in ("light", "dark"):
        with shown(browser, url, color_scheme=theme) as page:
            grounds.add(page.evaluate(GROUND))
    assert len(grounds) == 2


class Marked(KeptRun):
    """A run whose device and report say markup."""

    @property
    def facts(self) -> Any:
        return {**super().facts, "device": MARKUP}

    @property
    def parts(self) -> list[Part]:
        part = super().parts[0]
        reading = Reading(0.5, {MARKUP: Said(MARKUP, MARKUP)}, source=MARKUP)
        return [replace(part, heard=[Heard([reading], [Remark(0.6, MARKUP)])])]

    @property
    def verdicts(self) -> list[Told]:
        requirement, purpose = next(one for one in super().verdicts if one.purpose["verdict"] == "fail")
        return [Told({**requirement, "title": MARKUP}, {**purpose, "reason": MARKUP, "seen": [MARKUP], "at_s": 0.0})]


@pytest.mark.nightly
def test_what_a_device_says_is_text_whatever_is_in_it(browser: Any, report: Path) -> None:
    with Watching("0", "--port") as watching:
        watching.show(Marked(report))
        with shown(browser, watching.url) as page:
            page.locator(".slider").fill("0.7")
            page.wait_for_selector(".remark")
            page.wait_for_selector(".trail")
            assert page.locator("main").inner_text().count(MARKUP) >= 8
            assert page.locator("main b[onmouseover]").count() == 0


@pytest.mark.nightly
def test_a_lost_connection_is_told_and_comes_back_by_itself(
    browser: Any, report: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Going(KeptRun):
        """It has not come to its end."""

        report = None  # type: ignore[assignment]
        has_report = False

    with Watching("0", "--watch") as watching, monkeypatch.context() as patch:
        patch.setattr(EventStream, "end", lambda stream: None)  # a server that dies says nothing
        patch.setattr(watching_module, "_TOLD_WITHIN_S", 0.0)
        watching.show(Going(report))
        page = browser.new_page()
        page.goto(watching.url)
        page.wait_for_selector(".headline.running")
        port = watching.url.rpartition(":")[2]
        watching.close()
    page.wait_for_selector(".notice.bad")
    with Watching(port, "--watch") as watching:
        watching.show(KeptRun(report))
        page.wait_for_selector(".headline.fail", timeout=15_000)
        assert page.locator(".notice.bad").count() == 0
    page.close()


@pytest.mark.nightly
def test_another_run_at_the_same_address_is_shown_from_its_own_beginning(
    browser: Any, report: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Standard(KeptRun):
        """Of one mode the evidence is gone."""

        modes = (Mode.STANDARD,)
        parts = property(lambda run: [one for one in KeptRun.parts.fget(run) if one.mode is Mode.STANDARD])  # type: ignore[attr-defined, assignment]

    page = browser.new_page()
    with Watching("0", "--port") as watching, monkeypatch.context() as patch:
        patch.setattr(EventStream, "end", lambda stream: None)  # a server that dies says nothing
        watching.show(KeptRun(report))
        page.goto(watching.url)
        page.wait_for_selector(".modes")
        page.wait_for_selector(".trail")
        port = watching.url.rpartition(":")[2]
        watching.close()
    page.wait_for_selector(".connection.over")
    with Watching(port, "--port") as watching, page.expect_request("**/line?mode=standard*"):
        watching.show(Standard(report))
        page.wait_for_selector(".modes", state="detached")
        page.wait_for_selector(".strip")
        assert "standard" in page.locator(".verdict[open] .chip").first.inner_text()
        page.locator(".verdict.fail summary", has_text="historic").first.click()
        opened_one = page.locator(".verdict[open]", has_text="historic")
        opened_one.locator(".trail").wait_for()
        assert opened_one.locator("button").count() == 0  # there is no moment to go to
    page.close()


@pytest.mark.nightly
def test_beyond_loopback_the_page_asks_for_the_token_and_the_report_opens(
    browser: Any, report: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XKY_WATCH_TOKEN", "the-token")
    with Watching("0", "--port") as watching:
        watching.show(KeptRun(report))
        page = browser.new_page()
        page.goto(watching.url)
        page.locator("#token").fill("another")
        page.locator("form.token-form button").click()
        page.wait_for_selector("form.token-form .wrong")
        page.locator("#token").fill("the-token")
        page.locator("form.token-form button").click()
        page.wait_for_selector(".piece.asked")
        with page.context.expect_page() as opening:
            page.locator("a.report").click()
        opening.value.wait_for_load_state()
        assert "ignores-checksum" in opening.value.locator("body").inner_text()
        assert "the-token" not in page.url + opening.value.url
        page.close()
