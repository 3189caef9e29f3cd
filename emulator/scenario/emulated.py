# SPDX-License-Identifier: Apache-2.0
"""What is emulated: a meter by itself, or a scenario, which brings its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..meter_file.contract_table import drawn_contract
from ..meter_file.meter_file import MeterFile, meter_file
from .scenario import Scenario, scenario_named

__all__ = ["Emulated", "emulated", "foreign_to_scenario"]

_OF_A_SCENARIO_TOO = ("mode", "seed")


@dataclass(frozen=True)
class Emulated:
    """A meter, and what happens to it.

    Attributes:
        meter: at the start.
        scenario: None where nothing happens.
    """

    meter: MeterFile
    scenario: Scenario | None = None


def foreign_to_scenario(meter: str | None, told: Mapping[str, Any]) -> str | None:
    """The first of what a person says that does not go with a scenario: ``meter`` or a key; None where all does.

    Args:
        meter: name of a meter, if one is given.
        told: keys of a meter's file.
    """
    return "meter" if meter is not None else next((key for key in told if key not in _OF_A_SCENARIO_TOO), None)


def emulated(meter: str | None, scenario: str | None, told: Mapping[str, Any]) -> Emulated:
    """What a person asks for.

    Args:
        meter: a ready meter or a meter's file; None is a common one.
        scenario: a ready scenario or a scenario's file; then there is nothing ``foreign_to_scenario``.
        told: keys of a meter's file, which are said over it; a contract by its name.

    Raises:
        InputError: no such file, or a meter that cannot be.
    """
    if scenario is not None:
        found = scenario_named(scenario, **told)
        return Emulated(found.first_meter, found)
    written = MeterFile() if meter is None else meter_file(meter)
    contract = {"contract": drawn_contract(told["contract"])} if "contract" in told else {}
    written = written.changed(**{**told, **contract})
    written.build()  # complains before anything runs or is written
    return Emulated(written)
