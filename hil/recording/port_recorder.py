# SPDX-License-Identifier: Apache-2.0
"""Records a port to a capture file that can be read whatever ends the recording."""

import errno
import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from xky.protocol import BenchError, Decoder, InputError, Mode
from xky.protocol.capture import CaptureWriter, Header, Run, RunBuilder
from xky.protocol.errors import cannot_be_written
from xky.protocol.pseudonym import Pseudonyms, RunAnonymiser

from ..terminal import complain
from .port import LivePort, open_live
from .recording_tally import RecordingTally

__all__ = ["CaptureFile", "Recorder", "record_port"]

_SYNC_S = 0.5  # what came is on the disk that much later, and what a read and the disk take
_PATIENCE_S = 10.0  # a frame takes 2 s at most; who records through the night wants to know at once
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class CaptureFile:
    """The file of a capture: what was synced is on the disk, and readable whatever happens later.

    Args:
        path: one that is there is left alone unless told.
        force: replace a file that is there.

    Raises:
        InputError: the file is there, or cannot be made.
        BenchError: in each method, the disk is full or fails; what was synced before can be read.
    """

    def __init__(self, path: Path, *, force: bool = False) -> None:
        self._path = path
        self._is_synced = True
        try:
            self._file = path.open("wb" if force else "xb", buffering=0)
        except FileExistsError:
            raise InputError(f"--out {path}: is there already; give another name, or --force to replace it") from None
        except OSError as error:
            raise cannot_be_written(f"--out {path}", error) from None

    def start(self, header: Header) -> None:
        """Write the header."""
        with self._writing():
            self._writer = CaptureWriter(self._file, header)
            _to_disk(self._path.parent)  # the name of the file stands there
            self._to_disk()

    def add(self, run: Run | None) -> None:
        """Write a run, if there is one."""
        if run is not None:
            with self._writing():
                self._writer.add(run)
            self._is_synced = False

    def sync(self) -> None:
        """Bring everything to the disk."""
        if not self._is_synced:
            with self._writing():
                self._writer.sync()
                self._to_disk()

    def close(self, ended: str | None = None, at_s: float = 0.0) -> None:
        """Write the last line where ``ended`` says why, and let go of the file; safe to call twice."""
        if self._file.closed:
            return
        with self._file:
            if ended is not None:
                with self._writing():
                    self._writer.close(ended, at_s)
                    self._to_disk()

    def _to_disk(self) -> None:
        if self._path.is_file():  # a pipe or a device has no disk
            os.fsync(self._file.fileno())
        self._is_synced = True

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if error.errno in _FULL:
                what = "no room is left; free some, or record to another disk"
            else:
                what = f"cannot be written ({error.strerror})"
            raise BenchError(f"--out {self._path}: {what}; what was recorded until now can be read") from None


def _to_disk(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


class Recorder:
    """Records a port.

    Args:
        port: open.
        file: made, not begun.
        mode: of the line; None finds it by listening.
        pseudonyms: for addresses; None leaves them.
        clock: seconds; a monotonic one.

    Attributes:
        tally: what was heard, in numbers.

    Raises:
        BenchError: the file cannot be written; in each method.
    """

    def __init__(
        self,
        port: LivePort,
        file: CaptureFile,
        mode: Mode | None,
        pseudonyms: Pseudonyms | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._port = port
        self._file = file
        self._mode = mode
        self._decoder = Decoder(mode)
        self._anonymiser = None if pseudonyms is None else RunAnonymiser(pseudonyms)
        self._builder = RunBuilder((mode or Mode.STANDARD).character_s)
        self._clock = clock
        self._began_s = clock()
        self._synced_s = 0.0
        self.tally = RecordingTally()
        self._told_at_s: float | None = _PATIENCE_S
        started = datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        file.start(Header(started, port.kind, port.baud, anonymised=pseudonyms is not None))

    def run(self, duration_s: float | None) -> None:
        """Record for so long, or until the port ends.

        Raises:
            BenchError: the port was lost, too.
            KeyboardInterrupt: as it came, between two reads.
        """
        for chunk in self._port.chunks:
            with _undisturbed():
                self._take(chunk)
            if duration_s is not None and self.tally.lasted_s >= duration_s:
                return

    def close(self, ended: str) -> None:
        """End the recording in order; ``ended`` says why."""
        with _undisturbed():
            self._write([] if self._anonymiser is None else self._anonymiser.close())
            self._file.add(self._builder.cut())
            self._file.close(ended, self.tally.lasted_s)

    def _take(self, chunk: bytes) -> None:
        self.tally.lasted_s = self._clock() - self._began_s
        if chunk:
            self.tally.add(chunk, self._decoder.feed(chunk))
            if self._mode is None and self.tally.mode is not None:
                self._builder.character_s = self.tally.mode.character_s
            run = Run(self.tally.lasted_s, chunk)
            self._write([run] if self._anonymiser is None else self._anonymiser.feed(run))
        if self._told_at_s is not None and self.tally.lasted_s >= self._told_at_s:
            self._told_at_s = None
            if (trouble := self.tally.trouble(self._port.baud)) is not None:
                complain(f"so far {trouble}; still recording")
        if self.tally.lasted_s - self._synced_s >= _SYNC_S:
            self._file.add(self._builder.cut())
            self._file.sync()
            self._synced_s = self.tally.lasted_s

    def _write(self, runs: Iterable[Run]) -> None:
        for run in runs:
            self._file.add(self._builder.add(run.end_s, run.data))


def record_port(
    port: str,
    out: Path,
    mode: Mode | None,
    duration_s: float | None,
    pseudonyms: Pseudonyms | None,
    *,
    force: bool,
    baud: int | None = None,
) -> RecordingTally:
    """Record a port into a file until Ctrl-C, or for so long.

    Args:
        port: path or pyserial URL.
        out: file to make.
        mode: of the line; None finds it by listening.
        duration_s: None records until the person ends it.
        pseudonyms: for addresses; None leaves them.
        force: replace a file that is there.
        baud: bits per second of the port, where they are not the mode's.

    Raises:
        InputError: the port is none, or the file is there or cannot be made.
        BenchError: the port cannot be opened, was lost or was closed, or the file cannot be written on.
    """
    live = open_live(port, mode, baud)
    file = CaptureFile(out, force=force)
    try:
        recorder = Recorder(live, file, mode, pseudonyms)
        ended = "the port was closed"
        try:
            recorder.run(duration_s)
            if duration_s is not None and recorder.tally.lasted_s >= duration_s:
                ended = "the time was over"
        except KeyboardInterrupt:
            ended = "the person ended it"
        except BenchError:
            recorder.close("the port was lost")
            raise
        recorder.close(ended)
    finally:
        file.close()
    if (trouble := recorder.tally.trouble(live.baud)) is not None:
        complain(f"{port}: {trouble}")
    if ended == "the port was closed":
        raise BenchError(f"{port}: was closed by its other side; {recorder.tally.summary(out)}")
    return recorder.tally


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Let Ctrl-C wait: between a byte taken over and written, or inside a compressed block, it would tear the file."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
