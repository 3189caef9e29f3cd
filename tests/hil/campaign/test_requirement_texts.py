# SPDX-License-Identifier: Apache-2.0
"""What each requirement says to people: in two languages, and why it matters."""

import re

import pytest

from xky.hil.campaign.requirement import Requirement
from xky.hil.campaign.suite import declared_purposes

REQUIREMENTS = {one.requirement.id: one.requirement for one in declared_purposes()}
# Words that French has not, and English the other way round; enough to find a text in the wrong field
ENGLISH = re.compile(r"\b(the|is|are|and|of|with|its|which|that)\b")
FRENCH = re.compile(r"\b(le|la|les|des|est|sont|une|qui|que|dans|pour|sur|pas)\b")


@pytest.mark.parametrize("one", REQUIREMENTS.values(), ids=REQUIREMENTS)
def test_a_requirement_says_what_it_asks_and_why_in_english_and_in_french(one: Requirement) -> None:
    texts = (one.text, one.french, one.why, one.why_french)
    assert len(set(texts)) == len(texts)
    for text in texts:
        assert text.endswith("."), text
        assert not text[0].islower(), text
        assert "  " not in text, text
    for text in (one.text, one.why):
        assert not FRENCH.search(text), text
    for text in (one.french, one.why_french):
        assert not ENGLISH.search(text), text


def test_each_condition_is_told_in_both_languages() -> None:
    for condition in {condition for one in REQUIREMENTS.values() for condition in one.where}:
        assert condition.text and condition.french and condition.otherwise
        assert condition.text != condition.french
        assert not ENGLISH.search(condition.french), condition.french


def test_no_two_requirements_say_the_same() -> None:
    for texts in (
        [one.text for one in REQUIREMENTS.values()],
        [one.french for one in REQUIREMENTS.values()],
        [one.why for one in REQUIREMENTS.values()],
        [one.why_french for one in REQUIREMENTS.values()],
    ):
        assert len(texts) == len(set(texts))
