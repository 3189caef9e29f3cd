# SPDX-License-Identifier: Apache-2.0
"""What reconciling takes: of the time that making the same homes took, and of a home-day of 24 000 messages.

Processor time of one process; imports count once, before.
"""

import time
from datetime import date
from pathlib import Path
from statistics import median

import pytest

from tests.command import xky
from tests.hil.panel.made_folder import SECOND_US, Row, sound_day, write_home, write_panel
from xky.hil.panel.reconciling.made_home import reconcile_made_home
from xky.hil.panel.reconciling.reconcile import reconcile

SHARE = 0.1  # of the making
DAY_S = 0.25  # a home-day of 24 000 messages
ROUNDS = 3


def test_reconciling_takes_at_most_a_tenth_of_what_making_took(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "panel"
    began_s = time.process_time()
    made = xky(
        "panel", "run", "village", "--homes", "3", "--days", "1", "--workers", "1", "--out", folder, cwd=tmp_path
    )
    made_s = time.process_time() - began_s
    assert made.returncode == 0, made.stderr
    reconcile(folder, jobs=1)
    lasted_s = []
    for _ in range(ROUNDS):
        began_s = time.process_time()
        found = reconcile(folder, jobs=1)
        lasted_s.append(time.process_time() - began_s)
    assert found.is_whole
    share = median(lasted_s) / made_s
    with capsys.disabled():
        print(f"\nreconciling 3 homes of village, a day: {share:.3f} of the time that making them took (goal {SHARE})")
    assert share <= SHARE


def test_a_home_day_of_24_000_messages(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_panel(tmp_path / "panel", homes=1, hours=1)
    day = sound_day(date(2026, 1, 15), period_us=18 * SECOND_US)
    day.rows[:] = [
        one
        for row in day.rows
        for one in (
            row,
            *(
                Row(row.arrived_us + 500_000 + place, {label: row.said[label]}, "influx", "conso")
                for place, label in enumerate(("EAST", "SINSTS", "ADSC"))
            ),
            Row(row.arrived_us + 600_000, {label: row.said[label] for label in ("EAST", "SINSTS")}, "influx", "all"),
        )
    ]
    home = write_home(tmp_path / "day", 1, [day], uplinks=["mqtt", "influx"])
    lasted_s = []
    for _ in range(ROUNDS + 1):
        began_s = time.process_time()
        found = reconcile_made_home(home, ())
        lasted_s.append(time.process_time() - began_s)
    assert found.total("messages") == len(day.rows) >= 23_900
    assert found.is_whole
    with capsys.disabled():
        print(f"\na home-day of {len(day.rows)} messages: {median(lasted_s[1:]):.3f} s (goal {DAY_S})")
    assert median(lasted_s[1:]) <= DAY_S
