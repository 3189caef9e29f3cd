# SPDX-License-Identifier: Apache-2.0
"""Uploads to generators of three families, on real sockets: the bytes that arrive are the frame; failures end off."""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pyvisa.resources import MessageBasedResource

from xky.emulator import Linky
from xky.emulator.carrier import Samples, Waveform, quadrature_receiver
from xky.hil import instruments
from xky.hil.emulation.carrier_line import frames_of, looped
from xky.hil.instruments import family_names, switch_off, upload
from xky.protocol import BenchError, InputError, Mode

from .virtual_generators import VirtualGenerator, VirtualKeysight, VirtualRigol, VirtualSiglent, listening

FAMILIES: dict[str, type[VirtualGenerator]] = {
    "keysight": VirtualKeysight,
    "rigol": VirtualRigol,
    "siglent": VirtualSiglent,
}
RATE_HZ = 960_000
SHORT = np.tile(np.sin(np.arange(96) * 2 * np.pi * 5 / 96).astype(np.float32), 200)  # 20 ms of carrier


def one_frame(waveform: Waveform, mode: Mode = Mode.STANDARD) -> tuple[bytes, Samples]:
    (frame,) = frames_of(Linky(mode=mode), 1)
    return b"".join(burst.data for burst in frame), looped(frame, waveform)


