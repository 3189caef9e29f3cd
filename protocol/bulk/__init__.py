# SPDX-License-Identifier: Apache-2.0
"""Captures in bulk: frames of one length are rows of an array, and columns come out by slicing. Needs numpy."""

from .columns import Batch, LabelColumn
from .decoder import BulkDecoder

__all__ = ["Batch", "BulkDecoder", "LabelColumn"]
