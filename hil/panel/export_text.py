# SPDX-License-Identifier: Apache-2.0
"""The text of an export: spreadsheets write UTF-16, too ("Unicode text"), with a byte order mark or without."""

from xky.protocol import InputError

__all__ = ["as_utf8"]

_MARKS = (
    (b"\xff\xfe\0\0", "UTF-32"), (b"\0\0\xfe\xff", "UTF-32"), (b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16"),
)  # fmt: skip
_LOOKED_AT = 512
_MOST = 0.9  # of the characters of an export that are ASCII at least


def as_utf8(data: bytes, shown: object) -> bytes:
    """The same text in UTF-8, without a mark; what is neither UTF-16 nor UTF-32 is left as it is.

    Args:
        data: of the file.
        shown: its name, for a complaint.

    Raises:
        InputError: it is in one of these, and broken.
    """
    coding = next((name for mark, name in _MARKS if data.startswith(mark)), None) or _told_by_zeros(data)
    if coding is None:
        return data.removeprefix(b"\xef\xbb\xbf")
    try:
        return data.decode(coding).removeprefix("\ufeff").encode()
    except UnicodeError:
        raise InputError(f"{shown}: is {coding[:6]}, and broken; export it again, best as CSV in UTF-8") from None


def _told_by_zeros(data: bytes) -> str | None:
    """Without a mark, each other byte of such a text is zero."""
    begins = data[:_LOOKED_AT]
    pairs = len(begins) // 2
    if pairs < 2:
        return None
    for first, coding in ((0, "UTF-16-BE"), (1, "UTF-16-LE")):
        others = begins[1 - first : 2 * pairs : 2]
        if begins[first : 2 * pairs : 2].count(0) >= _MOST * pairs and not others.count(0):
            return coding
    return None
