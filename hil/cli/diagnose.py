# SPDX-License-Identifier: Apache-2.0
"""``xky diagnose``: is it the meter, the wiring or the software."""

import json
import math
import sys
from typing import Annotated

import typer

from xky.protocol import InputError, Mode

from ..console import PlainConsole
from ..diagnosis import diagnosed
from ..diagnosis.document import document
from ..diagnosis.listening import heard_of
from ..diagnosis.print_diagnosis import print_diagnosis

__all__ = ["command"]


def command(
    source: Annotated[
        str,
        typer.Argument(metavar="PORT", help="Serial port or pyserial URL; or a capture, a carrier (WAV, CSV), or -."),
    ],
    mode: Annotated[
        Mode | None, typer.Option(help="Mode of the line.", show_default="found by listening in both")
    ] = None,
    baud: Annotated[int | None, typer.Option(min=1, help="Rate of the port, where it is not the mode's.")] = None,
    minutes: Annotated[
        float | None, typer.Option(help="Listen so long; or look at so much of a capture.", show_default="1; all")
    ] = None,
    seconds: Annotated[float | None, typer.Option(help="The same in seconds.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON object and nothing else.")] = False,
) -> None:
    """Say of a line whether meter, wiring or software is at fault, by what, and what to try next.

    Exit status 0 when the line is good, 1 when something is wrong with it or not known.
    """
    diagnosis = diagnosed(heard_of(source, mode, baud, _for_s(minutes, seconds)))
    if as_json:
        json.dump(document(diagnosis), sys.stdout, indent=2, ensure_ascii=False)
        print()
    else:
        print_diagnosis(diagnosis, PlainConsole())
    if diagnosis.findings:
        raise typer.Exit(1)


def _for_s(minutes: float | None, seconds: float | None) -> float | None:
    if minutes is not None and seconds is not None:
        raise InputError("--minutes and --seconds: both say how long; leave one out")
    for option, told, unit_s in (("--minutes", minutes, 60.0), ("--seconds", seconds, 1.0)):
        if told is not None:
            if not 0 < told < math.inf:
                raise InputError(f"{option} {told:g}: expected a number over 0, as 2")
            return told * unit_s
    return None
