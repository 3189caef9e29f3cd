# SPDX-License-Identifier: Apache-2.0
"""The document of a run, with its evidence."""

from .document import Shortest, document
from .files import write_report
from .folder import report_folder
from .given_files import given_texts, write_given

__all__ = ["Shortest", "document", "given_texts", "report_folder", "write_given", "write_report"]
