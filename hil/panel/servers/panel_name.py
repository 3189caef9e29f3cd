# SPDX-License-Identifier: Apache-2.0
"""A panel's name as servers can have it: it is a level of topics and a tag of points."""

from xky.protocol import InputError
from xky.protocol.uplinks.line_protocol import Point, make_line

__all__ = ["check_panel_name"]


def check_panel_name(name: str) -> None:
    """See that a broker and a database take it.

    Raises:
        InputError: control characters, for which a broker hangs up (MQTT 3.1.1, 1.5.3); ``$`` first, which is the
            broker's own (4.7.2); a backslash that line protocol has no spelling for.
    """
    try:
        make_line(Point("live", {"panel": name}, {"power_va": 0}))
        can_be = name.isprintable() and not name.startswith("$")
    except ValueError:
        can_be = False
    if not can_be:
        raise InputError(
            f"panel {name!r}: servers cannot have that name; rename its file, without control characters, "
            "backslashes, and $ in front"
        )
