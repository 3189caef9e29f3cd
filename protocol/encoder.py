# SPDX-License-Identifier: Apache-2.0
"""Groups and frames to bytes: the inverse of the decoder on everything that is valid."""

from collections.abc import Iterable

from .checksum import checksum
from .errors import InputError
from .mode import CR, ETX, LF, STX, Mode
from .model import Frame, Group

__all__ = ["encode_frame", "encode_group"]


def encode_group(group: Group, mode: Mode) -> bytes:
    """LF to CR of one group, its checksum computed.

    Raises:
        InputError: a field has a character outside 0x20-0x7E, an empty label, or, in historic mode, a horodate.
    """
    separator = mode.separator
    label, value = group.label, group.value
    fields = [label, value] if group.timestamp is None else [label, group.timestamp, value]
    if not label or not all(text.isascii() and (not text or text.isprintable()) for text in fields):
        raise InputError(f"group {label!r}: {value!r} has characters outside 0x20-0x7E, or the label is empty")
    if mode is Mode.HISTORIC:
        if group.timestamp is not None:
            raise InputError(f"group {label}: historic mode has no horodate; give timestamp=None")
        if " " in label:
            raise InputError(f"group {label!r}: a label cannot hold the separator")
        zone = separator.join(text.encode() for text in fields)
        return LF + zone + separator + bytes((checksum(zone),)) + CR
    zone = b"".join(text.encode() + separator for text in fields)
    return LF + zone + bytes((checksum(zone),)) + CR


def encode_frame(frame: Frame | Iterable[Group], mode: Mode | None = None) -> bytes:
    """STX to ETX.

    Args:
        frame: a frame without refused groups, or groups in order.
        mode: needed with bare groups only.

    Raises:
        InputError: a refused group, or bare groups without a mode.
    """
    if isinstance(frame, Frame):
        if len(frame.good) != len(frame.groups):
            raise InputError("a frame with refused groups cannot be encoded; take frame.good")
        groups: Iterable[Group] = frame.good
        mode = frame.mode
    else:
        groups = frame
    if mode is None:
        raise InputError("groups alone do not tell their mode; give mode=Mode.HISTORIC or Mode.STANDARD")
    return STX + b"".join(encode_group(group, mode) for group in groups) + ETX
