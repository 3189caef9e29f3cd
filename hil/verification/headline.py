# SPDX-License-Identifier: Apache-2.0
"""What a report says, in a line: the verdict, how much was decided, which device, and which firmware.

Of the pack of one purpose: its verdict, which purpose, and of which device.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from xky.protocol import InputError

from ..archive.contents import Contents
from ..campaign.verdict import Verdict

__all__ = ["headline_parts", "is_pack"]

_REPORT, _DISPUTE = "report.json", "dispute.json"
_SHORT = 100  # characters of a name
_VERDICTS = {one.value for one in Verdict}
_MALFORMED = (InputError, ValueError, TypeError, KeyError, AttributeError, RecursionError)


def is_pack(contents: Contents) -> bool:
    """Whether it is one contested purpose, and no report."""
    return _DISPUTE in contents.names and _REPORT not in contents.names


def headline_parts(contents: Contents) -> tuple[str, ...]:
    """The line in its parts, the verdict first; of a file that is none a run writes, that it says nothing."""
    name, said_of = (_DISPUTE, _said_of_purpose) if is_pack(contents) else (_REPORT, _said)
    if name not in contents.names:
        return (f"no verdict: {name} is missing",)
    try:
        return tuple(said_of(json.loads(contents.read(name))))
    except _MALFORMED:
        return (f"no verdict: {name} tells none",)


def _verdict(told: Mapping[str, Any]) -> str:
    verdict = told["verdict"]
    if verdict not in _VERDICTS:
        raise ValueError
    return str(verdict).upper()


def _said_of_purpose(dispute: Mapping[str, Any]) -> Iterator[str]:
    told = dispute["purpose"]
    yield _verdict(told)
    yield from ("contested" for _ in range("contested" in told))
    yield f"{_short(told['id'])} in {_short(told['mode'])} mode: {_short(dispute['device'])}"


def _said(report: Mapping[str, Any]) -> Iterator[str]:
    yield _verdict(report)
    yield from ("partial" for _ in range(report.get("partial") is True))
    yield from ("cut short" for _ in range(report.get("aborted") is True))
    title = report["statement"]["title"]
    device = f"{_short(report['device'])} ({_short(title)})" if title else _short(report["device"])
    yield f"decided {int(report['decided'])} of {int(report['total'])}: {device}"
    firmware = report["firmware"]
    named = firmware["version"] or firmware["sha256"]
    run = [f"{_short(one['file'])} {str(one['sha256'])[:16]}…" for one in firmware["files"]]
    if named:
        proven = firmware["proven"] is True
        yield f"firmware {_short(named)} (proven)" if proven else f"firmware {_short(named)} (not proven)"
    elif run:
        yield f"firmware {', '.join(run)}"
    else:
        yield "firmware not named"


def _short(said: Any) -> str:
    text = str(said)
    return text if len(text) <= _SHORT else f"{text[: _SHORT - 1]}…"
