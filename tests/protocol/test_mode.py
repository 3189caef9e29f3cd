# SPDX-License-Identifier: Apache-2.0
"""What differs between the modes on the wire."""

import pytest

from xky.protocol import InputError, Mode
from xky.protocol.mode import CHARACTER_BITS, DATA_BITS


def test_a_character_has_ten_bits_of_which_seven_are_data_at_the_rate_of_its_mode() -> None:
    assert (CHARACTER_BITS, DATA_BITS) == (10, 7)
    assert (Mode.HISTORIC.baud, Mode.STANDARD.baud) == (1200, 9600)
    assert Mode.HISTORIC.character_s == pytest.approx(1 / 120)
    assert Mode.STANDARD.character_s == pytest.approx(1 / 960)


def test_fields_stand_between_spaces_in_historic_and_tabs_in_standard_mode() -> None:
    assert (Mode("historic").separator, Mode("standard").separator) == (b" ", b"\t")


def test_a_mode_that_is_none_is_refused_with_those_that_are() -> None:
    with pytest.raises(InputError, match=r"^mode 'historique': not known; known: historic, standard$"):
        Mode("historique")
