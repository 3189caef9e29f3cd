# SPDX-License-Identifier: Apache-2.0
"""Ends the lines of its points with CR and LF."""

from dataclasses import replace

import simpy

from xky.protocol.uplinks.messages import HttpRequest

from .defect import Defect
from .meddling import MeddledNetwork

__all__ = ["DEFECT"]


class _Prints(MeddledNetwork):
    def request(self, request: HttpRequest) -> simpy.Event:
        body = request.body.rstrip(b"\n").replace(b"\n", b"\r\n") + b"\r\n"
        headers = tuple(one for one in request.headers if one[0].lower() != "content-length")
        return super().request(replace(request, body=body, headers=headers))


DEFECT = Defect(
    title="ends the lines of its points with CR LF",
    source="InfluxDB 1.6.7: line protocol knows LF alone; a CR spoils the last field (400, or one quote more)",
    must_fail=frozenset({"XKY-UPL-5"}),
    network=_Prints,
    board="winky-lab",
    spreads=True,
)
