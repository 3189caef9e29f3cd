# SPDX-License-Identifier: Apache-2.0
"""The checksum of a group: sum of its zone's codes, AND 0x3F, plus 0x20 (54E §5.3.6, 02E §1.5.2)."""

from zlib import adler32

from .mode import Mode

__all__ = ["checked_zone", "checksum"]

_EXACT_BELOW = 256  # adler32's low half is the plain byte sum modulo 65521: exact for 256 bytes of 255


def checksum(zone: bytes) -> int:
    r"""Code of the checksum character of ``zone``, 0x20 to 0x5F.

    >>> chr(checksum(b"ADCO 012345678901"))
    'E'
    >>> chr(checksum(b"VTIC\t02\t"))
    'J'
    """
    total = adler32(zone, 0) if len(zone) <= _EXACT_BELOW else sum(zone)
    return (total & 0x3F) + 0x20


def checked_zone(body: bytes, mode: Mode) -> bytes:
    """The part of a group (LF and CR taken off) that its checksum covers.

    Historic leaves the last separator out, standard counts it (54E table 2; 02E v6 calls them mode 1 and 2).
    """
    return body[:-2] if mode is Mode.HISTORIC else body[:-1]
