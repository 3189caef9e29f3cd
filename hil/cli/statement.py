# SPDX-License-Identifier: Apache-2.0
"""``xky statement``: what a supplier declares of a device, written, checked, and tried on a sample."""

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from xky.boards import Board, board_names
from xky.boards.description.laid_over import statement_named
from xky.boards.description.statement import PROBES, ProbeName
from xky.protocol import InputError, Mode

from ..bench.mapping import Found, claims_of
from ..bench.new_statement import Answers, checked_labels, statement_text
from ..bench.sample import Sample, fit_of, in_unit, probe_of, sample_of, unit_of
from ..campaign.carried import bounds_text
from ..campaign.firmware import program_files
from ..campaign.suite import known_ids
from ..campaign.waivers import check_waivers
from ..console import PlainConsole
from ..new_file import write_new_file
from ..terminal import counted, one_line, printable

__all__ = ["group"]

group = typer.Typer(
    help="What a device says upstream: a statement, checked and tried on a sample.",
    context_settings={"help_option_names": ["-h", "--help"]},
    no_args_is_help=True,
)


@group.callback()
def statement() -> None:
    """What a device says upstream, as its supplier states it."""


@group.command()
def check(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="A statement, or a board: a TOML file, or a board's name.")
    ],
    payload: Annotated[
        str | None, typer.Option(help="A payload to try it on: a file, or - for standard input.")
    ] = None,
    probe: Annotated[
        str | None, typer.Option(help="Whose payload it is: lines, mqtt, influx, lorawan or http.")
    ] = None,
    source: Annotated[
        str | None, typer.Option("--from", help="Topic, measurement, FPort or page that it came from.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON object and nothing else.")] = False,
) -> None:
    """Check a statement; with --payload, say which label came from where. Exit 1 when the payload says none."""
    board = statement_named(file)
    path = None if file in board_names() else Path(file)
    check_waivers(board, path, datetime.now(UTC).date(), known_ids)
    if payload is None and source is not None:
        raise InputError(f"--from {source}: is that of a payload; give --payload, too")
    kind = None if payload is None and probe is None else probe_of(board, probe, file)
    sample = None
    if payload is not None and kind is not None:
        sample = sample_of(board, kind, _read(payload), source or "")
    if as_json:
        sys.stdout.write(json.dumps(_document(file, board, kind, sample), indent=1, ensure_ascii=False) + "\n")
    else:
        _print(file, board, kind, sample)
    if sample is not None and not sample.said:
        sys.exit(1)


@group.command()
def new(
    file: Annotated[
        Path, typer.Argument(help="Where to write it; - for standard output. A file that is there stays.")
    ] = Path("device.toml"),
    title: Annotated[str | None, typer.Option(help="What the device is, one line.")] = None,
    mode: Annotated[list[Mode] | None, typer.Option(help="A TIC mode that it reads; repeatable.")] = None,
    phases: Annotated[list[int] | None, typer.Option(help="1 or 3, of meters that it is for; repeatable.")] = None,
    producer: Annotated[
        bool | None, typer.Option("--producer/--no-producer", help="Whether it is for meters of producers.")
    ] = None,
    labels: Annotated[str | None, typer.Option(help="Labels that it reports: EAST,SINSTS,…")] = None,
    probe: Annotated[str | None, typer.Option(help="Where it says them: lines, mqtt, influx, lorawan, http.")] = None,
    version: Annotated[str | None, typer.Option("--firmware-version", help="Of its firmware.")] = None,
    program: Annotated[Path | None, typer.Option(help="The file that is run or flashed: its SHA-256 is told.")] = None,
    period_s: Annotated[float | None, typer.Option(help="Seconds between two readings, as promised.")] = None,
) -> None:
    """Write a statement with comments; on a terminal what is not given is asked."""
    if str(file) != "-" and file.exists():
        raise InputError(f"{file}: is there already; give another name, or remove it")
    ask = _Questions(sys.stdin.isatty())
    answers = Answers(
        title=ask.text("What is the device, in one line?", title, "my device"),
        modes=mode or [Mode(one) for one in ask.chosen("TIC modes", [one.value for one in Mode])],
        phases=_phases(phases or [int(one) for one in ask.chosen("Phases of its meters", ["1", "3"])]),
        producer=ask.truth("Is it for meters of producers, too?", producer),
        labels=checked_labels(ask.text("Labels that it reports, apart by commas (all)", labels, "")),
        probe=_probe_name(ask.text(f"Where does it say them? {', '.join(PROBES)}", probe, "lines")),
        version=ask.text("Version of its firmware (not told)", version, ""),
        sha256="" if program is None else program_files([program])[0].sha256,
        period_s=period_s,
    )
    text = statement_text(answers, "device.toml" if str(file) == "-" else one_line(str(file)))
    if str(file) == "-":
        print(text, end="")
        return
    write_new_file(file, text)
    print(f"{one_line(str(file))}: written; go through its comments, then xky statement check {one_line(str(file))}")


class _Questions:
    """Asks a person what the command line did not say; where nobody can be asked, what goes without saying holds."""

    def __init__(self, asks: bool) -> None:
        self._asks = asks

    def text(self, question: str, given: str | None, unless: str) -> str:
        if given is not None or not self._asks:
            return unless if given is None else given
        return str(typer.prompt(question, default=unless, show_default=bool(unless)))

    def truth(self, question: str, given: bool | None) -> bool:
        if given is not None or not self._asks:
            return True if given is None else given
        return typer.confirm(question, default=True)

    def chosen(self, question: str, choice: list[str]) -> list[str]:
        told = self.text(f"{question}, apart by commas", None, ",".join(choice))
        picked = [one.strip() for one in told.split(",") if one.strip()]
        for one in picked:
            if one not in choice:
                raise InputError(f"{question}: {one!r} is none; write {' or '.join(choice)}")
        return picked or choice


