# SPDX-License-Identifier: Apache-2.0
"""Takes a phase without voltage for an error."""

from xky.protocol import Frame, Group, Mode

from .defect import Defect, Retells

__all__ = ["DEFECT"]


class _RefusesADeadPhase(Retells):
    def retold(self, group: Group, frame: Frame) -> Group | None:
        return None if group.label in ("URMS2", "URMS3") and group.value == "000" else group


DEFECT = Defect(
    title="drops the voltage of a phase that is absent",
    source="assumption: a check for plausible voltages",
    must_fail=frozenset({"TIC-VAL-3"}),
    parser=_RefusesADeadPhase,
    modes=frozenset({Mode.STANDARD}),  # historic mode says no voltages
)
