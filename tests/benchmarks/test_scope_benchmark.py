# SPDX-License-Identifier: Apache-2.0
"""A scope's record of a million points through PyVISA-py, against a bare socket's transfer of the same bytes.

Wall clock, since a transfer is mostly waiting; rounds alternate, so that a busy machine hits both.
"""

import socket
import time
from collections.abc import Callable
from statistics import median

from xky.boards import board_named
from xky.emulator.supply import supply_named
from xky.hil.instruments import open_instrument
from xky.hil.instruments.makes.scope import siglent
from xky.hil.instruments.session import Session
from xky.hil.virtual import SteppedClock, VirtualBench

ROUNDS = 21
MOST = 3.0
QUESTION = "C1:WF? DAT2"


def seconds(act: Callable[[], object]) -> float:
    began_s = time.perf_counter()
    act()
    return time.perf_counter() - began_s


def test_a_record_takes_at_most_three_times_as_long_as_its_bytes() -> None:
    clock, makes = SteppedClock(), {"scope": "siglent"}
    with VirtualBench(board_named("winky-c6"), supply_named("typical"), clock, makes=makes) as bench:
        resource = bench.resources["scope"]
        scope = open_instrument("scope", resource, None, {})
        taken = scope.record(1, scale_v=1.0, points=1_000_000, interval_s=1e-6)  # type: ignore[attr-defined]
        session = Session(resource)
        _, address, port, _ = resource.split("::")
        with socket.create_connection((address, int(port))) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            length = len("DAT2,#9000000000") + len(taken.voltage_v) + len("\n\n")

            def bare() -> bytes:
                connection.sendall(f"{QUESTION}\n".encode())
                heard = bytearray()
                while len(heard) < length:
                    heard += connection.recv(1 << 20)
                return bytes(heard)

            def block() -> bytes:
                return session.query_block(QUESTION, head="DAT2,", line_ends=2)

            assert bare()[len("DAT2,#9000000000") : -2] == block()
            assert len(taken.voltage_v) >= 1_000_000
            transfer, whole = [], []
            for _ in range(ROUNDS):
                bare_s = seconds(bare)
                transfer.append(seconds(block) / bare_s)
                whole.append(seconds(lambda: siglent.record(session, 1)) / seconds(bare))
        session.close()
        scope.close()
    print(f"\nrecord of {len(taken.voltage_v)} points: its bytes {median(transfer):.2f}, in volts {median(whole):.2f} "
          "times a bare socket's transfer")  # fmt: skip
    assert median(transfer) <= MOST
