# SPDX-License-Identifier: Apache-2.0
"""A sweep for people: a grid with its brown-out frontier, or the yield of a build."""

from rich.table import Table

from ...console import PlainConsole
from .grid import SweepGrid
from .monte_carlo import REACH, Yield

__all__ = ["print_grid", "print_yield"]

_ROWS = 16  # of a table that tells a frontier


def print_grid(grid: SweepGrid, title: str, console: PlainConsole) -> None:
    """Print how many points live, and where the margin is zero."""
    lives, margin_v = grid.of("lives") > 0, grid.of("margin_v")
    console.print(title, highlight=False)
    console.print(
        f"{int(lives.sum())} of {lives.size} points live; margin {margin_v.min():.3f} to {margin_v.max():.3f} V",
        highlight=False,
    )
    _print_those_with_a_margin(int(((margin_v > 0) & ~lives).sum()), console)
    frontier = grid.frontier
    if not frontier:
        console.print("no brown-out frontier: no neighbours of which only one lives", highlight=False)
        return
    console.print("brown-out frontier, where the margin is zero:", highlight=False)
    table = Table()
    for one in grid.varied:
        table.add_column(one.title, justify="right")
    step = max(1, -(-len(frontier) // _ROWS))
    for place in frontier[::step]:
        table.add_row(*(f"{value * one.scale[0]:.5g}" for one, value in zip(grid.varied, place, strict=True)))
    console.print(table)


def print_yield(found: Yield, title: str, console: PlainConsole) -> None:
    """Print which share lives, and what the margin depends on."""
    console.print(title, highlight=False)
    low, high = found.wilson
    console.print(
        f"yield {100 * found.share:.2f} % ({found.live} of {found.boards} live); 95 %: {100 * low:.2f} to "
        f"{100 * high:.2f} % (Wilson), {100 * found.exact[0]:.2f} to {100 * found.exact[1]:.2f} % "
        f"(Clopper and Pearson)\n{found.boards - found.start} never start; margin {found.median_v:.3f} V in the "
        f"middle, 5 % of the boards have {found.worst_v:.3f} V or less", highlight=False, soft_wrap=True,
    )  # fmt: skip
    _print_those_with_a_margin(found.dead_with_margin, console)
    table = Table(title="what the margin depends on (Sobol's indices, ± 95 %)", title_justify="left")
    table.add_column("difference", no_wrap=True)
    for name in ("by itself", "in all"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("how boards differ")
    for one in found.indices:
        first, total = f"{one.first:.3f} ± {one.first_95:.3f}", f"{one.total:.3f} ± {one.total_95:.3f}"
        table.add_row(one.name, first, total, one.what)
    console.print(table)
    console.print(
        f"normal: cut at {REACH:g} standard deviations to either side. even: each value as likely. assumed: the "
        "board's file says nothing of it. Thresholds have no spread.", highlight=False,
    )  # fmt: skip


def _print_those_with_a_margin(count: int, console: PlainConsole) -> None:
    if count > 0:
        why = (
            "their wake is longer than the period, or their boost is fed with more than it makes, or their period does "
            "not bring back policy.start_v"
        )
        console.print(f"not alive in spite of a margin: {count}; {why}", highlight=False, soft_wrap=True)
