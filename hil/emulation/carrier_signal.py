# SPDX-License-Identifier: Apache-2.0
"""The carrier of a Linky's frames, in a file, on a generator, in a picture. Needs numpy."""

from pathlib import Path
from typing import Any

from xky.emulator.carrier import Waveform, recording_writer
from xky.emulator.meter_file.meter_file import MeterFile
from xky.protocol import Burst, InputError, Mode

from ..instruments import longest_record, upload
from ..plot.carrier import DrawnGroup, draw_group
from ..terminal import counted
from .carrier_line import frames_of, group_of, looped, pieces_of

__all__ = ["CarrierSignal"]

_DRAWN = {Mode.STANDARD: b"\nSINSTS\t", Mode.HISTORIC: b"\nPAPP "}  # the power: short, and in every frame


class CarrierSignal:
    """The frames of a meter, drawn as often as they are wanted: each time the same.

    Args:
        written: the meter.
        frames: how many.
        options: fields of ``Waveform``.

    Attributes:
        waveform: how they are drawn.
    """

    def __init__(self, written: MeterFile, frames: int, options: dict[str, Any]) -> None:
        self.waveform = Waveform(**options)
        self._written, self._frames = written, frames
        self._mode, self._seed = written.mode, written.seed

    def write(self, path: Path) -> str:
        """Into a file, WAV or CSV by its ending; says what is in it.

        Raises:
            InputError: the file cannot be written, or the frames cannot be drawn so.
        """
        characters = samples = 0

        def added_up(bursts: list[Burst]) -> list[Burst]:
            nonlocal characters
            characters += sum(len(burst.data) for burst in bursts)
            return bursts

        frames = map(added_up, frames_of(self._written.build(), self._frames, seed=self._seed))
        rate_hz = self.waveform.rate_hz
        with recording_writer(path, rate_hz) as writer:
            for piece in pieces_of(frames, self.waveform, seed=self._seed):
                writer.write(piece)
                samples += len(piece)
        baud = self._mode.baud * (1 + self.waveform.baud_error)
        return (
            f"{path}: {self._counted_frames()}, {characters} characters at {baud:g} baud, {samples / rate_hz:.3f} s of "
            f"{rate_hz} samples a second"
        )

    def play(self, resource: str, family: str, load_ohm: float | None) -> str:
        """On a generator, over and over; says how.

        Raises:
            InputError: more than it holds, or than it can play so.
            BenchError: it does not answer, or is another.
        """
        most_s = longest_record(family) / self.waveform.rate_hz
        sent: list[Burst] = []
        for bursts in frames_of(self._written.build(), self._frames, seed=self._seed):
            sent += bursts
            if sent[-1].start_s > most_s:
                raise InputError(
                    f"--frames {self._frames}: no {family} holds more than {most_s:.1f} s at this rate; give fewer "
                    "frames, or fewer samples a second (--rate-hz)"
                )
        samples = looped(sent, self.waveform, seed=self._seed)
        playing = upload(resource, family, samples, self.waveform.rate_hz, load_ohm=load_ohm)
        return (
            f"{resource}: {playing.name} plays {self._counted_frames()} over and over, each {playing.repeats_s:.3f} s, "
            f"{playing.peak_v:.2f} V peak at the open output; --off ends it"
        )

    def draw(self, path: Path) -> str:
        """A group of the first frame into a picture; says which.

        Raises:
            InputError: the file cannot be written.
        """
        (frame,) = frames_of(self._written.build(), 1, seed=self._seed)
        group, samples = group_of(frame, _DRAWN[self._mode], self.waveform, seed=self._seed)
        label = group.data[1:].split(self._mode.separator)[0].decode("ascii")
        draw_group(
            DrawnGroup(group, self._mode, self.waveform, samples), path, f"Group {label} on I1-I2, {self._mode} mode"
        )
        return f"{path}: the group {label}"

    def _counted_frames(self) -> str:
        return counted(self._frames, "frame")
