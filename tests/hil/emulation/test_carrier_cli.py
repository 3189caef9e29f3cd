# SPDX-License-Identifier: Apache-2.0
"""``xky carrier`` and ``xky decode`` of what it wrote: files, generators, pictures, and every way to fail."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from xky.emulator import Linky
from xky.emulator.carrier import Waveform, quadrature_receiver, recording_writer, render
from xky.emulator.meter_file.meter_file import MeterFile, meter_file
from xky.hil.cli import main
from xky.hil.emulation.carrier_line import frames_of, pieces_of
from xky.protocol import Burst, Frame, Mode, decode
from xky.protocol.uart import CharacterDefect

from ..instruments.virtual_generators import VirtualRigol, VirtualSiglent, listening


@dataclass(frozen=True)
class Ended:
    """How a run ended, and what it told."""

    returncode: int
    stdout: str
    stderr: str


Xky = Callable[..., Ended]


@pytest.fixture
def xky(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Xky]:
    """Runs ``xky`` to its end, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    handler = signal.getsignal(signal.SIGTERM)

    def run(*arguments: str) -> Ended:
        monkeypatch.setattr(sys, "argv", ["xky", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        told = capsys.readouterr()
        return Ended(int(ended.value.code or 0), told.out, told.err)

    yield run
    signal.signal(signal.SIGTERM, handler)


def said(mode: Mode, count: int = 1) -> bytes:
    """What the meter that there is unless another is told says in so many frames."""
    frames = frames_of(MeterFile(mode=mode).build(), count)
    return b"".join(burst.data for bursts in frames for burst in bursts)


def values(run: Ended) -> list[dict[str, str]]:
    """Of each frame that ``xky decode --json`` told."""
    frames = [event for event in map(json.loads, run.stdout.splitlines()) if event["event"] == "frame"]
    return [{group["label"]: group["value"] for group in frame["groups"] if group["ok"]} for frame in frames]


@pytest.mark.by_day(2)
@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("name", ["line.wav", "line.csv"])
def test_what_is_written_decodes_to_the_frames_of_the_meter(xky: Xky, mode: Mode, name: str) -> None:
    run = xky("carrier", "--mode", mode, "--out", name, "--frames", "2", "--rate-hz", "240000")
    assert (run.returncode, run.stderr) == (0, "")
    assert re.fullmatch(
        rf"{name}: 2 frames, \d+ characters at {mode.baud} baud, [\d.]+ s of 240000 samples a second\n", run.stdout
    )
    heard = xky("decode", "--json", name)
    assert (heard.returncode, heard.stderr) == (0, "")
    expected = [frame.values for frame in decode(said(mode, 2)) if isinstance(frame, Frame)]
    assert values(heard) == expected
    assert len(expected) == 2


def test_noise_and_limits_are_drawn_and_still_decode(xky: Xky) -> None:
    run = xky(
        *("carrier", "--out", "line.wav", "--noise-db", "20", "--carrier-hz", "51500", "--baud", "9696"),
        *("--amplitude-v", "1.2", "--residual-v", "0.2", "--edge-s", "0.00003", "--rate-hz", "1000000"),
    )
    assert run.returncode == 0
    assert run.stdout.count("beyond the specification") == 1
    assert "beyond the specification: noise 85 mV rms: a meter adds that of a sine of 50 mV at most" in run.stdout
    assert xky("decode", "line.wav").returncode == 0


def test_each_broken_limit_is_told_in_a_line(xky: Xky) -> None:
    run = xky("carrier", "--out", "line.wav", "--carrier-hz", "47000", "--amplitude-v", "1")
    first, *limits = run.stdout.splitlines()
    assert first.startswith("line.wav: 1 frame, ")
    assert limits == [
        "beyond the specification: carrier of 47000 Hz: a meter keeps to 48500 to 51500 (54E table 3, 02E §1.3.1); no "
        "receiver has to understand it",
        "beyond the specification: amplitude 1 V: a meter sends 1.2 to 5 V (54E §5.3.2), a receiver reads 0.8 to 5 V "
        "(54E §5.3.4)",
    ]


def test_the_same_seed_writes_the_same_bytes(xky: Xky, tmp_path: Path) -> None:
    for name, seed in (("a.wav", "1"), ("b.wav", "1"), ("c.wav", "2")):
        xky("carrier", "--out", name, "--seed", seed, "--noise-db", "30", "--rate-hz", "240000")
    a, b, c = ((tmp_path / name).read_bytes() for name in ("a.wav", "b.wav", "c.wav"))
    assert a == b
    assert a != c


def test_any_whole_number_is_a_seed(xky: Xky, tmp_path: Path) -> None:
    for name, seed in (("a.wav", "-1"), ("b.wav", "-1"), ("c.wav", "1")):
        told = xky("carrier", "--out", name, "--seed", seed, "--noise-db", "30", "--rate-hz", "240000")
        assert told.returncode == 0, told.stderr
    a, b, c = ((tmp_path / name).read_bytes() for name in ("a.wav", "b.wav", "c.wav"))
    assert a == b
    assert a != c


def test_a_meter_may_be_told(xky: Xky) -> None:
    xky("carrier", "--out", "line.wav", "--meter", "tempo-1p", "--rate-hz", "240000")
    (frame,) = values(xky("decode", "--json", "line.wav"))
    assert frame["NGTF"].strip() == "TEMPO"


def test_frames_that_may_be_broken_off_are_bursts_of_groups(xky: Xky) -> None:
    meter = meter_file("tempo-3p").changed(mode=Mode.HISTORIC).build()
    frames = list(frames_of(meter, 2))
    assert [len(bursts) > 10 for bursts in frames] == [True, True]
    assert [len(decode(b"".join(burst.data for burst in bursts))) for bursts in frames] == [1, 1]
    waveform = Waveform(rate_hz=240_000)
    samples = [sample for piece in pieces_of(iter(frames), waveform) for sample in piece]
    assert len(samples) == pytest.approx(240_000 * (frames[-1][-1].end_s + Mode.HISTORIC.character_s), abs=1)
    xky("carrier", "--out", "line.wav", "--mode", "historic", "--meter", "tempo-3p", "--rate-hz", "240000")
    assert len(values(xky("decode", "--json", "line.wav"))) == 1


# Decoding a carrier


def record(path: Path, burst: Burst, waveform: Waveform) -> None:
    with recording_writer(path, waveform.rate_hz) as writer:
        writer.write(render([burst], waveform))


def test_damaged_characters_are_counted_and_handed_over(xky: Xky, tmp_path: Path) -> None:
    data = Linky().frame_bytes()
    start = data.index(b"SINSTS")
    damaged = Burst(
        1.0,
        Mode.STANDARD.character_s,
        data,
        {start + 2: CharacterDefect.PARITY, len(data) - 1: CharacterDefect.FRAMING},
    )
    record(tmp_path / "line.wav", damaged, Waveform())
    run = xky("decode", "--json", "line.wav")
    assert run.returncode == 0  # the codes are right
    at_s = (start + 3) * Mode.STANDARD.character_s
    told = re.fullmatch(
        r"xky: line\.wav: characters with a wrong parity: 1, with a low stop bit: 1; the first at ([\d.]+) s\n",
        run.stderr,
    )
    assert told is not None
    assert float(told[1]) == pytest.approx(at_s, abs=2e-5)


def test_the_mode_may_be_told(xky: Xky, tmp_path: Path) -> None:
    record(tmp_path / "line.wav", Burst(1.0, Mode.HISTORIC.character_s, b"\nPAPP 00080 )\r"), Waveform(rate_hz=240_000))
    assert xky("decode", "--mode", "historic", "line.wav").returncode == 0
    assert "no TIC" in xky("decode", "--mode", "standard", "line.wav").stderr


def test_a_recording_without_carrier_is_named(xky: Xky, tmp_path: Path) -> None:
    record(tmp_path / "line.wav", Burst(1.0, Mode.STANDARD.character_s, b"UUU"), Waveform(amplitude_v=0.3))
    run = xky("decode", "line.wav")
    assert run.returncode == 2
    assert run.stderr == (
        "xky: line.wav: no carrier: 0.300 V at most in 0.005 s; expected 0.8 V in each 0 (a step of a WAV is 1 mV)\n"
    )


def test_a_csv_that_is_a_capture_is_still_one(xky: Xky, tmp_path: Path) -> None:
    (tmp_path / "capture.csv").write_bytes(Linky().frame_bytes())
    assert xky("decode", "capture.csv").returncode == 0
    assert "no such file" in xky("decode", "missing.wav").stderr


def test_a_quiet_start_is_passed_over(xky: Xky, tmp_path: Path) -> None:
    waveform = Waveform()
    with recording_writer(tmp_path / "line.wav", waveform.rate_hz) as writer:
        for _ in range(2):
            writer.write(render([], waveform, start_s=0.0, end_s=2.5))
        writer.write(render([Burst(1.0, Mode.STANDARD.character_s, Linky().frame_bytes())], waveform))
    assert len(values(xky("decode", "--json", "line.wav"))) == 1


# Generators


def test_frames_are_played_by_a_generator_until_it_is_told_to_stop(xky: Xky) -> None:
    with listening(VirtualRigol()) as rigol:
        run = xky(
            "carrier", "--upload", rigol.resource, "--family", "rigol", "--mode", "historic", "--amplitude-v", "3"
        )
        assert run.returncode == 0
        assert re.fullmatch(
            rf"{rigol.resource}: RIGOL TECHNOLOGIES DG822 plays 1 frame over and over, each [\d.]+ s, "
            r"3\.00 V peak at the open output; --off ends it\n",
            run.stdout,
        )
        heard = quadrature_receiver(rigol.put_out(), rigol.rate_hz, Mode.HISTORIC)
        assert heard.data == said(Mode.HISTORIC)
        run = xky("carrier", "--upload", rigol.resource, "--family", "rigol", "--off")
        assert run == Ended(0, f"{rigol.resource}: the output is off\n", "")
        assert rigol.ends(on=False)


def test_too_many_frames_for_a_generator_end_with_2(xky: Xky) -> None:
    with listening(VirtualSiglent()) as siglent:
        siglent.name = "Siglent Technologies,SDG1032X,0,0"
        run = xky("carrier", "--upload", siglent.resource, "--family", "siglent")
        assert run.returncode == 2
        assert re.search(r"points, but a SDG1… holds 16384 .*; give fewer frames", run.stderr)


def test_more_frames_than_any_generator_holds_are_not_even_drawn(xky: Xky) -> None:
    run = xky("carrier", "--upload", "TCPIP::127.0.0.1::1::SOCKET", "--family", "rigol", "--frames", "1000000")
    assert run.returncode == 2
    assert "--frames 1000000: no rigol holds more than 16.7 s at this rate; give fewer frames" in run.stderr


def test_a_generator_that_does_not_answer_ends_with_3(xky: Xky) -> None:
    with listening(VirtualRigol()) as rigol:
        resource = rigol.resource  # where nobody is any more
    run = xky("carrier", "--upload", resource, "--family", "rigol")
    assert (run.returncode, run.stdout) == (3, "")
    assert run.stderr.startswith(f"xky: {resource}: does not answer")
    assert run.stderr.count("\n") == 1


# A picture


def test_a_group_is_drawn_as_carrier_envelope_and_bits(xky: Xky, tmp_path: Path) -> None:
    run = xky("carrier", "--plot", "group.svg")
    assert run == Ended(0, "group.svg: the group SINSTS\n", "")
    texts = re.findall(r"<text [^>]*>([^<]*)</text>", (tmp_path / "group.svg").read_text(encoding="utf-8"))
    assert "Group SINSTS on I1-I2, standard mode" in texts
    assert {"carrier (V)", "envelope (V)", "bit", "time since the start of the group (ms)"} <= set(texts)
    names = texts.index("LF"), texts.index("CR")
    assert texts[names[0] : names[1] + 1] == ["LF", *"SINSTS", "HT", *"00080", "HT", *"N", "CR"]
    assert {"start", "bit 0", "bit 6", "parity", "stop", "50 kHz, 3.65 V peak"} <= set(texts)
    assert "S (0x53) enlarged: the grey character above" in texts
    bits = texts[texts.index("start") - 12 : texts.index("start")]
    assert "".join(bits) == "1" + "0110010101" + "0"  # the S, between a stop and a start


@pytest.mark.nightly
def test_the_same_run_draws_the_same_picture(xky: Xky, tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        xky("carrier", "--mode", "historic", "--noise-db", "20", "--plot", name)
    a, b = ((tmp_path / name).read_bytes() for name in ("a.png", "b.png"))
    assert a == b
    assert a.startswith(b"\x89PNG")


# What is refused


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "nowhere to go; give --out FILE.wav, --upload RESOURCE --family NAME, or --plot FILE.svg"),
        (["--out", "a.bin"], "a.bin: unknown ending '.bin'"),
        (["--out", "no/a.wav"], "no/a.wav: cannot be written"),
        (["--plot", "a.pdf"], "unknown ending '.pdf'"),
        (["--upload", "TCPIP::1::INSTR"], "--upload and --family belong together"),
        (["--out", "a.wav", "--family", "rigol"], "--upload and --family belong together"),
        (["--out", "a.wav", "--off"], "--off: only with --upload"),
        (["--out", "a.wav", "--load-ohm", "500"], "--load-ohm: only with --upload"),
        (["--upload", "X", "--family", "rigol", "--load-ohm", "0"], "--load-ohm 0: expected a number over 0"),
        (
            ["--out", "a.wav", "--upload", "TCPIP::1::INSTR", "--family", "x"],
            "family 'x': unknown; expected one of keysight",
        ),
        (["--out", "a.wav", "--carrier-hz", "5"], "--carrier-hz 5: expected 45000 to 55000"),
        (["--out", "a.wav", "--baud", "1200"], "--baud 1200: expected 8640 to 10560"),
        (["--out", "a.wav", "--amplitude-v", "99"], "amplitude_v 99: expected 0.001 to 25 V"),
        (["--out", "a.wav", "--edge-s", "0.0005"], "expected 0.0001042 s at most, the length of a bit"),
        (["--out", "a.wav", "--meter", "x"], "x"),
    ],
)
def test_what_cannot_be_is_one_line_and_writes_nothing(
    xky: Xky, tmp_path: Path, arguments: list[str], told: str
) -> None:
    run = xky("carrier", *arguments)
    assert run.returncode == 2
    assert run.stderr.startswith("xky: ")
    assert run.stderr.count("\n") == 1
    assert told in run.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.by_day(1)
@pytest.mark.parametrize(
    ("arguments", "returncode", "told"),
    [
        (["carrier", "--out", "a.wav"], 2, "pip install 'xky-hil[carrier]'"),
        (["decode", "line.wav"], 2, "pip install 'xky-hil[carrier]'"),
        (["emulate", "--out", "a.bin", "--frames", "1"], 0, ""),
    ],
)
def test_without_numpy_the_extra_is_named_and_the_rest_works(
    tmp_path: Path, arguments: list[str], returncode: int, told: str
) -> None:
    (tmp_path / "line.wav").touch()
    program = "import sys; sys.modules['numpy'] = None; from xky.hil.cli import main; main()"
    run = subprocess.run(
        [sys.executable, "-c", program, *arguments], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert run.returncode == returncode
    assert told in run.stderr
    assert run.stderr.count("\n") == (1 if returncode else 0)
