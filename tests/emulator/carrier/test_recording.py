# SPDX-License-Identifier: Apache-2.0
"""Recordings in files: volts survive, other programs can read them, and what cannot be used is named."""

import re
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from xky.emulator.carrier import Samples, Waveform, open_recording, quadrature_receiver, recording_writer, render
from xky.protocol import InputError, Mode

from .signals import GROUP, burst

SAMPLES = render([burst()], Waveform(residual_v=0.1))
BOTH = pytest.mark.parametrize("name", ["line.wav", "line.CSV"])


def write(path: Path, samples: Samples = SAMPLES, rate_hz: int = 960_000) -> Path:
    with recording_writer(path, rate_hz) as writer:
        for piece in np.array_split(samples, 3):
            writer.write(piece)
    return path


def read(path: Path) -> tuple[int, Samples]:
    recording = open_recording(path)
    return recording.rate_hz, np.concatenate(list(recording.pieces))


@BOTH
def test_what_is_written_is_read(name: str, tmp_path: Path) -> None:
    rate_hz, samples = read(write(tmp_path / name))
    assert rate_hz == 960_000
    assert len(samples) == len(SAMPLES)
    assert abs(samples - SAMPLES).max() <= 0.00051  # half a step of a WAV
    assert quadrature_receiver(samples, rate_hz, Mode.STANDARD).data == GROUP
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_step_of_a_wav_is_a_millivolt(tmp_path: Path) -> None:
    path = write(tmp_path / "line.wav", np.array([0.0, 1.234, -5.0, 40.0], np.float32))
    with wave.open(str(path)) as recording:
        assert (recording.getnchannels(), recording.getsampwidth(), recording.getframerate()) == (1, 2, 960_000)
        assert np.frombuffer(recording.readframes(4), "<i2").tolist() == [0, 1234, -5000, 32767]


def test_a_csv_has_seconds_and_volts(tmp_path: Path) -> None:
    path = write(tmp_path / "line.csv", np.array([0.0, 1.2345, -5.0], np.float32), 1_000_000)
    assert path.read_text() == "time_s,volts\n0.000000000,0.0000\n0.000001000,1.2345\n0.000002000,-5.0000\n"


@BOTH
def test_a_failure_leaves_the_file_of_before(name: str, tmp_path: Path) -> None:
    path = write(tmp_path / name)
    before = path.read_bytes()
    with pytest.raises(KeyboardInterrupt), recording_writer(path, 960_000) as writer:
        writer.write(SAMPLES)
        raise KeyboardInterrupt
    assert path.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == [name]


@BOTH
def test_a_place_that_cannot_be_written_to_is_named(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        write(tmp_path / "no" / name)


def test_other_endings_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"line\.mp3: unknown ending '\.mp3'; give a name that ends in \.wav or \.csv"):
        write(tmp_path / "line.mp3")


def silent(path: Path, channels: int = 1, width: int = 2, frames: int = 100) -> None:
    with wave.open(str(path), "wb") as recording:
        recording.setnchannels(channels)
        recording.setsampwidth(width)
        recording.setframerate(960_000)
        recording.writeframes(bytes(channels * width * frames))


def text(content: str) -> Callable[[Path], object]:
    return lambda path: path.write_text(content)


@pytest.mark.parametrize(
    ("name", "make", "told"),
    [
        ("a.wav", lambda path: None, "cannot be read (No such file"),
        ("a.wav", text("no WAV at all, but some text"), "no WAV of integers"),
        ("a.wav", text(""), "no WAV of integers (it ends too soon)"),
        ("a.wav", lambda path: silent(path, channels=2), "2 channels of 16 bits; expected 1 channel of 16 bits"),
        ("a.wav", lambda path: silent(path, width=3), "1 channel of 24 bits"),
        ("a.wav", lambda path: silent(path, frames=0), "holds no samples"),
        ("a.csv", lambda path: None, "cannot be read (No such file"),
        ("a.csv", text("t,v\n0,1\n"), "a.csv:1: expected the columns time_s,volts"),
        ("a.csv", text("time_s,volts\n"), "too few samples to tell their rate by"),
        ("a.csv", text("time_s,volts\n0,1\n"), "too few samples to tell their rate by"),
        ("a.csv", text("time_s,volts\n0,1\n0,1\n"), "the times do not rise"),
        ("a.csv", text("time_s,volts\n0,1\n1e-6,two\n"), "a.csv:3: '1e-6,two': expected a time in seconds and volts"),
        ("a.csv", text("time_s,volts\n0,1\n1e-6,1,1\n"), "a.csv:3: '1e-6,1,1'"),
        ("a.csv", text("time_s,volts\n0,1\n1e-6,nan\n"), "a.csv:3: '1e-6,nan'"),
        ("a.csv", text("time_s,volts\n0,1\n1e-6,1é\n"), "a.csv:3: '1e-6,1"),
        ("a.csv", text("time_s,volts\n0,1\n\n1e-6,1\n"), "a.csv:3: ''"),
        ("a.csv", text("time_s,volts\n0,1\n1e-6,1\n2e-6,1\n8e-6,1\n9e-6,1\n"), "a.csv:5: 6e-06 s after the row before; "
         "expected 1e-06 s"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_named(name: str, make: Callable[[Path], object], told: str, tmp_path: Path) -> None:
    make(tmp_path / name)
    with pytest.raises(InputError, match=re.escape(told)):
        read(tmp_path / name)
