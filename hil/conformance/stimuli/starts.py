# SPDX-License-Identifier: Apache-2.0
"""The device itself is started while a frame is under way; and what comes to a running device that its start lacked.

Its first frames are of another kind each time: one that takes its labels from them loses, in one life or in another,
labels that it reports in a third.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from xky.emulator import Linky, contract_named
from xky.emulator.faults import Fault
from xky.emulator.faults.late_start import LateStart
from xky.protocol import Mode

from ...campaign.stimulus import Stimulus
from .meter_states import OVERLOAD
from .meters import many_labels, recontracted, studio

__all__ = [
    "CONTRACT",
    "START_IN_CHECKSUM",
    "START_IN_DATA",
    "START_IN_LABEL",
    "START_IN_STX",
]


def _inside(part: Literal["stx", "label", "data", "checksum"]) -> Callable[[Linky], tuple[tuple[Fault, ...], ...]]:
    """A frame that is under way when the device is started, and two whole ones."""
    return lambda meter: ((LateStart(_late_label(meter), part),), (), ())


def _late_label(meter: Linky) -> str:
    """Near the end of the frame, so that its rest is soon over."""
    if meter.mode is Mode.STANDARD:
        return "NTARF"
    return "PAPP" if meter.phases == 1 else "IINST2"  # which short frames have, too


def _other_contract(meter: Linky) -> None:
    meter.contract = contract_named("hc")


def _drawing(amps: int) -> Callable[[Linky], None]:
    """Short frames with ADIRn in historic mode, and currents that tell the step."""

    def draw(meter: Linky) -> None:
        if meter.mode is Mode.HISTORIC:
            meter.load.hold(*(230 * amps + 10 * phase for phase in range(meter.phases)))

    return draw


_OF_THE_CONTRACT = frozenset({"OPTARIF", "NGTF", "HCHC", "HCHP"})
_START = Stimulus("", recontracted, brief=True, restarts=True, settles=True, outlasts_detection=True)

START_IN_DATA = replace(_START, name="started inside data", turns=_inside("data"))
START_IN_LABEL = replace(
    _START, name="started inside a label", meter=studio, before=OVERLOAD.before, turns=_inside("label")
)  # its first whole frame, in historic mode, has ADPS
START_IN_STX = replace(_START, name="started inside STX", meter=many_labels, before=_drawing(17), turns=_inside("stx"))
START_IN_CHECKSUM = replace(
    _START, name="started inside a checksum", meter=many_labels, before=_drawing(19), turns=_inside("checksum")
)
CONTRACT = Stimulus("another contract", recontracted, before=_other_contract, shows=_OF_THE_CONTRACT, goes_on=True)
