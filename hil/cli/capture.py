# SPDX-License-Identifier: Apache-2.0
"""``xky capture``: a real line with its times into a file; or a file into one with pseudonyms."""

import json
import os
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from xky.hil.recording.port_recorder import CaptureFile, Recorder, Seen
from xky.hil.recording.source import is_port, open_live, open_recording
from xky.protocol import BenchError, Decoder, InputError, Mode
from xky.protocol.capture import CaptureWriter
from xky.protocol.pseudonym import KEY_MIN, Pseudonyms, anonymised

__all__ = ["command"]

_KEY_VARIABLE = "XKY_KEY"
_MAKE_KEY = "make one with: head -c 32 /dev/urandom | base64 > xky.key"


def command(
    source: Annotated[
        str, typer.Argument(metavar="PORT", help="Serial port, pseudo-terminal or pyserial URL; or a capture file.")
    ],
    out: Annotated[Path, typer.Option(help="File to record to, FILE.xkyc by custom.")],
    mode: Annotated[Mode | None, typer.Option(help="Mode of the line.", show_default="found by listening")] = None,
    duration: Annotated[float | None, typer.Option(help="End after so many seconds.")] = None,
    anonymise: Annotated[
        bool, typer.Option("--anonymise", help="Replace ADSC, ADCO, PRM, and digits of damaged groups.")
    ] = False,
    key: Annotated[
        Path | None, typer.Option(help=f"File with the key of the pseudonyms; else the variable {_KEY_VARIABLE}.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The summary as one JSON object.")] = False,
) -> None:
    """Record a line with time stamps until Ctrl-C; or write a capture file anew, with --anonymise.

    A power cut, a kill or a full disk costs the last second at most, and the file stays readable.
    """
    if duration is not None and not duration > 0:
        raise InputError(f"--duration {duration}: expected a number of seconds over 0")
    if key is not None and not anonymise:
        raise InputError(f"--key {key}: is for --anonymise; add that, or leave the key out")
    pseudonyms = _pseudonyms(key) if anonymise else None
    if is_port(source):
        seen, lasted_s = _record(source, out, mode, duration, pseudonyms, force=force)
    elif duration is not None:
        raise InputError(f"--duration: {source} is no port; leave --duration out, a file is written whole")
    else:
        seen, lasted_s = _convert(source, out, mode, pseudonyms, force=force)
    if as_json:
        print(json.dumps({"frames": seen.frames, "damaged_groups": seen.damaged_groups, "bytes": seen.bytes,
                          "duration_s": round(lasted_s, 3), "file": str(out)}))  # fmt: skip
    else:
        print(_summary(seen, lasted_s, out))


def _summary(seen: Seen, lasted_s: float, out: Path) -> str:
    counts = [(seen.frames, "whole frame"), (seen.damaged_groups, "damaged group"), (seen.bytes, "byte")]
    told = ", ".join(f"{count} {noun}{'' if count == 1 else 's'}" for count, noun in counts)
    return f"{told} in {lasted_s:.1f} s: {out}"


def _pseudonyms(path: Path | None) -> Pseudonyms:
    if path is not None:
        name = f"--key {path}"
        try:
            key = path.read_bytes().strip()
        except OSError as error:
            raise InputError(f"{name}: cannot be read ({error.strerror}); {_MAKE_KEY}") from None
    else:
        name, key = _KEY_VARIABLE, os.environ.get(_KEY_VARIABLE, "").encode()
        if not key:
            raise InputError(f"--anonymise: needs a key; give --key FILE or set {_KEY_VARIABLE}; {_MAKE_KEY}")
    if len(key) < KEY_MIN:
        raise InputError(f"{name}: has {len(key)} characters; a key has {KEY_MIN} at least; {_MAKE_KEY}")
    return Pseudonyms(key)


def _record(
    source: str, out: Path, mode: Mode | None, duration: float | None, pseudonyms: Pseudonyms | None, *, force: bool
) -> tuple[Seen, float]:
    port = open_live(source, mode)
    file = CaptureFile(out, force=force)
    try:
        recorder = Recorder(port, file, mode, pseudonyms)
        ended = "the port was closed"
        try:
            recorder.run(duration)
            if duration is not None and recorder.lasted_s >= duration:
                ended = "the time was over"
        except KeyboardInterrupt:
            ended = "the person ended it"
        except BenchError:
            recorder.close("the port was lost")
            raise
        recorder.close(ended)
    finally:
        file.close()
    if ended == "the port was closed":
        raise BenchError(f"{source}: was closed by its other side; {_summary(recorder.seen, recorder.lasted_s, out)}")
    return recorder.seen, recorder.lasted_s


def _convert(
    source: str, out: Path, mode: Mode | None, pseudonyms: Pseudonyms | None, *, force: bool
) -> tuple[Seen, float]:
    """Write a file anew, whole or not at all."""
    recording = open_recording(source, mode)
    if out.exists() and not force:
        raise InputError(f"--out {out}: is there already; give another name, or --force to replace it")
    header = replace(recording.header, anonymised=recording.header.anonymised or pseudonyms is not None)
    runs = recording.runs if pseudonyms is None else anonymised(recording.runs, pseudonyms)
    seen, decoder, end_s = Seen(), Decoder(mode), 0.0
    partial = out.with_name(f".{out.name}.partial")
    try:
        with partial.open("wb") as file:
            writer = CaptureWriter(file, header)
            for run in runs:
                writer.add(run)
                seen.add(run.data, decoder.feed(run.data))
                end_s = run.end_s
            writer.close(recording.ended() or "the file that it was made from was cut", end_s)
        os.replace(partial, out)
    except OSError as error:
        raise InputError(f"--out {out}: cannot be written ({error.strerror}); give another name") from None
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
    return seen, end_s
