# SPDX-License-Identifier: Apache-2.0
"""Runs that were interrupted: what is kept of one as it goes, and how another goes on from there."""

from .earlier import Earlier, read_earlier
from .identity import identity_of
from .journal import Journal

__all__ = ["Earlier", "Journal", "identity_of", "read_earlier"]
