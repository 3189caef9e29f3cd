# SPDX-License-Identifier: Apache-2.0
"""The catalogue: each file of the folder is an entry, pinned, with claims that are a board; bad ones are one line."""

import re
import sys
from pathlib import Path

import pytest

from xky.hil.hunt.league.entry import ENTRIES, entry_file, entry_named, entry_names
from xky.hil.hunt.league.esphome import configuration
from xky.hil.hunt.league.run import version_of
from xky.protocol import LABELS, InputError, Mode

GOOD = """
# /// script
# requires-python = ">=3.11"
# dependencies = ["kylin==0.6.0"]
# ///
# /// board
# id = "mine"
# title = "Mine"
# modes = ["historic"]
# ///
"""


def test_each_file_of_the_folder_is_an_entry() -> None:
    files = {path.stem.replace("_", "-") for path in ENTRIES.iterdir() if path.suffix != ".pyc"}
    assert set(entry_names()) == files - {"--init--", "--pycache--"}
    assert len(entry_names()) >= 8


@pytest.mark.parametrize("name", entry_names())
def test_an_entry_pins_its_decoder_and_claims_labels_of_its_modes(name: str) -> None:
    entry = entry_named(name)
    board = entry.board
    assert board.id == name
    decoder, version = version_of(entry).split()
    assert re.fullmatch(r"\d+(\.\d+)+", version)
    assert version in board.title
    known = {label for mode in board.modes for label in LABELS[mode]}
    assert set(board.labels or ()) <= known
    assert entry.packages[0].startswith(decoder)


def test_listing_the_league_imports_none_of_its_decoders() -> None:
    for name in entry_names():
        entry_named(name)
    assert not {"kylin", "ticpy", "pyticcom", "pytictri"} & sys.modules.keys()


@pytest.mark.parametrize("mode", list(Mode))
def test_a_configuration_has_a_sensor_for_each_label_that_is_claimed(mode: Mode) -> None:
    entry = entry_named("esphome-numbers")
    text = configuration(entry, mode)
    assert re.findall(r'tag_name: "(.*)"', text) == [one for one in LABELS[mode] if one in (entry.board.labels or ())]
    assert f"baud_rate: {mode.baud}\n" in text
    assert f"historical_mode: {str(mode is Mode.HISTORIC).lower()}\n" in text


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("# /// board", "# /// bord", "mine.py: has no block board; write one in its comments, as PEP 723 says"),
        ("kylin==0.6.0", "kylin", "block script:2: dependencies: 'kylin': has no version; write NAME==VERSION"),
        ('"kylin==0.6.0"', "", "mine.py: pins no package; write dependencies or npm"),
        (">=3.11", "new", "block script:1: requires-python: 'new': no versions; write such as >=3.12"),
        ("dependencies", "dependancies", "dependancies: no such key; known here: .* Did you mean dependencies?"),
        ("modes", "moods", "block board:3: moods: no such key; known here: .* Did you mean modes?"),
    ],
)
def test_a_wrong_entry_is_told_in_one_line(old: str, new: str, told: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(GOOD.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        _ = entry_file(file).board
    assert re.search(told.replace("?", r"\?") + "$", str(caught.value)), caught.value
    assert "\n" not in str(caught.value)


def test_a_file_of_another_package_may_be_an_entry_as_well(tmp_path: Path) -> None:
    (tmp_path / "mine.js").write_text(
        '// /// script\n// requires-node = ">=18"\n// npm = ["mine@1.2.3"]\n// ///\n'
        '// /// board\n// id = "mine"\n// title = "Mine"\n// ///\n',
        encoding="utf-8",
    )
    entry = entry_file(tmp_path / "mine.js")
    assert (entry.packages, version_of(entry), entry.board.title) == (("mine@1.2.3",), "mine 1.2.3", "Mine")
