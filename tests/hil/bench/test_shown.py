# SPDX-License-Identifier: Apache-2.0
"""What a device said can be seen whole: where it begins and ends, that it is empty, and what no screen draws."""

import pytest

from xky.hil.bench.reading import Said
from xky.hil.bench.shown import quoted, visible


@pytest.mark.parametrize(("said", "told"), [
    (Said(""), "''"),
    (Said("", "003204361"), "'' at 003204361"),
    (Said("00933", "e261015183016"), "'00933' at e261015183016"),
    (Said(933), "'933'"),
    (Said("NO\x1b[2J"), "'NO<0x1B>[2J'"),
    (Said("it's"), '"it\'s"'),
    (Said("00933", "e26\x05"), "'00933' at e26<0x05>"),
])  # fmt: skip
def test_a_value_is_quoted_and_its_horodate_stands_beside_it(said: Said, told: str) -> None:
    assert str(said) == told


def test_control_characters_are_told_by_their_codes_and_nothing_else_is_changed() -> None:
    assert visible("DAT\x05 \x10\n\u200b") == "DAT<0x05> <0x10><0x0A><0x200B>"
    assert visible("→ é ␣ <0x05>") == "→ é ␣ <0x05>"
    assert quoted("\x10") == "'<0x10>'"
