# SPDX-License-Identifier: Apache-2.0
"""A message that came out of a chain with other bytes than went in: what it says now."""

from typing import Any

from xky.boards.payloads.loky import content as loky_content
from xky.hil.ends.end import Payload
from xky.hil.ends.mqtt_observer import content_of
from xky.protocol.uplinks.line_protocol import LineFault, parse_line

__all__ = ["reread"]


def reread(probe: str, payload: Payload, data: bytes) -> Payload:
    """The payload of other bytes.

    Args:
        probe: the way it took: ``mqtt``, ``influx`` or ``lorawan``.
        payload: as it went in.
        data: as it came out; of a line that cannot be read nothing is said.
    """
    content: Any
    if probe == "influx":
        point = parse_line(data, unsigned=False)
        if isinstance(point, LineFault):
            content = {"measurement": payload.source, "tags": {}, "fields": {}, "time": None}
        else:
            content = {"measurement": point.measurement, "tags": point.tags, "fields": point.fields, "time": point.time}
    elif probe == "lorawan":
        content = loky_content(int(payload.source), data)
    else:
        content = content_of(data)
    return payload._replace(content=content, data=data)
