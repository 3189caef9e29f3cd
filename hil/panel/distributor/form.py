# SPDX-License-Identifier: Apache-2.0
"""The forms that exports of the distributor have: no two of the field look quite alike (see ``drawn_form``)."""

from dataclasses import dataclass
from random import Random
from typing import Literal

__all__ = ["LEAST_RUN", "STEPS_MIN", "Form", "Order", "drawn_form"]

STEPS_MIN = (10, 15, 30, 60)  # 10, 30 and 60 were seen; 15 is said of meters since October 2024
LEAST_RUN = 4  # points that follow each other at a step before it is taken for one: fewer may be a gap

Order = Literal["rising", "falling", "days"]


@dataclass(frozen=True, slots=True)
class Form:
    """How an export is written.

    Attributes:
        byte_order_mark: the file begins with one.
        empty_line: there is one before the header of the points, as in older files.
        step_told: the head has ``Pas en minutes``; where steps change it is empty.
        steps_min: the steps, each for a part of the file of the same length; minutes.
        order: of the rows: as time goes, against it, or day by day with the days out of order.
        missing: share of the points that are left out.
        empty: share of the points whose value is left empty.
        draw: seed of what is missing, empty or out of order.
    """

    byte_order_mark: bool = False
    empty_line: bool = False
    step_told: bool = True
    steps_min: tuple[int, ...] = (30,)
    order: Order = "rising"
    missing: float = 0.0
    empty: float = 0.0
    draw: int = 0


def drawn_form(chance: Random) -> Form:
    """One of the forms of the field, so that the homes of a panel have several.

    How often each is met is an assumption: most files have half hours, some change their step, few have gaps.
    """
    return Form(
        byte_order_mark=chance.random() < 0.5,
        empty_line=chance.random() < 0.3,
        step_told=chance.random() < 0.5,
        steps_min=chance.choices([(30,), (15,), (10,), (60,), (60, 30), (30, 10), (30, 60)], [8, 2, 2, 1, 1, 1, 1])[0],
        order=chance.choices(("rising", "falling", "days"), (8, 1, 1))[0],
        missing=chance.choices((0.0, 0.01), (4, 1))[0],
        empty=chance.choices((0.0, 0.01), (4, 1))[0],
        draw=chance.getrandbits(32),
    )
