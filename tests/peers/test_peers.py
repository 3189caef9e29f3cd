# SPDX-License-Identifier: Apache-2.0
"""Two decoders from PyPI get their verdicts on a pseudo-terminal; what fails is shown to be their own doing."""

import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from enedis_tic.link_layer import FrameFactory, InvalidChecksumError, InvalidDatasetError

from xky.hil.campaign.campaign import Options
from xky.hil.hunt.league import entry_named
from xky.protocol import Frame, Group, Mode, decode, encode_frame, encode_group

from ..compiler import undecided
from ..timely import certify_in_time

HERE = Path(__file__).parent
SPEED = 10.0
STRANGER = Group("XKYTEST", "12345")
GROUPS = (Group("EAST", "002188830"), Group("IRMS1", "002"), Group("SINSTS", "00394"))

# What enedis-tic 0.2.0 fails, and why; each reason is shown below on the package alone.
ENEDIS_TIC = {
    "TIC-CHK-2": "one bad group loses its frame",
    "TIC-CHK-4": "it takes a checksum by either rule",
    "TIC-CHR-2": "a character that is not what was sent makes one bad group",
    "TIC-DAT-2": "a blank season loses the frame",
    "TIC-LNK-4": "the longest frame announces peaks, whose season is blank",
    "TIC-LBL-6": "what three phases bring comes in such frames",
    "TIC-LNK-7": "a damaged LF loses the frame",
    "TIC-TAR-3": "the notice of a peak comes in frames that hold DPM1, whose season is blank",
    "TIC-VAL-3": "odd values of three phases come in such frames",
    "TIC-SIZ-1": "it knows no sizes",  # should
    "TIC-SIZ-3": "it knows no kinds of data",  # should
    "TIC-LBL-1": "what only the longest frames hold is lost with them",  # should
}
# serial-teleinfo 1.0.1 knows its labels from a list, and ADIR1 … 3 and ours are not in it.
SERIAL_TELEINFO = {
    "TIC-LNK-7": "its lines end at LF, so that a damaged one takes the line before with it",
    "TIC-SIZ-3": "it takes what is no line ending for a character of a text",  # should
    "TIC-LBL-1": "ADIR1 … 3 are not in its list",  # should
    "TIC-LBL-3": "only what is in its list",  # should
}


@cache
def report_of(wrapper: Path, mode: Mode, speed: float = SPEED) -> dict[str, Any]:
    """The report of a wrapped package; each is run once."""
    options = Options(f"exec:{sys.executable} -P {wrapper} {{port}}", mode=mode, speed=speed)
    with TemporaryDirectory() as folder:
        return certify_in_time(options, Path(folder))


def failed(report: dict[str, Any], level: str | None = None) -> set[str]:
    """The requirements that failed, of a level or of both."""
    return {
        one["id"] for one in report["requirements"]
        if one["verdict"] == "fail" and level in (None, one["level"])
    }  # fmt: skip


@pytest.mark.nightly
@pytest.mark.realtime
def test_serial_teleinfo_passes_every_must_but_one() -> None:
    report = report_of(entry_named("serial-teleinfo").program, Mode.HISTORIC)
    assert failed(report, "must") == {"TIC-LNK-7"}
    assert undecided(report) == set()
    assert failed(report) == set(SERIAL_TELEINFO)
    reasons = {p["reason"] for one in report["requirements"] for p in one["purposes"] if p["verdict"] == "fail"}
    assert {one.partition("; said instead: ")[0] for one in reasons} == {
        "HCHP, PAPP sent intact and never reported",
        "never reported: ADIR1, ADIR2, ADIR3",
        "never reported: XKYTEST",
        "OPTARIF = 'HC<0x1B>.' was reported",
    }


@pytest.mark.realtime
def test_enedis_tic_fails_exactly_what_it_does_wrong() -> None:
    report = report_of(HERE / "enedis_tic_json.py", Mode.STANDARD, SPEED / 2)  # it takes long for the longest frame
    assert report["verdict"] == "fail"
    assert failed(report) == set(ENEDIS_TIC)
    assert failed(report, "must") == set(ENEDIS_TIC) - {"TIC-SIZ-1", "TIC-SIZ-3", "TIC-LBL-1"}
    assert undecided(report) == set()


# The same bytes, handed to the package's own frame factory: no port, no bench, no wrapper of ours


def frame_of(*groups: Group) -> bytes:
    """A whole frame that our own decoder reads without a complaint."""
    data = encode_frame(Frame(Mode.STANDARD, groups))
    [frame] = decode(data, Mode.STANDARD)
    assert isinstance(frame, Frame)
    assert tuple(frame.good) == groups
    return data


def enedis_tic(data: bytes) -> dict[str, Any]:
    """What the package makes of a frame, as its own link layer asks it."""
    made: dict[str, Any] = FrameFactory(data.decode("ascii")).to_dict()
    return made


def test_enedis_tic_reads_an_ordinary_frame() -> None:
    assert {label: one["data"] for label, one in enedis_tic(frame_of(*GROUPS, STRANGER)).items()} == {
        group.label: group.value for group in (*GROUPS, STRANGER)
    }


@pytest.mark.parametrize("found", [b"003", b"0\x002"], ids=["altered digit", "control character"])
def test_enedis_tic_loses_a_frame_for_one_bad_group(found: bytes) -> None:
    damaged = frame_of(*GROUPS).replace(b"\t002\t", b"\t" + found + b"\t")
    [frame] = [event for event in decode(damaged, Mode.STANDARD) if isinstance(event, Frame)]
    assert [group.label for group in frame.good] == ["EAST", "SINSTS"]
    with pytest.raises(InvalidChecksumError):
        enedis_tic(damaged)


def test_enedis_tic_loses_a_frame_for_one_damaged_lf() -> None:
    damaged = frame_of(*GROUPS).replace(b"\nIRMS1", b"\x0bIRMS1")
    with pytest.raises(InvalidDatasetError):
        enedis_tic(damaged)


def test_enedis_tic_loses_a_frame_for_one_blank_season() -> None:
    announced = Group("DPM1", "00", " 270106060000")
    assert encode_group(announced, Mode.STANDARD).startswith(b"\nDPM1\t 270106060000\t00\t")
    with pytest.raises(TypeError):
        enedis_tic(frame_of(*GROUPS, announced))


def test_enedis_tic_reads_the_longest_frame_but_for_its_blank_seasons() -> None:
    smaxsn = (Group("SMAXSN1-1", "01234", "H270105215500"), Group("SMAXSN2-1", "01234", "H270105215500"))
    assert "SMAXSN1-1" in enedis_tic(frame_of(*GROUPS, *smaxsn))
    with pytest.raises(TypeError):
        enedis_tic(frame_of(*GROUPS, *smaxsn, Group("FPM3", "00", " 270106060000")))


def test_enedis_tic_takes_a_checksum_by_the_rule_of_the_other_mode() -> None:
    data = frame_of(*GROUPS)
    code = data[data.index(b"\t00394\t") + 7]
    other = data.replace(b"\t00394\t" + bytes([code]), b"\t00394\t" + bytes([0x20 + (code - 0x20 - 0x09) % 0x40]))
    [frame] = [event for event in decode(other, Mode.STANDARD) if isinstance(event, Frame)]
    assert [group.label for group in frame.good] == ["EAST", "IRMS1"]
    assert enedis_tic(other)["SINSTS"]["data"] == "00394"


def test_enedis_tic_takes_data_of_any_size() -> None:
    assert enedis_tic(encode_frame(Frame(Mode.STANDARD, (Group("SINSTS", "394"),))))["SINSTS"]["data"] == "394"
