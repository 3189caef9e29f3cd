# SPDX-License-Identifier: Apache-2.0
import pytest

from xky.protocol import Damaged, Frame, Group, InputError, Mode, Reason, encode_frame, encode_group

_H, _S = Mode.HISTORIC, Mode.STANDARD


@pytest.mark.parametrize(
    ("group", "mode", "expected"),
    [
        (Group("ADCO", "012345678901"), _H, b"\nADCO 012345678901 E\r"),
        (Group("PTEC", "HP.."), _H, b"\nPTEC HP..  \r"),
        (Group("VTIC", "02"), _S, b"\nVTIC\t02\tJ\r"),
        (Group("DATE", "", "E210423054022"), _S, b"\nDATE\tE210423054022\t\t7\r"),
        (Group("SMAXSN", "00924", "E210423051903"), _S, b"\nSMAXSN\tE210423051903\t00924\t7\r"),
    ],
)
def test_groups_come_out_as_captured(group: Group, mode: Mode, expected: bytes) -> None:
    assert encode_group(group, mode) == expected


def test_a_frame_stands_between_stx_and_etx() -> None:
    frame = Frame(_S, (Group("VTIC", "02"), Group("RELAIS", "000")))
    assert encode_frame(frame) == b"\x02\nVTIC\t02\tJ\r\nRELAIS\t000\tB\r\x03"


def test_bare_groups_need_their_mode() -> None:
    assert encode_frame([Group("VTIC", "02")], _S) == b"\x02\nVTIC\t02\tJ\r\x03"
    with pytest.raises(InputError, match="give mode="):
        encode_frame([Group("VTIC", "02")])


@pytest.mark.parametrize(
    ("group", "mode"),
    [
        (Group("", "1"), _S),
        (Group("A", "é"), _S),
        (Group("A", "1\t2"), _S),
        (Group("A", "1\r"), _H),
        (Group("A", "1", "H\x00"), _S),
        (Group("A", "1", "H081225223518"), _H),
        (Group("A B", "1"), _H),
    ],
)
def test_what_no_line_can_carry_is_refused(group: Group, mode: Mode) -> None:
    with pytest.raises(InputError, match="group"):
        encode_group(group, mode)


def test_a_frame_with_a_refused_group_is_not_encoded() -> None:
    frame = Frame(_S, (Group("VTIC", "02"), Damaged(Reason.CHECKSUM, 0, 10)))
    with pytest.raises(InputError, match="refused groups"):
        encode_frame(frame)
