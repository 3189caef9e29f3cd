# SPDX-License-Identifier: Apache-2.0
"""A file that a command writes for a person to go on with: one that is there stays."""

from pathlib import Path

from xky.protocol import InputError
from xky.protocol.errors import cannot_be_written

__all__ = ["write_new_file"]


def write_new_file(path: Path, text: str) -> None:
    """Write it.

    Raises:
        InputError: there is one of that name, or it cannot be written.
    """
    try:
        with path.open("x", encoding="utf-8") as written:
            written.write(text)
    except FileExistsError:
        raise InputError(f"{path}: is there already; give another name, or remove it") from None
    except OSError as error:
        raise cannot_be_written(str(path), error) from None
