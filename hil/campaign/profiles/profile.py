# SPDX-License-Identifier: Apache-2.0
"""A profile: which tests somebody's label has, and by which purposes of the suite each is judged."""

import tomllib
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from importlib import resources
from typing import Any

from xky.boards import Board
from xky.protocol import InputError
from xky.protocol.tomlfile import Section

from ..verdict import Verdict, joined

__all__ = ["Profile", "ProfileTest", "profile_named", "profile_names"]

_FOLDER = resources.files(__package__)


class ProfileTest(Section):
    """One test of the label, as its own text has it.

    Attributes:
        what: is done.
        french: the same in French.
        expected: what must come of it.
        purposes: ids of those that show it, all of them together.
    """

    what: str
    french: str
    expected: str
    purposes: tuple[str, ...]


class Profile(Section):
    """All tests of a label; nothing else is played, and nothing else decides.

    Attributes:
        title: what it is, for people.
        french: the same in French.
        clause: where the tests come from.
        indicator: whether they are told by the device's indicator, so that it has to have one.
        test: in the order of the label's text.
    """

    title: str
    french: str
    clause: str
    indicator: bool = False
    test: tuple[ProfileTest, ...]

    @property
    def purposes(self) -> Sequence[str]:
        """Ids of all purposes that are asked for."""
        return tuple(dict.fromkeys(one for test in self.test for one in test.purposes))

    def check(self, name: str, board: Board) -> None:
        """Complain of a device that cannot have the label.

        Raises:
            InputError: it has no indicator.
        """
        if self.indicator and board.indicator is None:
            raise InputError(
                f"--profile {name}: board {board.id} has no indicator, and the label is told by its light; if the "
                "device has one, write [indicator] in its statement (--statement), see docs/label.md"
            )

    def document(self, name: str, requirements: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """As ``report.json`` has it: each test with the verdict of its purposes.

        Args:
            name: of the profile.
            requirements: of the report.
        """
        verdicts: dict[str, list[Verdict]] = {}
        for purpose in (purpose for one in requirements for purpose in one["purposes"]):
            verdicts.setdefault(purpose["id"], []).append(Verdict(purpose["verdict"]))
        tests = [
            {
                "test": one.what,
                "expected": one.expected,
                "purposes": list(one.purposes),
                "verdict": joined(verdict for id_ in one.purposes for verdict in verdicts.get(id_, ())).value,
            }
            for one in self.test
        ]
        return {"name": name, "title": self.title, "clause": self.clause, "tests": tests}


def profile_names() -> list[str]:
    """The profiles known."""
    return sorted(
        one.name.removesuffix(".toml") for one in _FOLDER.iterdir() if one.is_file() and one.name.endswith(".toml")
    )


@cache
def profile_named(name: str) -> Profile:
    """A profile by its name.

    Raises:
        InputError: there is none of that name.
    """
    known = profile_names()
    if name not in known:
        close = get_close_matches(name, known, n=1)
        mean = f" Did you mean {close[0]}?" if close else ""
        raise InputError(f"--profile {name}: no such profile; known: {', '.join(known)}.{mean}")
    return Profile.model_validate(tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8")))
