# SPDX-License-Identifier: Apache-2.0
"""One name is one panel in a database: the run that has it is told there, and another one of that name is refused.

Else homes of two runs would stand beside each other under one name, and nobody could tell them apart.
"""

from collections.abc import Mapping
from typing import Any

from xky.hil.ends.influx_readback import influx_address
from xky.hil.terminal import complain
from xky.protocol import InputError
from xky.protocol.uplinks.line_protocol import Point, make_line

from .database_way import DatabaseWay, quoted
from .patience import PATIENCE_S, patience_with
from .points import PANEL_RUN

__all__ = ["take_name"]

_AT_NS = 0  # one point a panel, the same one each time


def take_name(database: str, panel: str, homes: int, told: Mapping[str, Any]) -> None:
    """Take a panel's name in a database, where no other run has it; one that goes on has it already.

    Args:
        database: ``influx://…``.
        panel: the name.
        homes: how many the run has; those of one that goes on may become more.
        told: what makes it this run: texts and integers.

    Raises:
        InputError: another run has that name there, or something that no run wrote.
        BenchError: the database does not answer, or refuses.
    """
    address = influx_address(database)
    way = DatabaseWay(address, patience_with(address.shown, complain, PATIENCE_S))
    where = f"WHERE \"panel\" = '{quoted(panel)}'"
    try:
        found = way.answer(f'SELECT * FROM "{PANEL_RUN}" {where} ORDER BY time DESC LIMIT 1')
        there = dict(zip(found[0]["columns"], found[0]["values"][0], strict=True)) if found else {}
        other = ""
        if there:
            differ = [key for key, one in told.items() if there.get(key) != one]
            if differ:
                other = f"{differ[0]} {there.get(differ[0])}, not {told[differ[0]]}"
            elif int(there.get("homes") or 0) > homes:
                other = f"{there['homes']} homes, not {homes}"
        elif way.answer(f"SHOW SERIES {where} LIMIT 1"):
            other = "nobody tells of which run"
        if other:
            raise InputError(
                f"{address.shown}: has another panel {panel!r} ({other}); rename this panel's file, or take that one "
                f"out with: DROP SERIES {where}"
            )
        line = make_line(Point(PANEL_RUN, {"panel": panel}, {**told, "homes": homes}, _AT_NS)).encode()
        way.write([line])
    finally:
        way.close()
