# SPDX-License-Identifier: Apache-2.0
"""What the live page costs the emulator and its line, and what it costs the browser.

Two emulators run beside each other, one with five open pages, one with none; so a busy machine hits both. Each of them
feeds no board, then a simulated one. XKY_LIVE_S sets how long each of the rounds lasts.
"""

import json
import os
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import pytest

from ..chromium import WITHIN_MS, browsing, needs_chromium
from .emulators import emulator

if TYPE_CHECKING:
    from playwright.sync_api import Page

PAGES = 5
ROUNDS = 3
ROUND_S = float(os.environ.get("XKY_LIVE_S", "15"))
SETTLES_S = 4.0
CPU_GOAL = 1.3  # of the emulator's process, over the one that nobody looks at
GAP_GOAL = 1.0  # worst silence of the line, over that of the quiet control channel
GAP_NOISE_S = 0.010  # what two quiet ones differ by on a machine that runs a browser, too
LONG_FRAMES_GOAL = 0.05
HOUR_S = 3600
HOUR_SPEED = 60
GROWTH_GOAL = 1.10  # of the script's memory, from the first third of an hour to its end

LONG_S = 0.050  # of a frame, from its beginning to the screen: what web.dev calls a long one
VIEWPORT: Any = {"width": 1280, "height": 900}
STILL = """<style>@keyframes f { 50% { opacity: 0 } } p { animation: f 1s step-end infinite }</style><p>●</p>"""
_TRACED = ["cc", "benchmark", "disabled-by-default-devtools.timeline.frame"]
ALONE_OR_FEEDING = pytest.mark.parametrize(
    "board", [(), ("--board", "winky-lab")], ids=["a meter alone", "with a board"]
)


def _until_it_shows(page: "Page", url: str) -> "Page":
    page.goto(url)
    page.locator(".groups td").first.wait_for(timeout=WITHIN_MS)
    return page


def told(board: Sequence[str]) -> str:
    return f"{' '.join(board)}: " if board else ""


@needs_chromium
@ALONE_OR_FEEDING
def test_five_open_pages_cost_little_and_hold_the_line_up_no_longer(
    capsys: pytest.CaptureFixture[str], board: Sequence[str]
) -> None:
    with emulator(*board) as quiet, emulator(*board) as seen, browsing() as browser:
        for _ in range(PAGES):
            _until_it_shows(browser.new_page(), seen.url)
        time.sleep(SETTLES_S)
        ratios, gaps = [], []
        for _ in range(ROUNDS):
            begin = quiet.cpu_s(), seen.cpu_s()
            for one in (quiet, seen):
                one.worst_gap_s()
            time.sleep(ROUND_S)
            spent = quiet.cpu_s() - begin[0], seen.cpu_s() - begin[1]
            ratios.append(spent[1] / spent[0])
            gaps.append((quiet.worst_gap_s(), seen.worst_gap_s()))
        cpu = median(ratios)
        quiet_gap_s, seen_gap_s = (median(worst) for worst in zip(*gaps, strict=True))
        with capsys.disabled():
            print(f"\n{told(board)}{PAGES} open pages: {cpu:.2f} x the processor time of the emulator without")
            print(f"  (goal {CPU_GOAL})")
            print(f"worst silence of the line: {1e3 * seen_gap_s:.1f} ms with them, {1e3 * quiet_gap_s:.1f} ms without")
        assert cpu <= CPU_GOAL
        assert seen_gap_s <= GAP_GOAL * quiet_gap_s + GAP_NOISE_S


@needs_chromium
@ALONE_OR_FEEDING
def test_the_page_holds_its_frame_rate(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, board: Sequence[str]
) -> None:
    with emulator(*board) as seen, browsing() as browser:
        still = browser.new_page(viewport=VIEWPORT)
        still.set_content(STILL)
        page = _until_it_shows(browser.new_page(viewport=VIEWPORT), seen.url)
        time.sleep(SETTLES_S)
        shares: list[tuple[float, float]] = []
        for _ in range(ROUNDS):
            shares.append((_long_share(still, tmp_path), _long_share(page, tmp_path)))
        of_still, of_page = (median(share) for share in zip(*shares, strict=True))
    with capsys.disabled():
        print(f"\n{told(board)}long frames: {of_page:.1%}, of a page with nothing but a lamp {of_still:.1%}")
        print(f"  (goal {LONG_FRAMES_GOAL:.0%} above what the machine itself costs)")
    assert of_page - of_still <= LONG_FRAMES_GOAL


def _long_share(page: "Page", folder: Path) -> float:
    """Of the frames of the screen, as Chromium's compositor reports them: dropped, or long under way."""
    browser = page.context.browser
    assert browser is not None
    page.bring_to_front()
    browser.start_tracing(page=page, path=folder / "trace.json", categories=_TRACED)
    time.sleep(ROUND_S / 2)
    browser.stop_tracing()
    frames = _frames_of(json.loads((folder / "trace.json").read_text())["traceEvents"])
    assert len(frames) > ROUND_S
    return sum(state == "STATE_DROPPED" or duration_s > LONG_S for state, duration_s in frames) / len(frames)


def _frames_of(events: list[dict[str, Any]]) -> list[tuple[str, float]]:
    """State and duration (s) of each frame; one in time in which nothing was to be drawn is one, too."""
    begun: dict[tuple[Any, ...], dict[str, Any]] = {}
    frames = []
    for event in sorted((one for one in events if one["name"] == "PipelineReporter"), key=lambda one: one["ts"]):
        key = (event["pid"], str(event.get("id2")))
        if event["ph"] == "b":
            begun[key] = event
        elif key in begun:
            first = begun.pop(key)
            frames.append((str(first["args"]["frame_reporter"]["state"]), (event["ts"] - first["ts"]) / 1e6))
    return frames


@needs_chromium
@ALONE_OR_FEEDING
def test_its_memory_stays_flat_over_an_hour(capsys: pytest.CaptureFixture[str], board: Sequence[str]) -> None:
    with emulator("--speed", str(HOUR_SPEED), *board) as seen, browsing() as browser:
        page = _until_it_shows(browser.new_page(), seen.url)
        debugger = page.context.new_cdp_session(page)

        def heap() -> float:
            debugger.send("HeapProfiler.collectGarbage")
            return float(page.evaluate("performance.memory.usedJSHeapSize"))

        third_s = HOUR_S / HOUR_SPEED / 3
        time.sleep(third_s)
        early = heap()
        time.sleep(2 * third_s)
        growth = heap() / early
        with capsys.disabled():
            print(f"\n{told(board)}memory of the page: {growth:.3f} x over the last two thirds of an hour")
            print(f"  (goal {GROWTH_GOAL})")
        assert growth <= GROWTH_GOAL
