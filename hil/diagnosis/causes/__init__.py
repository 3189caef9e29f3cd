# SPDX-License-Identifier: Apache-2.0
"""The causes that a diagnosis knows, in the order in which they are asked for."""

from ..finding import Cause
from .damaged import (
    cut_frames,
    damaged,
    extra_characters,
    lost_characters,
    moving_edges,
    one_group,
    other_checksum_rule,
    slow_opto,
    turned_bits,
)
from .meter import converter, falls_silent, missing_groups, other_parity, other_rate
from .unreadable import far_off_rate, held_level, inverted, silent, slow_opto_unreadable, unreadable, wrong_rate

__all__ = ["CAUSES"]

CAUSES: tuple[tuple[Cause, ...], ...] = (
    (silent, held_level, inverted, wrong_rate, far_off_rate, slow_opto_unreadable, other_checksum_rule, cut_frames,
     one_group, lost_characters, extra_characters, slow_opto, moving_edges, turned_bits, unreadable,
     damaged),
    (other_parity,),
    (other_rate,),
    (converter,),
    (falls_silent,),
    (missing_groups,),
)  # fmt: skip
"""Of each row the first that a line shows; what stands in different rows may be wrong at once."""
