# SPDX-License-Identifier: Apache-2.0
"""Commands as a guide writes them: long and short forms, case, brackets, numbers; where a message ends."""

import pytest

from xky.hil.virtual.command_table import CommandTable, number, split, switched
from xky.hil.virtual.framing import Message, next_message

TABLE = CommandTable(
    {
        "[SOURce#:]VOLTage[:LEVel][:IMMediate]": lambda call: "volts",
        "OUTPut[:STATe]?": lambda call: "output",
        "C#:WF?": lambda call: "wave",
        "*IDN?": lambda call: "name",
    }
)


@pytest.mark.parametrize(
    ("header", "numbers"),
    [
        ("SOURCE2:VOLTAGE:LEVEL", (2,)),
        (":sour:volt", (1,)),
        ("VOLT", (1,)),
        ("Volt:Imm", (1,)),
        (":OUTP?", ()),
        ("output:state?", ()),
        ("C4:WF?", (4,)),
        ("*idn?", ()),
    ],
)
def test_long_and_short_forms_are_understood_in_any_case(header: str, numbers: tuple[int, ...]) -> None:
    found = TABLE.find(header)
    assert found is not None
    assert found[1] == numbers


@pytest.mark.parametrize("header", ["VOLTA", "SOURC:VOLT", "OUTP", "VOLT?", "C:W?", "IDN?", "VOLT:LEVEL:"])
def test_nothing_between_the_short_and_the_long_form_is(header: str) -> None:
    assert TABLE.find(header) is None


def test_numbers_have_units_and_states_have_words() -> None:
    assert [number(text) for text in ("5", "+4.5E0", "500MV", "1.4M", "2 ms")] == [5.0, 4.5, 0.5, 1.4e6, 2e-3]
    assert [switched(text) for text in ("ON", "off", "1", "0")] == [True, False, True, False]
    for wrong in ("five", "5 parsecs", ""):
        with pytest.raises(ValueError, match="no number"):
            number(wrong)


def test_what_stands_in_quotes_is_not_split() -> None:
    assert split('READ? "a,b", REL', ",") == ['READ? "a,b"', "REL"]


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_messages_end_at_line_feeds_outside_of_blocks_however_they_come(size: int) -> None:
    sent = b"*CLS\n:DATA x,#3010\n#1\x00\n;\xff\n9\n\n*IDN?\r\nDATA #\n"
    heard, messages = bytearray(), []
    for place in range(0, len(sent), size):
        heard += sent[place : place + size]
        while (message := next_message(heard)) is not None:
            messages.append(message)
    assert messages == [
        Message("*CLS"),
        Message(":DATA x,", b"\n#1\x00\n;\xff\n9\n"),
        Message("*IDN?"),
        Message("DATA #"),
    ]


def test_a_line_without_an_end_fills_no_memory() -> None:
    heard = bytearray(b"x" * 70_000)
    assert next_message(heard) is None
    assert len(heard) == 0
