# SPDX-License-Identifier: Apache-2.0
"""The words of a report in another language, from one catalogue, ``french.toml``; requirements have theirs beside them.

A report is made and kept in English, whoever reads it: its lines are found again in the catalogue by their form, with
holes for what varies. So a report that was read back from a file, or judged again from evidence, is told in French like
that of a run. What is in no catalogue stays as it is: the words of devices, the groups of a line.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from importlib import resources

from xky.protocol import InputError

from .profiles import profile_named, profile_names
from .suite import declared_purposes

__all__ = ["LANGUAGES", "Wording", "catalogue", "holes_of", "is_sentence", "wording"]

LANGUAGES = ("en", "fr")
_HOLE = re.compile(r"\{(\w+)\}")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[-+]?\d+)?")
_IS_NUMBER = re.compile(r"n|n_\w+|\w+_(?:s|v|mw|mhz|ohm)")  # names of holes that hold a number alone
_WITHIN = {  # what the other holes hold, by their names; those of no such name hold any text
    "fault": "[a-z][a-z ]*",
    "code": "[0-9A-F]+",
    "computed_code": "[0-9A-F]+",
    "label": r"\S+",
    "other_label": r"\S+",
    "labels": r"\S+(?:, \S+)*",
    "said": ".*?",
    "requirement": r"[A-Z]{3}-[A-Z]{3}-\d+",
    "tic_mode": "historic|standard",
    "value": "'.*'|\".*\"",
}
_BEFORE_MARKS = re.compile(r" (?=[:;?!»])|(?<=«) ")  # no line ends there in French (Imprimerie nationale)
_SENTENCE = re.compile(r"\{at_s\} s: (?:[a-z]|\{\w+\}:)")  # a line that says what happened, by its English
_GROUP_LINES = ("{at_s} s: {text} ({fault})", "{at_s} s: {text}")  # of any length: a group may have thousands
_OF_CHECKS = {"verify", "dispute", "seal"}  # parts of the catalogue that no report has lines of
_LONGEST = 4000  # characters; what is longer is somebody else's words


def holes_of(template: str) -> list[str]:
    """The names of what varies in a text of the catalogue, sorted."""
    return sorted(_HOLE.findall(template))


@cache
def catalogue() -> Mapping[str, str]:
    """French by English, both with holes such as ``{at_s}``."""
    return {english: french for part in _parts().values() for english, french in part.items()}


@cache
def _parts() -> Mapping[str, Mapping[str, str]]:
    text = (resources.files("xky.hil.campaign") / "french.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@dataclass(frozen=True)
class Wording:
    """The words of one language.

    Attributes:
        language: one of ``LANGUAGES``.
        checks: lines of a verification are found again, too; in a report they would be a device's own words.
    """

    language: str = "en"
    checks: bool = False

    def say(self, text: str) -> str:
        """A text of a report, or a line of it, in this language; what is in no catalogue, as it is."""
        return str(text) if self.language == "en" else _french(str(text), self.checks)

    def fill(self, template: str, **values: object) -> str:
        """A text with holes, filled.

        Raises:
            KeyError: the catalogue does not have it.
        """
        if self.language == "en":
            return template.format(**values)
        said = {name: self.number(one) if _is_number(one) else self.say(str(one)) for name, one in values.items()}
        return catalogue()[template].format(**said)

    def on_a_page(self, text: str) -> str:
        """A text with blanks at which no line is to end, where the language has such; terminals know none."""
        return text if self.language == "en" else _BEFORE_MARKS.sub("\N{NO-BREAK SPACE}", text)

    @property
    def colon(self) -> str:
        """A colon with its blanks."""
        return ": " if self.language == "en" else " : "

    @property
    def semicolon(self) -> str:
        """A semicolon with its blanks."""
        return "; " if self.language == "en" else " ; "

    def clause(self, text: str) -> str:
        """The clause of a requirement: its places are names, what stands beside them are words."""
        return self.semicolon.join(self.say(part) for part in text.split("; "))

    def number(self, value: object) -> str:
        """A number as it is written: a comma before its decimals in French."""
        return str(value) if self.language == "en" else str(value).replace(".", ",")


def is_sentence(line: str) -> bool:
    """Whether a line that begins with its instant goes on in words of the catalogue: no characters of a group do."""
    return any(form.pattern.fullmatch(line) for form in _forms(False) if _SENTENCE.match(form.english))


def wording(language: str) -> Wording:
    """The words of a language by its name.

    Raises:
        InputError: there is no such language.
    """
    if language not in LANGUAGES:
        raise InputError(f"--lang {language}: no such language; known: {', '.join(LANGUAGES)}")
    return Wording(language)


@dataclass(frozen=True)
class _Form:
    """One text of the catalogue, as it can be found again."""

    english: str
    french: str

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        parts, at = [], 0
        for hole in _HOLE.finditer(self.english):
            parts.append(re.escape(self.english[at : hole.start()]))
            name = hole[1]
            inside = _NUMBER.pattern if _IS_NUMBER.fullmatch(name) else _WITHIN.get(name, ".+?")
            parts.append(f"(?P<{name}>{inside})")
            at = hole.end()
        return re.compile("".join([*parts, re.escape(self.english[at:])]), re.DOTALL)

    @property
    def certainty(self) -> int:
        """How much of it is not a hole: the forms that say most are tried first."""
        return len(_HOLE.sub("", self.english))


@cache
def _told_in(checks: bool) -> Mapping[str, str]:
    """French by English of what a report may hold; of what a verification says, too, where that is asked."""
    parts = (part for name, part in _parts().items() if checks or name not in _OF_CHECKS)
    return {english: french for part in parts for english, french in part.items()}


@cache
def _known(checks: bool) -> Mapping[str, str]:
    """Texts without holes: of the catalogue, and of requirements."""
    known = {english: french for english, french in _told_in(checks).items() if not holes_of(english)}
    for requirement in {one.requirement for one in declared_purposes()}:
        procedure = requirement.procedure
        if procedure is not None:
            known[_listed(procedure.needs, "and")] = _listed(procedure.needs_french, "et")
        if requirement.french:
            known[requirement.text] = requirement.french
        if requirement.why_french:
            known[requirement.why] = requirement.why_french
    for profile in map(profile_named, profile_names()):
        known |= {profile.title: profile.french, **{one.what: one.french for one in profile.test}}
    return known


@cache
def _forms(checks: bool) -> list[_Form]:
    forms = [_Form(english, french) for english, french in _told_in(checks).items() if holes_of(english)]
    return sorted(forms, key=lambda form: -form.certainty)


@lru_cache(maxsize=8192)
def _french(text: str, checks: bool = False) -> str:
    known = _known(checks).get(text)
    if known is not None:
        return known
    is_long = len(text) > _LONGEST
    for form in _forms(checks):
        if is_long and form.english not in _GROUP_LINES:
            continue
        match = form.pattern.fullmatch(text)
        if match is not None:
            told = {
                name: value.replace(".", ",") if _IS_NUMBER.fullmatch(name) else _french(value, checks)
                for name, value in match.groupdict().items()
            }
            return form.french.format(**told)
    parts = [] if is_long else text.split("; ")
    said = [_french(part, checks) for part in parts] if len(parts) > 1 else parts
    return text if said == parts else " ; ".join(said)


def _listed(parts: Sequence[str], word: str) -> str:
    """As the reason of what only an instrument shows lists what it needs."""
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}" if len(parts) > 1 else parts[0]


def _is_number(value: object) -> bool:
    return _NUMBER.fullmatch(str(value)) is not None
