# SPDX-License-Identifier: Apache-2.0
"""The other files of a report made again from ``report.json`` and the records, and compared line by line."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from xky.boards import Board, board_named, board_names, known_defects
from xky.boards.description.laid_over import board_with
from xky.protocol import InputError, Mode

from ..archive.contents import Contents
from ..campaign.hidden_secrets import masked_board
from ..campaign.judgement import Asked, Conclusion
from ..campaign.record import Record
from ..campaign.report.moment import Moment, moment_of
from ..campaign.report.page import page
from ..campaign.report.sarif import sarif
from ..campaign.report.statement import statement
from ..campaign.verdict import Verdict
from ..campaign.wording import wording
from .run_again import RunAgain

__all__ = ["board_differs", "members_differ", "pictures"]

_LANGUAGE = re.compile(rb'<html lang="(en|fr)">')
_STATEMENT, _BOARD = "evidence/statement.toml", "evidence/board.toml"
_Pictured = Mapping[tuple[str, str, str], Moment]


def members_differ(contents: Contents, report: Mapping[str, Any], moments: _Pictured) -> Iterator[str]:
    """What is not as a run would have written it: ``MEMBER[:LINE]`` and why.

    Args:
        contents: files of the report.
        report: as ``report.json`` has it.
        moments: the pictures of its page.
    """
    written = contents.read("report.json")
    for name, made in (("report.sarif", sarif(report)), ("statement.intoto.json", statement(report, written))):
        yield from _compared(contents, name, (json.dumps(made, indent=1, ensure_ascii=False) + "\n").encode())
    language = _LANGUAGE.search(contents.read("index.html")) if "index.html" in contents.names else None
    words = wording("en" if language is None else language[1].decode())
    yield from _compared(contents, "index.html", page(report, words, moments).encode())


def _compared(contents: Contents, name: str, made: bytes) -> Iterator[str]:
    if name not in contents.names:
        yield f"{name}: is missing"
        return
    told = contents.read(name)
    if told == made:
        return
    lines, others = told.split(b"\n"), made.split(b"\n")
    pairs = zip(lines, others, strict=False)
    line = next((number for number, (one, other) in enumerate(pairs, 1) if one != other), min(len(lines), len(others)))
    yield f"{name}:{line}: is not what report.json and the records make"


def pictures(run: RunAgain) -> _Pictured:
    """The pictures of what failed, by the report and by the evidence, but of power: its trials have no line."""
    found = {}
    for one in run.conclusions:
        key = one.purpose.id, one.mode.value, one.asked.probe
        failed = one.verdict is Verdict.FAIL and run.told.get(key, {}).get("verdict") == Verdict.FAIL.value
        if failed and not one.purpose.requirement.beside_the_plan and (moment := _moment(run, one)) is not None:
            found[key] = moment
    return found


def _moment(run: RunAgain, one: Conclusion) -> Moment | None:
    record = _record_of(run, one.asked)
    return None if record is None else moment_of(record.seen_by(one.asked.probe), one.trail)


def _record_of(run: RunAgain, asked: Asked) -> Record | None:
    part = run.part_of(asked)
    records: Mapping[Mode, Record] = run.records if part is None else run.before.get(part + 1, {})
    return records.get(asked.mode)


def board_differs(contents: Contents, run: RunAgain) -> Iterator[str]:
    """Where the boards of the records are not one, or not that of the files that were given and of the suite."""
    board = run.board
    for record in run.all_records:
        if record.board != board:
            yield f"evidence/{record.mode.value}/run.json: board is not that of the other records"
    if run.anonymised:  # the files that were given are left out
        return
    given = [name for name, path in ((_STATEMENT, run.options.statement), (_BOARD, run.options.board))
             if path is not None and Path(path).suffix == ".toml"]  # fmt: skip
    if missing := [name for name in given if name not in contents.names]:
        yield from (f"{name}: is missing" for name in missing)
        return
    try:
        with TemporaryDirectory() as folder:
            expected = masked_board(_board(contents, run, given, Path(folder)))
    except InputError as error:
        yield str(error)
        return
    was, now = expected.model_dump(mode="json"), board.model_dump(mode="json")
    for name in dict.fromkeys((*now, *was)):
        if was.get(name) != now.get(name):
            whose = " and ".join(given) or "the suite"
            yield f"evidence/{run.all_records[-1].mode.value}/run.json: {name} of its board is not that of {whose}"


def _board(contents: Contents, run: RunAgain, given: Sequence[str], folder: Path) -> Board:
    """The board under its statement, with the wrong part that a built-in defect gave it.

    One that is not known here is the record's own, on which a statement changes nothing.

    Raises:
        InputError: a file is wrong.
    """
    paths = {}
    for name in given:
        paths[name] = folder / Path(name).name
        paths[name].write_bytes(contents.read(name))
    board, told = run.board, run.options.board
    try:
        if _BOARD in paths:
            board = board_named(str(paths[_BOARD]))
        elif (told or board.id) in board_names():
            board = board_named(told or board.id)
            if told is None and run.options.defect:
                built_in = known_defects().get(run.options.defect)
                if built_in is not None and built_in.rebuilt is not None:
                    board = built_in.rebuilt(board)
        return board_with(board, paths[_STATEMENT]) if _STATEMENT in paths else board
    except InputError as error:
        raise InputError(str(error).replace(f"{folder}/", "evidence/")) from None
