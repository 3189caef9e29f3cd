# SPDX-License-Identifier: Apache-2.0
"""``xky capture``: a real line with its times into a file; or a file into one with pseudonyms."""

import json
from pathlib import Path
from typing import Annotated

import typer

from xky.protocol import InputError, Mode

from ..named_file import named_file
from ..pseudonym_key import KEY_VARIABLE, pseudonyms_by, require_anonymise
from ..recording.capture_rewriter import rewrite_capture
from ..recording.port_name import is_port
from ..recording.port_recorder import record_port
from ..terminal import printable

__all__ = ["command"]


def command(
    source: Annotated[
        str, typer.Argument(metavar="PORT", help="Serial port, pseudo-terminal or pyserial URL; or a capture file.")
    ],
    out: Annotated[Path, typer.Option(callback=named_file, help="File to record to, FILE.xkyc by custom.")],
    mode: Annotated[Mode | None, typer.Option(help="Mode of the line.", show_default="found by listening")] = None,
    baud: Annotated[
        int | None, typer.Option(min=1, help="Rate of the port; the mode's, but there are converters with their own.")
    ] = None,
    duration: Annotated[float | None, typer.Option(help="End after so many seconds.")] = None,
    anonymise: Annotated[
        bool, typer.Option("--anonymise", help="Replace ADSC, ADCO, PRM, and digits of damaged groups.")
    ] = False,
    key: Annotated[
        Path | None, typer.Option(help=f"File with the key of the pseudonyms; else the variable {KEY_VARIABLE}.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The summary as one JSON object.")] = False,
) -> None:
    """Record a line with time stamps until Ctrl-C; or write a capture file anew, with --anonymise.

    A power cut, a kill or a full disk costs the last second at most, and the file stays readable.
    """
    if duration is not None and not duration > 0:
        raise InputError(f"--duration {duration}: expected a number of seconds over 0")
    require_anonymise(key, anonymise=anonymise)
    pseudonyms = pseudonyms_by(key) if anonymise else None
    if is_port(source):
        tally = record_port(source, out, mode, duration, pseudonyms, force=force, baud=baud)
    elif baud is not None:
        raise InputError(f"--baud {baud}: {source} is no port; leave --baud out, bytes of a file have no rate any more")
    elif duration is not None:
        raise InputError(f"--duration: {source} is no port; leave --duration out, a file is written whole")
    else:
        tally = rewrite_capture(source, out, mode, pseudonyms, force=force)
    if as_json:
        print(json.dumps({"frames": tally.frames, "damaged_groups": tally.damaged_groups, "bytes": tally.bytes,
                          "duration_s": round(tally.lasted_s, 3), "file": str(out)}))  # fmt: skip
    else:
        print(printable(tally.summary(out)))
