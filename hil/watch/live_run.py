# SPDX-License-Identifier: Apache-2.0
"""A campaign to look at while it runs.

The bench's thread tells one thing only, once a mode: on which bench it is about to play. All else is read, by the
server's thread, from lists that the run keeps anyhow and that only grow: nothing is slower, and nothing is different.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

from xky.protocol import InputError, Mode

from ..archive.contents import contents_of
from ..bench.bench import Bench
from ..campaign.campaign import Campaign
from ..campaign.judgement import Conclusion
from ..campaign.oracle import Trail
from ..campaign.record import LINES, Record
from ..campaign.report.document import purpose_document
from ..campaign.report.files import record_behind
from ..campaign.report.moment import moment_of
from ..campaign.verdict import Verdict
from .power_shown import power_event
from .report_files import ReportFiles
from .watched import Heard, Key, Part, Scene, Told, Watched

__all__ = ["LiveRun", "part_of", "scene_of", "verdicts_of"]

_LEFT_OUT: Mapping[str, Any] = {"probe": LINES, "sent": (), "expected": (), "seen": (), "at_s": 0.0}


class LiveRun(Watched):
    """Of a campaign that was not run yet.

    Args:
        campaign: its ``on_bench`` is taken.
        folder: of its report.
    """

    is_live = True

    def __init__(self, campaign: Campaign, folder: Path) -> None:
        self._campaign = campaign
        self._folder = folder
        self._parts: list[Part] = []
        self._earlier: list[Part] = []
        self._verdicts: list[Told] = []
        self._report: Mapping[str, Any] | None = None
        self._complaint = ""
        self._files: ReportFiles | None = None
        campaign.on_bench = self._begin

    # In the bench's thread

    def _begin(self, mode: Mode, bench: Bench) -> None:
        self._parts.append(
            Part(
                mode=mode,
                truth=bench.truth,
                heard=tuple(Heard(probe.readings, probe.remarks) for probe in bench.probes),
                steps=tuple(one.name for one in self._campaign.plan(mode).steps),
                planned=tuple(self._campaign.planned.get(mode, ())),
            )
        )

    def end(self, report: Mapping[str, Any] | None, complaint: str = "", *, is_kept: bool = True) -> None:
        """The run is over.

        Args:
            report: as ``report.json`` has it; None: it left none.
            complaint: why.
            is_kept: whether the report is in its folder.
        """
        if report is not None and is_kept:
            with suppress(InputError):  # a folder of very many files besides: the run is what it is
                self._files = ReportFiles(contents_of(self._folder))
        self._complaint = complaint if report is None else ""
        self._report = report

    # In the server's thread

    @property
    def facts(self) -> Mapping[str, Any]:
        campaign, options = self._campaign, self._campaign.options
        return {
            "device": options.device, "board": campaign.board.id, "mode": campaign.mode_name,
            "probes": list(campaign.probes), "seed": options.seed, "speed": options.speed,
            "suite": f"xky-hil {version('xky-hil')}",
            "started": campaign.started.isoformat(timespec="seconds").replace("+00:00", "Z"),
        }  # fmt: skip

    @property
    def modes(self) -> Sequence[Mode]:
        return self._campaign.modes

    @property
    def parts(self) -> Sequence[Part]:
        earlier = self._campaign.earlier
        if earlier is not None and not self._earlier:  # a run that was interrupted goes on
            self._earlier = [part_of(record) for record in earlier.whole.values()]
        return [*self._earlier, *self._parts]

    def over(self, mode: Mode) -> tuple[float, str | None] | None:
        record = self._campaign.records.get(mode)
        return None if record is None else (record.duration_s, record.ended)

    def power(self, mode: Mode) -> Mapping[str, Any] | None:
        record = self._campaign.records.get(mode)
        return None if record is None else power_of(record)

    @property
    def verdicts(self) -> Sequence[Told]:
        for one in self._campaign.conclusions[len(self._verdicts) :] if self._report is None else ():
            self._verdicts.append(Told(_requirement(one), {**purpose_document(one), **self._besides(one)}))
        if self._report is not None:  # what a run that was cut short did not come to is told there
            known = {one.key for one in self._verdicts}
            self._verdicts += [one for one in verdicts_of(self._report) if one.key not in known]
        return self._verdicts

    def _besides(self, conclusion: Conclusion) -> Mapping[str, Any]:
        part = self._campaign.part_of(conclusion.asked)
        return {} if part is None else {"part": part + 1}

    @property
    def report(self) -> Mapping[str, Any] | None:
        return self._report

    @property
    def complaint(self) -> str:
        return self._complaint

    def scene(self, key: Key) -> Scene:
        one = next((one for one in self._campaign.conclusions if _key(one) == key), None)
        if one is None or one.verdict is not Verdict.FAIL or one.purpose.requirement.beside_the_plan:
            return Scene(None)
        record = record_behind(self._campaign, one.asked)
        if record.cut_short_s is not None and self._report is None:
            return Scene(None)  # it is being judged: what is not written yet is the bench's own to look into
        return scene_of(record.seen_by(one.asked.probe), one.trail)

    @property
    def has_report(self) -> bool:
        return self._files is not None

    def file(self, name: str) -> bytes | None:
        return None if self._files is None else self._files.read(name)


def part_of(record: Record, steps: Sequence[str] = ()) -> Part:
    """A mode that was played to its end."""
    probes = [one.spec for one in record.probes]
    heard = [Heard(of.readings, of.remarks) for of in map(record.seen_by, probes)]
    return Part(record.mode, record.truth, heard, steps)


def power_of(record: Record) -> Mapping[str, Any] | None:
    """The trials of power that a record has, as they are told; None: it has none."""
    return None if record.power is None else power_event(record.mode, record.board, record.power)


def scene_of(record: Record, trail: Trail) -> Scene:
    """Where to look at a fail.

    Args:
        record: as the probe has it by which it was judged.
        trail: of the verdict.
    """
    return Scene(moment_of(record, trail), tuple(one.start_s for one in trail.groups))


def verdicts_of(report: Mapping[str, Any]) -> list[Told]:
    """All that a report tells; one of an earlier version may leave out what each has today."""
    return [
        Told({"clause": "", **requirement}, {**_LEFT_OUT, **one})
        for requirement in report["requirements"]
        for one in requirement["purposes"]
    ]


def _requirement(conclusion: Conclusion) -> Mapping[str, Any]:
    of = conclusion.purpose.requirement
    return {"id": of.id, "title": of.text, "clause": of.clause, "why": of.why, "level": of.level.value}


def _key(conclusion: Conclusion) -> Key:
    return Key(conclusion.purpose.id, conclusion.mode.value, conclusion.asked.probe)
