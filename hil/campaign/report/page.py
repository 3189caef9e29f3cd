# SPDX-License-Identifier: Apache-2.0
"""The page of a report: one file, no script, nothing asked of any network; what devices said stands in it as text."""

import os
import re
import sys
from collections.abc import Mapping
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any, TypeAlias

from jinja2 import Environment, FileSystemBytecodeCache, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

from xky.boards import board_named, board_names

from ...archive.key_file import PublicKey
from ...bench.shown import visible
from ..anonymised.anonymised_board import LEFT_OUT
from ..headline_notes import headline_notes
from ..verdict_marks import MARK, ranked
from ..waivers import waived_lines
from ..wording import Wording, is_sentence
from .document import in_order
from .moment import Moment

__all__ = ["ABOUT", "Asked", "page", "summary", "visible_blanks"]

Asked: TypeAlias = tuple[str, str, str]
"""Purpose, mode and probe: what a picture is of."""

ABOUT = {  # what a group of requirements is about, in a word or two
    "TIC-CHK": "checksums", "TIC-CHR": "characters", "TIC-CLK": "change of hour", "TIC-CMP": "completeness",
    "TIC-CND": "conditional labels", "TIC-DAT": "dates", "TIC-DAY": "midnight", "TIC-EXC": "meter exchange",
    "TIC-FLD": "meters in the field", "TIC-INP": "receiver's input", "TIC-LED": "indicator",
    "TIC-SUP": "terminals I1-A",
    "TIC-FRS": "freshness", "TIC-LBL": "labels", "TIC-LNK": "link", "TIC-MOD": "TIC mode", "TIC-PRT": "port",
    "TIC-SIZ": "sizes", "TIC-SND": "soundness", "TIC-TAR": "tariffs", "TIC-TIM": "timing", "TIC-VAL": "values",
    "XKY-LRW": "LoRaWAN", "XKY-PWR": "power", "XKY-UPL": "uplinks",
}  # fmt: skip

_NO_BREAK = "\N{NO-BREAK SPACE}"
_MANY = 4  # undecided for one reason: told together

# As the oracle writes a group: when it began, its characters, the fault that befell it
_GROUP = re.compile(
    r"(?P<when>\d+\.\d\d s: (?:started inside a frame; of it came )?)(?P<group>.*?)(?P<fault> \([a-z ]+\))?"
)


