# SPDX-License-Identifier: Apache-2.0
"""Bars of progress: what brackets and control characters say beside one is shown, as on the console."""

from rich.console import Console
from rich.progress import BarColumn, Progress, Task, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.text import Text

from .terminal import printable

__all__ = ["PlainColumn", "counting_bar"]


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


def counting_bar(console: Console, what: str) -> Progress:
    """A bar of a work that is counted, gone at its end; none where nobody looks.

    Args:
        console: on which it is shown.
        what: is counted, in the plural.
    """
    return Progress(
        PlainColumn("{task.description}"), BarColumn(), PlainColumn(f"{{task.completed}}/{{task.total}} {what}"),
        TimeElapsedColumn(), TimeRemainingColumn(), console=console, transient=True,
        redirect_stdout=False, redirect_stderr=False, disable=not console.is_terminal,
    )  # fmt: skip
