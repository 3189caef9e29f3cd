# SPDX-License-Identifier: Apache-2.0
"""Says only after a quarter of a minute of silence that something is wrong."""

from ..firmware.indicator import Indicator
from .defect import Defect

__all__ = ["DEFECT"]


class _NoticesSilenceLate(Indicator):
    silence_s = 15.0


DEFECT = Defect(
    title="says only after a quarter of a minute of silence that something is wrong",
    source="54E §9.4.1: 10 s ± 1 s; time-outs of a parser",
    must_fail=frozenset({"TIC-LED-3"}),
    may_fail=frozenset({"TIC-LED-2"}),
    indicator=_NoticesSilenceLate,
    board="labelled",
)
