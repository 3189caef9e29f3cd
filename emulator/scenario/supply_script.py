# SPDX-License-Identifier: Apache-2.0
"""What a scenario does to terminals I1-A, as a row of supplies: for whatever lives on them."""

from collections.abc import Sequence

from ..supply import Supply
from .scenario import Scenario

__all__ = ["supplies_of"]


def supplies_of(scenario: Scenario, supply: Supply) -> Sequence[tuple[float, Supply]]:
    """The supplies that follow each other, each with the second of the scenario from which on it is there.

    Where two things happen at once, the later one counts from its instant on: what ends meanwhile ends unseen.

    Args:
        scenario: checked when it was read.
        supply: at its beginning.
    """
    changes: list[tuple[float, Supply]] = []
    lasting = supply  # what it comes back to
    for event in scenario.event:
        at_s = (event.at_us - scenario.at_us) / 1e6
        told = event.terminal_a
        other, for_s = supply, None
        if event.outage is not None:
            other, for_s = lasting.cut, event.outage.for_s
        elif told is not None:
            other, for_s = told.of(lasting), told.for_s
        else:
            continue
        changes = [change for change in changes if change[0] < at_s]
        changes.append((at_s, other))
        if for_s is None:
            lasting = other
        else:
            changes.append((at_s + for_s, lasting))
    return changes
