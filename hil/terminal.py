# SPDX-License-Identifier: Apache-2.0
"""Text for a person's terminal."""

import sys

__all__ = ["complain", "counted", "one_line", "printable", "short_line"]

_SHORT = 160  # characters; a terminal has 80 to 200 columns


def complain(error: object) -> None:
    """One line on standard error, as every complaint of the command looks."""
    print(f"xky: {printable(str(error))}", file=sys.stderr)


def counted(number: int, noun: str) -> str:
    """Such as ``1 frame`` or ``2 frames``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def printable(text: str) -> str:
    """The text with control characters spelled out: a device must not steer the terminal that shows its words."""
    return "".join(one if one.isprintable() or one == "\n" else f"\\x{ord(one):02x}" for one in text)


def one_line(text: str) -> str:
    """The same on one line: a name in a comment must not end it."""
    return printable(text.replace("\n", "\\x0a"))


def short_line(text: str) -> str:
    """The same of the beginning of a text that may be a whole page, ``…`` where something is left out."""
    return one_line(text[:_SHORT]) + ("…" if len(text) > _SHORT else "")
