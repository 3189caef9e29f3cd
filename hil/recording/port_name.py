# SPDX-License-Identifier: Apache-2.0
"""Whether a name is that of a port: told without what opens one."""

import re
from contextlib import suppress
from pathlib import Path

__all__ = ["is_port"]


def is_port(spec: str) -> bool:
    """Whether a person means a port, not a file or standard input."""
    if spec == "-":
        return False
    if "://" in spec or re.fullmatch(r"COM\d+", spec):
        return True
    with suppress(OSError):
        return Path(spec).is_char_device() or (spec.startswith("/dev/") and not Path(spec).exists())
    return False
