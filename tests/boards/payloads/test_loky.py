# SPDX-License-Identifier: Apache-2.0
"""LoKy's payload: 11 and 20 bytes, both ways."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xky.boards import board_named
from xky.boards.payloads.loky import EXTENDED_BYTES, PLAIN_BYTES, content, decode, encode
from xky.emulator import Household, Linky
from xky.protocol import LABELS, Mode

HISTORIC, STANDARD = Mode.HISTORIC, Mode.STANDARD


def test_a_plain_payload_is_laid_out_as_the_reference_has_it() -> None:
    said = {"EAST": "12345678", "SINSTS": "01230", "IRMS1": "005", "NTARF": "02", "EASF02": "000000777"}
    made = encode(STANDARD, said, capacitor_v=4.2, sequence=258)
    assert made.hex() == "01" + "00bc614e" + "04ce" + "05" + "02" + "d2" + "02"
    assert len(made) == PLAIN_BYTES
    assert content(2, made) == {
        "EAST": 12_345_678, "SINSTS": 1230, "IRMS1": 5, "NTARF": 2, "capacitor_v": 4.2, "sequence": 2,
    }  # fmt: skip


def test_an_extended_payload_has_the_running_and_the_injected_index() -> None:
    said = {"EAST": "9", "SINSTS": "0", "NTARF": "02", "EASF02": "777", "EAIT": "000000031", "IRMS1": "1", "IRMS2": "2"}
    made = encode(STANDARD, said, capacitor_v=5.2, sequence=0, extended=True)
    assert len(made) == EXTENDED_BYTES
    assert content(2, made) == {
        "EAST": 9, "SINSTS": 0, "IRMS1": 1, "NTARF": 2, "EASF02": 777, "EAIT": 31, "capacitor_v": 5.08, "sequence": 0,
    }  # fmt: skip


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("phases", [1, 3])
@pytest.mark.parametrize("contract", ["base", "hc", "tempo"])
@pytest.mark.parametrize("extended", [False, True])
def test_what_a_meter_says_is_what_is_read(mode: Mode, phases: int, contract: str, extended: bool) -> None:
    meter = Linky(mode=mode, phases=phases, contract=contract, load=Household(1, phases=phases))
    values = {group.label: group.value for group in meter.groups()}
    made = encode(mode, values, capacitor_v=3.3, sequence=9, extended=extended)
    reading = decode(made)
    assert reading is not None
    assert reading.mode is mode
    assert len(reading.values) >= 4
    for label, value in reading.values.items():
        assert values[label] == value if isinstance(value, str) else int(values[label]) == value


def test_what_was_not_heard_or_does_not_fit_is_left_out() -> None:
    nothing = {"capacitor_v": 0.0, "sequence": 0}
    assert content(1, encode(HISTORIC, {}, capacitor_v=0.0, sequence=0)) == nothing
    unfit = {"PTEC": "XX..", "IINST": "300", "PAPP": "99999", "HCHC": "1"}
    assert content(1, encode(HISTORIC, unfit, capacitor_v=0.0, sequence=0)) == nothing
    assert content(1, encode(STANDARD, {"SINSTS": "1A", "EAST": "²"}, capacitor_v=0.0, sequence=0)) == nothing


@pytest.mark.parametrize("label", board_named("loky").reading[0].labels)
@given(data=st.data())
def test_the_board_states_what_the_payload_can_say(label: str, data: st.DataObject) -> None:
    (mapped,) = board_named("loky").reading
    path = mapped.labels[label]
    mode = next(mode for mode in Mode if label in LABELS[mode])
    size = LABELS[mode][label].size
    most = 10**size - 1
    around = {min(256**size_bytes - 1 + more, most) for size_bytes in (1, 2, 4) for more in (-1, 0, 1)}
    numbers = st.sampled_from(sorted({0, most, *around}))
    codes = st.sampled_from([*(mapped.labels["PTEC"].values or ()), "XX..", "th..", "HPJX"])
    value = data.draw(codes) if label == "PTEC" else f"{data.draw(numbers | st.integers(0, most)):0{size}}"
    said = {"PTEC": data.draw(codes), label: value}
    made = decode(encode(mode, said, capacitor_v=3.0, sequence=0))
    assert made is not None
    is_beside = all(said[other] in allowed for other, allowed in path.beside.items())
    due = value if label == "PTEC" else int(value)
    assert made.values.get(label) == (due if path.carries(label, value) and is_beside else None)


@given(st.binary(max_size=24) | st.binary(min_size=11, max_size=11) | st.binary(min_size=20, max_size=20))
def test_any_bytes_are_a_reading_or_none(data: bytes) -> None:
    reading = decode(data)
    if reading is None:
        return
    assert len(data) in (PLAIN_BYTES, EXTENDED_BYTES)
    assert all(label for label in reading.values)
