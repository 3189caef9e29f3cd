# SPDX-License-Identifier: Apache-2.0
"""A file or folder that an option names: ``-`` is standard output everywhere, so that nothing is ever called that."""

from pathlib import Path

import typer

from xky.protocol import InputError

__all__ = ["named_file"]


def named_file(param: typer.CallbackParam, value: Path | None) -> Path | None:
    """Callback of an option whose file has to have a name.

    Raises:
        InputError: it is ``-``.
    """
    if value is not None and str(value) == "-":
        raise InputError(f"{param.opts[0]} -: does not go to standard output; give a name")
    return value
