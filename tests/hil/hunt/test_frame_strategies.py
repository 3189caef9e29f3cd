# SPDX-License-Identifier: Apache-2.0
"""Which frames a hunt draws: faults that do something to them."""

from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from xky.emulator.faults import Fault
from xky.hil.hunt.frame_strategies import kind_on
from xky.hil.hunt.meter_facts import MeterFacts, facts_of_settings
from xky.protocol import Mode

DRAWN = 200


@pytest.fixture(scope="module")
def facts() -> MeterFacts:
    return facts_of_settings(Mode.STANDARD, 0, 1, False, 9, "2027-06-10T12:00")


@pytest.mark.parametrize("name", ["odd_horodate", "lost_spaces"])
def test_a_fault_that_few_groups_can_have_falls_on_one_of_them_half_of_the_time(name: str, facts: MeterFacts) -> None:
    drawn: list[Fault] = []

    @settings(
        max_examples=DRAWN, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=[*HealthCheck]
    )
    @seed(0)
    @given(kind_on(facts, name))
    def draw(fault: Fault) -> None:
        drawn.append(fault)

    draw()
    frame = list(facts.frame)
    changed = {fault for fault in drawn if fault.apply(frame, Mode.STANDARD, Random(0)) != frame}
    assert sum(fault in changed for fault in drawn) > 0.4 * len(drawn)
    assert {getattr(fault, "label") for fault in drawn} - {getattr(fault, "label") for fault in changed}  # noqa: B009
