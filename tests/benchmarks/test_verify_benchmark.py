# SPDX-License-Identifier: Apache-2.0
"""What checking a report costs beside making it: processes as a person starts them, by their processor time."""

import os
import subprocess
from pathlib import Path
from statistics import median

from ..command import XKY

ROUNDS = 7  # one alone may be a tenth off
WHOLE, AGAIN = 1 / 4, 1 / 2  # of the time that certify takes


def cpu_s(*arguments: str, cwd: Path) -> float:
    """Processor time of the command, its start among it."""
    before = os.times()
    subprocess.run([*XKY, *arguments], cwd=cwd, check=True, capture_output=True)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def test_an_archive_is_verified_in_a_quarter_and_judged_again_in_half_of_the_time_of_its_run(tmp_path: Path) -> None:
    subprocess.run([*XKY, "keys", "new", "lab"], cwd=tmp_path, check=True, capture_output=True)
    ratios: list[tuple[float, float]] = []
    for _ in range(ROUNDS):
        made_s = cpu_s("certify", "sim:winky-c6", "--archive", "a.xky", "--sign", "lab", cwd=tmp_path)
        ratios.append((cpu_s("verify", "a.xky", cwd=tmp_path) / made_s,
                       cpu_s("verify", "a.xky", "--replay", cwd=tmp_path) / made_s))  # fmt: skip
    whole, again = (median(one) for one in zip(*ratios, strict=True))
    print(f"\nof the time of certify sim:winky-c6: verify {whole:.2f}, verify --replay {again:.2f}")
    assert whole <= WHOLE and again <= AGAIN
