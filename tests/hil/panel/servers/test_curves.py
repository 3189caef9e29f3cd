# SPDX-License-Identifier: Apache-2.0
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from xky.emulator.legal_time import PARIS, instant_us
from xky.hil.panel.distributor import read_curve
from xky.hil.panel.servers.curves import half_hour_means, predicted

HALF_US = 1_800_000_000


def midnight_us(day: date) -> int:
    return instant_us(datetime.combine(day, time(), PARIS))


MIDNIGHT_US = midnight_us(date(2026, 1, 15))


def days_of(*levels: float) -> dict[int, float]:
    """Days of one mean power each."""
    return {
        MIDNIGHT_US + (48 * day + slot + 1) * HALF_US: level + slot
        for day, level in enumerate(levels)
        for slot in range(48)
    }


def test_a_half_hour_is_predicted_by_the_same_ones_of_up_to_seven_days_before() -> None:
    means = days_of(1000, *(100 * day for day in range(1, 8)))
    found = predicted(means)
    ninth = MIDNIGHT_US + (48 * 8 + 1) * HALF_US
    assert found[ninth] == round(sum(100 * day for day in range(1, 8)) / 7)  # the day of 1000 W is too long ago
    second = MIDNIGHT_US + (48 + 1) * HALF_US
    assert [found[second + slot * HALF_US] for slot in (0, 47)] == [1000, 1047]
    assert max(found) == MIDNIGHT_US + 9 * 48 * HALF_US


def test_on_the_first_day_it_is_the_mean_of_the_half_hours_before() -> None:
    found = predicted(days_of(500))
    assert MIDNIGHT_US + HALF_US not in found
    assert [found[MIDNIGHT_US + (slot + 1) * HALF_US] for slot in (1, 2, 3)] == [500, 500, 501]


def test_nothing_is_predicted_of_nothing() -> None:
    assert predicted({}) == {}


@pytest.mark.parametrize("day", ["2026-10-25", "2026-03-29"])
def test_a_day_of_a_clock_change_is_predicted_by_the_clock(day: str) -> None:
    start = midnight_us(date.fromisoformat(day) - timedelta(days=1))
    means = {start + (slot + 1) * HALF_US: float(slot) for slot in range(48)}
    changed = {end_us: watts for end_us, watts in predicted(means).items() if end_us > start + 48 * HALF_US}
    assert len(changed) == (50 if day == "2026-10-25" else 46)
    last = max(changed)
    assert changed[last] == 47  # the half hour from 23:30, whatever the clock did


def test_steps_of_an_export_become_half_hours(tmp_path: Path) -> None:
    path = tmp_path / "consumption.csv"
    rows = ["2026-01-15T01:00:00+01:00;300", "2026-01-15T02:00:00+01:00;500"]
    head = (
        "Identifiant PRM;Type de donnees;Date de debut;Date de fin;Grandeur physique;Grandeur metier;Etape metier;"
        "Unite;Pas en minutes\n"
        "19951300000000;Courbe de charge;15/01/2026;16/01/2026;Energie active;Consommation;Comptage Brut;W;60\n"
    )
    path.write_text(head + "Horodate;Valeur\n" + "\n".join(rows) + "\n")
    means = half_hour_means(read_curve(path))
    assert [*means.values()] == [300, 300, 500, 500]
    assert min(means) == MIDNIGHT_US + HALF_US
