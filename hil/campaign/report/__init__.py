# SPDX-License-Identifier: Apache-2.0
"""The document of a run, with its evidence."""

from .document import document
from .files import prepare_folder, whole, write_report

__all__ = ["document", "prepare_folder", "whole", "write_report"]