@pytest.fixture(params=FAMILIES)
def family(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def generator(family: str) -> Iterator[VirtualGenerator]:
    with listening(FAMILIES[family]()) as generator:
        yield generator


def test_each_file_of_the_folder_is_tested_here() -> None:
    folder = Path(str(instruments.__file__)).parent / "makes" / "generator"
    assert set(family_names()) == set(FAMILIES) == {path.stem for path in folder.glob("*.py")} - {"__init__"}


def test_a_frame_arrives_as_it_is(family: str, generator: VirtualGenerator) -> None:
    data, samples = one_frame(Waveform(rate_hz=RATE_HZ, amplitude_v=2.0, noise_db=30))
    playing = upload(generator.resource, family, samples, RATE_HZ)
    put_out = generator.put_out()
    assert generator.rate_hz == RATE_HZ
    assert len(put_out) == len(samples)
    assert abs(put_out - samples).max() < 2e-4 * generator.peak_to_peak_v  # a step of 14 bits
    heard = quadrature_receiver(put_out, generator.rate_hz, Mode.STANDARD)
    assert (heard.data, heard.errors) == (data, {})
    assert playing.points == len(samples)
    assert playing.repeats_s == pytest.approx(len(samples) / RATE_HZ)
    assert playing.name == " ".join(generator.name.split(",")[:2])


def test_a_repeated_record_is_heard_frame_after_frame(family: str, generator: VirtualGenerator) -> None:
    data, samples = one_frame(Waveform(rate_hz=480_000, residual_v=0.2))
    upload(generator.resource, family, samples, 480_000)
    heard = quadrature_receiver(np.tile(generator.put_out(), 3), 480_000, Mode.STANDARD)
    assert (heard.data, heard.errors) == (data * 3, {})


def test_a_load_takes_its_share_of_the_open_voltage(family: str, generator: VirtualGenerator) -> None:
    playing = upload(generator.resource, family, SHORT * 2.0, RATE_HZ, load_ohm=500)
    assert playing.peak_v == pytest.approx(2.0 * 720 / 500, rel=1e-3)
    assert abs(generator.put_out()).max() == pytest.approx(playing.peak_v, rel=1e-3)


def test_the_output_is_off_while_the_waveform_is_not_whole(family: str, generator: VirtualGenerator) -> None:
    upload(generator.resource, family, SHORT, RATE_HZ)
    assert generator.ends(on=True)
    switched = [text for text in generator.said if re.search(r"OUTP1? O(N|FF)", text)]
    assert [text.split()[-1] for text in switched] == ["OFF", "ON"]
    assert generator.said[1].endswith("OFF")
    assert generator.said[-1].endswith("ON")


def test_switching_off(family: str, generator: VirtualGenerator) -> None:
    generator.name = f"{generator.name.split(',')[0]},a model of next year,0,0"  # it may be unknown
    switch_off(generator.resource, family)
    assert generator.ends(on=False)


def test_a_generator_of_another_family_is_named_and_left_alone(family: str, generator: VirtualGenerator) -> None:
    other = next(name for name in FAMILIES if name != family)
    generator.name = FAMILIES[other].NAME
    with pytest.raises(InputError, match=rf"{generator.resource}: is a .*, no {family}; give --family {other}"):
        upload(generator.resource, family, SHORT, RATE_HZ)
    assert generator.said == ["*IDN?"]


def test_an_unknown_model_is_named(family: str, generator: VirtualGenerator) -> None:
    maker = generator.name.split(",")[0]
    generator.name = f"{maker},X1,0,0"
    with pytest.raises(InputError, match="X1: this generator is not known; expected one that begins with"):
        upload(generator.resource, family, SHORT, RATE_HZ)


@pytest.mark.by_day(2)
@pytest.mark.parametrize(
    ("family", "name", "points", "told"),
    [
        (
            "siglent",
            "Siglent Technologies,SDG1032X,0,0",
            19_200,
            "19200 points, but a SDG1… holds 16384 (0.02 s of it)",
        ),
        ("rigol", "RIGOL TECHNOLOGIES,DG822,0,0", 2_000_002, "holds 2000000 (2.08 s of it); give fewer frames"),
        ("keysight", "Keysight Technologies,33511B,0,0", 1_000_002, "a 335… holds 1000000"),
        ("rigol", "RIGOL TECHNOLOGIES,DG822,0,0", 16_384, "16384 points; expected 16385 at least"),
        ("siglent", "Siglent Technologies,SDG2042X,0,0", 10_001, "10001 points; expected an even number"),
    ],
)
def test_what_does_not_fit_is_told_before_anything_is_sent(family: str, name: str, points: int, told: str) -> None:
    with listening(FAMILIES[family]()) as generator:
        generator.name = name
        with pytest.raises(InputError, match=re.escape(told)):
            upload(generator.resource, family, np.ones(points, np.float32), RATE_HZ)
        assert generator.said == ["*IDN?"]


def test_too_many_volts_or_samples_a_second_or_silence_are_refused(family: str, generator: VirtualGenerator) -> None:
    with pytest.raises(InputError, match=r"10\.50 V peak at the open output; expected 10 at most"):
        upload(generator.resource, family, SHORT * 10.5, RATE_HZ)
    with pytest.raises(InputError, match="1000000000 samples a second; expected"):
        upload(generator.resource, family, SHORT, 1_000_000_000)
    with pytest.raises(InputError, match="silent all over"):
        upload(generator.resource, family, SHORT * 0, RATE_HZ)
    assert set(generator.said) == {"*IDN?"}


def test_a_generator_that_falls_silent_is_named_and_told_to_switch_off(
    family: str, generator: VirtualGenerator
) -> None:
    generator.silent_from = "WVDT?" if family == "siglent" else "SYST:ERR?"
    with pytest.raises(BenchError, match=rf"{generator.resource}: does not answer"):
        upload(generator.resource, family, SHORT, RATE_HZ, load_s=0.2)
    assert generator.ends(on=False)
    assert not any(text.endswith("ON") for text in generator.said)


def test_a_generator_that_never_answers_is_named(family: str, generator: VirtualGenerator) -> None:
    generator.silent_from = "*IDN?"
    with pytest.raises(BenchError, match=rf"{generator.resource}: does not answer"):
        upload(generator.resource, family, SHORT, RATE_HZ, answer_s=0.5)


def test_a_connection_that_breaks_is_named(family: str, generator: VirtualGenerator) -> None:
    generator.hangs_up_at = "LOAD"
    with pytest.raises(BenchError, match=re.escape(generator.resource)):
        upload(generator.resource, family, np.tile(SHORT, 20), RATE_HZ, load_s=0.5)


def test_nobody_there_is_named() -> None:
    with listening(VirtualRigol()) as generator:
        resource = generator.resource
    with pytest.raises(BenchError, match=rf"{resource}: does not answer .*refused"):
        upload(resource, "rigol", SHORT, RATE_HZ)


@pytest.mark.parametrize("family", ["keysight", "rigol"])
def test_a_complaint_of_the_generator_ends_with_its_output_off(family: str, generator: VirtualGenerator) -> None:
    generator.error = '-113,"Undefined header"'
    with pytest.raises(BenchError, match=r'the generator complains: -113,"Undefined header"'):
        upload(generator.resource, family, SHORT, RATE_HZ)
    assert generator.ends(on=False)


def test_ctrl_c_while_loading_ends_with_the_output_off(
    family: str, generator: VirtualGenerator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(session: MessageBasedResource, record: object) -> None:
        session.query("*IDN?")
        raise KeyboardInterrupt

    monkeypatch.setattr(f"xky.hil.instruments.makes.generator.{family}.load", interrupted)
    with pytest.raises(KeyboardInterrupt):
        upload(generator.resource, family, SHORT, RATE_HZ)
    assert generator.ends(on=False)
    assert generator.said[-2] == "*IDN?"


def test_a_siglent_that_stored_something_else_ends_with_its_output_off() -> None:
    siglent = VirtualSiglent()
    siglent.stores = False
    with listening(siglent), pytest.raises(BenchError, match="stored another waveform than it was sent"):
        upload(siglent.resource, "siglent", SHORT[:8], RATE_HZ)
    assert siglent.ends(on=False)


@pytest.mark.by_day(2)
@pytest.mark.parametrize("points", [16_385, 16_391, 16_392, 20_000, 24_576, 24_577])
def test_the_last_packet_for_a_rigol_is_never_too_short(points: int) -> None:
    ramp = np.linspace(-1, 1, points, dtype=np.float32)
    with listening(VirtualRigol()) as rigol:
        upload(rigol.resource, "rigol", ramp, RATE_HZ)
        assert rigol.put_out() == pytest.approx(ramp, abs=2e-4)


@pytest.mark.parametrize(
    ("resource", "error", "told"),
    [
        ("nonsense", InputError, "nonsense: names no instrument; expected one as TCPIP::192.168.1.5::INSTR"),
        ("ASRL/dev/no-such-port::INSTR", BenchError, "ASRL/dev/no-such-port::INSTR: cannot be opened"),
    ],
)
def test_a_resource_that_is_none_is_named(resource: str, error: type[Exception], told: str) -> None:
    with pytest.raises(error, match=re.escape(told)):
        upload(resource, "rigol", SHORT, RATE_HZ)


def test_an_unknown_family_is_refused() -> None:
    with pytest.raises(InputError, match="family 'tektronix': unknown; expected one of keysight, rigol, siglent"):
        upload("TCPIP::127.0.0.1::1::SOCKET", "tektronix", SHORT, RATE_HZ)


def test_without_pyvisa_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xky.hil.instruments.visa.find_spec", lambda name: None)
    with pytest.raises(InputError, match=re.escape("pip install 'xky-hil[instruments]'")):
        upload("TCPIP::127.0.0.1::1::SOCKET", "rigol", SHORT, RATE_HZ)
