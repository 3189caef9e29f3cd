# SPDX-License-Identifier: Apache-2.0
"""The comment behind a value says where it comes from."""

from xky.boards.description.sources import Sourced, values_of

TEXT = """\
# A file.
title = "A # in a text"  # slides
count = 3 # driver: as seen; twice
[part]
on_v = 4.2
off_v = 3.3  # of a drawing
wake_up = { on_v = 1, off_v = 0.5 }  # measured: with its "source": a table
list = [
  1,  # none of the list's own
  2,
]
assume = 1  # assumptions: no such word
"""


def test_each_value_has_what_its_line_says() -> None:
    assert values_of(TEXT) == [
        Sourced("", "title", "A # in a text", "slides", ""),
        Sourced("", "count", 3, "driver", "as seen; twice"),
        Sourced("part", "on_v", 4.2, "", ""),
        Sourced("part", "off_v", 3.3, "", "of a drawing"),
        Sourced("part.wake_up", "on_v", 1, "measured", 'with its "source": a table'),
        Sourced("part.wake_up", "off_v", 0.5, "measured", 'with its "source": a table'),
        Sourced("part", "list", [1, 2], "", ""),
        Sourced("part", "assume", 1, "", "assumptions: no such word"),
    ]
