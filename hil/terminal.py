# SPDX-License-Identifier: Apache-2.0
"""Text for a person's terminal."""

__all__ = ["counted", "printable"]


def counted(number: int, noun: str) -> str:
    """Such as ``1 frame`` or ``2 frames``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def printable(text: str) -> str:
    """The text with control characters spelled out: a device must not steer the terminal that shows its words."""
    return "".join(one if one.isprintable() or one == "\n" else f"\\x{ord(one):02x}" for one in text)
