# SPDX-License-Identifier: Apache-2.0
"""``xky power profile``: the log of a power profiler to the loads of a board's file."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from xky.protocol import InputError

from ...plot import check_plot
from ...power.measured_columns import check_power
from ...terminal import printable

if TYPE_CHECKING:
    from ...power.profile import Profile, ProfileState

__all__ = ["command"]


def command(
    log: Annotated[
        Path, typer.Argument(help="CSV with a header: time and current, such as Timestamp(ms),Current(uA).")
    ],
    rail: Annotated[float, typer.Option(help="Voltage at which it was recorded; for the energies.")] = 3.3,
    out: Annotated[Path | None, typer.Option(help="Write the tables of a board's file: LOADS.toml.")] = None,
    plot: Annotated[Path | None, typer.Option(help="Draw the log and one wake: FILE.svg or FILE.png.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The result as one JSON object.")] = False,
) -> None:
    """Find the states of a device in a log of its current: boot, radio, listen, publish, sleep."""
    check_power("power profile")
    if not 0 < rail <= 60:
        raise InputError(f"--rail {rail:g}: expected a number of volts over 0, at most 60")
    if plot is not None:
        check_plot(plot)
    if out is not None and out.suffix != ".toml":
        raise InputError(f"--out {out}: give a name that ends in .toml")

    from ...power.fitted_board import write_whole
    from ...power.profile import profile_of, read_log
    from ...power.profile_toml import profile_toml

    samples = read_log(log)
    profile = profile_of(samples)
    if out is not None:
        write_whole(out, "--out", profile_toml(profile, log.name))
    if plot is not None:
        from ...power.plot.profile import draw_profile

        draw_profile(samples, profile, plot, f"Current of {log.name}")
    if as_json:
        print(json.dumps(_as_json(log, rail, profile), ensure_ascii=False))
        return
    _print(log, rail, profile)
    if out is None:
        print(f"\n{profile_toml(profile, log.name)}", end="")
    else:
        print(f"written: {out}")


def _energy_j(state: "ProfileState", rail_v: float) -> float | None:
    return None if state.duration_s is None else rail_v * state.current_a * state.duration_s


def _as_json(log: Path, rail_v: float, profile: "Profile") -> dict[str, Any]:
    return {
        "file": str(log), "rail_v": rail_v, "cycles": profile.cycles, "mean_a": profile.mean_a,
        "states": [
            {"name": state.name, "current_a": state.current_a, "peak_a": state.peak_a, "peak_s": state.peak_s,
             "duration_s": state.duration_s, "spread_s": state.spread_s, "seen": len(state.durations_s),
             "energy_j": _energy_j(state, rail_v)}
            for state in profile.states
        ],
        "remarks": profile.remarks,
    }  # fmt: skip


def _print(log: Path, rail_v: float, profile: "Profile") -> None:
    console = Console()
    cycles = f"{profile.cycles} wake{'' if profile.cycles == 1 else 's'}"
    table = Table(
        title=f"{printable(log.name)}: {cycles}, mean {_amperes(profile.mean_a)}".replace("[", r"\["),
        title_justify="left",
    )
    for column in ("state", "mean", "bursts", "duration", "spread", f"at {rail_v:g} V"):
        table.add_column(column, justify="left" if column == "state" else "right", no_wrap=True)
    for state in profile.states:
        energy_j = _energy_j(state, rail_v)
        bursts = "" if state.peak_a is None else f"{_amperes(state.peak_a)}, {1e3 * (state.peak_s or 0):.3g} ms"
        table.add_row(
            state.name, _amperes(state.current_a), bursts,
            "" if state.duration_s is None else f"{state.duration_s:.4g} s",
            "" if state.spread_s is None else f"{state.spread_s:.2g} s",
            "" if energy_j is None else f"{1e3 * energy_j:.4g} mJ",
        )  # fmt: skip
    console.print(table)
    for remark in profile.remarks:
        console.print(f"note: {remark}", markup=False, highlight=False, soft_wrap=True)


def _amperes(value_a: float) -> str:
    return f"{1e3 * value_a:.4g} mA" if abs(value_a) >= 1e-3 else f"{1e6 * value_a:.4g} µA"
