# SPDX-License-Identifier: Apache-2.0
"""Whatever the interface refuses a page it refuses in the page's language, too."""

import ast
import re
from collections.abc import Iterator
from dataclasses import fields
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from xky.emulator.faults import known_faults
from xky.hil.live.complaint import french_of

from .driven import Driven

FRENCH = {"content-type": "application/json", "accept-language": "fr"}
ENGLISH = re.compile(
    r"\b(the|was|were|is|of|and|or|with|not|from|within|after|that|its|by|should|input|write|expected|this|has|have)\b"
)
QUOTED = re.compile(r"'.*?'|\".*?\"|\[.*?\]")
NUMBERS = (-1, 0, 11, 1e6, 1.5, "x")
TIMES = ("2020-01-01T00:00", "", "1999-01-01T00:00", "2030-01-01T00:00", "2026-03-29T02:30")
CALLS: list[tuple[str, str, Any]] = [
    *(("PUT", "/load", {"load_va": number}) for number in NUMBERS),
    *(("PUT", "/load", {key: True}) for key in ("adps", "adir")),
    ("PUT", "/load", {"adir": [1]}), ("PUT", "/load", {}), ("PUT", "/load", {"adps": True, "load_va": 1}),
    *(("PUT", "/tariff", {"supplier_index": number}) for number in (*NUMBERS, 9)),
    *(("PUT", "/tariff", {"contract": name}) for name in ("tempo", "tempi", "x", 3)),
    *(("PUT", "/tariff", {"peak": {"number": 1, "start": "2026-01-20T00:00", "end": end}}) for end in TIMES),
    *(("PUT", "/tariff", {"peak": {"number": 1, "start": start, "end": start}}) for start in TIMES),
    ("PUT", "/tariff", {"peak": {"number": 7, "start": "2026-01-20T00:00", "end": "2026-01-20T01:00"}}),
    *(("POST", "/event", {"skip_to": time}) for time in TIMES),
    *(("POST", "/event", {"clock": {"show": time}}) for time in ("", "x", "1999-01-01T00:00")),
    ("POST", "/event", {"clock": {}}), ("POST", "/event", {"clock": {"show": TIMES[0], "resynchronise": True}}),
    ("POST", "/event", {"breaker": "x"}), ("POST", "/event", {}), ("POST", "/event", {"trace": "x"}),
    ("POST", "/event", {"outage": {"for_s": 1}, "skip_to": "2026-02-01T00:00"}),
    ("POST", "/event", {"lose_phases": [1]}), ("POST", "/event", {"braker": "open"}),
    *(("POST", "/supply/cut", {"for_s": number}) for number in (-1, "x")),
    *(("PUT", "/terminals", body) for body in ({}, {"share": 2}, {"share": 0, "for_s": -1}, {"model": "x"})),
    ("PUT", "/terminals", {"share": 0}), ("GET", "/board", None), ("DELETE", "/faults/99", None),
    *(("POST", "/faults", body) for body in ({}, {"name": "wrong_cheksum"}, {"name": "xx"})),
    *(("POST", "/faults", {"name": "cut", "label": label}) for label in ("x", "", "PAPP", "EAST", "ADPS", "PMAX")),
    *(("POST", "/faults", {"name": "cut", "label": "DATE", "for_frames": number}) for number in (0, "x")),
    ("POST", "/faults", {"name": "cut", "label": "DATE", "lable": 1}),
    ("GET", "/nowhere", None), ("PUT", "/state", {}), ("GET", "/truth?limit=1000", None),
    ("GET", "/truth?since=x", None),
]  # fmt: skip
RAISED_BY = ("app", "board_state", "bodies", "control", "known_faults", "session")


def is_french(language: str, text: str) -> bool:
    return language == "fr" and not ENGLISH.search(QUOTED.sub("", text))


def is_known(refusal: str) -> bool:
    return french_of(refusal) != refusal and is_french("fr", french_of(refusal))


@pytest.mark.by_day(2)
@pytest.mark.parametrize(
    "meter", [{}, {"mode": "historic"}, {"phases": 3}, {"board": "generic"}, {"cut": True}],
    ids=["standard", "historic", "three phases", "another supply", "outage"],
)  # fmt: skip
def test_what_knobs_can_be_refused_has_its_french(meter: dict[str, Any]) -> None:
    run = Driven(**{key: value for key, value in meter.items() if key != "cut"})
    run.wait(2)
    if "cut" in meter:
        run.do("POST", "/supply/cut", {})
    told = []
    for method, path, body in [*CALLS, ("POST", "/supply/restore", {})]:
        answer = run.call(method, path, body, headers=FRENCH)
        if answer.status_code < 400:
            continue
        told.append((answer.headers["content-language"], answer.json()["detail"]))
    assert len(told) > 30
    assert [one for one in told if not is_french(*one)] == []


def test_what_keys_of_faults_can_be_refused_has_its_french() -> None:
    run = Driven()
    run.wait(2)
    told = []
    for name, kind in known_faults().items():
        label = {field.name: "SINSTS" for field in fields(kind) if field.name in ("label", "before")}  # type: ignore[arg-type]
        for field in fields(kind):  # type: ignore[arg-type]
            for value in () if field.name in label else (-1e9, 1e9, "\x00"):
                answer = run.call("POST", "/faults", {"name": name, **label, field.name: value})
                if answer.status_code >= 400:
                    told.append(answer.json()["detail"])
    assert len(told) > 80
    assert [one for one in told if not is_known(one)] == []


def raised(path: Path) -> Iterator[str]:
    """What a module raises, with 3 in each hole."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Raise) or not isinstance(node.exc, ast.Call) or not node.exc.args:
            continue
        text = node.exc.args[0]
        if isinstance(text, ast.Constant):
            yield str(text.value)
        elif isinstance(text, ast.JoinedStr):
            yield "".join(
                str(part.value) if isinstance(part, ast.Constant) else "'3'" if part.conversion == ord("r") else "3"
                for part in text.values
                if isinstance(part, ast.Constant | ast.FormattedValue)
            )


@pytest.mark.parametrize("module", RAISED_BY)
def test_every_refusal_of_the_control_channel_has_its_french(module: str) -> None:
    told = [*raised(Path(str(resources.files("xky.hil.emulation.control") / f"{module}.py")))]
    served = [text.replace("supply: 3", "supply: end the outage first") for text in told if text[:2] != "--"]
    assert served
    assert [one for one in served if not is_known(one)] == []


def test_the_guard_refuses_in_the_language_of_who_asks() -> None:
    run = Driven(token="right-one")
    answer = run.call("GET", "/state", headers={"accept-language": "fr"})
    assert (answer.status_code, answer.headers["content-language"]) == (401, "fr")
    assert answer.json()["detail"].startswith("pas de jeton")
