# SPDX-License-Identifier: Apache-2.0
"""The league: public decoders and firmware in pinned versions under the suite, and what came of it in one table."""

from .entry import Entry, entry_named, entry_names

__all__ = ["Entry", "entry_named", "entry_names"]
