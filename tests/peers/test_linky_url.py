# SPDX-License-Identifier: Apache-2.0
"""Two decoders from PyPI read an emulated meter in-process, by pyserial's ``linky://``."""

import pytest
import serial
from enedis_tic.link_layer import END_FRAME, FrameFactory
from serial_teleinfo import Client
from serial_teleinfo.exception import TeleinfoException

import xky.emulator.serial_url  # noqa: F401  # makes linky:// known
from xky.emulator import meter_file
from xky.protocol import Frame, Mode, decode


def test_serial_teleinfo_reads_with_its_own_client(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serial, "Serial", serial.serial_for_url)  # it opens any name as a device file
    with Client("linky://historic?meter=tempo-1p&seed=4&speed=max") as client:
        values = {}
        for _ in range(60):
            try:
                value = client.read_value()
            except TeleinfoException:  # the line that holds ETX and STX
                continue
            values[value.key] = value.value
    meter = meter_file("tempo-1p").changed(seed=4, mode=Mode.HISTORIC).build()
    said = meter.frame_bytes().decode("ascii")
    assert f"ADCO {values['ADCO']} " in said
    assert f"BBRHCJB {values['BBRHCJB']:09d} " in said
    assert values["OPTARIF"].startswith("BBR")


def test_enedis_tic_reads_frame_by_frame() -> None:
    [own] = decode(meter_file("hc-3p").changed(seed=7).build().frame_bytes())
    assert isinstance(own, Frame)
    with serial.serial_for_url(
        "linky://standard?meter=hc-3p&seed=7&speed=max", 9600, bytesize=7, parity="E"
    ) as port:  # fmt: skip
        frames = [FrameFactory(port.read_until(END_FRAME).decode("ascii")).to_dict() for _ in range(20)]
    assert {frame["ADSC"]["data"] for frame in frames} == {own.values["ADSC"]}
    assert all("IRMS3" in frame for frame in frames)
    assert frames[0]["DATE"]["datetime"] < frames[-1]["DATE"]["datetime"]
