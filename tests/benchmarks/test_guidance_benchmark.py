# SPDX-License-Identifier: Apache-2.0
"""Whether coverage guides a hunt: stories until each planted fault of the example receiver shows, guided and blind.

One hunt a seed, on the sound receiver built with marks at the places where the faults make a difference: a story that
passes one is played on the receiver with that fault, too. So a hunt is long enough for all ten. The marks are hidden
from what guides it.
"""

import subprocess
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from math import inf
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from xky.hil.campaign.campaign import Campaign, Options
from xky.hil.hunt.hunt import Hunt
from xky.hil.hunt.tally import Limits
from xky.hil.iss.code import code_of
from xky.hil.iss.image import image_of
from xky.hil.iss.instructions import instructions
from xky.hil.stories.playing import Played, play_story

from ..riscv import BOARD, EXAMPLE, needs_riscv, receiver

pytestmark = needs_riscv

FAULTS = range(1, 11)
MARK = '__attribute__((noinline)) static void mark_{n}(void) {{ __asm__ volatile("li a5,{n}" ::: "a5"); }}\n'
WHERE = (  # in receiver.c: a place, and the place with its marks
    ("// Groups\n", "// Groups\n" + "".join(MARK.format(n=n) for n in FAULTS) + "static u8 behind_eot;\n"),
    ("    if (wrong) return;\n", """    if (wrong && !((sum + 0x20 - (u8)group[size - 1]) & 0x3F)) mark_10();
    if (wrong && standard && begins(group, "SMAX") && size > 12 && (group[7] == 'e' || group[7] == 'h')) mark_4();
    if (wrong && behind_eot) mark_8();
    behind_eot = 0;
    if (wrong) return;\n"""),
    ("#else\n    if (at == 0 ||", "#else\n    if (at > LABEL_MAX) mark_3();\n    if (at == 0 ||"),
    ("group[second] != HT) second++;", "group[second] != HT) { if (group[second] == '\\\\') mark_5(); second++; }"),
    ("            if (stamp_size != 13) return;\n", """            if (stamp_size != 13) return;
            if ((u32)(group[stamp + 3] - '0') * 10 + (u32)(group[stamp + 4] - '0') > 12) mark_7();\n"""),
    ("    u32 data_size = end - data;\n", """    u32 data_size = end - data, blank = 0;
    while (blank < data_size && group[data + blank] == ' ') blank++;
    if (blank > 7) mark_6();
    if (!standard && data_size == 0) mark_9();\n"""),
    ("    if (entry_count == GROUPS_MAX) return;", "    if (entry_count == GROUPS_MAX) { mark_2(); return; }"),
    ("        forget();\n#if FAULT == 8", "        forget(), behind_eot = 1;\n#if FAULT == 8"),
    ("        else\n            in_group = 0;", "        else\n            mark_1(), in_group = 0;"),
)  # fmt: skip


@cache
def marked_receiver(folder: Path) -> tuple[str, dict[int, int], frozenset[int]]:
    """The sound receiver with marks: its image, the fault of each mark by address, and the blocks that marks made."""
    source = (EXAMPLE / "receiver.c").read_text(encoding="utf-8")
    for place, marked in WHERE:
        assert source.count(place) == 1, place
        source = source.replace(place, marked)
    for name in ("Makefile", "start.c", "board.h", "memory.ld"):
        (folder / name).write_bytes((EXAMPLE / name).read_bytes())
    (folder / "receiver.c").write_text(source, encoding="utf-8")
    subprocess.run(["make", "-s", "-C", str(folder)], check=True)
    image = image_of(str(folder / "receiver.elf"))
    marks = {one.address: int(one.name.removeprefix("mark_")) for one in image.functions if "mark_" in one.name}
    assert sorted(marks.values()) == [*FAULTS]
    blocks, made = code_of(image).blocks, {*marks}
    for function in image.functions:
        for one in instructions(image.bytes_at(function.address, function.size), function.address):
            if one.target in marks:
                at = bisect_right(blocks, one.address)
                made |= {*blocks[at - 1 : at + 1]}
    return str(folder / "receiver.elf"), marks, frozenset(made)


def on_image(path: object) -> Campaign:
    return Campaign(Options(f"iss:{path}", board=str(BOARD)))


def stories_until_each_shows(folder: Path, seed: int, most: int, *, guided: bool) -> tuple[dict[int, int], float]:
    """How many stories a hunt plays until each fault shows, if it does in so many; how long their lines were, in s."""
    path, marks, made = marked_receiver(folder)
    shown: dict[int, int] = {}

    def play(story: Any, campaign: Campaign, **options: Any) -> Played:
        played = play_story(story, campaign, **options)
        for fault in {fault for at, fault in marks.items() if at in played.covered} - shown.keys():
            if play_story(story, on_image(receiver(fault)), **options).broken:
                shown[fault] = hunt.examples + 1
        return replace(played, broken=[], covered=played.covered - made)

    is_over: Callable[[], bool] = lambda: len(shown) == len(FAULTS) or hunt.examples >= most  # noqa: E731
    hunt = Hunt(on_image(path), seed=seed, guided=guided, play=play, limits=Limits(), is_unwanted=is_over)
    hunt.run()
    return shown, hunt.line_s


def shown_in(stories: int, hunts: list[dict[int, int]]) -> list[int]:
    """How many faults each hunt had shown after so many stories."""
    return [sum(first <= stories for first in shown.values()) for shown in hunts]


@pytest.mark.nightly
def test_a_guided_hunt_on_an_image_finds_in_half_the_stories_what_a_blind_one_finds(
    tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    most, seeds = (
        pytestconfig.getoption("--stories", 120),
        pytestconfig.getoption("--hunts", 10),
    )  # of all tests together
    after = most // 4, most // 2, most
    found: dict[bool, list[dict[int, int]]] = {True: [], False: []}
    ways = {True: "guided", False: "blind"}
    print(f"\nstories until each of the ten faults shows, at most {most}\nseed          {'':4}", end="")
    print("".join(f"{fault:6}" for fault in FAULTS), " hours of line")
    for seed in range(seeds):
        for guided, name in ways.items():
            shown, line_s = stories_until_each_shows(tmp_path, seed, most, guided=guided)
            found[guided].append(shown)
            print(f"{seed:4}  {name:12}", "".join(f"{shown.get(fault, '-'):>6}" for fault in FAULTS), end="")
            print(f"{line_s / 3600:15.1f}", flush=True)
    for guided, name in ways.items():
        middle = [median(shown.get(fault, inf) for shown in found[guided]) for fault in FAULTS]
        print(f"median {name:11}", "".join(f"{'-' if one == inf else f'{one:.0f}':>6}" for one in middle))
    print(f"\nfaults shown, of ten: median of {seeds} hunts, and all\nstories           ", end="")
    print("".join(f"{stories:12}" for stories in after))
    for guided, name in ways.items():
        counts = [shown_in(stories, found[guided]) for stories in after]
        print(f"{name:18}", "".join(f"{median(count):6.1f}{sum(count):6}" for count in counts))
    halved, whole = shown_in(most // 2, found[True]), shown_in(most, found[False])
    assert median(halved) >= median(whole) and sum(halved) >= sum(whole)
