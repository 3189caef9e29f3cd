# SPDX-License-Identifier: Apache-2.0
"""Where an end of the bench's own listens: ``mqtt`` alone, or ``mqtt:ADDR:PORT`` where a real board must reach it."""

from dataclasses import dataclass

from xky.protocol import InputError

__all__ = ["LOOPBACK", "OwnEnd", "own_end"]

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class OwnEnd:
    """An address to listen at.

    Attributes:
        host: of this machine.
        port: 0 for any free one.
        is_told: somebody has to reach it there, so that it has to be a real one.
    """

    host: str = LOOPBACK
    port: int = 0
    is_told: bool = False


def own_end(spec: str, kind: str) -> OwnEnd:
    """The address of a SPEC without ``//``.

    Raises:
        InputError: it has none that can be listened at.
    """
    rest = spec.removeprefix(kind)
    if not rest:
        return OwnEnd()
    host, colon, port = rest.removeprefix(":").rpartition(":")
    if not (rest.startswith(":") and colon and host and port.isascii() and port.isdecimal() and int(port) <= 65_535):
        raise InputError(f"{spec}: expected {kind}, {kind}:ADDRESS:PORT such as {kind}:192.168.1.2:1883, or a URL")
    return OwnEnd(host.removeprefix("[").removesuffix("]"), int(port), is_told=True)
