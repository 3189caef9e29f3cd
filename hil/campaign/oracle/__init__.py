# SPDX-License-Identifier: Apache-2.0
"""Judges what a device said against the truth about what it was sent."""

from .case import Case
from .oracle import Accusation, AccusationKind, Oracle
from .view import Trail

__all__ = ["Accusation", "AccusationKind", "Case", "Oracle", "Trail"]
