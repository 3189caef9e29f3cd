# SPDX-License-Identifier: Apache-2.0
"""A day's energy by the readings against the meter's own, and the bound that it has to be in."""

from collections.abc import Sequence

import numpy as np

from ..rollover import near_to
from .columns import Floats
from .day_arrays import Due, Frames, Matched, Messages
from .index_series import IndexSeries, total_labels
from .portion import Midnights, Portion
from .results import Energy

__all__ = ["against_meter", "index_places", "total_series", "with_midnights"]

_ROUNDING_WH = 1.0  # an index is cut to whole watt-hours at both ends, which the difference shows once
_SLACK_WH = 1e-6


def index_places(what: str, labels: Sequence[str], heard: Frames) -> list[int]:
    """The columns whose sum is an energy of this meter.

    Args:
        what: ``consumption`` or ``injection``.
        labels: of the columns.
        heard: frames that tell which labels it has.
    """
    said = [label for label, column in zip(labels, heard.said.T, strict=True) if not np.isnan(column).all()]
    if what == "injection":
        return [labels.index("EAIT")] if "EAIT" in said else []
    return [labels.index(label) for label in total_labels(said)]


def total_series(
    places: Sequence[int], due: Due, messages: Messages, found: Matched, fresh_us: int, near_wh: float
) -> IndexSeries | None:
    """The sum of the indexes that make up an energy, of each reading that said all of them and is right.

    Args:
        places: columns of the indexes.
        due: readings that were due.
        messages: that arrived.
        found: what each is.
        fresh_us: how old what is said may be.
        near_wh: the energy at the midnight before, which tells how often an index has begun anew.
    """
    right = (found.due >= 0) & ~found.wrong
    sums, known = np.zeros(len(due.at_us)), np.ones(len(due.at_us), bool)
    for place in places:
        said: Floats = np.full(len(due.at_us), np.nan)
        rows = np.flatnonzero(right & ~np.isnan(messages.said[:, place]))
        said[found.due[rows]] = messages.said[rows, place]
        sums, known = sums + said, known & ~np.isnan(said)
    if not places or not known.any():
        return None
    at_us = due.at_us[known]
    return IndexSeries(at_us - fresh_us, at_us, near_to(sums[known], near_wh))


def against_meter(
    what: str, places: Sequence[int], portion: Portion, both_wh: tuple[float, float], series: IndexSeries, heard: Frames
) -> list[Energy]:
    """The day by the readings next to its midnights; empty where the meter's frames do not tell of these.

    The bound is what the meter drew between each midnight and that reading, and rounding.
    """
    inside = np.flatnonzero(
        (series.times_us >= portion.midnights.from_us) & (series.times_us <= portion.midnights.to_us)
    )
    if not len(inside):
        return []
    first, last = int(inside[0]), int(inside[-1])
    bound_wh = _ROUNDING_WH
    for place, wh in ((first, both_wh[0]), (last, both_wh[1])):
        frame = int(np.searchsorted(heard.end_us, series.times_us[place], "right")) - 1
        said_wh = heard.said[frame][[*places]].sum() if frame >= 0 else np.nan
        if np.isnan(said_wh):
            return []
        bound_wh += abs(float(near_to(said_wh, wh)) - wh)
    return [
        Energy(
            "meter", what, portion.day, float(series.wh[last] - series.wh[first]), both_wh[1] - both_wh[0],
            bound_wh + _SLACK_WH,
        )
    ]  # fmt: skip


def with_midnights(series: IndexSeries, midnights: Midnights, both_wh: tuple[float, float]) -> IndexSeries:
    """The same, and what the meter had counted at both midnights."""
    return series.with_exact(((midnights.from_us, both_wh[0]), (midnights.to_us, both_wh[1])))
