# SPDX-License-Identifier: Apache-2.0
"""A small folder of a real panel's exports, in each of their forms."""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from tests.hil.panel.made_folder import MINUTE_US, power_at, wh_at
from xky.hil.panel.distributor import Form, Interval, export
from xky.hil.panel.distributor.curve import day_bounds_us

DAY = date(2026, 1, 15)
PERIOD_US = 60_000_000
Row = tuple[int, int, int]  # instant, EAST, SINSTS


def rows_of(day: date = DAY, *, hours: int = 24) -> list[Row]:
    """Sound readings of a day, one a minute."""
    from_us = day_bounds_us(day)[0] + 20_000_000
    return [(at, int(wh_at(at)), power_at(at)) for at in range(from_us, from_us + hours * 60 * MINUTE_US, PERIOD_US)]


def as_csv(rows: Sequence[Row], header: str = "time,EAST,SINSTS") -> str:
    return "\n".join([header, *(f"{at * 1000},{wh},{va}" for at, wh, va in rows)])


def as_influx_csv(rows: Sequence[Row]) -> str:
    """What ``influx -format csv`` gives, grouped by a tag."""
    lines = ["name,tags,time,value"]
    lines += [f"conso,sensor=total,{at * 1000},{wh}" for at, wh, _ in rows]
    lines += [f"conso,sensor=VA,{at * 1000},{va}" for at, _, va in rows]
    return "\n".join(lines)


def as_influx_2(rows: Sequence[Row]) -> str:
    lines = [
        "#datatype,string,long,dateTime:RFC3339,double,string,string",
        ",result,table,_time,_value,_field,_measurement",
    ]
    for name, place in (("EAST", 1), ("SINSTS", 2)):
        lines += [f",,0,{at // 1_000_000},{row[place]},{name},tic" for row in rows for at in [row[0]]]
    return "\n".join(lines)


def as_select(rows: Sequence[Row]) -> str:
    series = {"name": "tic", "tags": {"home": "a"}, "columns": ["time", "EAST", "SINSTS"],
              "values": [[at * 1000, wh, va] for at, wh, va in rows]}  # fmt: skip
    return json.dumps({"results": [{"statement_id": 0, "series": [series]}]})


def as_line_protocol(rows: Sequence[Row]) -> str:
    return "\n".join(f"tic,home=a EAST={wh}i,SINSTS={va}i {at * 1000}" for at, wh, va in rows)


def write_exports(folder: Path, homes: dict[str, str], *, toml: str = "", more: dict[str, str] | None = None) -> Path:
    """A folder: for each home a file of readings, and the distributor's export of the day.

    Args:
        folder: to write into.
        homes: name to the text of its readings.
        toml: lines at the head of ``panel.toml``.
        more: name to further lines of its table.
    """
    text = ['schema = "xky-exports/1"', toml]
    from_us, to_us = day_bounds_us(DAY)
    step_us = 10 * MINUTE_US
    curve = [Interval(at, at + step_us, wh_at(at + step_us) - wh_at(at)) for at in range(from_us, to_us, step_us)]
    for name, readings in homes.items():
        (folder / f"{name}.readings").write_text(readings, encoding="utf-8")
        export(folder / f"{name}.csv", curve, prm="09123456789012", form=Form())
        text += ["[[home]]", f'id = "{name}"', f'readings = "{name}.readings"', f'distributor = "{name}.csv"',
                 (more or {}).get(name, "")]  # fmt: skip
    (folder / "panel.toml").write_text("\n".join(text), encoding="utf-8")
    return folder
