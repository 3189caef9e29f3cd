# SPDX-License-Identifier: Apache-2.0
"""What a report says, in a line: the verdict, how much was decided, which device, and which firmware."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from xky.protocol import InputError

from ..archive.contents import Contents
from ..campaign.verdict import Verdict

__all__ = ["headline"]

_REPORT = "report.json"
_SHORT = 100  # characters of a name
_VERDICTS = {one.value for one in Verdict}


def headline(contents: Contents) -> str:
    """The line; of a file that is none a run writes, that it says nothing."""
    if _REPORT not in contents.names:
        return f"no verdict: {_REPORT} is missing"
    try:
        report = json.loads(contents.read(_REPORT))
        if report["verdict"] not in _VERDICTS:
            raise ValueError
        return ", ".join(_said(report))
    except (InputError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return f"no verdict: {_REPORT} tells none"


def _said(report: Mapping[str, Any]) -> Iterator[str]:
    yield report["verdict"].upper()
    yield from ("partial" for _ in range(report.get("partial") is True))
    yield from ("cut short" for _ in range(report.get("aborted") is True))
    title = report["statement"]["title"]
    device = f"{_short(report['device'])} ({_short(title)})" if title else _short(report["device"])
    yield f"decided {int(report['decided'])} of {int(report['total'])}: {device}"
    firmware = report["firmware"]
    named = firmware["version"] or firmware["sha256"]
    run = [f"{_short(one['file'])} {str(one['sha256'])[:16]}…" for one in firmware["files"]]
    if named:
        yield f"firmware {_short(named)} ({'proven' if firmware['proven'] is True else 'not proven'})"
    elif run:
        yield f"firmware {', '.join(run)}"
    else:
        yield "firmware not named"


def _short(said: Any) -> str:
    text = str(said)
    return text if len(text) <= _SHORT else f"{text[: _SHORT - 1]}…"
