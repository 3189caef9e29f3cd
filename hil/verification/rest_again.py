# SPDX-License-Identifier: Apache-2.0
"""All that a report says besides verdicts, held against what its evidence makes: page, JUnit, SARIF, statement, keys.

Who signs a report may have altered it before, and people read its page: what can be made again has to be as it was.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from jinja2 import TemplateError

from xky.protocol import XkyError

from ..archive.contents import Contents
from ..campaign.judgement import Conclusion, Judgement
from ..campaign.oracle import Trail
from ..campaign.record import Record
from ..campaign.report.moment import Moment
from ..campaign.verdict import Verdict
from .junit_again import junit_differs
from .members_again import board_differs, members_differ, pictures
from .report_again import report_differs, report_unchecked
from .run_again import PLAN, RunAgain, chosen_of

__all__ = ["page_differs", "rest_differs"]

_Key = tuple[str, str, str]  # purpose, mode, probe
_MALFORMED = (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError, OverflowError, TemplateError,
              StopIteration)  # fmt: skip


def page_differs(contents: Contents, report: Mapping[str, Any]) -> list[str]:
    """What differs of the files of a report that has no evidence: nothing was played of it."""
    found: list[str] = []
    with _told(found):
        found += members_differ(contents, report, {})
    return found


def rest_differs(
    contents: Contents,
    report: Mapping[str, Any],
    judgement: Judgement,
    told: Mapping[_Key, Mapping[str, Any]],
    unjudged: Mapping[_Key, Conclusion],
    before: Mapping[int, Mapping[Any, Record]],
    junit: bytes,
) -> tuple[Sequence[str], Sequence[str]]:
    """What differs, a line each, and what could not be compared.

    Args:
        contents: files of the report, which is by the suite that is installed.
        report: as ``report.json`` has it.
        judgement: of its evidence, judged.
        told: purposes of the report.
        unjudged: what was concluded now of what nobody had judged when the run was cut short.
        before: records of its earlier parts.
        junit: as pytest writes it of the evidence.
    """
    found: list[str] = []
    unchecked: list[str] = []
    moments: Mapping[_Key, Moment] = {}
    with _told(found):
        chosen = chosen_of(contents)
        conclusions = [_as_told(one, told, unjudged) for one in judgement.conclusions]
        run = RunAgain(report, chosen, judgement, conclusions, before, told)
        found += report_differs(run)
        found += _device_differs(run)
        found += board_differs(contents, run)
        unchecked += report_unchecked(run)
        moments = pictures(run)
    with _told(found):
        found += members_differ(contents, report, moments)
    with _told(found):
        given = contents.read("junit.xml") if "junit.xml" in contents.names else b""
        found += junit_differs(given, junit, unjudged, aborted=bool(report.get("aborted")))
    unchecked += ["report.pdf, which is index.html printed"] if "report.pdf" in contents.names else []
    return found, unchecked


def _device_differs(run: RunAgain) -> Iterator[str]:
    """The mode that was chosen, which the records of a whole run have to have."""
    mode = run.options.tic_mode
    modes = {record.mode for record in run.all_records}
    if mode is not None and modes - {mode}:
        yield f"{PLAN}: options.mode is {mode}; the records are of {' and '.join(sorted(modes))}"


def _as_told(
    one: Conclusion, told: Mapping[_Key, Mapping[str, Any]], unjudged: Mapping[_Key, Conclusion]
) -> Conclusion:
    """A conclusion, or that there was none."""
    key = one.purpose.id, one.mode.value, one.asked.probe
    if key not in unjudged:
        return one
    return Conclusion(one.asked, Verdict(told[key]["verdict"]), str(told[key]["reason"]), Trail())


@contextmanager
def _told(found: list[str]) -> Iterator[None]:
    """What keeps something from being made again is told: no run wrote that."""
    try:
        yield
    except XkyError as error:
        found.append(str(error))
    except _MALFORMED as error:
        what = " ".join(str(error).split())[:80]
        found.append(f"report.json: cannot be made again ({type(error).__name__}: {what})")
