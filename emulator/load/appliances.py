# SPDX-License-Identifier: Apache-2.0
"""The appliances that a house may have, and those of a common one. Powers and hours are assumptions.

Those of a common house never draw more than 7.5 kVA together, whenever the contact closes: cooking, the heating of a
wash and the kettle have hours of their own. A meter of 6 kVA stands that for some minutes.
"""

import difflib
from collections.abc import Iterable
from typing import NamedTuple

from xky.protocol import InputError

from .appliance import Appliance
from .car_charger import CarCharger
from .fridge import Fridge
from .heat_pump import HeatPump
from .photovoltaics import Photovoltaics
from .standby import Standby
from .usage import Usage, Use
from .washing_machine import WashingMachine
from .water_heater import WaterHeater

__all__ = ["APPLIANCES", "COMMON", "PHOTOVOLTAICS", "WATER_HEATER", "PlacedAppliance", "check_names"]

WATER_HEATER, PHOTOVOLTAICS = "water-heater", "photovoltaics"


class PlacedAppliance(NamedTuple):
    """An appliance, and its phase in a house of three, counted from 1."""

    appliance: Appliance
    phase: int


APPLIANCES: dict[str, PlacedAppliance] = {
    "standby": PlacedAppliance(Standby(), 1),
    "fridge": PlacedAppliance(Fridge(), 1),
    WATER_HEATER: PlacedAppliance(WaterHeater(), 1),
    "washing-machine": PlacedAppliance(WashingMachine(), 1),
    "oven": PlacedAppliance(Usage(2300, (Use((11.4, 12.2), (25, 50), 0.3), Use((18.8, 19.5), (30, 60), 0.6))), 2),
    "hob": PlacedAppliance(Usage(1700, (Use((11.6, 12.4), (15, 40), 0.6), Use((18.9, 19.6), (20, 45), 0.9))), 3),
    "kettle": PlacedAppliance(Usage(2000, (Use((6.8, 8.0), (3, 6)), Use((16.0, 17.5), (3, 5), 0.5))), 3),
    "lights": PlacedAppliance(
        Usage(150, (Use((6.3, 6.9), (45, 90), 0.8), Use((17.5, 19.0), (240, 330))), cos_phi=0.9), 2
    ),
    "television": PlacedAppliance(Usage(120, (Use((20.0, 21.0), (60, 220), 0.9),), cos_phi=0.9), 2),
    "heat-pump": PlacedAppliance(HeatPump(), 3),
    "ev": PlacedAppliance(CarCharger(), 1),
    PHOTOVOLTAICS: PlacedAppliance(Photovoltaics(), 1),
}
COMMON = (
    "standby", "fridge", WATER_HEATER, "washing-machine", "oven", "hob", "kettle", "lights", "television",
)  # fmt: skip


def check_names(names: Iterable[str]) -> None:
    """Nothing, when each is known.

    Raises:
        InputError: one is not; the text names it and the known ones.
    """
    for name in names:
        if name not in APPLIANCES:
            near = difflib.get_close_matches(name, APPLIANCES, 1)
            hint = f". Did you mean {near[0]}?" if near else ""
            raise InputError(f"appliance {name!r}: not known; known: {', '.join(sorted(APPLIANCES))}{hint}")
