# SPDX-License-Identifier: Apache-2.0
"""Reports the tariff once, and never again when it changes."""

from .defect import Defect, TellsOnce

__all__ = ["DEFECT"]


class _TellsTheTariffOnce(TellsOnce):
    labels = frozenset({"PTEC", "LTARF", "NTARF"})


DEFECT = Defect(
    title="tells the tariff once and never again when it changes",
    source="readers that send what they take for constant with the first message only",
    must_fail=frozenset({"TIC-TAR-1", "TIC-TAR-4", "TIC-VAL-3"}),
    may_fail=frozenset({"TIC-DAT-2"}),  # in whose step the period is new
    parser=_TellsTheTariffOnce,
)
