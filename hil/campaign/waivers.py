# SPDX-License-Identifier: Apache-2.0
"""What a statement says that the device is known not to meet: shown beside the verdict, which it does not change."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from xky.boards import Board
from xky.protocol import InputError

__all__ = ["check_waivers", "waived_lines", "waiver_of"]


def check_waivers(board: Board, statement: Path | None, today: date, known: Callable[[], Sequence[str]]) -> None:
    """Refuse a waiver for what is not asked, or that has run out.

    Args:
        board: with its statement.
        statement: the statement's file, for complaints; None: it stands in the board's.
        today: on which the run begins, UTC.
        known: gives the ids of requirements and purposes; asked only where there is a waiver.

    Raises:
        InputError: as above; the text names file, requirement and mend.
    """
    where = str(statement) if statement is not None else f"board {board.id}"
    for one in board.waiver:
        ids = [id_ for id_ in known() if "/" not in id_]
        if one.requirement not in ids:
            close = get_close_matches(one.requirement.upper(), ids, n=1)
            mean = f" Did you mean {close[0]}?" if close else ""
            raise InputError(
                f"{where}: waiver.requirement: {one.requirement!r} is no requirement; "
                f"write an id such as TIC-CHK-1.{mean}"
            )
        if one.until < today:
            raise InputError(
                f"{where}: waiver {one.requirement}: ran out on {one.until}, and today is {today}; "
                "leave it out, or give it a day to come"
            )
    twice = [one.requirement for one in board.waiver]
    for id_ in dict.fromkeys(twice):
        if twice.count(id_) > 1:
            raise InputError(f"{where}: waiver {id_}: stands there twice; leave one out")


def waiver_of(board: Board, requirement: str) -> dict[str, Any] | None:
    """What is waived of a requirement, as a report has it; None where nothing is."""
    for one in board.waiver:
        if one.requirement == requirement:
            return {"reason": one.reason, "until": one.until.isoformat()}
    return None


def waived_lines(requirement: Mapping[str, Any]) -> list[str]:
    """A line for what is waived of a requirement of a report that was not met; none where nothing is."""
    waived = requirement.get("waived") if requirement["verdict"] in ("fail", "inconclusive") else None
    return [] if waived is None else [f"waived until {waived['until']}: {waived['reason']}"]
