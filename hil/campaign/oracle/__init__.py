# SPDX-License-Identifier: Apache-2.0
"""Judges what a device said against the truth about what it was sent."""

from .accusations import Accusation, AccusationKind, Oracle
from .case import Case
from .view import Trail

__all__ = ["Accusation", "AccusationKind", "Case", "Oracle", "Trail"]
