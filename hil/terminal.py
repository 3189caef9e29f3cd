# SPDX-License-Identifier: Apache-2.0
"""Text of a device on a person's terminal."""

__all__ = ["printable"]


def printable(text: str) -> str:
    """The text with control characters spelled out: a device must not steer the terminal that shows its words."""
    return "".join(one if one.isprintable() or one == "\n" else f"\\x{ord(one):02x}" for one in text)
