# SPDX-License-Identifier: Apache-2.0
"""``xky power sweep``: the margin of a board over what is varied, or the yield of a build."""

import json
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xky.boards import board_names
from xky.boards.description.board import board_named
from xky.emulator.supply import SUPPLIES, Supply, supply_named
from xky.protocol import InputError, Mode
from xky.protocol.errors import cannot_be_written

from ...console import PlainConsole
from ...plot import check_plot
from ...progress_column import counting_bar
from ...terminal import printable

if TYPE_CHECKING:
    from ...power.population.population import Array
    from ...power.sweep.quantity import Varied
    from ...power.sweep.results import SweepResults

__all__ = ["command"]

_ANY_METER = "specification"
_WANTED = {"numpy": "numpy", "scipy": "scipy", "SALib": "SALib"}
_ROOM, _OUTDOORS = "27", "-10:50"
_TABLE, _DOCUMENT, _PICTURE = "sweep.csv", "sweep.json", "sweep.png"  # in a folder
_INTERRUPTED = 130


def command(
    board: Annotated[str, typer.Argument(autocompletion=board_names, help="A board's name, or its TOML file.")],
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
    from ...power.population.simulation import check
    from ...power.sweep.quantity import temperatures_of, varied_of
    from ...power.sweep.results import SweepResults, WorkSettings
    from ...power.sweep.study import GridStudy, SweepConditions, YieldStudy, period_of

    if (vary is None) == (monte_carlo is None):
        raise InputError("xky power sweep: give either --vary NAME=LOW:HIGH or --monte-carlo N")
    if plot is not None:
        check_plot(plot)
    described = board_named(board)
    of_supply = _supply_of(supply, sampled=monte_carlo is not None)
    settings = WorkSettings(cycles, jobs, scheduler, _results_path(out))
    if mode is None:
        mode = described.modes[-1]
    elif mode not in described.modes:
        raise InputError(f"--mode {mode}: board {described.id} does not read it; it reads {', '.join(described.modes)}")
    check(described)
    varied = None if vary is None else varied_of(vary, described, points)
    temperatures_c = temperatures_of(temperature or (_OUTDOORS if varied is None else _ROOM))
    if varied is not None:
        _check_grid(varied, period, temperature, temperatures_c)
    conditions = SweepConditions(
        described, of_supply, supply, mode, period_of(period, described), temperatures_c, cycles
    )
    folder = None if out is None or out.suffix == ".csv" else out
    pictures = _pictures(plot, folder)
    if varied is not None:
        from ...power.plot.sweep import draw_grid
        from ...power.sweep.print_sweep import print_grid

        study = GridStudy(conditions, varied)
        grid = study.result(_simulated(SweepResults(study, settings), described.id, settings.out))
        title = conditions.title("brown-out margin")
        if not as_json:
            print_grid(grid, title, PlainConsole())
        _put_out(conditions.as_json() | grid.as_json(), folder, as_json=as_json)
        for path in pictures:
            draw_grid(grid, path, title)
    else:
        from ...power.plot.monte_carlo import draw_yield
        from ...power.sweep.print_sweep import print_yield

        sample = YieldStudy(conditions, monte_carlo or 0, seed)
        found = sample.result(_simulated(SweepResults(sample, settings), described.id, settings.out))
        title = conditions.title(f"{found.boards} boards as made")
        if not as_json:
            print_yield(found, title, PlainConsole())
        _put_out(conditions.as_json() | {"seed": seed} | found.as_json(), folder, as_json=as_json)
        for path in pictures:
            draw_yield(found, path, title)


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
    for name in (_TABLE, _DOCUMENT, _PICTURE):  # told before the sweep, not behind it
        if (out / name).is_dir():
            raise InputError(f"--out {out}: {out / name} is a folder, not a file of a sweep; move it, or give another")
    return out / _TABLE


def _check_grid(
    varied: Sequence["Varied"], period: str | None, temperature: str | None, temperatures_c: tuple[float, float]
) -> None:
    from ...power.population.population import PERIOD

    if temperatures_c[1] > temperatures_c[0]:
        raise InputError(f"--temperature {temperature}: a range is for --monte-carlo; vary temperature_c, or give one")
    if period is not None and any(one.key == PERIOD for one in varied):
        raise InputError("--period: is varied already; leave it out")


def _simulated(results: "SweepResults", board: str, out: Path | None) -> "Array":
    """All rows, with a bar while they are made; what interrupts it is told what is kept."""
    console = PlainConsole(file=sys.stderr)
    try:
        with counting_bar(console, "points") as progress:
            task = progress.add_task(board, total=results.count, completed=results.kept)
            for more in results.simulate():
                progress.advance(task, more)
    except KeyboardInterrupt:
        where = "none is kept; --out FILE.csv keeps them" if out is None else f"kept in {out}; the same command goes on"
        print(printable(f"xky: stopped at {results.made} of {results.count} points, {where}"), file=sys.stderr)
        raise typer.Exit(_INTERRUPTED) from None
    return results.rows


def _put_out(told: dict[str, Any], folder: Path | None, *, as_json: bool) -> None:
    text = json.dumps(told, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    if as_json:
        sys.stdout.write(text)
    if folder is not None:
        path = folder / _DOCUMENT
        try:
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise cannot_be_written(f"--out {path}", error, "give another folder") from None


def _pictures(plot: Path | None, folder: Path | None) -> list[Path]:
    """Where pictures go; a folder gets one where they can be drawn."""
    pictures = [] if plot is None else [plot]
    if folder is not None and find_spec("matplotlib") is not None:
        pictures.append(folder / _PICTURE)
    return pictures
