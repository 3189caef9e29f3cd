# SPDX-License-Identifier: Apache-2.0
"""Reports SMAXSN-1 once, and never again after midnight."""

from xky.protocol import Mode

from .defect import Defect, TellsOnce

__all__ = ["DEFECT"]


class _TellsYesterdayOnce(TellsOnce):
    labels = frozenset({"SMAXSN-1", "SMAXIN-1", "SMAXSN1-1", "SMAXSN2-1", "SMAXSN3-1"})


DEFECT = Defect(
    title="tells the maximum of yesterday once and never again after midnight",
    source="readers that send what they take for constant with the first message only",
    must_fail=frozenset({"TIC-DAY-1"}),
    parser=_TellsYesterdayOnce,
    modes=frozenset({Mode.STANDARD}),
)
