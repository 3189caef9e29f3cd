# SPDX-License-Identifier: Apache-2.0
"""The catalogue for other tools: ReqIF, sphinx-needs, CSV"""

from collections.abc import Callable, Mapping
from datetime import datetime

from .csv_table import csv_table
from .needs import needs
from .reqif import reqif

__all__ = ["EXPORTS"]

EXPORTS: Mapping[str, Callable[[datetime], str]] = {"reqif": reqif, "needs": needs, "csv": csv_table}
"""A name to what makes the text of the file, told when it is made."""
