# SPDX-License-Identifier: Apache-2.0
"""What a bench recorded while steps were played on it, as a record."""

from collections.abc import Mapping

from xky.boards import Board
from xky.protocol import Mode

from ..bench.bench import Bench
from ..bench.devices import Device, FedDevice
from ..bench.probes.mapped import credentials_shown
from .hidden_secrets import secrets_of_board
from .player import Player
from .record import ProbeRecord, Record, kept_events

__all__ = ["fed_or_not", "let_last_words_arrive", "record_of"]


def record_of(
    bench: Bench,
    player: Player,
    mode: Mode,
    *,
    speed: float,
    claims: Mapping[str, frozenset[str] | None],
    ended: str | None,
    ended_s: float,
) -> Record:
    """The record of a bench, without keys and passwords of the board and those that it showed a server.

    Args:
        bench: on which it was played.
        player: that played it.
        mode: of the TIC.
        speed: bench seconds per real second, as a person asked for it.
        claims: labels that the device claims at each probe, by its name as it may be printed; None for all.
        ended: how the device ended before the steps did, None where it did not.
        ended_s: the present then.
    """
    device = bench.device
    heard = tuple(
        ProbeRecord(
            probe.shown, claims.get(probe.shown), kept_events(probe.end.events) if probe.end is not None else ()
        )
        for probe in bench.probes
    )
    record = Record(
        mode=mode,
        board=bench.board,
        speed=1.0 if bench.virtual else speed,
        claims=heard[0].claims,
        truth=bench.truth,
        readings=bench.readings,
        remarks=sorted((one for probe in bench.probes for one in probe.remarks), key=lambda remark: remark.at_s),
        disturbed=player.disturbed,
        silent=player.silent,
        ended=ended,
        ended_s=None if ended is None else ended_s,
        last_words=device.last_words,
        stderr=device.stderr,
        overruns=device.overruns,
        port_settings=tuple(device.port_settings),
        notes=(*device.notes, *(note for probe in bench.probes for note in probe.notes)),
        dropped=sum(probe.dropped for probe in bench.probes),
        late=list(bench.late),
        duration_s=float(bench.env.now),
        restarts_s=tuple(player.restarts_s),
        probes=heard,
        outages=tuple(player.outages),
        unfed=fed_or_not(device, bench.board) is False,
        on_hardware=device.on_hardware,
        sent_right=not device.spoils_characters,
    )
    shown = (secret for probe in bench.probes for secret in credentials_shown(probe.end))
    return secrets_of_board(bench.board).with_those(shown).record(record)


def fed_or_not(device: Device, board: Board) -> bool | None:
    """False: it lives on terminals I1-A by its description, and neither the bench nor a supply of it feeds them."""
    lives_on_them = board.power is not None and board.power.source == "tic"
    return False if lives_on_them and not device.on_hardware and not isinstance(device, FedDevice) else None


def let_last_words_arrive(bench: Bench) -> None:
    """A program that ended may have printed lines that wait to be read."""
    bench.run_for(0.05)
