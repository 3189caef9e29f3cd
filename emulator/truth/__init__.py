# SPDX-License-Identifier: Apache-2.0
"""What goes onto the line, piece by piece, and the journal of it: all that readings are judged against."""

from .journal import Emitted, SentFrame, Truth
from .piece import Expect, Piece

__all__ = ["Emitted", "Expect", "Piece", "SentFrame", "Truth"]
