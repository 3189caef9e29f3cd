# SPDX-License-Identifier: Apache-2.0
"""What an instrument can do to a bench: be lost, or be another than it should. Never the device's fault."""

from xky.protocol import BenchError

__all__ = ["LostInstrument", "WrongInstrument"]


class LostInstrument(BenchError):
    """An instrument does not answer, or not as one does: what was measured with it stays undecided.

    Raised for whatever breaks once a resource has a name: nobody listens, the connection is cut, an answer comes late,
    never, in drops, as no number, or more than was asked for.
    """


class WrongInstrument(BenchError):
    """Something answers, and is not what the bench file says; nothing but ``*IDN?`` was sent to it."""
