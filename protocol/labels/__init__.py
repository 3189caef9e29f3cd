# SPDX-License-Identifier: Apache-2.0
"""The label tables: the one place where a label, its size and its conditions stand."""

from functools import cache

from ..mode import Mode
from .historic import HISTORIC
from .label import LABEL_SIZE_MAX, Kind, Label
from .standard import STANDARD

__all__ = ["LABELS", "LABEL_SIZE_MAX", "Kind", "Label", "frame_labels"]

LABELS: dict[Mode, dict[str, Label]] = {
    Mode.HISTORIC: {label.name: label for label in HISTORIC},
    Mode.STANDARD: {label.name: label for label in STANDARD},
}


def frame_labels(
    mode: Mode | str, phases: int = 1, *, producer: bool = False, short: bool = False
) -> tuple[Label, ...]:
    """Every label that such a meter can send, in frame order.

    Args:
        mode: historic or standard.
        phases: 1 or 3.
        producer: standard mode only; historic frames have no producer groups.
        short: the short frame of a historic three-phase meter.
    """
    return _frame_labels(Mode(mode), phases, producer, short)


@cache
def _frame_labels(mode: Mode, phases: int, producer: bool, short: bool) -> tuple[Label, ...]:
    return tuple(
        label
        for label in LABELS[mode].values()
        if phases in label.phases
        and (producer or not label.producer)
        and (label.short if short else not label.name.startswith("ADIR"))
    )
