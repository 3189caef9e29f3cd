# SPDX-License-Identifier: Apache-2.0
"""Where the control channel listens, and who may speak to it."""

import ipaddress
import os
import re
import secrets
import socket
from dataclasses import dataclass, field

from xky.protocol import InputError

__all__ = ["Address", "address_of", "listen_at"]

_TOKEN_BYTES = 24
_FORM = re.compile(r"(?:(?P<host>\[[^]]+\]|[^:\[\]]+):)?(?P<port>[0-9]{1,5})")


@dataclass(frozen=True, slots=True)
class Address:
    """A place to listen at.

    Attributes:
        host: as a person wrote it, without brackets.
        port: 0 takes a free one.
        family: of the socket.
        bind_to: what the host stands for, an IP address.
        token: what a request has to show; None on loopback unless a person gave one.
        made_up: whether the token is ours, so that a person has to be told.
    """

    host: str
    port: int
    family: socket.AddressFamily
    bind_to: str
    token: str | None = field(default=None, repr=False)
    made_up: bool = False

    @property
    def is_loopback(self) -> bool:
        """Whether only programs of this machine reach it."""
        return ipaddress.ip_address(self.bind_to).is_loopback

    def url(self, port: int) -> str:
        """What a person opens, for the port that was taken."""
        everywhere = ipaddress.ip_address(self.bind_to).is_unspecified
        host = socket.gethostname() if everywhere else self.host
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def address_of(text: str, token: str | None, option: str = "--control", token_by: str = "--control-token") -> Address:
    """The address of ``--control``, or of an option like it: a port, or ``HOST:PORT``.

    Args:
        text: as a person wrote it; a port alone is one of loopback.
        token: as a person gave it; beyond loopback one is made up where there is none.
        option: that it was given by, for complaints.
        token_by: the same of the token.

    Raises:
        InputError: it is no address, the host is not known here, or the token cannot be sent in a header.
    """
    form = _FORM.fullmatch(text)
    if form is None or int(form["port"]) > 65535:
        raise InputError(f"{option} {text!r}: expected HOST:PORT or PORT, write 127.0.0.1:8080")
    if token is not None and not re.fullmatch(r"[!-~]+", token):
        raise InputError(f"{token_by}: empty, or not of printable ASCII without spaces; give another one")
    host, port = (form["host"] or "127.0.0.1").strip("[]"), int(form["port"])
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError):
        raise InputError(f"{option} {text!r}: host {host!r} is not known here; give 127.0.0.1:{port}") from None
    family, *_, place = min(found, key=lambda one: one[0] is not socket.AF_INET)  # what most clients try
    address = Address(host, port, family, str(place[0]).partition("%")[0], token)
    if address.is_loopback or token is not None:
        return address
    # a secret has no seed
    return Address(host, port, family, address.bind_to, secrets.token_urlsafe(_TOKEN_BYTES), made_up=True)


def listen_at(address: Address, option: str = "--control") -> socket.socket:
    """A socket that listens there, taken before anything runs.

    Args:
        address: to take.
        option: that it was given by, for complaints.

    Raises:
        InputError: the port is taken, or not ours to take.
    """
    # told to be TCP: asyncio lets answers wait for acknowledgements of 40 ms on one that is not
    taken = socket.socket(address.family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((address.bind_to, address.port))
        taken.listen()  # now: on Linux two may be bound to a port that nobody listens at
    except OSError as error:
        taken.close()
        reason = os.strerror(error.errno or 0).lower()
        raise InputError(
            f"{option}: {address.host} port {address.port} cannot be taken ({reason}); take another, 0 for any"
        ) from None
    return taken
