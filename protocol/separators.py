# SPDX-License-Identifier: Apache-2.0
"""What stands between LF and CR taken apart at its separators alone: for whoever asks what a damaged group looks like.

``general`` reads groups; this is the rule of those that look neither at checksum nor at sizes.
"""

from .mode import Mode
from .model import Group

__all__ = ["has_three_parts", "read_by_separators"]


def has_three_parts(body: bytes, mode: Mode) -> bool:
    """Whether label, data and checksum stand there with separators between them."""
    return body[-2:-1] == mode.separator and body.find(mode.separator) < len(body) - 2


def read_by_separators(body: bytes, mode: Mode) -> Group:
    """What label, horodate and data say, without the last separator and the checksum behind it.

    Historic data may hold the separator itself; in standard mode the last field is the data, and the first of
    several the horodate.

    >>> read_by_separators(b"SMAXSN\\tE260101120000\\t01234", Mode.STANDARD).value
    '01234'
    """
    label, *fields = body.decode("latin-1").split(mode.separator.decode(), 1 if mode is Mode.HISTORIC else -1)
    return Group(label, fields[-1] if fields else "", fields[0] if len(fields) > 1 else None)
