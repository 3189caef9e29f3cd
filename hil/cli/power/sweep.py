# SPDX-License-Identifier: Apache-2.0
"""``xky power sweep``: the margin of a board over what is varied, or the yield of a build."""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from xky.boards.board import Board, board_named
from xky.emulator.supply import SUPPLIES, Supply, supply_named
from xky.protocol import InputError, Mode

from ...plot import check_plot
from ...power.durations import seconds_of

if TYPE_CHECKING:
    from ...power.monte_carlo import Yield
    from ...power.points import Points
    from ...power.rectified import Array
    from ...power.sweep import SweepGrid

__all__ = ["command"]

_ANY_METER = "specification"
_WANTED = {"numpy": "numpy", "scipy": "scipy", "SALib": "SALib"}
_ROWS = 16  # of a table that tells a frontier
_ROOM, _OUTDOORS = "27", "-10:50"
_INTERRUPTED = 130
_MOST_BOARDS = 2_000_000  # that a machine has room for


@dataclass(frozen=True)
class _Work:
    """How the points are made.

    Attributes:
        cycles: of each board.
        jobs: processes.
        scheduler: of a Dask cluster.
        out: file of the results; None: they are only told.
    """

    cycles: int
    jobs: int | None
    scheduler: str | None
    out: Path | None


