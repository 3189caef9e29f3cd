# SPDX-License-Identifier: Apache-2.0
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xky.protocol import Frame, Mode, decode, encode_frame, encode_group
from xky.protocol.strategies import frames

CAPTURES = Path(__file__).parents[2] / "fixtures" / "captures"

CLEAN = {  # files that hold nothing but whole and good frames: how many (captures/README.md)
    "hist_1p_base_angristan": 2,
    "hist_1p_base_enedis_oss": 1,
    "hist_1p_hc_hallard_a": 5,
    "hist_1p_tempo_esciara": 10,
    "hist_3p_base_gammatroniques": 1,
    "hist_3p_base_hallard": 5,
    "hist_3p_base_lains": 6,
    "madeup_hist_1p_base": 1,
    "madeup_hist_1p_ejp": 1,
    "madeup_hist_1p_hc_adps": 1,
    "madeup_hist_1p_tempo": 1,
    "madeup_hist_3p_tempo_ppot": 1,
    "madeup_std_1p_hc": 1,
    "madeup_std_1p_hc_nocurve_msg2_badclock": 1,
    "madeup_std_1p_producer": 1,
    "madeup_std_3p_hc": 1,
    "madeup_std_3p_producer_hc": 1,
    "std_1p_hc_enedis_oss": 1,
    "std_1p_producer_base_gammatroniques": 1,
    "std_1p_producer_gammatroniques": 1,
    "std_1p_producer_hc_fmartinou": 1,
    "std_1p_producer_openhab": 1,
    "std_1p_tempo_pm_gammatroniques": 1,
    "std_3p_base_hallard": 5,
    "std_3p_producer_tempo_openhab": 1,
}
CUT_OR_DAMAGED = {  # the others: whole frames and groups with a right checksum (captures/README.md)
    "hist_1p_hc_hallard_b": (10, 110),  # one CR came twice
    "hist_1p_hc_nokyyz_1": (13, 153),
    "hist_1p_hc_nokyyz_2": (35, 400),
    "hist_1p_hc_nokyyz_3": (36, 399),
    "hist_1p_tempo_lains": (1, 38),
    "hist_3p_base_rx_errors_lains": (0, 0),
    "madeup_hist_3p_hc_short": (24, 151),
    "std_1p_bad_gammatroniques": (0, 9),
    "std_1p_base_hallard": (10, 382),
    "std_1p_base_lains": (12, 467),
    "std_1p_base_midnight_lains": (12, 464),
    "std_1p_producer_hc_raw_fmartinou": (9, 430),
    "std_3p_bad_hallard": (2, 76),
    "std_3p_tempo_pm_lains": (7, 474),
}


def _mode(stem: str) -> Mode:
    return Mode.STANDARD if "std_" in stem else Mode.HISTORIC


@pytest.mark.by_day(2)
@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("detected", [False, True])
@given(data=st.data())
def test_decoding_an_encoded_frame_gives_it_back(mode: Mode, detected: bool, data: st.DataObject) -> None:
    producer = mode is Mode.STANDARD and data.draw(st.booleans())
    frame = data.draw(frames(mode=mode, phases=data.draw(st.sampled_from([1, 3])), producer=producer))
    assert decode(encode_frame(frame), None if detected else mode) == [frame]


@pytest.mark.parametrize("stem", CLEAN)
def test_encoding_a_decoded_capture_gives_its_bytes_back(stem: str) -> None:
    data = (CAPTURES / f"{stem}.txt").read_bytes()
    events = decode(data)
    whole = [event for event in events if isinstance(event, Frame)]
    assert events == whole
    assert all(frame.complete and frame.mode is _mode(stem) for frame in whole)
    assert len(whole) == CLEAN[stem]
    assert b"".join(encode_frame(frame) for frame in whole) == data


@pytest.mark.parametrize("stem", CUT_OR_DAMAGED)
def test_encoding_the_good_groups_of_a_damaged_capture_gives_their_bytes_back(stem: str) -> None:
    data = (CAPTURES / f"{stem}.txt").read_bytes()
    whole = [event for event in decode(data, _mode(stem)) if isinstance(event, Frame)]
    good = [group for frame in whole for group in frame.good]
    assert (sum(frame.complete for frame in whole), len(good)) == CUT_OR_DAMAGED[stem]
    for group in good:
        raw = encode_group(group, _mode(stem))
        assert data[group.offset : group.offset + len(raw)] == raw


def test_every_capture_is_accounted_for() -> None:
    assert {path.stem for path in CAPTURES.glob("*.txt")} == {*CLEAN, *CUT_OR_DAMAGED}
