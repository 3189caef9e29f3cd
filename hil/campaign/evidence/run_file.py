# SPDX-License-Identifier: Apache-2.0
"""``run.json``: what was recorded of a run once, the board's description among it, and how long the other files are."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import Field, ValidationError

from xky.boards import Board
from xky.emulator.runner import Late
from xky.protocol import Mode
from xky.protocol.whole_file import whole_file

from ..record import LINES, ProbeRecord, Record
from .lines import Line, complaint, opened, what_is_wrong

__all__ = ["Lengths", "RunFile", "read_run", "write_run"]

SCHEMA: Final = "xky-record/1"


class Lengths(Line):
    """Lines of each file, bytes of ``stderr.txt``; ```power`` is None where there were no trials."""

    sent: int
    readings: int
    port: int
    power: int | None
    stderr: int
    events: int = 0
    light: int | None = None  # written where there were trials only, as are the next two
    input: int | None = None
    carrier: int | None = None
    measured_power: int | None = None  # likewise


class _Late(Line):
    due_s: float
    late_s: float


class _Probe(Line):
    spec: str
    claims: tuple[str, ...] | None


class _Outage(Line):
    step: str
    spec: str
    start_s: float
    end_s: float


class RunFile(Line):
    """The names are those of ``Record``."""

    format: Literal["xky-record/1"] = Field(alias="schema")
    mode: Mode
    speed: float
    claims: tuple[str, ...] | None
    disturbed: tuple[str, ...]
    silent: bool
    ended: str | None
    ended_s: float | None
    last_words: str
    overruns: int
    notes: tuple[str, ...]
    dropped: int
    late: tuple[_Late, ...]
    duration_s: float
    restarts_s: tuple[float, ...] = ()
    lengths: Lengths
    board: dict[str, Any]
    cut_short_s: float | None = None  # written of such a run only, as are the next six
    power_cut_short: bool = False
    power_unplayed: str | bool = ""  # a bool, in what older runs wrote
    trials_cut_short: bool = False
    unfed: bool = False
    on_hardware: bool = False
    sent_right: bool = False
    probes: tuple[_Probe, ...] = ()  # empty for the lines alone
    outages: tuple[_Outage, ...] = ()
    reported_before: dict[str, tuple[str, ...]] = Field(default_factory=dict)  # of a run that was resumed only

    @property
    def lateness(self) -> list[Late]:
        """When the bench came too late."""
        return [Late(one.due_s, one.late_s) for one in self.late]


def write_run(path: Path, record: Record, lengths: Lengths) -> None:
    """Write it."""
    run = RunFile(
        schema=SCHEMA,
        mode=record.mode,
        speed=record.speed,
        claims=None if record.claims is None else tuple(sorted(record.claims)),
        disturbed=tuple(sorted(record.disturbed)),
        silent=record.silent,
        ended=record.ended,
        ended_s=record.ended_s,
        last_words=record.last_words,
        overruns=record.overruns,
        notes=tuple(record.notes),
        dropped=record.dropped,
        late=tuple(_Late(due_s=one.due_s, late_s=one.late_s) for one in record.late),
        duration_s=record.duration_s,
        restarts_s=tuple(record.restarts_s),
        lengths=lengths,
        board=record.board.model_dump(mode="json"),
    )
    besides: dict[str, Any] = {} if record.cut_short_s is None else {"cut_short_s": record.cut_short_s}
    if record.power_cut_short:
        besides["power_cut_short"] = True
    if record.power_unplayed:
        besides["power_unplayed"] = record.power_unplayed
    if record.trials_cut_short:
        besides["trials_cut_short"] = True
    if record.unfed:
        besides["unfed"] = True
    if record.on_hardware:
        besides["on_hardware"] = True
    if record.sent_right:
        besides["sent_right"] = True
    if record.probes != (ProbeRecord(LINES, record.claims),):
        besides["probes"] = tuple(
            _Probe(spec=one.spec, claims=None if one.claims is None else tuple(sorted(one.claims)))
            for one in record.probes
        )
    if record.outages:
        besides["outages"] = tuple(_Outage(**asdict(one)) for one in record.outages)
    if record.reported_before:
        besides["reported_before"] = {spec: tuple(sorted(of)) for spec, of in record.reported_before.items()}
    run = run.model_copy(update=besides)
    with whole_file(path) as partial:
        partial.write_text(json.dumps(run.told(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def read_run(path: Path) -> tuple[RunFile, Board]:
    """Read it; the board is that of its description.

    Raises:
        InputError: the file is missing or wrong; the text names file and line.
    """
    with opened(path) as file:
        raw: bytes = file.read()
    try:
        text = raw.decode("utf-8")
        json.loads(text)
    except UnicodeDecodeError as error:
        raise complaint(f"{path}:{raw[: error.start].count(10) + 1}", f"is no text ({error.reason})") from None
    except json.JSONDecodeError as error:
        raise complaint(f"{path}:{error.lineno}", f"is no JSON ({error.msg})") from None
    except (ValueError, RecursionError) as error:  # digits, or brackets, that no run writes
        raise complaint(f"{path}:1", f"cannot be read ({str(error).split(';')[0]})") from None
    below: tuple[str, ...] = ()
    try:
        run = RunFile.model_validate_json(text)
        below = ("board",)
        return run, Board.model_validate(run.board)
    except ValidationError as error:
        keys = (*below, *map(str, error.errors(include_url=False)[0]["loc"]))
        raise complaint(f"{path}:{_line_of(keys, text)}", what_is_wrong(error, *below)) from None


def _line_of(keys: Sequence[str], text: str) -> int:
    """The line of a key, or of the last of its tables that is there."""
    at = 0
    for key in keys:
        found = text.find(f'"{key}":', at)
        at = found if found >= 0 else at
    return text.count("\n", 0, at) + 1
