# SPDX-License-Identifier: Apache-2.0
"""Whose fault it is, told by the class.

The device's fault is never an exception: it is a verdict. Bad bytes are nobody's: they are
``Damaged`` events. What remains is the person's (exit status 2) and the bench's (exit status 3).
"""

import errno

__all__ = ["BenchError", "InputError", "XkyError", "cannot_be_written"]

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class XkyError(Exception):
    """Root of the errors that this project raises on purpose."""


class InputError(XkyError, ValueError):
    """A file, key or argument that a person gave cannot be used; the text says where, what and how to mend."""


class BenchError(XkyError, RuntimeError):
    """The bench failed: a port is busy, a program did not start, an instrument does not answer."""


def cannot_be_written(where: str, error: OSError, mend: str = "give another name") -> InputError | BenchError:
    """What is raised of a file that does not take what is written: no room is the bench's fault, all else the person's.

    Args:
        where: the option and the name that it got.
        error: of the system.
        mend: what the person may do.
    """
    if error.errno in _FULL:
        return BenchError(f"{where}: no room is left; free some, or {mend}")
    return InputError(f"{where}: cannot be written ({error.strerror or error}); {mend}")
