# SPDX-License-Identifier: Apache-2.0
"""The words around the catalogue's own texts, in its two languages."""

from collections.abc import Mapping
from enum import StrEnum

__all__ = ["WORDS", "Language"]


class Language(StrEnum):
    """Of the texts of requirements."""

    EN = "en"
    FR = "fr"


_FRENCH = {
    "applies": "concerne",
    "clause": "clause",
    "depends": "selon",
    "level": "niveau",
    "limits": "limites",
    "modes": "modes",
    "must": "obligatoire",
    "needs": "il faut",
    "no": "non",
    "no defect": "aucun défaut intégré",
    "not applicable": "sans objet",
    "procedure": "procédure",
    "proven by": "prouvée par",
    "purposes": "essais",
    "requirement": "exigence",
    "requirements, or why none": "exigences, ou pourquoi aucune",
    "should": "recommandé",
    "title": "objet",
    "what must hold": "ce qui est exigé",
    "where": "là où",
    "why": "pourquoi",
    "yes": "oui",
}
WORDS: Mapping[Language, Mapping[str, str]] = {Language.EN: {word: word for word in _FRENCH}, Language.FR: _FRENCH}
