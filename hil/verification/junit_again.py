# SPDX-License-Identifier: Apache-2.0
"""``junit.xml`` beside the one that pytest writes of the evidence: each test case by its verdict and its reason."""

from collections.abc import Container, Iterator, Mapping
from typing import TypeAlias
from xml.etree import ElementTree

from xky.protocol import InputError

__all__ = ["junit_differs"]

_NAME = "junit.xml"
_COUNTED = {"errors": "error", "failures": "failure", "skipped": "skipped"}
_Told: TypeAlias = tuple[object, ...]


def junit_differs(
    told: bytes, made: bytes, unjudged: Container[tuple[str, str, str]], *, aborted: bool
) -> Iterator[str]:
    """What is another: ``junit.xml[:LINE]`` and which test case.

    Args:
        told: as it is written.
        made: as the evidence gives it.
        unjudged: purposes, with mode and probe, that nobody had judged when the run was cut short.
        aborted: the run was cut short, so that test cases may be missing.
    """
    try:
        suite, cases = _read(told)
    except InputError as error:
        yield str(error)
        return
    of_evidence, again = _read(made)
    counts = {name: sum(case.find(of) is not None for case in suite) for name, of in _COUNTED.items()}
    for name, count in counts.items():
        if suite.get(name) != str(count):
            yield f"{_NAME}: {name} is {suite.get(name)}; counted {count}"
    if not aborted and suite.get("tests") != of_evidence.get("tests"):
        yield f"{_NAME}: tests is {suite.get('tests')}; {of_evidence.get('tests')} by the evidence"
    if len(cases) != len(suite):
        yield f"{_NAME}: has a test case twice"
    for name, case in cases.items():
        if name not in again:
            yield f"{_place(told, name)}: {name} is none of the suite's test cases"
        elif _said(case) != _said(again[name]) and _asked(again[name]) not in unjudged:
            yield f"{_place(told, name)}: {name} is {_outcome(case)}; {_outcome(again[name])} by the evidence"
    for name in () if aborted else again.keys() - cases.keys():
        yield f"{_NAME}: {name} is missing"


def _read(data: bytes) -> tuple[ElementTree.Element, Mapping[str, ElementTree.Element]]:
    """The suite and its test cases by name.

    Raises:
        InputError: it is nothing that pytest writes; it never declares entities.
    """
    try:
        text = data.decode("utf-8")
        if "<!" in text:
            raise InputError(f"{_NAME}:{text.count(chr(10), 0, text.index('<!')) + 1}: is none that pytest writes")
        root = ElementTree.fromstring(text)
    except InputError:
        raise
    except (ValueError, ElementTree.ParseError) as error:
        raise InputError(f"{_NAME}: cannot be read ({error})") from None
    suites = list(root)
    if root.tag != "testsuites" or len(suites) != 1 or any(case.tag != "testcase" for case in suites[0]):
        raise InputError(f"{_NAME}: is none that pytest writes")
    return suites[0], {f"{case.get('classname')}.{case.get('name')}": case for case in suites[0]}


def _said(case: ElementTree.Element) -> list[_Told]:
    """All that it says but how long it took; of what was skipped pytest tells the place of the test besides."""
    found: list[_Told] = []
    for one in case:
        text = "" if one.tag == "skipped" else (one.text or "").strip()
        found.append((one.tag, sorted(one.attrib.items()), text, [sorted(each.attrib.items()) for each in one]))
    return found


def _asked(case: ElementTree.Element) -> tuple[str, str, str]:
    said = {one.get("name", ""): one.get("value", "") for one in case.iter("property")}
    return said.get("purpose", ""), said.get("mode", ""), said.get("probe", "lines")


def _outcome(case: ElementTree.Element) -> str:
    """``pass``, or what pytest calls it, and its message."""
    for one in case:
        if one.tag in _COUNTED.values():
            return f"{one.tag} ({' '.join(one.get('message', '').split())[:80]})"
    verdict = next((one.get("value") for one in case.iter("property") if one.get("name") == "verdict"), None)
    return f"{verdict or 'pass'}"


def _place(data: bytes, name: str) -> str:
    written = ElementTree.tostring(ElementTree.Element("testcase", name=name.partition(".")[2]), encoding="unicode")
    at = data.find(written.removeprefix("<testcase").removesuffix(" />").encode())
    return _NAME if at < 0 else f"{_NAME}:{data.count(10, 0, at) + 1}"
