# SPDX-License-Identifier: Apache-2.0
"""The document of a run, with its evidence."""

from .document import document
from .files import write_report
from .folder import report_folder

__all__ = ["document", "report_folder", "write_report"]
