# SPDX-License-Identifier: Apache-2.0
"""Whose fault it is, told by the class.

The device's fault is never an exception: it is a verdict. Bad bytes are nobody's: they are
``Damaged`` events. What remains is the person's (exit status 2) and the bench's (exit status 3).
"""

__all__ = ["BenchError", "InputError", "XkyError"]


class XkyError(Exception):
    """Root of the errors that this project raises on purpose."""


class InputError(XkyError, ValueError):
    """A file, key or argument that a person gave cannot be used; the text says where, what and how to mend."""


class BenchError(XkyError, RuntimeError):
    """The bench failed: a port is busy, a program did not start, an instrument does not answer."""
