# SPDX-License-Identifier: Apache-2.0
"""The curve of a home as the distributor exports it: written, and read with all that may be wrong with it.

``export`` writes one from what the meter counted; ``read_curve`` reads one, tells what is wrong with it and repairs
nothing.
"""

from .curve import Curve, DayPoints, Finding, Point
from .export_file import Interval, Measured, export
from .form import Form, drawn_form
from .read_curve import read_curve

__all__ = [
    "Curve", "DayPoints", "Finding", "Form", "Interval", "Measured", "Point", "drawn_form", "export", "read_curve",
]  # fmt: skip
