# SPDX-License-Identifier: Apache-2.0
"""Passes on a known label whatever its size."""

from xky.protocol import Damaged, Mode, Reason

from .defect import Defect, Forces

__all__ = ["DEFECT"]


class _KnowsNoSizes(Forces):
    def takes(self, group: Damaged, mode: Mode) -> bool:
        return group.reason is Reason.LENGTH


DEFECT = Defect(
    title="passes on known labels with a wrong size",
    source="enedis-tic 0.2.0 and most readers that compute the checksum: none knows the sizes of 54E §6.2",
    must_fail=frozenset({"TIC-SIZ-1"}),
    parser=_KnowsNoSizes,
)