def command(
    board: Annotated[str, typer.Argument(help="A board's name, or its TOML file.")],
    vary: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=LOW:HIGH[:log]", help="As cap_f=0.2:2.0 or period=5s:2min; once or twice."),
    ] = None,
    points: Annotated[int, typer.Option(help="Values of each quantity.")] = 40,
    monte_carlo: Annotated[
        int | None, typer.Option("--monte-carlo", "--samples", help="So many boards within their tolerances.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of those boards.")] = 0,
    supply: Annotated[
        str,
        typer.Option(help=f"{', '.join(SUPPLIES)}; with --monte-carlo also {_ANY_METER}: any that just meets it."),
    ] = "min_spec",
    mode: Annotated[Mode | None, typer.Option(help="Of the TIC; the board's last unless told.")] = None,
    period: Annotated[str | None, typer.Option(help="From wake to wake, as 30s or 2min; the board's own.")] = None,
    temperature: Annotated[
        str | None, typer.Option(help=f"Degrees Celsius: {_ROOM}; a range for --monte-carlo: {_OUTDOORS}.")
    ] = None,
    cycles: Annotated[int, typer.Option(min=1, help="Wakes of each board, if it does not settle before.")] = 100,
    jobs: Annotated[int | None, typer.Option(min=1, help="Processes; every core where that is worth it.")] = None,
    scheduler: Annotated[str | None, typer.Option(help="A Dask scheduler to work on: tcp://HOST:PORT.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="FILE.csv, or a folder for all there is; the same command goes on from there.")
    ] = None,
    plot: Annotated[Path | None, typer.Option(help="Draw it: FILE.svg or FILE.png.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
) -> None:
    """Margin over brown-out of many boards: over one or two quantities, or within the tolerances of a build."""
    _check_extra()
    from ...power.population import check

    if (vary is None) == (monte_carlo is None):
        raise InputError("xky power sweep: give either --vary NAME=LOW:HIGH or --monte-carlo N")
    if plot is not None:
        check_plot(plot)
    described = board_named(board)
    of_supply = _supply_of(supply, sampled=monte_carlo is not None)
    work = _Work(cycles, jobs, scheduler, _results_path(out))
    if mode is None:
        mode = described.modes[-1]
    elif mode not in described.modes:
        raise InputError(f"--mode {mode}: board {described.id} does not read it; it reads {', '.join(described.modes)}")
    check(described)
    told: _ToldGrid | _ToldYield
    if vary is not None:
        told = _sweep(described, of_supply, mode, vary, points, period, temperature or _ROOM, work)
    else:
        told = _sample(described, of_supply, mode, monte_carlo or 0, seed, period, temperature or _OUTDOORS, work)
    told.tell(plot, None if out is None or out.suffix == ".csv" else out, as_json=as_json)


def _check_extra() -> None:
    missing = [name for module, name in _WANTED.items() if find_spec(module) is None]
    if missing:
        raise InputError(
            f"xky power sweep: {', '.join(missing)} not installed; install with: pip install 'xky-hil[power]'"
        )


def _supply_of(name: str, *, sampled: bool) -> Supply | None:
    """The supply; None for any that just meets the specification."""
    if name == _ANY_METER:
        if not sampled:
            raise InputError(f"--supply {_ANY_METER}: only with --monte-carlo; give one of {', '.join(SUPPLIES)}")
        return None
    return supply_named(name)


def _results_path(out: Path | None) -> Path | None:
    if out is None:
        return None
    if out.suffix == ".csv":
        if not out.parent.is_dir():
            raise InputError(f"--out {out}: there is no folder {out.parent}; make it, or give another name")
        return out
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"--out {out}: cannot be made ({error.strerror}); give a folder, or FILE.csv") from None
    return out / "sweep.csv"


@dataclass(frozen=True)
class _ToldGrid:
    grid: "SweepGrid"
    about: dict[str, Any]

    def tell(self, plot: Path | None, folder: Path | None, *, as_json: bool) -> None:
        from ...power.plot.sweep import draw_grid

        title = _title("brown-out margin", self.about)
        if not as_json:
            self._print(title)
        _put_out(self.about | self.grid.as_json(), folder, as_json=as_json)
        for path in _pictures(plot, folder):
            draw_grid(self.grid, path, title)

    def _print(self, title: str) -> None:
        console, grid = Console(), self.grid
        lives, margin_v = grid.of("lives") > 0, grid.of("margin_v")
        console.print(title, markup=False, highlight=False)
        console.print(
            f"{int(lives.sum())} of {lives.size} points live; margin {margin_v.min():.3f} to {margin_v.max():.3f} V",
            highlight=False,
        )
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
            table.add_row(*(f"{value:.5g}" for value in place))
        console.print(table)


@dataclass(frozen=True)
class _ToldYield:
    found: "Yield"
    about: dict[str, Any]

    def tell(self, plot: Path | None, folder: Path | None, *, as_json: bool) -> None:
        from ...power.plot.made_boards import draw_yield

        title = _title(f"{self.found.boards} boards as made", self.about)
        if not as_json:
            self._print(title)
        _put_out(self.about | self.found.as_json(), folder, as_json=as_json)
        for path in _pictures(plot, folder):
            draw_yield(self.found, path, title)

    def _print(self, title: str) -> None:
        console, found = Console(), self.found
        console.print(title, markup=False, highlight=False)
        low, high = found.wilson
        console.print(
            f"yield {100 * found.share:.2f} % ({found.live} of {found.boards} live); 95 %: {100 * low:.2f} to "
            f"{100 * high:.2f} % (Wilson), {100 * found.exact[0]:.2f} to {100 * found.exact[1]:.2f} % "
            f"(Clopper and Pearson)\n{found.boards - found.start} never start; margin {found.median_v:.3f} V in the "
            f"middle, 5 % of the boards have {found.worst_v:.3f} V or less", highlight=False, soft_wrap=True,
        )  # fmt: skip
        table = Table(title="what the margin depends on (Sobol's indices, ± 95 %)", title_justify="left")
        table.add_column("difference", no_wrap=True)
        for name in ("by itself", "in all"):
            table.add_column(name, justify="right", no_wrap=True)
        table.add_column("how boards differ")
        for one in found.indices:
            first, total = f"{one.first:.3f} ± {one.first_95:.3f}", f"{one.total:.3f} ± {one.total_95:.3f}"
            table.add_row(one.name, first, total, one.what)
        console.print(table)


def _sweep(
    board: Board, supply: Supply | None, mode: Mode, vary: Sequence[str], number: int, period: str | None,
    temperature: str, work: _Work,
) -> _ToldGrid:  # fmt: skip
    from ...power.points import PERIOD
    from ...power.quantity import temperatures_of, varied_of
    from ...power.sweep import SweepGrid, crossings_of, grid_points, phase_names

    assert supply is not None
    varied = varied_of(vary, board, number)
    low_c, high_c = temperatures_of(temperature)
    if high_c > low_c:
        raise InputError(f"--temperature {temperature}: a range is for --monte-carlo; vary temperature_c, or give one")
    if period is not None and any(one.key == PERIOD for one in varied):
        raise InputError("--period: is varied already; leave it out")
    points = grid_points(
        board, varied, open_circuit_v=supply.open_circuit_v, source_ohm=supply.source_ohm, temperature_c=low_c,
        period_s=_period_of(period, board), mode=mode,
    )  # fmt: skip
    names = [one.name for one in varied]
    results = _made(points, names, _columns(points), phase_names(board, mode), work, ())
    about = _about(board, supply.name, mode, points.period_s, f"{low_c:g} °C", work.cycles)
    grid = SweepGrid(varied, results)
    return _ToldGrid(replace(grid, crossings=crossings_of(points, varied, grid.of("margin_v"), work.cycles)), about)


def _sample(
    board: Board, supply: Supply | None, mode: Mode, boards: int, seed: int, period: str | None, temperature: str,
    work: _Work,
) -> _ToldYield:  # fmt: skip
    from ...power.monte_carlo import differences_of, points_of, sample_of, yield_of
    from ...power.quantity import temperatures_of
    from ...power.sweep import phase_names

    if not 10 <= boards <= _MOST_BOARDS:
        raise InputError(f"--monte-carlo {boards}: expected 10 to {_MOST_BOARDS} boards")
    low_c, high_c = temperatures_of(temperature)
    differences = differences_of(board, mode, (low_c, high_c), any_meter=supply is None)
    drawn = sample_of(differences, boards, seed)
    some = supply or SUPPLIES["min_spec"]
    points = points_of(
        board, differences, drawn, open_circuit_v=some.open_circuit_v, source_ohm=some.source_ohm, temperature_c=low_c,
        period_s=_period_of(period, board), mode=mode,
    )  # fmt: skip
    results = _made(points, list(points.columns), _columns(points), phase_names(board, mode), work, (boards, seed))
    name = _ANY_METER if supply is None else supply.name
    temperatures = f"{low_c:g} °C" if low_c == high_c else f"{low_c:g} to {high_c:g} °C"
    about = _about(board, name, mode, points.period_s, temperatures, work.cycles) | {"seed": seed}
    return _ToldYield(yield_of(differences, results, boards, seed), about)


def _columns(points: "Points") -> "Array":
    import numpy as np

    return np.stack(list(points.columns.values()), axis=1)


def _period_of(told: str | None, board: Board) -> float | None:
    if told is None:
        return None
    if board.wake is None:
        raise InputError(f"--period: board {board.id} never sleeps, so it has no period; leave it out")
    return seconds_of("--period", told)


def _made(
    points: "Points", names: Sequence[str], columns: "Array", phases: Sequence[str], work: _Work, more: Sequence[object]
) -> "Array":
    """The results of all points; those that a file has need not be made again."""
    import numpy as np

    from ...power.batches import pieces_of, results_of
    from ...power.results_file import OUTPUTS, ResultsFile, sign_of

    kept = None
    results = np.full((points.count, len(OUTPUTS)), np.nan)
    if work.out is not None:
        kept = ResultsFile(work.out, sign_of(points, work.cycles, *more), names, columns, phases)
        results = kept.results
    pieces = pieces_of(np.isnan(results[:, 0]))
    console = Console(file=sys.stderr)
    shown = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total} points"))
    try:
        with Progress(
            *shown, TimeElapsedColumn(), TimeRemainingColumn(), console=console, transient=True,
            redirect_stdout=False, redirect_stderr=False, disable=not console.is_terminal,
        ) as progress:  # fmt: skip
            done = points.count - sum(piece.stop - piece.start for piece in pieces)
            task = progress.add_task(points.board.id, total=points.count, completed=done)
            for start, rows in results_of(points, pieces, work.cycles, jobs=work.jobs, scheduler=work.scheduler):
                if kept is not None:
                    kept.add(start, rows)
                else:
                    results[start : start + len(rows)] = rows
                progress.advance(task, len(rows))
    except KeyboardInterrupt:
        made = int(np.sum(~np.isnan(results[:, 0])))
        where = "none is kept; --out FILE.csv keeps them" if kept is None else f"kept in {work.out}; the same command "
        print(f"xky: stopped at {made} of {points.count} points, {where}{'goes on' if kept else ''}", file=sys.stderr)
        raise typer.Exit(_INTERRUPTED) from None
    if kept is not None and pieces:
        kept.finish()
    return results


def _about(
    board: Board, supply: str, mode: Mode, period_s: float | None, temperature: str, cycles: int
) -> dict[str, Any]:
    return {"board": board.id, "supply": supply, "mode": str(mode), "period_s": period_s, "temperature": temperature,
            "cycles": cycles}  # fmt: skip


def _title(what: str, about: dict[str, Any]) -> str:
    period = "" if about["period_s"] is None else f", every {about['period_s']:g} s"
    supply = "any meter within the specification" if about["supply"] == _ANY_METER else about["supply"]
    return f"{about['board']} on {supply}, {about['mode']} mode{period}, {about['temperature']}: {what}"


def _put_out(told: dict[str, Any], folder: Path | None, *, as_json: bool) -> None:
    text = json.dumps(told, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    if as_json:
        sys.stdout.write(text)
    if folder is not None:
        path = folder / "sweep.json"
        try:
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise InputError(f"--out {path}: cannot be written ({error.strerror}); give another folder") from None


def _pictures(plot: Path | None, folder: Path | None) -> list[Path]:
    """Where pictures go; a folder gets one where they can be drawn."""
    pictures = [] if plot is None else [plot]
    if folder is not None and find_spec("matplotlib") is not None:
        pictures.append(folder / "sweep.png")
    return pictures
