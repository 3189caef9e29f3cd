# SPDX-License-Identifier: Apache-2.0
"""Acme generators, which store a waveform as text."""

from xky.hil.instruments.generator import Model, WaveformRecord

MAKERS = ("acme",)
MODELS = (Model("AWG1", 65_536, 10e6),)
POINTS_MIN = 8
EVEN = False


def switch_off(session) -> None:
    session.write("OUTPUT OFF")


def load(session, record: WaveformRecord) -> None:
    session.write(f"RATE {record.rate_hz}")
    session.write(f"PEAK {record.peak_v:.4f}")
    session.write("DATA " + ",".join(f"{sample:.5f}" for sample in record.shape))


def switch_on(session) -> None:
    session.write("OUTPUT ON")
