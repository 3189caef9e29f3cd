# SPDX-License-Identifier: Apache-2.0
"""Texts found again by their form: a catalogue has them with holes such as ``{at_s}`` for what varies.

Whoever makes a text makes it in English; whoever reads it in another language has it found again, so that a text that
was kept or sent is told like one that is new.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

__all__ = ["NUMBER", "Form", "forms_of", "holes_of", "is_number", "refilled", "unbroken"]

NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[-+]?\d+)?")
_HOLE = re.compile(r"\{(\w+)\}")
_IS_NUMBER = re.compile(r"n|n_\w+|\w+_(?:s|v|mw|mhz|ohm)")  # names of holes that hold a number alone
_WITHIN = {  # what the other holes hold, by their names; those of no such name hold any text
    "fault": "[a-z][a-z ]*",
    "code": "[0-9A-F]+",
    "computed_code": "[0-9A-F]+",
    "label": r"\S+",
    "other_label": r"\S+",
    "labels": r"\S+(?:, \S+)*",
    "key_name": r"[\w.\[\]-]+",
    "said": ".*?",
    "requirement": r"[A-Z]{3}-[A-Z]{3}-\d+",
    "tic_mode": "historic|standard",
    "value": "'.*'|\".*\"",
}
_BEFORE_MARKS = re.compile(r" (?=[:;?!»])|(?<=«) ")  # no line ends there in French (Imprimerie nationale)


def holes_of(template: str) -> list[str]:
    """The names of what varies in a text of the catalogue, sorted."""
    return sorted(_HOLE.findall(template))


def is_number(value: object) -> bool:
    """Whether a value is written as a number."""
    return NUMBER.fullmatch(str(value)) is not None


def unbroken(french: str) -> str:
    """A French text with blanks at which no line of a page ends."""
    return _BEFORE_MARKS.sub("\N{NO-BREAK SPACE}", french)


@dataclass(frozen=True)
class Form:
    """One text of the catalogue, as it can be found again."""

    english: str
    french: str

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What its English looks like, with a group a hole."""
        parts, at = [], 0
        for hole in _HOLE.finditer(self.english):
            parts.append(re.escape(self.english[at : hole.start()]))
            name = hole[1]
            inside = NUMBER.pattern if _IS_NUMBER.fullmatch(name) else _WITHIN.get(name, ".+?")
            parts.append(f"(?P<{name}>{inside})")
            at = hole.end()
        return re.compile("".join([*parts, re.escape(self.english[at:])]), re.DOTALL)

    @property
    def certainty(self) -> int:
        """How much of it is not a hole: the forms that say most are tried first."""
        return len(_HOLE.sub("", self.english))


def forms_of(texts: Mapping[str, str]) -> list[Form]:
    """Those texts of a catalogue that have holes, French by English, in the order in which they are tried."""
    forms = [Form(english, french) for english, french in texts.items() if holes_of(english)]
    return sorted(forms, key=lambda form: -form.certainty)


def refilled(text: str, forms: Iterable[Form], say: Callable[[str, str], str]) -> str | None:
    """The French of a text by the first form that it has; None where it has none of them.

    Args:
        text: in English.
        forms: in the order in which they are tried.
        say: the French of what is in a hole, by the name of the hole; numbers get their comma.
    """
    for form in forms:
        match = form.pattern.fullmatch(text)
        if match is not None:
            told = {
                name: value.replace(".", ",") if _IS_NUMBER.fullmatch(name) else say(name, value)
                for name, value in match.groupdict().items()
            }
            return form.french.format(**told)
    return None
