# SPDX-License-Identifier: Apache-2.0
"""Keeps its light as it was when its power is gone."""

from ..firmware.indicator import Indicator
from .defect import Defect

__all__ = ["DEFECT"]


class _ShinesWithoutPower(Indicator):
    goes_dark = False


DEFECT = Defect(
    title="keeps its light as it was when its power is gone",
    source="54E §9.4.2: dark; a lamp on a supply of its own",
    must_fail=frozenset({"TIC-LED-4"}),
    indicator=_ShinesWithoutPower,
    board="labelled",
)
