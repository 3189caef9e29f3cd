# SPDX-License-Identifier: Apache-2.0
"""The words of a report in another language, from one catalogue, ``french.toml``; requirements and faults have theirs
beside them, and so may steps.

A report is made and kept in English, whoever reads it: its lines are found again in the catalogue by their form, with
holes for what varies. So a report that was read back from a file, or judged again from evidence, is told in French like
that of a run. What is in no catalogue stays as it is: the words of devices, the groups of a line.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

from xky.protocol import InputError

from ..live.fault_words import french_faults
from ..text_forms import Form, forms_of, holes_of, is_number, refilled, unbroken
from .profiles import profile_named, profile_names
from .suite import declared_purposes

__all__ = ["LANGUAGES", "Wording", "catalogue", "holes_of", "is_sentence", "wording"]

LANGUAGES = ("en", "fr")
_SENTENCE = re.compile(r"\{at_s\} s: (?:[a-z]|\{\w+\}:)")  # a line that says what happened, by its English
_GROUP_LINES = ("{at_s} s: {text} ({fault})", "{at_s} s: {text}")  # of any length: a group may have thousands
_OF_CHECKS = {"verify", "dispute", "seal"}  # parts of the catalogue that no report has lines of
_LONGEST = 4000  # characters; what is longer is somebody else's words


@cache
def catalogue() -> Mapping[str, str]:
    """French by English, both with holes such as ``{at_s}``."""
    return {english: french for part in _parts().values() for english, french in part.items()}


@cache
def _parts() -> Mapping[str, Mapping[str, str]]:
    text = (resources.files("xky.hil.campaign") / "french.toml").read_text(encoding="utf-8")
    return {**tomllib.loads(text), "faults": french_faults()}


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
        said = {name: self.number(one) if is_number(one) else self.say(str(one)) for name, one in values.items()}
        return catalogue()[template].format(**said)

    def on_a_page(self, text: str) -> str:
        """A text with blanks at which no line is to end, where the language has such; terminals know none."""
        return text if self.language == "en" else unbroken(text)

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
    return any(pattern.fullmatch(line) for pattern in _sentences())


def wording(language: str) -> Wording:
    """The words of a language by its name.

    Raises:
        InputError: there is no such language.
    """
    if language not in LANGUAGES:
        raise InputError(f"--lang {language}: no such language; known: {', '.join(LANGUAGES)}")
    return Wording(language)


@cache
def _told_in(checks: bool) -> Mapping[str, str]:
    """French by English of what a report may hold; of what a verification says, too, where that is asked."""
    parts = (part for name, part in _parts().items() if checks or name not in _OF_CHECKS)
    return {english: french for part in parts for english, french in part.items()}


@cache
def _known(checks: bool) -> Mapping[str, str]:
    """Texts without holes: of the catalogue, of requirements, and of steps that bring their own."""
    known = {english: french for english, french in _told_in(checks).items() if not holes_of(english)}
    for requirement in {one.requirement for one in declared_purposes()}:
        procedure = requirement.procedure
        if procedure is not None:
            known[_listed(procedure.needs, "and")] = _listed(procedure.needs_french, "et")
        if requirement.french:
            known[requirement.text] = requirement.french
        if requirement.why_french:
            known[requirement.why] = requirement.why_french
    known |= {step.name: step.french for purpose in declared_purposes() for step in purpose.stimuli if step.french}
    for profile in map(profile_named, profile_names()):
        known |= {profile.title: profile.french, **{one.what: one.french for one in profile.test}}
    return known


@cache
def _forms(checks: bool) -> list[Form]:
    return forms_of(_told_in(checks))


@cache
def _sentences() -> list[re.Pattern[str]]:
    return [form.pattern for form in _forms(False) if _SENTENCE.match(form.english)]


@lru_cache(maxsize=8192)
def _french(text: str, checks: bool = False) -> str:
    known = _known(checks).get(text)
    if known is not None:
        return known
    is_long = len(text) > _LONGEST
    forms = [form for form in _forms(checks) if form.english in _GROUP_LINES] if is_long else _forms(checks)
    found = refilled(text, forms, lambda _, part: _french(part, checks))
    if found is not None:
        return found
    parts = [] if is_long else text.split("; ")
    said = [_french(part, checks) for part in parts] if len(parts) > 1 else parts
    return text if said == parts else " ; ".join(said)


def _listed(parts: Sequence[str], word: str) -> str:
    """As the reason of what only an instrument shows lists what it needs."""
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}" if len(parts) > 1 else parts[0]
