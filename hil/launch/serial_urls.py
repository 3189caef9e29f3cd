# SPDX-License-Identifier: Apache-2.0
"""Puts ``serial.serial_for_url`` in the place of ``serial.Serial``, in this process.

Most programs open ``serial.Serial(path)``, which takes a URL for the name of a file.
"""

import abc
from typing import Any

import serial

__all__ = ["open_urls"]

_NATIVE = serial.Serial
_OF_LINKY = "xky.emulator.serial_url"  # by its name: the emulator is imported when a linky:// URL is opened, not before


class _OpensUrls(abc.ABCMeta):
    """Of the class that stands in for ``serial.Serial``: a URL gives an object of the URL's own class."""

    def __call__(cls, port: str | None = None, *args: Any, **options: Any) -> Any:
        if _is_url(port):
            return serial.serial_for_url(port, *args, **options)
        return super().__call__(port, *args, **options)

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, serial.SerialBase) if cls is _Serial else super().__instancecheck__(instance)


class _Serial(_NATIVE, metaclass=_OpensUrls):
    """``serial.Serial``; made without a port, it may be given a URL before it is opened."""

    def open(self) -> None:
        """Open the port; of a URL, become an object of the URL's own class first."""
        if _is_url(self.port):
            port = serial.serial_for_url(self.port, do_not_open=True)
            port.apply_settings(self.get_settings())
            self.__class__ = type(port)  # type: ignore[assignment]  # what the program holds becomes another
            self.__dict__.clear()
            self.__dict__.update(vars(port))
            self.open()
        else:
            super().open()


def _is_url(port: object) -> bool:
    return isinstance(port, str) and "://" in port


def open_urls() -> None:
    """From now on ``serial.Serial`` opens URLs, too; programs that come after find nothing else changed."""
    if _OF_LINKY not in serial.protocol_handler_packages:
        serial.protocol_handler_packages.append(_OF_LINKY)
    serial.Serial = _Serial  # type: ignore[misc]  # the very point
