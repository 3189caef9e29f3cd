# SPDX-License-Identifier: Apache-2.0
"""Words are taken where an enum is meant; a wrong one is told with those that are known."""

from collections.abc import Callable
from datetime import date

import pytest

from xky.emulator import Linky, contract_maker
from xky.emulator.legal_time import parse_at
from xky.protocol import (
    Decoder,
    FrameEncoder,
    Group,
    InputError,
    Mode,
    decode,
    encode_frame,
    encode_frames,
    encode_group,
    frame_labels,
)
from xky.protocol.status import Breaker, Colour

PAPP = Group("PAPP", "00390")
FRAME = encode_frame([PAPP], Mode.HISTORIC)


def mode_of_a_meter(word: str) -> Mode:
    meter = Linky()
    meter.mode = word
    return meter.mode


TAKE_A_MODE: dict[str, Callable[[str], object]] = {
    "Mode": Mode,
    "Linky": lambda word: Linky(mode=word).mode,
    "meter.mode": mode_of_a_meter,
    "Decoder": lambda word: Decoder(word).feed(FRAME),
    "decode": lambda word: decode(FRAME, word),
    "encode_group": lambda word: encode_group(PAPP, word),
    "encode_frame": lambda word: encode_frame([PAPP], word),
    "encode_frames": lambda word: encode_frames([PAPP], {"PAPP": ["00390"]}, word),
    "FrameEncoder": lambda word: FrameEncoder(word).encode([PAPP]),
    "frame_labels": frame_labels,
}


@pytest.mark.parametrize("taker", TAKE_A_MODE)
def test_the_word_of_a_mode_does_what_the_mode_does(taker: str) -> None:
    take = TAKE_A_MODE[taker]
    assert repr(take("historic")) == repr(take(Mode.HISTORIC))
    assert repr(take("standard")) == repr(take(Mode.STANDARD)) != repr(take("historic"))


@pytest.mark.parametrize("taker", TAKE_A_MODE)
def test_a_word_that_is_no_mode_is_told_with_those_that_are(taker: str) -> None:
    with pytest.raises(InputError, match=r"^mode 'both': not known; known: historic, standard$"):
        TAKE_A_MODE[taker]("both")


def test_a_meter_stays_in_its_mode_when_it_is_told_a_wrong_one() -> None:
    meter = Linky(mode="historic")
    with pytest.raises(InputError):
        meter.mode = "both"
    assert meter.mode is Mode.HISTORIC


def test_the_reason_of_a_breaker_may_be_a_word() -> None:
    meter = Linky()
    meter.open_breaker("load shedding")
    assert meter.cut_off.reason is Breaker.LOAD_SHEDDING is Breaker("load_shedding")
    with pytest.raises(InputError, match=r"^breaker 'order': not known; known: closed, overpower, .*, undefined$"):
        meter.open_breaker("order")
    with pytest.raises(ValueError, match="9 is not a valid Breaker"):
        Breaker(9)


def test_the_colours_of_tempo_may_be_words() -> None:
    day = date(2027, 1, 5)
    red = contract_maker("tempo")(colours={day: "red"})
    assert red.tariff(parse_at("2027-01-05T12:00")).today is Colour.RED
    with pytest.raises(InputError, match=r"^colour 'green': not known; known: none, blue, white, red$"):
        contract_maker("tempo")(colours={day: "green"})
