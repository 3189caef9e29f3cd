# SPDX-License-Identifier: Apache-2.0
"""The loop closed: what is drawn as a carrier comes back as the same characters, at the limits of the specification."""

from collections.abc import Callable
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xky.emulator import Linky
from xky.emulator.carrier import Demodulated, Samples, Waveform, envelope_receiver, listen, quadrature_receiver, render
from xky.emulator.carrier.specification import EMITTED, READ
from xky.protocol import Burst, InputError, Mode
from xky.protocol.uart import CharacterDefect, Uart, received

from .signals import GROUP, burst, noisy

Receiver = Callable[[Samples, int, Mode], Demodulated]
RECEIVERS = pytest.mark.parametrize("receiver", [envelope_receiver, quadrature_receiver])
SEVEN_BITS = st.binary(min_size=1, max_size=40).map(lambda data: bytes(code & 0x7F for code in data))
RATES_HZ = (1_000_000, 960_000, 480_000, 240_000)


def corners(mode: Mode) -> list[Waveform]:
    """At all limits at once: of the carrier, the rate, the levels, and the time for which a bit holds them."""
    sent, read = EMITTED[mode], READ[mode]
    levels_v = [(v, r) for limits in (sent, read) for v in (limits.zero_min_v, 5.0) for r in (0.0, limits.one_max_v)]
    slowest_s = 1 / (mode.baud * 1.01) - sent.hold_s
    return [
        Waveform(
            rate_hz=rate_hz, carrier_error=carrier_error, baud_error=baud_error, amplitude_v=amplitude_v,
            residual_v=residual_v * 0.999, edge_s=edge_s, noise_db=20.0,
        )
        for rate_hz, carrier_error, baud_error, (amplitude_v, residual_v), edge_s in product(
            (1_000_000, 960_000), (-0.03, 0.03), (-0.01, 0.01), levels_v, (0.0, slowest_s)
        )
    ]  # fmt: skip


@pytest.mark.nightly
@RECEIVERS
@pytest.mark.parametrize("mode", Mode)
def test_the_round_trip_at_all_limits_and_20_db_gives_the_same_bytes(receiver: Receiver, mode: Mode) -> None:
    data = Linky(mode=mode).frame_bytes()[:20] + bytes(range(128))[::6]
    failed = []
    for seed, waveform in enumerate(corners(mode)):
        heard = receiver(noisy([burst(data, mode, 1 + seed / 7)], waveform, seed), waveform.rate_hz, mode)
        if heard.data != data or heard.errors:
            failed.append(waveform)
    assert not failed


@RECEIVERS
@pytest.mark.parametrize("rate_hz", [1_000_000, 960_000])
@pytest.mark.parametrize("mode", Mode)
def test_whole_frames_come_back(receiver: Receiver, mode: Mode, rate_hz: int) -> None:
    frames, at_s = [], 0.02
    for number in range(2):
        data = Linky(mode=mode, seed=number).frame_bytes()
        frames.append(Burst(at_s, mode.character_s, data))
        at_s = frames[-1].end_s + 0.0167
    heard = receiver(noisy(frames, Waveform(rate_hz=rate_hz, noise_db=20)), rate_hz, mode)
    assert heard.data == b"".join(frame.data for frame in frames)
    assert not heard.errors


@RECEIVERS
@given(
    data=SEVEN_BITS,
    mode=st.sampled_from(Mode),
    start_s=st.floats(0.1, 100),
    carrier_error=st.floats(-0.03, 0.03),
    baud_error=st.floats(-0.01, 0.01),
    amplitude_v=st.floats(0.8, 5),
    rate_hz=st.sampled_from(RATES_HZ),
    noise_db=st.one_of(st.none(), st.floats(20, 60)),
    seed=st.integers(0, 1000),
)
def test_random_bytes_come_back(
    *, receiver: Receiver, data: bytes, mode: Mode, start_s: float, carrier_error: float, baud_error: float,
    amplitude_v: float, rate_hz: int, noise_db: float | None, seed: int,
) -> None:  # fmt: skip
    waveform = Waveform(
        rate_hz=rate_hz, carrier_error=carrier_error, baud_error=baud_error, amplitude_v=amplitude_v, noise_db=noise_db
    )
    heard = receiver(noisy([burst(data, mode, start_s)], waveform, seed), rate_hz, mode)
    assert heard.data == data
    assert not heard.errors


