# SPDX-License-Identifier: Apache-2.0
"""The trials of a device's power on the page: its capacitor on each supply, told alike while it runs and afterwards."""

import gzip
import re
import shutil
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from xky.hil.campaign.power_record import PowerRecord
from xky.hil.watch.kept_run import KeptRun
from xky.hil.watch.watching import Watching
from xky.protocol import InputError

from ...chromium import browsing, complaints_of, needs_chromium, opened
from .shown_run import certified, events_of

Fed = tuple[list[Any], KeptRun, Path]
POWER: dict[str, Any] = {"mode": "standard", "defect": None, "only": ("XKY-PWR-1", "XKY-PWR-2")}


@pytest.fixture(scope="module")
def fed(tmp_path_factory: pytest.TempPathFactory) -> Fed:
    """What was told of a run while somebody watched, the run from its evidence, and where that is."""
    folder = tmp_path_factory.mktemp("fed") / "report"
    run = certified(folder, watched=True, device="sim:winky-c6", **POWER)
    return events_of(run), KeptRun(folder), folder


def of_kind(events: list[Any], kind: str) -> list[Any]:
    return [one for one in events if one["kind"] == kind]


def recorded(kept: KeptRun) -> PowerRecord:
    (record,) = kept._records.values()
    assert record.power is not None
    return record.power


def test_the_trials_are_told_the_same_live_and_from_the_evidence(fed: Fed) -> None:
    live, kept, _ = fed
    told = events_of(kept)
    assert of_kind(live, "power") == of_kind(told, "power")
    assert len(of_kind(told, "power")) == 1
    kinds = [one["kind"] for one in told]
    assert kinds.index("power") == kinds.index("played") - 1  # it is there when its mode is over


def test_a_curve_goes_from_the_beginning_of_its_trial_to_its_end(fed: Fed) -> None:
    (power,) = of_kind(events_of(fed[1]), "power")
    record = recorded(fed[1])
    assert [one["name"] for one in power["trials"]] == ["cold", "first_charge", "stiff"]
    for told, trial in zip(power["trials"], (record.cold, record.first_charge, record.stiff), strict=True):
        assert trial is not None
        times = [at_s for at_s, _ in told["trace"]]
        assert all(early <= late for early, late in pairwise(times))
        assert (times[0], times[-1]) == (0, pytest.approx(trial.duration_s, abs=trial.duration_s / 100))
        assert len(times) <= 2 * 300 + 1
        assert told["readings"] == len(trial.readings_s)
        assert told["supply"]["model"] == trial.supply.name
    cold = power["trials"][0]["trace"]
    assert cold[0][1] == pytest.approx(0, abs=0.01)
    assert max(volts for _, volts in cold) == pytest.approx(5.2, abs=0.3)
    assert {one["name"]: one["voltage_v"] for one in power["thresholds"]}["brown_out"] == pytest.approx(3.3)


def test_each_time_that_the_supply_was_cut_out_is_told(fed: Fed) -> None:
    (power,) = of_kind(events_of(fed[1]), "power")
    record = recorded(fed[1])
    assert [one["lasted_s"] for one in power["cuts"]] == [round(one.lasted_s, 3) for one in record.cuts]
    assert all(one["reads_after_s"] > 0 for one in power["cuts"])


def test_a_verdict_on_power_has_no_moment_in_the_plan(fed: Fed) -> None:
    verdicts = of_kind(events_of(fed[1]), "verdict")
    assert {one["requirement"]: one.get("of_power", False) for one in verdicts} == {
        "XKY-PWR-1": True, "XKY-PWR-2": True,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("said", "instead"),
    [
        (r'"load": "listen"', '"load": "lissen"'),
        (r'"source_ohm": 274.0', '"source_ohm": 0'),
        (r'"after_v": [0-9.]+', '"after_v": 1e999'),
    ],
)
def test_trials_that_the_board_cannot_have_lived_are_refused_in_one_line(
    fed: Fed, tmp_path: Path, said: str, instead: str
) -> None:
    folder = shutil.copytree(fed[2], tmp_path / "report")
    (file,) = folder.rglob("power.jsonl.gz")
    text = gzip.decompress(file.read_bytes()).decode()
    told = re.sub(said, instead, text)
    assert told != text
    file.write_bytes(gzip.compress(told.encode()))
    with pytest.raises(InputError, match=r"power\.jsonl\.gz: tells what its board cannot do") as refused:
        KeptRun(folder)
    assert "\n" not in str(refused.value)


def test_a_device_that_terminals_do_not_feed_has_no_trials_of_power(kept: KeptRun) -> None:
    assert of_kind(events_of(kept), "power") == []


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with browsing() as chromium:
        yield chromium


@needs_chromium
@pytest.mark.nightly
@pytest.mark.xdist_group("watch-page")
@pytest.mark.parametrize(("width", "locale", "scheme"), [(1280, "en-GB", "dark"), (390, "fr-FR", "light")])
def test_the_page_shows_why_a_board_never_starts(
    browser: Any, tmp_path: Path, width: int, locale: str, scheme: str
) -> None:
    certified(tmp_path / "report", device="sim:winky-v1", **POWER)
    with Watching("0", "--port") as watching:
        watching.show(KeptRun(tmp_path / "report"))
        viewport = {"width": width, "height": 900}
        with opened(browser, watching.url, viewport=viewport, locale=locale, color_scheme=scheme) as page:
            card = page.locator(".card.power")
            card.locator(".brown-out").first.wait_for(state="attached")
            told = card.get_by_role("img").first.get_attribute("aria-label")
            assert "33 min" in told
            assert page.locator(".pinned").count() == 0  # its instants are of no clock of the plan
            assert "; 0 " in page.locator(".plan").get_by_role("img").get_attribute("aria-label").replace("\u00a0", " ")
            assert complaints_of(page) == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            card.get_by_role("button").last.click()
            card.locator("path.reads").wait_for(state="attached")
            assert card.locator(".brown-out").count() == 0
            page.locator(".verdict[open] .opened").wait_for()  # the first fail
            page.get_by_role(
                "button", name="To the trials of its power" if width == 1280 else "Aller aux essais"
            ).click()
            page.wait_for_timeout(300)
            assert card.locator("h2").bounding_box()["y"] < 60
