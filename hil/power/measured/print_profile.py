# SPDX-License-Identifier: Apache-2.0
"""A profile for people, and as one JSON object."""

from pathlib import Path
from typing import Any

from rich.table import Table

from ...console import PlainConsole
from .profile import Profile, ProfileState

__all__ = ["document_of_profile", "print_profile"]


def document_of_profile(profile: Profile, log: Path, rail_v: float) -> dict[str, Any]:
    """The object that ``xky power profile --json`` prints."""
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


def print_profile(profile: Profile, log: Path, rail_v: float, console: PlainConsole) -> None:
    """Print each state.

    Args:
        profile: to be told.
        log: file that it is of.
        rail_v: at which it was recorded.
        console: to print on.
    """
    cycles = f"{profile.cycles} wake{'' if profile.cycles == 1 else 's'}"
    table = Table(title=f"{log.name}: {cycles}, mean {_amperes(profile.mean_a)}", title_justify="left")
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
        console.print(f"note: {remark}", highlight=False, soft_wrap=True)


def _energy_j(state: ProfileState, rail_v: float) -> float | None:
    return None if state.duration_s is None else rail_v * state.current_a * state.duration_s


def _amperes(value_a: float) -> str:
    return f"{1e3 * value_a:.4g} mA" if abs(value_a) >= 1e-3 else f"{1e6 * value_a:.4g} µA"