@RECEIVERS
@given(
    data=SEVEN_BITS,
    mode=st.sampled_from(Mode),
    defects=st.dictionaries(st.integers(0, 39), st.sampled_from(CharacterDefect), max_size=6),
    rate_hz=st.sampled_from(RATES_HZ),
)
def test_damaged_characters_are_heard_as_by_the_uart_of_bits(
    receiver: Receiver, data: bytes, mode: Mode, defects: dict[int, CharacterDefect], rate_hz: int
) -> None:
    damaged = Burst(1.0, mode.character_s, data, {index: what for index, what in defects.items() if index < len(data)})
    judge = received(damaged, Uart(mode.baud))
    heard = receiver(render([damaged], Waveform(rate_hz=rate_hz)), rate_hz, mode)
    assert heard.data == judge.data
    assert dict(heard.errors) == dict(judge.errors)
    since_s = 1.0 - mode.character_s  # the first sample
    for ours, theirs in zip(heard, judge, strict=True):
        assert (ours.code, ours.error) == (theirs.code, theirs.error)
        assert ours.end_s + since_s == pytest.approx(theirs.end_s, abs=15e-6)


@RECEIVERS
def test_levels_are_measured(receiver: Receiver) -> None:
    samples = render([burst()], Waveform(amplitude_v=2.0, residual_v=0.15))
    heard = receiver(samples, 960_000, Mode.STANDARD)
    assert heard.peak_v == pytest.approx(2.0, rel=0.03)
    assert heard.residual_v == pytest.approx(0.15, rel=0.06)


@RECEIVERS
def test_what_no_receiver_has_to_hear_is_not_heard(receiver: Receiver) -> None:
    assert len(receiver(render([burst()], Waveform(amplitude_v=0.35)), 960_000, Mode.STANDARD)) == 0
    assert len(receiver(np.zeros(0, np.float32), 960_000, Mode.STANDARD)) == 0
    assert len(receiver(np.zeros(100_000, np.float32), 960_000, Mode.STANDARD)) == 0


@RECEIVERS
def test_a_recording_that_begins_in_a_character_is_heard_from_the_next_one_on(receiver: Receiver) -> None:
    samples = render([burst(GROUP * 3)], Waveform())
    for cut in range(1200, 20_000, 777):
        heard = receiver(samples[cut:], 960_000, Mode.STANDARD)
        assert (GROUP * 3).endswith(heard.data[-10:])
        assert len(heard) >= len(GROUP) * 3 - cut // 1000 - 8


@RECEIVERS
def test_a_character_cut_by_the_end_is_left_out(receiver: Receiver) -> None:
    samples = render([burst(b"AB")], Waveform())
    assert receiver(samples[: 1000 + 1800], 960_000, Mode.STANDARD).data == b"A"


@RECEIVERS
def test_too_few_samples_a_second_are_refused(receiver: Receiver) -> None:
    with pytest.raises(InputError, match="44100 samples a second are too few for 50 kHz"):
        receiver(np.zeros(1000, np.float32), 44_100, Mode.STANDARD)


# In pieces


@pytest.mark.nightly
@given(cuts=st.lists(st.integers(0, 60_000), max_size=6), mode=st.sampled_from(Mode))
def test_a_recording_in_pieces_is_heard_as_one(cuts: list[int], mode: Mode) -> None:
    data = GROUP + b"UUUU~~\x00\x7f" + GROUP[:8]
    waveform = Waveform(rate_hz=480_000 if mode is Mode.STANDARD else 200_000, noise_db=25)
    samples = noisy([burst(data, mode), burst(data, mode, start_s=1.5)], waveform)
    whole = quadrature_receiver(samples, waveform.rate_hz, mode)
    heard = list(listen(np.split(samples, sorted(cuts)), waveform.rate_hz, mode))
    assert b"".join(piece.data for piece in heard) == whole.data == data * 2
    starts_s = np.concatenate([piece.starts_s for piece in heard])
    assert starts_s == pytest.approx(whole.starts_s, abs=5e-6)


def test_errors_are_told_in_the_piece_they_are_in() -> None:
    damaged = Burst(1.0, Mode.STANDARD.character_s, GROUP * 4, {3: CharacterDefect.PARITY, 40: CharacterDefect.PARITY})
    samples = render([damaged], Waveform())
    first, second, last = listen(np.split(samples, [20_000]), 960_000, Mode.STANDARD)
    assert dict(first.errors) == {3: CharacterDefect.PARITY}
    assert dict(second.errors) | dict(last.errors) == {40 - len(first): CharacterDefect.PARITY}
