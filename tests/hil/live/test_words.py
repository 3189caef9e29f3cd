# SPDX-License-Identifier: Apache-2.0
"""What the pages say: each text in both languages, each one that is used, and none that is not."""

import json
import re
from dataclasses import fields
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

from xky.emulator.faults import known_faults
from xky.hil.campaign.wording import Wording
from xky.hil.live.fault_words import words_of_faults
from xky.protocol.status import Breaker, Colour

LIVE = Path(__file__).parents[3] / "hil" / "live"
SAID = re.compile(r'say\(\s*"(\w+)"')
MADE = re.compile(r"`(\w+_)\$\{")  # a key that is made of a word of the interface
CHOSEN = re.compile(r"\w+")  # whatever may be a key that is chosen elsewhere


def read(name: str) -> dict[str, dict[str, str]]:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        keys = [key for key, _ in pairs]
        assert len(keys) == len(set(keys)), f"{name}: a key comes twice"
        return dict(pairs)

    text = (LIVE / "words" / f"{name}.json").read_text(encoding="utf-8")
    return dict(json.loads(text, object_pairs_hook=once))


FAULTS = words_of_faults()
CATALOGUES = {file.stem: read(file.stem) for file in sorted((LIVE / "words").glob("*.json"))}


def test_each_text_is_there_in_both_languages_with_the_same_values() -> None:
    assert {"shared", "emulate"} <= set(CATALOGUES)
    for name, catalogue in CATALOGUES.items():
        for key, texts in catalogue.items():
            assert list(texts) == ["en", "fr"], f"{name}: {key}"
            values = [sorted(re.findall(r"\{(\w+)\}", text)) for text in texts.values()]
            assert values[0] == values[1], f"{name}: {key}"
            assert all(text.strip() == text != "" for text in texts.values()), f"{name}: {key}"


def test_no_line_of_french_begins_with_a_colon() -> None:
    for catalogue in (CATALOGUES["shared"], CATALOGUES["emulate"]):
        for key, texts in catalogue.items():
            assert not re.search(r" [:;?!%»]", texts["fr"]), key


def test_a_reading_has_the_french_name_that_the_report_gives_it() -> None:
    for catalogue in CATALOGUES.values():
        for key, texts in catalogue.items():
            if re.search(r"\breadings?\b", re.sub(r"\{\w+\}", "", texts["en"])):
                assert "relevé" in texts["fr"], key


def test_no_page_has_two_texts_of_one_key() -> None:
    for name, catalogue in CATALOGUES.items():
        assert name == "shared" or not set(catalogue) & set(CATALOGUES["shared"])


def test_each_text_that_a_page_says_is_there_and_each_that_is_there_is_said() -> None:
    for name, catalogue in CATALOGUES.items():
        folder = LIVE / "js" if name == "shared" else LIVE / "js" / name
        code = "".join(file.read_text(encoding="utf-8") for file in folder.rglob("*.js"))
        known = set(catalogue) | set(CATALOGUES["shared"])
        if name != "shared":
            assert set(SAID.findall(code)) <= known, name
        prefixes = tuple(MADE.findall(code))
        words = set(CHOSEN.findall(code))
        made = {key for key in catalogue if key.startswith(prefixes)}
        through = {key for key in catalogue if any(key == f"{one}_see" for one in words)}
        values = {"standard", "historic"}  # as the interface tells them
        unused = set(catalogue) - words - made - through - values
        assert not unused, name


def test_each_fault_has_its_name_and_what_it_does_in_french() -> None:
    assert set(FAULTS) == set(known_faults())
    for fault, told in FAULTS.items():
        assert list(told) == ["name", "about"], fault
        assert told["about"].endswith("."), fault
        assert told["name"] not in (fault, ""), fault
        assert not re.search(r" [:;?!%»]|« ", told["name"] + told["about"]), fault
    names = [told["name"] for told in FAULTS.values()]
    assert len(set(names)) == len(names)


def test_reports_call_faults_as_pages_do() -> None:
    french = Wording("fr")
    assert {fault: french.say(fault.replace("_", " ")) for fault in FAULTS} == {
        fault: told["name"] for fault, told in FAULTS.items()
    }


def test_each_key_of_a_fault_and_each_choice_has_its_words() -> None:
    words = CATALOGUES["emulate"]
    keys = {field.name for kind in known_faults().values() for field in fields(kind)}  # type: ignore[arg-type]
    assert {key.removeprefix("fault_key_") for key in words if key.startswith("fault_key_")} == keys
    assert all(words[f"fault_key_{key}"]["en"] == key.replace("_", " ") for key in keys)
    hints = [get_type_hints(kind) for kind in known_faults().values()]
    chosen = {one for hint in hints for kind in hint.values() if get_origin(kind) is Literal for one in get_args(kind)}
    texts = {one for one in chosen if isinstance(one, str)}
    assert {key.removeprefix("fault_choice_") for key in words if key.startswith("fault_choice_")} == texts


def test_the_checksum_of_a_group_is_called_one_way_in_french() -> None:
    for folder in ("campaign", "conformance", "live"):
        for file in (LIVE.parent / folder).rglob("*"):
            if file.suffix in (".toml", ".json", ".py"):
                assert not re.search(r"\bsommes?\b(?! de)", file.read_text(encoding="utf-8")), file
                assert "somme de contr" not in file.read_text(encoding="utf-8"), file


def test_reasons_and_colours_have_their_words() -> None:
    words = CATALOGUES["emulate"]
    assert {f"why_{one.name.lower()}" for one in Breaker if one is not Breaker.CLOSED} <= set(words)
    assert {f"colour_{one.name.lower()}" for one in Colour} <= set(words)
