# SPDX-License-Identifier: Apache-2.0
"""``xky watch``: a finished run on a page, from the evidence of its report."""

from pathlib import Path
from typing import Annotated

import typer

from ..watch.kept_run import KeptRun
from ..watch.watching import Watching

__all__ = ["command"]


def command(
    report: Annotated[Path, typer.Argument(metavar="REPORT", help="The folder of a report, or an archive NAME.xky.")],
    port: Annotated[
        str, typer.Option("--port", metavar="[HOST:]PORT", help="Serve the page there; 0 takes a free port.")
    ] = "0",
) -> None:
    """Show a run of xky certify again, on a page of this machine. Ctrl-C ends it."""
    with Watching(port, "--port") as watching:
        watching.show(KeptRun(report))
        watching.wait()
