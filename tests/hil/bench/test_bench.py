# SPDX-License-Identifier: Apache-2.0
"""The bench as a test has it: which reading answers for what was set."""

from xky.emulator import Linky
from xky.hil.bench.bench import Bench, board_of
from xky.hil.bench.devices import open_device
from xky.protocol import Mode


def test_a_frame_that_began_at_the_very_instant_of_a_change_is_not_taken_for_one_that_has_it() -> None:
    device = open_device("sim:generic")
    with Bench(device, board_of(device, None), Linky(mode=Mode.STANDARD)) as bench:
        bench.run(lambda: len(bench.truth) == 2)
        assert bench.truth[1].start_s == bench.env.now
        bench.meter.load.hold(0)
        bench.meter.set(EASF01=1_234_567)
        assert bench.next_reading(timeout_s=60)["EASF01"] == 1_234_567
