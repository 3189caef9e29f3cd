# SPDX-License-Identifier: Apache-2.0
"""A file that is there whole or not at all: written beside its place under a fresh name, then put into it.

Nobody can guess the fresh name, and a name that is taken is refused, so that a symbolic link which waits there is not
followed.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

__all__ = ["PARTIAL", "whole_file"]

PARTIAL = ".partial"  # how the fresh names end
_ORDINARY = 0o666  # permissions, less what the person's umask takes


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A name to write to; it becomes ``path`` when the block has ended well, else ``path`` stays as it was.

    Args:
        path: of the file; its folder is there.

    Raises:
        OSError: the folder cannot be written to.
    """
    partial = path.with_name(f".{secrets.token_hex(8)}{PARTIAL}")
    os.close(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _ORDINARY))
    try:
        yield partial
        os.replace(partial, path)
    finally:
        with suppress(OSError):  # it is not there when it was put into its place
            partial.unlink()
