# SPDX-License-Identifier: Apache-2.0
"""Who an instrument says it is: the answer to ``*IDN?`` (IEEE 488.2 §10.14), maker, model, serial number, version."""

from dataclasses import dataclass

__all__ = ["Identity"]


@dataclass(frozen=True, slots=True)
class Identity:
    """Of an instrument, in its own words.

    Attributes:
        maker: first field.
        model: second field.
        serial: third field; empty where it says none.
        version: of its firmware, fourth field; empty likewise.
    """

    maker: str
    model: str
    serial: str = ""
    version: str = ""

    @classmethod
    def of(cls, answer: str) -> "Identity":
        """In an answer to ``*IDN?``; what is missing is empty."""
        maker, model, serial, version = (*(part.strip() for part in answer.split(",", 3)), "", "", "", "")[:4]
        return cls(maker, model, serial, version)

    def __str__(self) -> str:
        return f"{self.maker or 'nameless thing'} {self.model}".rstrip()
