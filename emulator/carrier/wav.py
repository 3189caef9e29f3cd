# SPDX-License-Identifier: Apache-2.0
"""WAV, one channel of 16 bits, in which one step is one millivolt: any program shows it, and volts survive."""

import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from xky.protocol import InputError

from .waveform import Samples

__all__ = ["STEP_V", "WavWriter", "read_wav"]

STEP_V = 1e-3  # so ±32.767 V: more than the 25 V of an open line (54E §5.3.2)
_SAMPLE_BYTES = 2
_MOST_BYTES = (1 << 32) - 4096  # sizes in the header are of 32 bits


class WavWriter:
    """Writes samples as they come; what is over ±32.767 V is cut off there.

    Raises:
        OSError: the file cannot be written.
    """

    def __init__(self, path: Path, rate_hz: int) -> None:
        self._stream = path.open("wb")
        self._wave = wave.open(self._stream, "wb")  # noqa: SIM115  # open as long as this is
        self._wave.setnchannels(1)
        self._wave.setsampwidth(_SAMPLE_BYTES)
        self._wave.setframerate(rate_hz)
        self._bytes = 0

    def write(self, samples: Samples) -> None:
        """Append samples in volts.

        Raises:
            InputError: a WAV holds no more.
        """
        self._bytes += len(samples) * _SAMPLE_BYTES
        if self._bytes > _MOST_BYTES:
            raise InputError("a WAV holds 4 GiB at most; write fewer frames, or fewer samples a second")
        steps = np.clip(np.rint(samples / np.float32(STEP_V)), -32767, 32767)
        self._wave.writeframes(steps.astype("<i2").tobytes())

    def close(self) -> None:
        """End the file."""
        try:
            self._wave.close()
        finally:
            self._stream.close()


def read_wav(path: Path, piece: int) -> tuple[int, Iterator[Samples]]:
    """Samples a second, and the samples in volts, ``piece`` at a time.

    Raises:
        InputError: it cannot be read, is no WAV of this kind, or (while reading) is empty.
    """
    try:
        recording = wave.open(str(path), "rb")  # noqa: SIM115  # closed by the iterator
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error}); give a readable file") from None
    except (wave.Error, EOFError) as error:
        found = str(error) or "it ends too soon"
        raise InputError(f"{path}: no WAV of integers ({found}); save it as PCM of 16 bits") from None
    channels, width = recording.getnchannels(), recording.getsampwidth()
    if channels != 1 or width != _SAMPLE_BYTES:
        recording.close()
        raise InputError(
            f"{path}: {channels} channel{'s' if channels > 1 else ''} of {8 * width} bits; expected 1 channel of 16 "
            "bits, a step a millivolt: convert it"
        )
    return recording.getframerate(), _pieces(path, recording, piece)


def _pieces(path: Path, recording: wave.Wave_read, piece: int) -> Iterator[Samples]:
    empty = True
    with recording:
        while raw := recording.readframes(piece):
            empty = False
            whole = raw[: len(raw) - len(raw) % _SAMPLE_BYTES]
            yield np.frombuffer(whole, "<i2").astype(np.float32) * np.float32(STEP_V)
    if empty:
        raise InputError(f"{path}: holds no samples; expected a recording of I1-I2")
