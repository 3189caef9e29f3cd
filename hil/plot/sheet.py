# SPDX-License-Identifier: Apache-2.0
"""The sheet that panels are drawn on: rows one below the other, in inches, and how wide a text is on it."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["DENSE_PER_IN", "GREY", "LEFT_IN", "PLOT_IN", "SMALL_PT", "TEXT_PT", "WIDTH_IN", "Sheet", "add_legend",
           "plain", "width_in"]  # fmt: skip

LEFT_IN, PLOT_IN = 0.75, 7.75
WIDTH_IN = LEFT_IN + PLOT_IN + 3.0  # legends stand on the right
TEXT_PT, SMALL_PT = 8.0, 7.0
DENSE_PER_IN = 120  # corners from which on thin lines show more than thick ones
GREY = "#555555"


class Sheet:
    """A figure of named rows.

    Attributes:
        figure: as wide as ``WIDTH_IN``.
        tops_in: upper edge of each row, above the figure's lower edge.
    """

    def __init__(self, heights_in: Mapping[str, float]) -> None:
        from matplotlib.figure import Figure

        self._heights_in = heights_in
        self._height_in = below_in = sum(heights_in.values())
        self.figure = Figure(figsize=(WIDTH_IN, self._height_in), facecolor="white")
        self.tops_in: dict[str, float] = {}
        for name, height_in in heights_in.items():
            self.tops_in[name] = below_in
            below_in -= height_in

    def axes(self, row: str, end: float) -> "Axes":
        """Axes that fill a row, from 0 to ``end``."""
        height_in = self._heights_in[row]
        bottom = (self.tops_in[row] - height_in) / self._height_in
        axes = self.figure.add_axes(
            (LEFT_IN / WIDTH_IN, bottom, PLOT_IN / WIDTH_IN, height_in / self._height_in), xlim=(0, end)
        )
        axes.set_axisbelow(True)
        return axes

    def write(self, left_in: float, top_in: float, text: str, **options: Any) -> None:
        """Text below and right of a place."""
        self.figure.text(left_in / WIDTH_IN, top_in / self._height_in, text, va="top", **options)


def add_legend(axes: "Axes", title: str, handles: Sequence[Any], labels: Sequence[str], **options: Any) -> None:
    """On the right of the axes."""
    legend = axes.legend(handles, labels, loc="upper left", bbox_to_anchor=(1.012, 1.0), borderaxespad=0,
                         frameon=False, title=title, alignment="left", handlelength=3.2, **options)  # fmt: skip
    legend.get_title().set_fontweight("bold")


def plain(text: str) -> str:
    """On one line, without characters that no picture shows."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in " ".join(text.split()))


def width_in(text: str, size_pt: float = TEXT_PT) -> float:
    """About how wide a text is."""
    return max(map(len, text.split("\n"))) * size_pt * 0.62 / 72
