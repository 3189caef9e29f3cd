# SPDX-License-Identifier: Apache-2.0
"""Draws a run of the emulator: power, tariff, indexes and what happened, over legal time.

``figure`` places the panels (one file each) on a ``sheet``, all along one ``time_axis``; ``file`` writes the picture.

What a colour says is also said by a hatch, a line style or a word. Matplotlib is wanted only here, and only when
something is drawn: it is imported inside functions.
"""

from .file import check_plot, draw_run

__all__ = ["check_plot", "draw_run"]