def page(report: Mapping[str, Any], words: Wording | None = None, moments: Mapping[Asked, Moment] | None = None) -> str:
    """The page.

    Args:
        report: as ``report.json`` has it.
        words: of the language to tell it in; English unless told.
        moments: pictures of what failed, as far as there are.
    """
    words = words or Wording()
    environment = Environment(
        loader=PackageLoader("xky.hil.campaign.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        finalize=_seen_whole,
        bytecode_cache=_compiled(),
        optimized=False,  # what is compiled serves all languages: no word may be told ahead
    )

    def say(text: str) -> str:
        return words.on_a_page(words.say(visible(str(text))))

    def clause(text: str) -> str:
        return words.on_a_page(words.clause(text))

    environment.filters |= {
        "blanks": visible_blanks,
        "say": say,
        "clause": clause,
        "number": words.number,
        "left_out": lambda text: text.replace(LEFT_OUT, words.say(LEFT_OUT)),
        "plain": _plain,
    }
    environment.globals |= {
        "_": _filled(words), "fault_names": partial(_fault_names, words), "mark": MARK, "waived_lines": waived_lines,
        "colon": words.on_a_page(words.colon), "semicolon": words.on_a_page(words.semicolon),
    }  # fmt: skip
    requirements = report["requirements"]
    undecided = _undecided(requirements)
    return environment.get_template("page.html").render(
        report=report,
        product=_product(report),
        language=words.language,
        requirements=ranked(requirements),
        groups=[(id_, list(of)) for id_, of in groupby(_sorted(requirements), key=lambda one: _group_of(one["id"]))],
        summary=[words.on_a_page(words.fill(template, **values)) for template, values in summary(report)],
        moments=moments or {},
        notes=headline_notes(dict(report)),
        about=ABOUT,
        undecided=undecided,
        fingerprint=PublicKey(report["signer"]).fingerprint if report.get("signer") else "",
        alike={id_ for _, ids in undecided for id_ in ids},
    )


def _compiled() -> FileSystemBytecodeCache | None:
    """Where the compiled template lies: beside the modules that Python compiles, if it may write there."""
    folder = Path(__file__).with_name("__pycache__")
    may_be_kept = not sys.dont_write_bytecode and os.access(folder, os.W_OK)
    return FileSystemBytecodeCache(str(folder), "%s.template") if may_be_kept else None


def summary(report: Mapping[str, Any]) -> list[tuple[str, dict[str, object]]]:
    """What a run comes to in plain words: texts of the catalogue, with what fills their holes."""
    musts = [one for one in report["requirements"] if one["level"] == "must" and one["verdict"] != "not applicable"]
    broken, undecided = (
        [one["id"] for one in musts if one["verdict"] == verdict] for verdict in ("fail", "inconclusive")
    )
    told: list[tuple[str, dict[str, object]]] = []
    if broken:
        told.append(("The device breaks {n} of the {n_musts} requirements that it must meet.",
                     {"n": len(broken), "n_musts": len(musts)}))  # fmt: skip
    elif report["verdict"] == "fail":
        told.append(("The device meets what it must, but not what it should, which counts in this run.", {}))
    elif report["verdict"] == "pass":
        told.append(("The device meets all {n} requirements that it must meet.", {"n": len(musts)}))
    else:
        told.append(("No requirement that must hold was seen broken, but that is no pass.", {}))
    if undecided:
        told.append(("Undecided: {n} of them.", {"n": len(undecided)}))
    return told


def visible_blanks(line: str) -> str:
    """A line of what was sent, each blank of its group as ␣: in a TIC a blank separates, pads, and is a checksum."""
    told = _GROUP.fullmatch(line)
    if told is None or (told["when"].endswith("s: ") and is_sentence(line)):
        return line
    return told["when"] + told["group"].replace(" ", "␣") + (told["fault"] or "")


def _product(report: Mapping[str, Any]) -> str:
    """The title of a statement; empty where there is only that of a ready board, which tells of no product."""
    title = str(report["statement"].get("title", ""))
    name = report["board"]
    return "" if name in board_names() and board_named(name).title == title else title


def _seen_whole(told: Any) -> Any:
    """What a page is given, its control characters by their codes; blanks at which no line ends are the page's own."""
    if not isinstance(told, str) or hasattr(told, "__html__"):
        return told
    return _NO_BREAK.join(map(visible, told.split(_NO_BREAK)))


def _filled(words: Wording) -> Any:
    @pass_context
    def filled(context: Context, template: str, **values: object) -> str:
        return words.on_a_page(words.fill(template, **values) if values else words.say(template))

    return filled


def _undecided(requirements: list[dict[str, Any]]) -> list[tuple[str, list[str]]]:
    """Reasons that left many undecided, each with the ids of those: one that was not played is told with its like."""
    reasons: dict[str, list[str]] = {}
    for one in _sorted(requirements):
        if one["verdict"] == "inconclusive":
            first = next(purpose for purpose in one["purposes"] if purpose["verdict"] == "inconclusive")
            reasons.setdefault(first["reason"], []).append(one["id"])
    return [(reason, ids) for reason, ids in reasons.items() if len(ids) >= _MANY]


def _sorted(requirements: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(requirements, key=lambda one: in_order(one["id"]))


def _group_of(id_: str) -> str:
    """``TIC-LNK`` of ``TIC-LNK-7``."""
    return id_.rpartition("-")[0]


def _fault_names(words: Wording, faults: list[str]) -> str:
    """The names of faults, as a line has them."""
    return ", ".join(words.say(one.replace("_", " ")) for one in faults) or words.say("nothing befell it")


def _plain(value: object) -> str:
    """Something of a report as a line: a text, a list, or a table of such."""
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {_plain(one)}" for name, one in value.items() if one not in (None, "", []))
    return ", ".join(map(_plain, value)) if isinstance(value, list | tuple) else str(value)
