# SPDX-License-Identifier: Apache-2.0
"""A capture on the line again: the same bytes at the same times."""

import simpy
from hypothesis import given
from hypothesis import strategies as st

from xky.emulator import Line
from xky.emulator.line.replay import Replay, bursts_of
from xky.protocol import Burst, Mode
from xky.protocol.capture import Run
from xky.protocol.uart import CharacterDefect, Uart, received

C_S = Mode.STANDARD.character_s
FRAME = b"\x02\nVTIC\t02\tJ\r\x03"


def with_parity(data: bytes) -> bytes:
    return bytes(code | (code.bit_count() & 1) << 7 for code in data)


def runs(*gaps_s: float, data: bytes = FRAME) -> list[Run]:
    """Runs with such silences before them."""
    at_s, made = 0.0, []
    for gap_s in gaps_s:
        at_s += gap_s + len(data) * C_S
        made.append(Run(at_s, data))
    return made


@given(st.lists(st.floats(0.0, 5.0), min_size=1, max_size=8), st.floats(0.0, 1000.0))
def test_bursts_have_the_silences_of_the_capture(gaps_s: list[float], began_s: float) -> None:
    bursts = [*bursts_of([Run(run.end_s + began_s, run.data) for run in runs(*gaps_s)], C_S)]
    assert abs(bursts[0].start_s) < 1e-9
    for before, after, gap_s in zip(bursts, bursts[1:], gaps_s[1:], strict=False):
        assert abs(after.start_s - before.end_s - gap_s) < 1e-9
    assert all(burst.data == FRAME and burst.character_s == C_S for burst in bursts)


@given(st.lists(st.tuples(st.floats(0.0, 0.1), st.binary(min_size=1, max_size=30)), max_size=20))
def test_bursts_never_overlap_and_follow_the_capture(reads: list[tuple[float, bytes]]) -> None:
    at_s, made = 10.0, []
    for wait_s, data in reads:
        at_s += wait_s
        made.append(Run(at_s, data))
    bursts = [*bursts_of(made, C_S)]
    origin_s = made[0].end_s - len(made[0].data) * C_S if made else 0.0
    free_s = 0.0
    for burst, run in zip(bursts, made, strict=True):
        assert burst.start_s >= free_s - 1e-9
        assert burst.end_s <= run.end_s - origin_s + 0.02 + 1e-9
        assert bytes(code & 0x7F for code in run.data) == burst.data
        free_s = burst.end_s


def test_bytes_that_came_faster_than_a_line_are_sent_as_fast() -> None:
    made = [Run(0.1 * number, FRAME * 20) for number in range(1, 4)]  # 0.29 s each on a line
    _, second, third = bursts_of(made, C_S)
    assert abs(third.end_s - second.end_s - 0.1) < 1e-9
    assert second.character_s < C_S


def test_a_run_inside_the_tolerated_lateness_of_the_one_before_is_sent_at_nearly_the_rate_of_the_line() -> None:
    made = [Run(0.100, b"x" * 20), Run(0.104, b"x" * 20), Run(0.110, b"x" * 10)]
    _, second, third = bursts_of(made, 1 / 960)
    assert second.character_s == 1 / 960
    assert 0.75 / 960 < third.character_s < 1 / 960


def test_reads_that_return_together_are_sent_in_some_time() -> None:
    """A system that held its reader back hands over everything at one instant."""
    made = [Run(1.0, FRAME)] * 50
    bursts = [*bursts_of(made, C_S)]
    assert all(burst.character_s >= 1e-6 for burst in bursts)
    assert bursts[-1].end_s < len(FRAME) * C_S + 0.02


@given(st.integers(2, 10), st.integers(1, 40), st.integers(2, 20))
def test_a_line_captured_at_a_speed_is_replayed_at_that_speed(speed: int, size: int, count: int) -> None:
    read_s = size * C_S / speed
    bursts = [*bursts_of([Run(number * read_s, bytes(size)) for number in range(1, count * 10)], C_S)]
    paced = [burst.character_s for burst in bursts if burst.character_s < C_S]
    assert all(abs(pace_s * speed / C_S - 1) < 1e-6 for pace_s in paced[1:])  # the first one is on the way there


def test_wrong_parity_becomes_a_defect_of_the_line() -> None:
    octets = bytearray(with_parity(FRAME))
    octets[3] ^= 0x80  # the parity bit
    octets[5] ^= 0x01  # a bit of data
    (burst,) = bursts_of([Run(1.0, bytes(octets))], C_S)
    assert burst.data == FRAME[:5] + bytes((FRAME[5] ^ 1,)) + FRAME[6:]
    assert burst.defects == {3: CharacterDefect.PARITY, 5: CharacterDefect.PARITY}
    assert received(burst, Uart(9600, 8, "N")).data == bytes(octets)  # as it was recorded
    assert [*received(burst, Uart(9600)).errors] == [3, 5]


def test_without_parity_only_a_bit_7_is_wrong() -> None:
    octets = FRAME[:4] + bytes((FRAME[4] | 0x80,)) + FRAME[5:]
    (burst,) = bursts_of([Run(1.0, octets)], C_S)
    assert (burst.data, burst.defects) == (FRAME, {4: CharacterDefect.PARITY})


def test_what_has_no_end_of_group_is_read_like_the_run_before() -> None:
    """0xB1 is "1" with its parity bit, 0x31 is it without."""
    for frame, wrong in ((with_parity(FRAME), 1), (FRAME, 0)):
        _, second = bursts_of([Run(1.0, frame), Run(2.0, b"\xb1\x31")], C_S)
        assert (second.data, second.defects) == (b"11", {wrong: CharacterDefect.PARITY})


def test_a_replay_sends_each_burst_at_its_time() -> None:
    env, line = simpy.Environment(initial_time=100.0), Line()
    heard: list[tuple[float, Burst]] = []
    line.connect(lambda burst: heard.append((env.now, burst)))
    bursts = [*bursts_of(runs(0.0, 2.0, 0.017), C_S)]
    replay = Replay(env, line, bursts)
    process = env.process(replay.run())
    assert not replay.ended
    env.run(until=process)
    assert replay.ended
    assert [burst.data for _, burst in heard] == [FRAME] * 3
    for (at_s, burst), sent in zip(heard, bursts, strict=True):
        assert abs(at_s - 100.0 - sent.start_s) < 1e-9
        assert burst.start_s == at_s
    assert 0.0 < env.now - 100.0 - bursts[-1].end_s < 0.1  # the last character is out


def test_an_empty_capture_sends_nothing() -> None:
    assert [*bursts_of([], C_S)] == []
