# SPDX-License-Identifier: Apache-2.0
"""Two runs side by side: what changed between them, and what of it got worse."""

from .against import Baseline
from .changes import Change, Comparison, PurposeChange, compare
from .report_file import ReportFile, report_of

__all__ = ["Baseline", "Change", "Comparison", "PurposeChange", "ReportFile", "compare", "report_of"]
