# SPDX-License-Identifier: Apache-2.0
"""Whether coverage guides a hunt: stories until a planted fault of the example receiver shows, guided and blind."""

from math import inf
from statistics import median
from typing import Any

import pytest

from xky.hil.campaign.campaign import Campaign, Options
from xky.hil.hunt.hunt import Hunt
from xky.hil.hunt.tally import Limits
from xky.hil.stories.playing import Played, play_story

from ..riscv import BOARD, needs_riscv, receiver

pytestmark = needs_riscv

FAULTS = range(1, 11)
SEEDS = 10
MOST = 250  # stories, a round of a hunt: half of them go by what was reached before; what did not show has no number


def stories_until_it_shows(fault: int, seed: int, *, guided: bool) -> float:
    """How many stories a hunt plays until one shows something, which it does not shrink; infinite: none does."""
    shown: list[int] = []

    def play(*story: Any, **options: Any) -> Played:
        played = play_story(*story, **options)
        if played.broken and not shown:
            shown.append(hunt.examples + 1)
        return played

    hunt = Hunt(
        Campaign(Options(f"iss:{receiver(fault)}", board=str(BOARD))), seed=seed, guided=guided, play=play,
        limits=Limits(findings=1), is_unwanted=lambda: bool(shown) or hunt.examples >= MOST,
    )  # fmt: skip
    hunt.run()
    return shown[0] if shown else inf


def print_table(seeds: int) -> dict[bool, list[float]]:
    """Measure, print a row a fault as it is known; the medians of all faults, guided and blind."""
    medians: dict[bool, list[float]] = {True: [], False: []}
    print(f"\nmedian stories of {seeds} seeds, at most {MOST}\nfault  guided  found  blind  found")
    for fault in FAULTS:
        told = []
        for guided in (True, False):
            each = [stories_until_it_shows(fault, seed, guided=guided) for seed in range(seeds)]
            middle = median(each)
            medians[guided].append(middle)
            told += [f"> {MOST}" if middle == inf else f"{middle:.0f}", f"{sum(one < inf for one in each)}/{seeds}"]
        print(f"{fault:5}  {told[0]:>6}  {told[1]:>5}  {told[2]:>5}  {told[3]:>5}", flush=True)
    return medians


@pytest.mark.nightly
def test_a_guided_hunt_on_an_image_finds_what_a_blind_one_finds() -> None:
    medians = print_table(SEEDS)
    for guided, blind in zip(medians[True], medians[False], strict=True):
        assert guided <= max(2 * blind, MOST)
