# SPDX-License-Identifier: Apache-2.0
"""Whether a meter says what a frame says."""

from collections.abc import Sequence

from xky.protocol import Frame, Group, InputError, encode_frame

__all__ = ["require_same"]


def require_same(ours: Sequence[Group], frame: Frame) -> None:
    """Complain where the groups of a meter are not those of a frame, byte for byte.

    Raises:
        InputError: they differ; the text names the first group that does.
    """
    if encode_frame(ours, frame.mode) == encode_frame(frame.good, frame.mode):
        return
    theirs, sent = {g.label: g for g in frame.good}, {g.label: g for g in ours}
    for label in [*theirs, *sent]:
        if theirs.get(label) != sent.get(label):
            raise InputError(
                f"from_frame: no meter of ours says {_text(theirs.get(label), label)} in this frame; it would say "
                f"{_text(sent.get(label), label)}. Set the register on a meter instead"
            )
    raise InputError("from_frame: the groups are not in the order of the label table")


def _text(group: Group | None, label: str) -> str:
    if group is None:
        return f"no {label}"
    return f"{label} {group.timestamp or ''} {group.value!r}".replace("  ", " ")
