# SPDX-License-Identifier: Apache-2.0
"""``xky panel run``: homes with their meters and gateways, played into a folder."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from ...console import PlainConsole
from ...named_file import named_file
from ...panel.panel_file import panel_names
from ...panel.print_run import print_run
from ...panel.running import PanelRun, RunSettings
from ...progress_column import counting_bar
from ...terminal import printable

__all__ = ["command"]

_INTERRUPTED = 130


def command(
    file: Annotated[
        str,
        typer.Argument(autocompletion=panel_names, help=f"A panel's file, or one of {', '.join(panel_names())}."),
    ],
    days: Annotated[
        float | None, typer.Option(min=0.001, max=3660, help="Local days; 0.25 is 6 hours. The file's unless told.")
    ] = None,
    homes: Annotated[int | None, typer.Option(min=1, max=9999, help="How many; the file's unless told.")] = None,
    seed: Annotated[int | None, typer.Option(help="Same seed, same homes; the file's unless told.")] = None,
    workers: Annotated[int | None, typer.Option(min=1, max=1024, help="Processes; every core unless told.")] = None,
    scheduler: Annotated[str | None, typer.Option(help="A Dask scheduler to work on: tcp://HOST:PORT.")] = None,
    broker: Annotated[
        str | None, typer.Option(metavar="mqtt://…", help="A broker that exists, which each message goes through.")
    ] = None,
    database: Annotated[
        str | None,
        typer.Option(metavar="influx://HOST:PORT/DB", help="An InfluxDB 1 that exists, which each reading goes to."),
    ] = None,
    speed: Annotated[
        float | None, typer.Option(help="In real time, all homes at once, so many times as fast; else in virtual time.")
    ] = None,
    out: Annotated[
        Path, typer.Option(callback=named_file, help="Folder; the same command goes on with what is there.")
    ] = Path("panel"),
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
) -> None:
    """Play a panel of homes: what the gateways heard, what arrived, and the distributor's curve."""
    settings = RunSettings(
        file, out, homes=homes, days=days, seed=seed, workers=workers, scheduler=scheduler, broker=broker,
        database=database, speed=speed,
    )  # fmt: skip
    run = PanelRun(settings)
    console = PlainConsole(file=sys.stderr)
    try:
        with counting_bar(console, "homes") as progress:
            task = progress.add_task(file, total=run.homes)
            for made in run.play():
                progress.update(task, completed=made)
    except KeyboardInterrupt:
        told = f"xky: stopped at {run.made} of {run.homes} homes, kept in {out}; the same command goes on"
        print(printable(told), file=sys.stderr)
        raise typer.Exit(_INTERRUPTED) from None
    if as_json:
        sys.stdout.write(json.dumps(run.as_json(), indent=1, ensure_ascii=False) + "\n")
    else:
        print_run(run.as_json(), PlainConsole())
