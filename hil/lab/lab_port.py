# SPDX-License-Identifier: Apache-2.0
"""A serial port of a lab, as whoever keeps its place tells it."""

from dataclasses import dataclass

__all__ = ["LabPort"]

_ANY_BAUD = 115200  # what labgrid says of a port of which nobody said anything
_SCHEMES = {"raw": "socket", "rfc2217": "rfc2217"}


@dataclass(frozen=True, slots=True)
class LabPort:
    """A port that a server of the lab hands on.

    Attributes:
        name: of the resource in its place.
        host, port: where the server listens.
        speed: bits per second that the lab says.
        protocol: ``raw`` or ``rfc2217``.
    """

    name: str
    host: str
    port: int
    speed: int
    protocol: str

    @property
    def url(self) -> str:
        """Of pyserial."""
        return f"{_SCHEMES.get(self.protocol, self.protocol)}://{self.host}:{self.port}"

    @property
    def baud(self) -> int | None:
        """The rate that the lab says, bits per second; None: it says none."""
        return None if self.speed == _ANY_BAUD else self.speed
