# SPDX-License-Identifier: Apache-2.0
"""A capture file made from another: raw bytes get times, addresses get pseudonyms."""

from dataclasses import replace
from pathlib import Path

from xky.protocol import Decoder, InputError, Mode
from xky.protocol.capture import CaptureWriter
from xky.protocol.errors import cannot_be_written
from xky.protocol.pseudonym import Pseudonyms, anonymised
from xky.protocol.whole_file import whole_file

from ..terminal import complain, counted
from .recording_tally import RecordingTally
from .source import open_recording

__all__ = ["rewrite_capture"]


def rewrite_capture(
    source: str, out: Path, mode: Mode | None, pseudonyms: Pseudonyms | None, *, force: bool
) -> RecordingTally:
    """Write a capture anew, whole or not at all; what of it is damaged is told in a line on standard error.

    Args:
        source: file, or ``-`` for standard input.
        out: file to make.
        mode: of the line; None tells it from the capture.
        pseudonyms: for addresses; None leaves them.
        force: replace a file that is there.

    Raises:
        InputError: the source cannot be used, or the file is there or cannot be written.
    """
    recording = open_recording(source, mode)
    if out.exists() and not force:
        raise InputError(f"--out {out}: is there already; give another name, or --force to replace it")
    header = replace(recording.header, anonymised=recording.header.anonymised or pseudonyms is not None)
    runs = recording.runs if pseudonyms is None else anonymised(recording.runs, pseudonyms)
    tally, decoder = RecordingTally(), Decoder(mode)
    try:
        with whole_file(out) as partial, partial.open("wb") as file:
            writer = CaptureWriter(file, header)
            for run in runs:
                writer.add(run)
                tally.add(run.data, decoder.feed(run.data))
                tally.lasted_s = run.end_s
            writer.close(recording.ended() or "the file that it was made from was cut", tally.lasted_s)
    except OSError as error:
        raise cannot_be_written(f"--out {out}", error) from None
    told = [recording.damage(), None if tally.mode is not None else _no_line(tally.bytes)]
    if any(told):
        complain(f"{source}: {'; '.join(one for one in told if one)}")
    return tally


def _no_line(size: int) -> str:
    """What a person should know of a file without one good group: unlike a line, it has neither wires nor a rate."""
    return f"not one good group in {counted(size, 'byte')}" if size else "it holds no byte of a line"
