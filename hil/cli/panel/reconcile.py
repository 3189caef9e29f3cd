# SPDX-License-Identifier: Apache-2.0
"""``xky panel reconcile``: what arrived against what the meters said, and against the distributor's curve."""

import json
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from xky.protocol import InputError

from ...console import PlainConsole
from ...named_file import named_file
from ...plot import check_plot

__all__ = ["command"]


def command(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Of a panel run, or of a panel's exports with a panel.toml.")
    ],
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes; a core each for many homes unless told.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(callback=named_file, help="Folder for what is found: reconcile.json and a picture a home."),
    ] = None,
    plot: Annotated[Path | None, typer.Option(help="Draw the panel: FILE.svg or FILE.png.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
) -> None:
    """What was lost, late, doubled or wrong on the way from the meters, why, and how well energies agree.

    Exit status 0: nothing was; 1: something was, or a home is not done; 2: nothing there can be reconciled.
    """
    if plot is not None:
        check_plot(plot)
    if out is not None and find_spec("matplotlib") is None:
        raise InputError(f"--out {out}: pictures need matplotlib; install it with: pip install 'xky-hil[plot]'")
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder; give that of a panel")
    if find_spec("numpy") is None:
        raise InputError(
            "xky panel reconcile: needs numpy and pyarrow; install them with: pip install 'xky-hil[parquet]'"
        )

    from ...panel.reconciling.document import document_of
    from ...panel.reconciling.print_reconciliation import print_reconciliation
    from ...panel.reconciling.reconcile import reconcile

    found = reconcile(folder, workers)
    document = document_of(found)
    if out is not None:
        from ...panel.reconciling.found_folder import write_found

        write_found(out, found, document)
    if plot is not None:
        from ...panel.reconciling.plot import draw_panel

        draw_panel(found, plot)
    if as_json:
        sys.stdout.write(json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n")
    else:
        print_reconciliation(found, PlainConsole())
    if not found.is_whole:
        raise typer.Exit(1)