def _phases(phases: list[int]) -> list[int]:
    for one in phases:
        if one not in (1, 3):
            raise InputError(f"--phases {one}: a Linky has 1 or 3")
    return sorted(set(phases))


def _probe_name(name: str) -> ProbeName:
    for one in PROBES:
        if one == name:
            return one
    raise InputError(f"--probe {name}: no such uplink; known: {', '.join(PROBES)}")


def _read(name: str) -> str:
    """The payload's text."""
    try:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise InputError(f"--payload {name}: cannot be read ({error.strerror}); give a file, or -") from None
    return data.decode("utf-8", "replace")


def _document(file: str, board: Board, kind: str | None, sample: Sample | None) -> dict[str, Any]:
    readings = [one.model_dump(mode="json") for one in board.reading if kind in (None, one.probe)]
    told: dict[str, Any] = {"file": file, "board": board.id, "probe": kind, "readings": readings}
    told |= {
        "modes": list(board.modes),
        "phases": list(board.phases),
        "producer": board.producer,
        "labels": None if board.labels is None else list(board.labels),
        "release": None if board.release is None else board.release.model_dump(mode="json", exclude_none=True),
        "waivers": [one.model_dump(mode="json") for one in board.waiver],
    }
    if kind is not None:
        claims = claims_of(board, kind)
        told["claims"] = None if claims is None else sorted(claims)
    if sample is not None:
        told["sample"] = {
            "from": sample.source or None,
            "device": sample.device,
            "labels": [_row(one) for one in sample.said],
            "not_found": [one.label for one in sample.found if one.said is None],
            "not_mapped": list(sample.left),
        }
    return told


def _row(found: Found) -> dict[str, Any]:
    said = found.said
    assert said is not None
    return {
        "label": found.label, "value": said.value, "in_unit": in_unit(said), "unit": unit_of(found.label) or None,
        "horodate": said.timestamp, "path": found.path or None, "from": found.source or None,
        "complaint": fit_of(found.label, said) or None,
    }  # fmt: skip


def _print(file: str, board: Board, kind: str | None, sample: Sample | None) -> None:
    console = PlainConsole()

    def tell(text: str) -> None:
        console.print(printable(text), highlight=False)

    shown = [one for one in board.reading if kind in (None, one.probe)]
    tell(f"{one_line(file)}: {counted(len(shown), 'mapping')}")
    if sample is None:
        for mapping in shown:
            tell(f"{mapping.probe}, from {mapping.source or 'any'}: {', '.join(mapping.labels)}")
        for probe in dict.fromkeys(one.probe for one in shown):
            if bounds := bounds_text(board, probe, claims_of(board, probe)):
                tell(f"{probe}, no more than: {bounds}")
        for line in _declared(board):
            tell(line)
        return
    if sample.takers and not sample.found:
        tell(f"no mapping takes {sample.source!r}; they take {', '.join(one or 'any' for one in sample.takers)}")
        return
    if sample.said:
        console.print(_table(sample))
    else:
        tell("no label of the TIC was found" + ("" if sample.is_json else ": the payload is no JSON"))
    for one in sample.said:
        if one.said is not None and (complaint := fit_of(one.label, one.said)):
            tell(f"{one.label}: {complaint}")
    missing = [one.label for one in sample.found if one.said is None]
    for what, which in (("device", [sample.device or ""]), ("not found", missing), ("not mapped", sample.left)):
        if any(which):
            tell(f"{what}: {', '.join(which)}")


def _declared(board: Board) -> Iterator[str]:
    """What a statement says besides its mappings, a line each; what it does not say as it holds then."""
    yield f"modes: {', '.join(board.modes)}"
    yield f"phases: {', '.join(map(str, board.phases))}"
    yield f"producers: {'yes' if board.producer else 'no'}"
    yield f"labels: {', '.join(board.labels) if board.labels else 'those mapped' if board.reading else 'all'}"
    release = board.release
    if release is None:
        yield "release: none named"
    else:
        told = [f"version {one_line(release.version)}"] if release.version is not None else []
        told += [f"SHA-256 {release.sha256}"] if release.sha256 is not None else []
        said = release.said
        told += (
            [f"said at {said.probe}, from {said.source or 'any'}: {one_line(said.path)}"] if said is not None else []
        )
        yield f"release: {'; '.join(told)}"
    for one in board.waiver:
        yield f"waiver: {one.requirement}, until {one.until}: {one_line(one.reason)}"
    if not board.waiver:
        yield "waivers: none"


def _table(sample: Sample) -> Table:
    sources = {one.source for one in sample.said}
    table = Table(box=None, pad_edge=False)
    for column in ("label", "value", "said", "horodate", "path", *(["from"] if len(sources) > 1 else [])):
        table.add_column(column, no_wrap=column == "label", overflow="fold")
    for one in sample.said:
        said = one.said
        assert said is not None
        value = f"{in_unit(said)} {unit_of(one.label)}".strip()
        cells = [one.label, value, str(said.value), said.timestamp or "", one.path]
        cells += [one.source or "any"] if len(sources) > 1 else []
        table.add_row(*(Text(printable(cell)) for cell in cells))
    return table
