# SPDX-License-Identifier: Apache-2.0
"""``xky diagnose``: is it the meter, the wiring or the software; and will an opto stage do."""

import json
import math
import sys
from typing import Annotated, Any

import typer

from xky.protocol import BenchError, InputError, Mode

from ..console import PlainConsole

__all__ = ["command"]

_OPTO = "With --opto"


def command(
    source: Annotated[
        str | None,
        typer.Argument(metavar="[PORT]", help="Serial port or pyserial URL; or a capture, a carrier (WAV, CSV), or -."),
    ] = None,
    mode: Annotated[
        Mode | None, typer.Option(help="Mode of the line.", show_default="found by listening in both")
    ] = None,
    baud: Annotated[int | None, typer.Option(min=1, help="Rate of the port, where it is not the mode's.")] = None,
    minutes: Annotated[
        float | None, typer.Option(help="Listen so long; or look at so much of a capture.", show_default="1; all")
    ] = None,
    seconds: Annotated[float | None, typer.Option(help="The same in seconds.")] = None,
    opto: Annotated[
        str | None, typer.Option(metavar="TYPE", help="Without PORT: try an opto stage; --opto x lists the types.")
    ] = None,
    series_ohm: Annotated[float | None, typer.Option(help=f"{_OPTO}: before its diodes; 1500 unless told.")] = None,
    load_ohm: Annotated[float | None, typer.Option(help=f"{_OPTO}: behind its emitter; 3300 unless told.")] = None,
    supply_v: Annotated[float | None, typer.Option(help=f"{_OPTO}: of the receiver; 3.3 unless told.")] = None,
    lots: Annotated[int | None, typer.Option(help=f"{_OPTO}: lots of parts to try; 200 unless told.")] = None,
    seed: Annotated[int | None, typer.Option(help=f"{_OPTO}: of the lots; 0 unless told.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON object and nothing else.")] = False,
) -> None:
    """Say of a line whether meter, wiring or software is at fault, by what, and what to try next.

    Ctrl-C ends the listening. Exit status 0 when the line is good (with --opto: when the stage does), 1 when not, or
    when that is not known.
    """
    of_stage = {"series_ohm": series_ohm, "load_ohm": load_ohm, "supply_v": supply_v}
    of_lots = {"lots": lots, "seed": seed}
    if opto is not None:
        listened = {"PORT": source, "--mode": mode, "--baud": baud, "--minutes": minutes, "--seconds": seconds}
        if (told := next((name for name, value in listened.items() if value is not None), None)) is not None:
            raise InputError(f"{told}: a line and an opto stage are looked at apart; leave --opto or {told} out")
        _try_opto(opto, _said(of_stage), _said(of_lots), as_json=as_json)
        return
    if (told := next(iter(_said(of_stage | of_lots)), None)) is not None:
        option = f"--{told.replace('_', '-')}"
        raise InputError(f"{option}: is for --opto TYPE; add that, or leave {option} out")
    if source is None:
        raise InputError("diagnose: nothing to listen to; give a PORT, a capture, or --opto TYPE")
    _listen(source, mode, baud, _for_s(minutes, seconds), as_json=as_json)


def _listen(source: str, mode: Mode | None, baud: int | None, for_s: float | None, *, as_json: bool) -> None:
    from ..diagnosis import diagnosed
    from ..diagnosis.document import document
    from ..diagnosis.listening import heard_of
    from ..diagnosis.print_diagnosis import print_diagnosis

    diagnosis = diagnosed(heard_of(source, mode, baud, for_s))
    if as_json:
        _dump(document(diagnosis))
    else:
        print_diagnosis(diagnosis, PlainConsole())
    if (lost := diagnosis.line.heard.lost) is not None:
        raise BenchError(lost)
    if diagnosis.findings:
        raise typer.Exit(1)


def _try_opto(opto: str, of_stage: dict[str, Any], of_lots: dict[str, Any], *, as_json: bool) -> None:
    from ..diagnosis.opto.kinds import kind_named
    from ..diagnosis.opto.print_opto import opto_document, print_opto
    from ..diagnosis.opto.stage import OptoStage
    from ..diagnosis.opto.trial import tried_opto

    trial = tried_opto(OptoStage(kind_named(opto), **of_stage), **of_lots)
    if as_json:
        _dump(opto_document(trial))
    else:
        print_opto(trial, PlainConsole())
    if not all(trial.does(mode) for mode in Mode):
        raise typer.Exit(1)


def _said(options: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


def _dump(content: dict[str, Any]) -> None:
    json.dump(content, sys.stdout, indent=2, ensure_ascii=False)
    print()


def _for_s(minutes: float | None, seconds: float | None) -> float | None:
    if minutes is not None and seconds is not None:
        raise InputError("--minutes and --seconds: both say how long; leave one out")
    for option, told, unit_s in (("--minutes", minutes, 60.0), ("--seconds", seconds, 1.0)):
        if told is not None:
            if not 0 < told < math.inf:
                raise InputError(f"{option} {told:g}: expected a number over 0, as 2")
            return told * unit_s
    return None
