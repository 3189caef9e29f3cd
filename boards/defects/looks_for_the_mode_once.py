# SPDX-License-Identifier: Apache-2.0
"""Finds the TIC mode at its start, and never again."""

from ..firmware.parser import Parser
from .defect import Defect

__all__ = ["DEFECT"]


class _LooksForTheModeOnce(Parser):
    looks_for_the_mode_again = False


DEFECT = Defect(
    title="finds the TIC mode at its start and never again",
    source="receivers that probe the speed at boot only; fairecasoimeme/Zlinky_TIC#188",
    must_fail=frozenset({"TIC-MOD-2"}),
    parser=_LooksForTheModeOnce,
    board="auto",
)
