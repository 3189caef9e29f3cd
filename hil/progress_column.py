# SPDX-License-Identifier: Apache-2.0
"""A column of text beside a bar of progress: what brackets and control characters say is shown, as on the console."""

from rich.progress import Task, TextColumn
from rich.text import Text

from .terminal import printable

__all__ = ["PlainColumn"]


class PlainColumn(TextColumn):
    """A column.

    Args:
        text_format: with ``{task.…}``, whatever these hold.
    """

    def __init__(self, text_format: str) -> None:
        super().__init__(text_format, markup=False)

    def render(self, task: Task) -> Text:
        """The text of a task."""
        text = super().render(task)
        text.plain = printable(text.plain)
        return text
