# SPDX-License-Identifier: Apache-2.0
"""What the bytes of the TIC mean: pure, no clock, no input or output."""

from typing import TYPE_CHECKING

from .checksum import checksum

if TYPE_CHECKING:
    from .decoder import Decoder, decode
    from .encoder import FrameEncoder, encode_frame, encode_frames, encode_group
    from .errors import BenchError, InputError, XkyError
    from .labels import LABELS, Label, frame_labels
    from .mode import Mode
    from .model import Cut, Damaged, Event, Frame, Group, Interrupted, Noise, Reason
    from .timestamp import Season, Timestamp
    from .uart import Burst
else:
    from .late_exports import late_exports

    __getattr__, __dir__ = late_exports(
        __name__,
        {
            ".decoder": ("Decoder", "decode"),
            ".encoder": ("FrameEncoder", "encode_frame", "encode_frames", "encode_group"),
            ".errors": ("BenchError", "InputError", "XkyError"),
            ".labels": ("LABELS", "Label", "frame_labels"),
            ".mode": ("Mode",),
            ".model": ("Cut", "Damaged", "Event", "Frame", "Group", "Interrupted", "Noise", "Reason"),
            ".timestamp": ("Season", "Timestamp"),
            ".uart": ("Burst",),
        },
    )

__all__ = [
    "LABELS",
    "BenchError",
    "Burst",
    "Cut",
    "Damaged",
    "Decoder",
    "Event",
    "Frame",
    "FrameEncoder",
    "Group",
    "InputError",
    "Interrupted",
    "Label",
    "Mode",
    "Noise",
    "Reason",
    "Season",
    "Timestamp",
    "XkyError",
    "checksum",
    "decode",
    "encode_frame",
    "encode_frames",
    "encode_group",
    "frame_labels",
]
