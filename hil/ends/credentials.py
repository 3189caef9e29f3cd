# SPDX-License-Identifier: Apache-2.0
"""What a client of HTTP says to be let in, and texts without it."""

import base64
import binascii
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

__all__ = ["Credential", "credential_of", "masked"]

_SECRET_MIN = 4  # characters; a shorter one is in any text by chance


@dataclass(frozen=True, slots=True)
class Credential:
    """What a request said.

    Attributes:
        user: empty of a token.
        secret: the password or the token; never shown.
        scheme: how it was said: ``query``, ``basic``, ``token`` or ``bearer``; two that differ in it alone are equal.
    """

    user: str
    secret: str = field(repr=False)
    scheme: str = field(default="", compare=False)


def credential_of(headers: Iterable[tuple[str, str]], parameters: Mapping[str, str]) -> Credential | None:
    """What a request says: ``u`` and ``p`` of its query, or its Authorization; None for nothing that can be read.

    Args:
        headers: names in small letters.
        parameters: of the query.
    """
    if "u" in parameters or "p" in parameters:
        return Credential(parameters.get("u", ""), parameters.get("p", ""), "query")
    said = next((value for name, value in headers if name == "authorization"), "")
    scheme, _, rest = said.partition(" ")
    scheme, rest = scheme.lower(), rest.strip()
    if scheme == "basic":
        try:
            user, colon, secret = base64.b64decode(rest, validate=True).decode().partition(":")
        except (binascii.Error, ValueError):
            return None
        return Credential(user, secret, scheme) if colon else None
    if scheme in ("token", "bearer") and rest:
        user, colon, secret = rest.partition(":")
        is_pair = scheme == "token" and colon  # InfluxDB 1.8 takes USER:PASSWORD there
        return Credential(user, secret, scheme) if is_pair else Credential("", rest, scheme)
    return None


def masked(text: str, secrets: Iterable[Credential]) -> str:
    """A text for people, without what is nobody's business."""
    for credential in secrets:
        for spelling in _spellings(credential.secret):
            text = text.replace(spelling, "***")
    return text


def _spellings(secret: str) -> list[str]:
    """How a secret may stand in a text: as it is, quoted, and without the padding of base64, cut off by a reader."""
    spellings = (secret, repr(secret)[1:-1], secret.rstrip("="))
    return [spelling for spelling in spellings if len(spelling) >= _SECRET_MIN]
