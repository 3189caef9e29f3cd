# SPDX-License-Identifier: Apache-2.0
"""Where an HTTP server is, as a person writes it: ``SCHEME://[USER:PASSWORD@]HOST[:PORT]/PATH``."""

import base64
import re
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from xky.protocol import InputError
from xky.protocol.uplinks.messages import HttpRequest

from .http_head import request_bytes
from .secret_names import IN_A_QUERY

__all__ = ["HttpAddress", "http_address", "masked_spec"]

_USERINFO = re.compile(r"(?<=://).*@", re.DOTALL)  # to the last at sign: a password may hold any character


@dataclass(frozen=True, slots=True)
class HttpAddress:
    """Where a server is.

    Attributes:
        shown: as it was written, credentials masked.
        host: name or address, without brackets.
        port: TCP port.
        target: path and query.
        user: empty for none.
        password: likewise; never shown.
    """

    shown: str
    host: str
    port: int
    target: str
    user: str = ""
    password: str = field(default="", repr=False)

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """What a request says to be let in."""
        if not self.user:
            return ()
        said = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        return (("Authorization", f"Basic {said}"),)


def masked_spec(spec: str) -> str:
    """A SPEC as it may be shown: what stands before an at sign is nobody's business, nor a password of its query."""
    return IN_A_QUERY.sub(r"\1***", _USERINFO.sub("***@", spec, count=1))


def http_address(spec: str, form: str, default_port: int) -> HttpAddress:
    """Read an address.

    Args:
        spec: as a person wrote it.
        form: what is expected, such as ``influx://HOST:PORT/DB``, for messages; its scheme is that of ``spec``.
        default_port: where none is written.

    Raises:
        InputError: it is no such address; one line, without credentials.
    """
    shown = masked_spec(spec)
    refused = InputError(f"{shown}: expected {form}, such as {_example(form)}")
    try:
        parts = urlsplit(spec)
        port = default_port if parts.port is None else parts.port
    except ValueError:
        raise refused from None
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if parts.scheme != form.partition(":")[0] or not parts.hostname or not port or parts.fragment:
        raise refused
    try:
        parts.hostname.encode("ascii" if ":" in parts.hostname else "idna")
        request_bytes(HttpRequest("GET", target), "-")
    except (ValueError, UnicodeError):
        raise refused from None
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return HttpAddress(shown, parts.hostname, port, target, user, password)


def _example(form: str) -> str:
    return form.replace("HOST", "127.0.0.1").replace("PORT", "8086" if "DB" in form else "80").replace(
        "DB", "home").replace("PAGE", "status.json")  # fmt: skip
