# SPDX-License-Identifier: Apache-2.0
"""Rich's console for text that is not ours: what brackets and control characters say is shown.

Rich takes brackets for markup, ``:name:`` for an emoji, and hands control characters on. Devices, paths, titles of
boards and files hold any of them, so nothing printed here is markup: styles are told by ``Text`` and by arguments.
"""

from typing import Any, TextIO

from rich.console import Console
from rich.text import Text

from .terminal import printable

__all__ = ["PlainConsole"]


class PlainConsole(Console):
    """A console on which text says itself: no markup, no emoji, control characters spelled out.

    Args:
        file: stream; standard output unless told.
        highlight: whether numbers and quoted words are coloured on a terminal.
        width: in columns; the terminal's own unless told.
    """

    def __init__(self, file: TextIO | None = None, *, highlight: bool = True, width: int | None = None) -> None:
        super().__init__(file=file, highlight=highlight, width=width, markup=False, emoji=False)

    def render_str(self, text: str, **options: Any) -> Text:
        """What prints, cells, headings and titles have in common."""
        return super().render_str(printable(text), **options)

    def print_headline(self, word: str, style: str, rest: str) -> None:
        """Print a line that begins with a word of a style."""
        line = self.render_str(word + rest, highlight=True)
        line.stylize(style, 0, len(word))
        self.print(line)
