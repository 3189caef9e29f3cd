# SPDX-License-Identifier: Apache-2.0
"""The picture's file: what keeps it from being written is told before the run; the same run gives the same bytes."""

import os
import warnings
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xky.emulator.scenario.timeline import Timeline
from xky.protocol import InputError
from xky.protocol.errors import cannot_be_written
from xky.protocol.whole_file import whole_file

from .figure import figure_of
from .sheet import TEXT_PT, plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["check_plot", "draw_run", "write_picture"]


def check_plot(path: Path) -> None:
    """Complain now of what would keep the picture from being written when the run ends.

    Raises:
        InputError: an ending that is neither .svg nor .png, a place that cannot be written to, or no matplotlib.
    """
    if path.suffix.lower() not in (".png", ".svg"):
        raise InputError(f"--plot {path}: unknown ending {path.suffix!r}; give a name that ends in .svg or .png")
    if not path.parent.is_dir():
        raise InputError(f"--plot {path}: there is no folder {path.parent}; make it, or give another name")
    if path.is_dir():
        raise InputError(f"--plot {path}: is a folder; give the name of a file")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise InputError(f"--plot {path}: the folder {path.parent} cannot be written to; give another name")
    if find_spec("matplotlib") is None:
        raise InputError(f"--plot {path}: matplotlib is not installed; install it with: pip install 'xky-hil[plot]'")


def draw_run(timeline: Timeline, path: Path, title: str) -> None:
    """Draw what the timeline tells into a file, SVG or PNG by its ending.

    Raises:
        InputError: the file cannot be written.
    """
    title = plain(title)
    write_picture(path, title, "xky emulate", lambda: figure_of(timeline, title))


def write_picture(path: Path, title: str, creator: str, draw: Callable[[], "Figure"]) -> None:
    """A figure into a file, SVG or PNG by its ending.

    Args:
        path: of the file.
        title: of the document.
        creator: the command that draws it.
        draw: makes the figure, under settings of our own.

    Raises:
        InputError: the file cannot be written.
    """
    import matplotlib as mpl

    picture = path.suffix.lower().removeprefix(".")
    metadata: dict[str, Any] = {"Software": None} if picture == "png" else {"Date": None, "Creator": creator}
    with mpl.rc_context(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing", category=UserWarning)
        mpl.rcdefaults()  # a person's own settings would make another picture
        mpl.rcParams.update({
            "svg.fonttype": "none", "svg.hashsalt": "xky", "font.size": TEXT_PT, "hatch.linewidth": 0.5,
            "axes.linewidth": 0.6, "text.parse_math": False,
        })  # fmt: skip
        figure = draw()
        try:
            with whole_file(path) as partial:
                figure.savefig(partial, format=picture, dpi=120, metadata=metadata | {"Title": title})
        except OSError as error:
            raise cannot_be_written(f"--plot {path}", error) from None
