# SPDX-License-Identifier: Apache-2.0
"""The address of a broker that exists, as a person writes it: ``mqtt://[USER:PASSWORD@]HOST:PORT[/FILTER]``."""

import re
from dataclasses import dataclass, field
from urllib.parse import quote, unquote

from xky.protocol import InputError
from xky.protocol.uplinks.mqtt_topics import wrong_with_filter

__all__ = ["BrokerAddress", "broker_address", "masked"]

_PORTS = {"mqtt": 1883, "mqtts": 8883}  # IANA
_SPEC = re.compile(r"(?P<scheme>mqtts?)://(?P<authority>[^/]*)(?:/(?P<filter>.*))?", re.DOTALL)
_HOST = re.compile(r"(?P<host>\[[0-9A-Fa-f:.%]+\]|[^\s:\[\]@]+)(?::(?P<port>[0-9]{1,5}))?")


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """Where a broker is, and what of it is of interest.

    Attributes:
        is_tls: through TLS.
        username: the bench's own, where it subscribes; None for none. Never part of ``repr``.
        password: the same.
        topic_filter: topics that are of interest.
    """

    host: str
    port: int
    is_tls: bool = False
    username: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    topic_filter: str = "#"

    @property
    def shown(self) -> str:
        """As a person may see it: credentials masked."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        asked = "" if self.topic_filter == "#" else f"/{quote(self.topic_filter, safe='/+$')}"
        who = "" if self.username is None else "***@"
        return f"{'mqtts' if self.is_tls else 'mqtt'}://{who}{host}:{self.port}{asked}"


def masked(spec: str) -> str:
    """A SPEC without what may be credentials, whole or misspelt: all before the last ``@`` is masked."""
    _, at, place = spec.rpartition("@")
    scheme = re.match(r"[a-z]*:(//)?", spec)
    return f"{scheme[0] if scheme else ''}***@{place}" if at else spec


def broker_address(spec: str) -> BrokerAddress:
    """Read ``mqtt://[USER:PASSWORD@]HOST:PORT[/FILTER]`` or ``mqtts://…``.

    User, password and filter are percent-decoded; a ``#`` of the filter may stand as it is or as ``%23``. The port is
    1883, or 8883 of ``mqtts``, unless told.

    Raises:
        InputError: it is no such address; credentials are masked in what it says.
    """
    found = _SPEC.fullmatch(spec)
    if found is None:
        raise InputError(f"{masked(spec)}: expected mqtt://[USER:PASSWORD@]HOST:PORT[/FILTER], or mqtts:// of the same")
    credentials, at, place = found["authority"].rpartition("@")
    where = _HOST.fullmatch(place)
    if where is None:
        shown = masked(spec) if "@" in spec else f"{found['scheme']}://…"
        raise InputError(
            f"{shown}: no HOST:PORT; expected one as broker:1883, and signs of user and password percent-encoded"
        )
    port = int(where["port"] or _PORTS[found["scheme"]])
    if not 0 < port < 65_536:
        raise InputError(f"{masked(spec)}: port {port}; expected 1 to 65535")
    username, colon, password = credentials.partition(":")
    if at and not username:
        raise InputError(f"{masked(spec)}: no USER before the @; leave the @ out, or give USER:PASSWORD")
    if "@" in (found["filter"] or ""):  # mostly a password with a slash
        raise InputError(f"{masked(spec)}: @ behind the first /; write / as %2F in a password, @ as %40 in a filter")
    topic_filter = unquote(found["filter"] or "") or "#"
    wrong = wrong_with_filter(topic_filter)
    if wrong is not None:
        raise InputError(f"{masked(spec)}: topic filter {topic_filter!r} {wrong}")
    return BrokerAddress(
        where["host"].strip("[]"),
        port,
        found["scheme"] == "mqtts",
        unquote(username) if at else None,
        unquote(password) if colon else None,
        topic_filter,
    )
