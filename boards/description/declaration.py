# SPDX-License-Identifier: Apache-2.0
"""What a supplier declares of a device besides what it reports: which program it is, what it is known not to meet."""

from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, Field, field_validator, model_serializer, model_validator

from xky.protocol.tomlfile import Section
from xky.protocol.uplinks.payload_path import PayloadPath

from .statement import ProbeName

__all__ = ["Release", "Waiver", "WhereSaid"]

_SHA256 = r"^[0-9a-f]{64}$"


def _checked(path: str) -> str:
    PayloadPath(path)
    return path


class WhereSaid(Section):
    """Where a device says its version.

    Attributes:
        probe: where such payloads are seen.
        source: ``from`` of the file: topic, measurement, FPort or page; empty takes any.
        path: JMESPath into the payload.
    """

    probe: ProbeName = "lines"
    source: Annotated[str, Field(alias="from")] = ""
    path: Annotated[str, AfterValidator(_checked)]

    @field_validator("source", mode="before")
    @classmethod
    def _may_be_a_number(cls, source: object) -> object:
        return str(source) if isinstance(source, int) and not isinstance(source, bool) else source

    @model_serializer
    def _as_written(self) -> dict[str, Any]:
        told = {"probe": self.probe, "from": self.source, "path": self.path}
        return {key: value for key, value in told.items() if value}


class Release(Section):
    """Which program runs on the device.

    Attributes:
        version: as the supplier names it.
        sha256: of the file that is run or flashed, 64 digits of hexadecimal in lower case.
        said: where the device says its version; None: it cannot be asked.
    """

    version: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    sha256: Annotated[str, Field(pattern=_SHA256)] | None = None
    said: WhereSaid | None = None

    @model_validator(mode="after")
    def _names_something(self) -> "Release":
        if self.version is None and self.sha256 is None:
            raise ValueError('release: names nothing; write version = "1.4.2", or sha256 of the file that is run')
        if self.said is not None and self.version is None:
            raise ValueError("release.said: there is no version to compare it with; write version, too")
        return self


class Waiver(Section):
    """A requirement that the device is known not to meet, which a reader is told of; it changes no verdict.

    Attributes:
        requirement: its id.
        reason: why that is accepted, a sentence.
        until: the last day on which the waiver holds.
    """

    requirement: Annotated[str, Field(min_length=1)]
    reason: Annotated[str, Field(min_length=1, max_length=500)]
    until: date
