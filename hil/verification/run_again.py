# SPDX-License-Identifier: Apache-2.0
"""A run as far as its evidence tells of it: what its report is made of, once more."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any, cast

from pydantic import TypeAdapter, ValidationError

from xky.boards import Board
from xky.protocol import InputError, Mode

from ..archive.contents import Contents
from ..campaign.campaign import Campaign, Options
from ..campaign.firmware import Firmware, ProgramFile
from ..campaign.hidden_secrets import HiddenSecrets
from ..campaign.judgement import Asked, Conclusion, Judgement
from ..campaign.record import Record
from ..campaign.report import document
from ..campaign.report.again import command_again
from ..campaign.resumption.parts import Part, Parts

__all__ = ["PLAN", "Chosen", "RunAgain", "chosen_of"]

PLAN = "evidence/plan.json"


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a person chose, as ``evidence/plan.json`` has it: of files the names alone.

    Attributes:
        options: of the run.
        strict: a should that fails makes the run fail.
    """

    options: Options
    strict: bool


def chosen_of(contents: Contents) -> Chosen:
    """What was chosen.

    Raises:
        InputError: the file is missing, or is none that a run wrote.
    """
    if PLAN not in contents.names:
        raise InputError(f"{PLAN}: is missing")
    try:
        told = json.loads(contents.read(PLAN))["options"]
        options = TypeAdapter(Options).validate_python({name: one for name, one in told.items() if name != "strict"})
        _ = options.tic_mode
        return Chosen(options, strict=told["strict"] is True)
    except ValidationError as error:
        name = ".".join(map(str, error.errors(include_url=False)[0]["loc"]))
        raise InputError(f"{PLAN}: options.{name} is none that a run writes") from None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise InputError(f"{PLAN}: cannot be read as a plan ({type(error).__name__})") from None


@dataclass(frozen=True)
class _SaidBefore(Firmware):
    """Firmware of an anonymised run: in which words the device told its version is left out, what it told is not."""

    told: tuple[str, ...] = ()

    @cached_property
    def said(self) -> tuple[str, ...]:
        return self.told


@dataclass
class RunAgain:
    """What ``document`` takes of a campaign, from the evidence in its place.

    Args:
        report: as it is written.
        chosen: by a person.
        judgement: of its evidence.
        conclusions: of it, what was not judged as it was told.
        before: records of earlier parts, by number from 1 on.
        told: purposes of the report, each by id, mode and probe.
    """

    report: Mapping[str, Any]
    chosen: Chosen
    judgement: Judgement
    conclusions: Sequence[Conclusion]
    before: Mapping[int, Mapping[Mode, Record]]
    told: Mapping[tuple[str, str, str], Mapping[str, Any]]
    quick: Mapping[Mode, Any] = field(default_factory=dict, init=False)  # was chosen by a rehearsal; not told
    lost: None = field(default=None, init=False)
    instruments: None = field(default=None, init=False)
    bench_file: None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.options = self.chosen.options
        self.aborted = self.report.get("aborted") is True
        self.anonymised = self.report.get("anonymised") is True
        self.started = datetime.fromisoformat(self.report["started"])
        self.records: Mapping[Mode, Record] = {record.mode: record for record in self._own}

    @property
    def _own(self) -> Sequence[Record]:
        given: Mapping[Mode, Record] = getattr(self.judgement, "given", {})
        return tuple(given.values())

    @cached_property
    def earlier(self) -> Parts | None:
        told = self.report.get("resumed")
        if told is None:
            return None
        return Parts([Part(str(one["started"]), self.before.get(number, {})) for number, one in enumerate(told, 1)])

    @property
    def all_records(self) -> Sequence[Record]:
        """Of all parts."""
        return [*(record for part in self.before.values() for record in part.values()), *self._own]

    @property
    def board(self) -> Board:
        return self.all_records[-1].board

    @property
    def hidden(self) -> HiddenSecrets:
        return HiddenSecrets(self.board, ())  # its evidence has none

    @property
    def probes(self) -> Sequence[str]:
        return self.judgement.probes

    @property
    def claims(self) -> Mapping[str, frozenset[str] | None]:
        return {probe.spec: probe.claims for probe in self.all_records[-1].probes}

    @property
    def mode_name(self) -> str:
        modes = self.judgement.modes
        return modes[0].value if len(modes) == 1 else "both"

    @property
    def purposes(self) -> Sequence[Asked]:
        return [one.asked for one in self.conclusions]

    @property
    def skipped(self) -> frozenset[Asked]:
        return self.judgement.skipped

    @property
    def ignored_keys(self) -> tuple[str, ...]:
        return self.judgement.ignored_keys

    @cached_property
    def contested(self) -> Mapping[str, str]:
        said = (one.partition("=") for one in self.options.contested)
        return {name.strip(): text.strip() for name, _, text in said}

    @cached_property
    def firmware(self) -> Firmware:
        """What is known of the program; the hashes of its files are those that are told: no file is in the evidence."""
        told = self.report["firmware"]
        files = tuple(ProgramFile(one["file"], one["sha256"]) for one in told["files"])
        if self.anonymised:
            return _SaidBefore(self.board, files, self._own, tuple(told["said"]))
        return Firmware(self.board, files, self._own)

    def part_of(self, asked: Asked) -> int | None:
        part = self.told.get((asked.purpose.id, asked.mode.value, asked.probe), {}).get("part")
        return None if part is None else int(part) - 1

    def document(self) -> dict[str, Any]:
        """The report that follows."""
        signer = self.report.get("signer")
        return document(cast(Campaign, self), strict=self.chosen.strict, signer=signer)

    def commands_again(self, conclusion: Conclusion) -> set[str]:
        """Those that may stand there: whether probes were named, the plan does not tell."""
        unnamed = replace(self, chosen=replace(self.chosen, options=replace(self.options, probes=())))
        return {command_again(cast(Campaign, one), conclusion) for one in (self, unnamed)}
