# SPDX-License-Identifier: Apache-2.0
"""Reports the first contract of a meter for ever."""

from .defect import Defect, TellsOnce

__all__ = ["DEFECT"]


class _TellsTheContractOnce(TellsOnce):
    labels = frozenset({"OPTARIF", "NGTF"})


DEFECT = Defect(
    title="reports option or calendar of a meter with the first value it said, another one never",
    source="assumption: readers that take what they hold for constant from a cache",
    must_fail=frozenset({"TIC-LBL-6"}),
    parser=_TellsTheContractOnce,
)
