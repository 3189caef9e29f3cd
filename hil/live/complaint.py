# SPDX-License-Identifier: Apache-2.0
"""A complaint in the language of who reads it: English, or French where the request asks for it.

Whoever complains does so in English; its French is found again in ``complaints.toml``, by its form.
"""

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources

from ..text_forms import Form, forms_of, refilled, unbroken

__all__ = ["french_of", "is_french_wanted", "told_to"]

_LANGUAGE = b"accept-language"
_REASON = "why"  # a hole that holds the rest of a complaint
_LONGEST = 4000  # characters of a complaint that is looked up


def told_to(headers: Iterable[tuple[bytes, bytes]], complaint: str) -> tuple[str, dict[str, str]]:
    """A complaint as whoever asks reads it, and the headers that say in which language that is.

    Args:
        headers: of the request, as ASGI has them.
        complaint: in English; of one that has no French the English is told.
    """
    french = french_of(complaint) if is_french_wanted(headers) else complaint
    language = "en" if french == complaint else "fr"
    return french, {"content-language": language}


def is_french_wanted(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Whether a request prefers French to all other languages (``Accept-Language``); who says nothing does not."""
    wanted = b",".join(value for name, value in headers if name.lower() == _LANGUAGE).decode("latin-1").lower()
    languages = [part.partition(";") for part in wanted.split(",")]
    return max(languages, key=lambda one: _weight(one[2]))[0].strip().startswith("fr")


def _weight(parameter: str) -> float:
    """What ``q=0.8`` says; the first of those of one weight is the one that counts."""
    _, _, weight = parameter.partition("=")
    try:
        return float(weight) if weight else 1.0
    except ValueError:
        return 0.0


def french_of(complaint: str) -> str:
    """The French of a complaint; one that is not known to its end stays as it is."""
    if len(complaint) > _LONGEST:
        return complaint
    try:
        return unbroken(_french(_REASON, complaint))
    except LookupError:
        return complaint


def _french(name: str, text: str) -> str:
    """Of what is in a hole: a reason has to be known, anything else may be somebody's own words."""
    known = _texts().get(text)
    french = known if known is not None else refilled(text, _forms(), _french)
    if french is None and name == _REASON:
        raise LookupError(text)
    return text if french is None else french


@cache
def _texts() -> Mapping[str, str]:
    """French by English, with their holes."""
    parts = tomllib.loads((resources.files("xky.hil.live") / "complaints.toml").read_text(encoding="utf-8"))
    return {english: french for part in parts.values() for english, french in part.items()}


@cache
def _forms() -> list[Form]:
    return forms_of(_texts())
