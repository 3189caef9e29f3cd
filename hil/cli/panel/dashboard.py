# SPDX-License-Identifier: Apache-2.0
"""``xky panel dashboard``: the Grafana dashboard of a home."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from ...named_file import named_file
from ...new_file import write_new_file
from ...panel.dashboard import dashboard_text

__all__ = ["command"]


def command(
    out: Annotated[
        Path | None, typer.Option(callback=named_file, help="A file that is not there yet; else it is printed.")
    ] = None,
) -> None:
    """Print the Grafana dashboard of a home of a panel: a file to import, for the database of --database."""
    if out is None:
        sys.stdout.write(dashboard_text())
    else:
        write_new_file(out, dashboard_text())
