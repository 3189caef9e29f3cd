# SPDX-License-Identifier: Apache-2.0
"""A complaint in the language of who asks: found again by its form, whole or not at all."""

import tomllib
from importlib import resources

import pytest

from xky.hil.live.complaint import french_of, is_french_wanted, told_to
from xky.hil.text_forms import holes_of

CATALOGUE = {
    english: french
    for part in tomllib.loads((resources.files("xky.hil.live") / "complaints.toml").read_text("utf-8")).values()
    for english, french in part.items()
}


@pytest.mark.parametrize(
    ("wanted", "is_french"),
    [
        ("fr", True), ("fr-FR,fr;q=0.9,en;q=0.8", True), ("FR", True), ("de;q=0.5, fr", True), ("en", False),
        ("en-GB,fr;q=0.5", False), ("", False), ("*", False), ("fr;q=x,en", False), (";;,=,q", False),
    ],
)  # fmt: skip
def test_french_is_told_to_who_prefers_it(wanted: str, is_french: bool) -> None:
    assert is_french_wanted([(b"Accept-Language", wanted.encode())]) is is_french


def test_who_says_nothing_of_languages_is_told_english() -> None:
    assert told_to([], "there is supply; cut it first") == ("there is supply; cut it first", {"content-language": "en"})
    french = told_to([(b"accept-language", b"fr")], "there is supply; cut it first")
    assert french == (
        "l'alimentation est présente\u00a0; la couper d'abord", {"content-language": "fr"}
    )  # fmt: skip


def test_both_sides_have_the_same_holes() -> None:
    assert [english for english, french in CATALOGUE.items() if holes_of(english) != holes_of(french)] == []


def test_a_complaint_that_is_known_in_part_alone_stays_english() -> None:
    for complaint in ("load_va = 3: is too green", "label 'x': of no use", "whatever", "x" * 5000):
        assert french_of(complaint) == complaint


def test_what_a_person_wrote_stands_in_the_french_as_it_was_written() -> None:
    assert french_of("skip_to 'the day of, and with it': expected a date and time, write 2027-01-05T21:55") == (
        "skip_to 'the day of, and with it'\u00a0: une date et une heure sont attendues, écrire 2027-01-05T21:55"
    )
