# SPDX-License-Identifier: Apache-2.0
"""What a device said, shown to people: no character of it is invisible, and where a value begins and ends is seen."""

__all__ = ["quoted", "visible"]


def visible(text: str) -> str:
    """The text with its control characters by their codes, such as ``<0x05>``."""
    return text if text.isprintable() else "".join(c if c.isprintable() else f"<0x{ord(c):02X}>" for c in text)


def quoted(text: str) -> str:
    """The same between quotation marks: an empty text, and blanks at its ends, can be seen."""
    mark = '"' if "'" in text and '"' not in text else "'"
    return f"{mark}{visible(text)}{mark}"
