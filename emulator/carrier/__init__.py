# SPDX-License-Identifier: Apache-2.0
"""The 50 kHz carrier of I1-I2 as samples: made from bursts, turned back into characters, kept in files.

Numpy is wanted only here: it comes with the extra ``carrier``.
"""

from importlib.util import find_spec

from xky.protocol import InputError

if find_spec("numpy") is None:
    raise InputError("the carrier needs numpy, which is not installed; install it with: pip install 'xky-hil[carrier]'")

from .demodulator import Demodulated
from .listening import listen
from .receivers import envelope_receiver, quadrature, quadrature_receiver
from .recording import CarrierRecording, open_recording, recording_writer
from .render import add_noise, render, whole_periods
from .waveform import BrokenLimit, Samples, Waveform

__all__ = [
    "BrokenLimit",
    "CarrierRecording",
    "Demodulated",
    "Samples",
    "Waveform",
    "add_noise",
    "envelope_receiver",
    "listen",
    "open_recording",
    "quadrature",
    "quadrature_receiver",
    "recording_writer",
    "render",
    "whole_periods",
]  # fmt: skip
