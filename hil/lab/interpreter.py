# SPDX-License-Identifier: Apache-2.0
"""Which Python has labgrid: this one, or that of an environment of its own.

labgrid needs ``pyserial-labgrid``, whose package has the name of pyserial's; two environments keep the two apart.
"""

import os
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

from xky.protocol import InputError

__all__ = ["labgrid_python"]

_CLIENT = "labgrid-client"


def labgrid_python() -> str:
    """Path of the interpreter: ``XKY_LABGRID`` names it, or it is this one, or that of ``labgrid-client``.

    Raises:
        InputError: there is none.
    """
    told = os.environ.get("XKY_LABGRID")
    if told:
        found = shutil.which(told)
        if found is None:
            raise InputError(f"XKY_LABGRID={told}: no such program; name the Python of the environment with labgrid")
        return found
    if find_spec("labgrid") is not None:
        return sys.executable
    client = shutil.which(_CLIENT)
    python = None if client is None else _of_script(Path(client))
    if python is None:
        raise InputError(
            "labgrid is missing; pip install 'xky-hil[labgrid]', or put labgrid into an environment of its own and "
            f"have its {_CLIENT} in PATH"
        )
    return python


def _of_script(script: Path) -> str | None:
    """The interpreter that a script begins with; None where it is none of Python's."""
    try:
        with script.open("rb") as file:
            words = file.readline(4096).decode(errors="replace").removeprefix("#!").split()
    except OSError:
        return None
    beside = script.resolve().with_name("python")
    if words and "python" in words[-1] and os.access(words[0], os.X_OK) and not words[0].endswith("env"):
        return words[0]
    return str(beside) if beside.exists() else None  # a path too long for a first line has a shell there
