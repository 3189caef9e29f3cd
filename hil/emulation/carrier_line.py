# SPDX-License-Identifier: Apache-2.0
"""A Linky's line as a carrier: its frames one after the other, drawn as they come, so that runs of any length fit."""

from collections.abc import Iterator, Sequence

import numpy as np
import simpy

from xky.emulator import Line, Linky, Transmitter, Truth
from xky.emulator.carrier import Samples, Waveform, add_noise, render, whole_periods
from xky.protocol import Burst
from xky.protocol.mode import CR, LF

__all__ = ["frames_of", "group_of", "looped", "pieces_of"]


def frames_of(meter: Linky, count: int, *, seed: int = 0) -> Iterator[list[Burst]]:
    """The bursts of so many frames, each frame's by themselves; the clock starts at 0, with the silence before one.

    Args:
        meter: says them; its clock runs on.
        count: how many.
        seed: of the silences.
    """
    env, line, truth = simpy.Environment(), Line(), Truth()
    meter.run_by(lambda: float(env.now))
    sent: list[Burst] = []
    whole: list[list[Burst]] = []

    def part() -> None:
        """The frame before is whole when the next begins."""
        truth.clear()
        if sent:
            whole.append(sent.copy())
            sent.clear()

    line.connect(sent.append)
    transmitter = Transmitter(env, meter, line, truth, seed=seed)
    transmitter.before_frame = part
    env.process(transmitter.run())
    for _ in range(count):
        while not whole:
            env.step()
        yield whole.pop()


def pieces_of(frames: Iterator[list[Burst]], waveform: Waveform, *, seed: int = 0) -> Iterator[Samples]:
    """What the line carries from 0 s to a character behind each frame.

    Args:
        frames: in order.
        waveform: how they are drawn.
        seed: of the noise.

    Raises:
        InputError: the frames cannot be drawn so.
    """
    rng, drawn_s = _generator(seed), 0.0
    for bursts in frames:
        end_s = bursts[-1].end_s + bursts[-1].character_s
        samples = render(bursts, waveform, start_s=drawn_s, end_s=end_s)
        add_noise(samples, waveform, rng)
        yield samples
        drawn_s = end_s


def looped(bursts: Sequence[Burst], waveform: Waveform, *, seed: int = 0) -> Samples:
    """What the line carries from 0 s on, to be played over and over: the carrier comes round where it can.

    Args:
        bursts: of one frame at least, behind the silence before it.
        waveform: how they are drawn.
        seed: of the noise.

    Raises:
        InputError: the bursts cannot be drawn so.
    """
    end_s = bursts[-1].end_s / (1 + waveform.baud_error)
    count = whole_periods(round(end_s * waveform.rate_hz) + 1, waveform)
    samples = render(bursts, waveform, start_s=0.0, end_s=count / waveform.rate_hz * (1 + waveform.baud_error))
    add_noise(samples, waveform, _generator(seed))
    return samples


def group_of(frame: Sequence[Burst], start: bytes, waveform: Waveform, *, seed: int = 0) -> tuple[Burst, Samples]:
    """One group of a frame, and the line from a character before it to one behind it, where it is at rest.

    Args:
        frame: its bursts.
        start: how the group begins; the first of the frame if none does.
        waveform: how it is drawn.
        seed: of the noise.
    """
    burst = next((burst for burst in frame if start in burst.data), frame[0])
    begin = max(burst.data.find(start), burst.data.find(LF))
    end = burst.data.index(CR, begin) + 1
    group = Burst(burst.end_of(begin - 1), burst.character_s, burst.data[begin:end])
    samples = render([group], waveform)
    add_noise(samples, waveform, _generator(seed))
    return group, samples


def _generator(seed: int) -> np.random.Generator:
    """Of noise, for any whole number: NumPy itself takes none below 0, a meter's seed may be one."""
    return np.random.default_rng(seed if seed >= 0 else (-seed, 1))
