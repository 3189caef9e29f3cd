# SPDX-License-Identifier: Apache-2.0
"""What a home is: its meter, its household, its gateway, how well that reaches the world."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from xky.boards import Board
from xky.emulator import Household, Linky
from xky.emulator.load.appliances import COMMON
from xky.emulator.meter_file.contract_table import ContractTable, drawn_contract
from xky.protocol.identity import Identity

from ..panel_file import HouseholdKind, PanelFile, WifiKind
from ..possible import SOUND, board_of_panel, has_way, may_have, reads
from ..weights import drawn, positive

__all__ = ["Home", "drawn_home"]

_SERIALS = 10**6  # of an address
_STEP = 387_421  # no divisor in common with that: a serial comes again after all others
_PREF_KVA = {1: 9, 3: 18}
_LORA_IDENTITIES = 16**4


@dataclass(frozen=True, slots=True)
class Home:
    """One home.

    Attributes:
        number: from 1 on.
        seed: of its meter, its household and its line.
        board: name, or path of its file.
        uplinks: kinds of the ways that its gateway publishes by.
        mode: of its TIC.
        contract: name.
        phases: 1 or 3.
        producer: whether it injects, too.
        household: name of its kind.
        appliances: that it has.
        pref_kva: subscribed power.
        supply: name of the model; None where the gateway does not live on it.
        defect: of the gateway; None of a sound one.
        wifi: how well its gateway reaches its network.
    """

    number: int
    seed: int
    board: str
    uplinks: tuple[str, ...]
    mode: str
    contract: str
    phases: int
    producer: bool
    household: str
    appliances: tuple[str, ...]
    pref_kva: int
    supply: str | None
    defect: str | None
    wifi: WifiKind

    @property
    def id(self) -> str:
        """As its folder is called."""
        return f"{self.number:04}"

    def meter(self, at_us: int) -> Linky:
        """Its meter at an instant, µs since 1970 UTC."""
        contract = ContractTable.model_validate(drawn_contract(self.contract)).contract()
        house = Household(
            self.seed, self.phases, self.producer, appliances=self.appliances, contact=contract.closes_contact
        )
        meter = Linky(
            mode=self.mode, phases=self.phases, producer=self.producer, contract=contract, at=at_us, load=house,
            pref_kva=self.pref_kva, seed=self.seed,
        )  # fmt: skip
        serial = (self.seed + self.number * _STEP) % _SERIALS  # drawn ones would meet in a panel of hundreds
        meter.identity = Identity.parse(f"{str(meter.identity)[:6]}{serial:06}")
        return meter

    def board_of_its_own(self, board: Board) -> Board:
        """A board as the person of this home set it up: no two of a panel say the same topic, name or address."""
        uplink, lorawan = board.uplink, board.lorawan
        changes: dict[str, Any] = {}
        if uplink is not None:
            mqtt = uplink.mqtt and uplink.mqtt.model_copy(
                update={
                    "topic": f"{uplink.mqtt.topic}-{self.id}",
                    "client_id": uplink.mqtt.client_id and f"{uplink.mqtt.client_id}-{self.id}",
                }
            )
            changes["uplink"] = uplink.model_copy(update={"device": f"{uplink.device}-{self.id}", "mqtt": mqtt})
        if lorawan is not None:
            least = int(lorawan.dev_eui, 16) - int(lorawan.dev_eui, 16) % _LORA_IDENTITIES
            changes["lorawan"] = lorawan.model_copy(update={"dev_eui": f"{least + self.number:016x}"})
        return board.model_copy(update=changes)

    def described(self, meter: Linky) -> Mapping[str, Any]:
        """For ``home.json``: all of it, with what its meter says of itself."""
        told = {one.name: getattr(self, one.name) for one in fields(self)}
        return {
            "id": self.id,
            **told,
            "board": Path(self.board).name,  # whose folder is nobody's business
            "uplinks": list(self.uplinks),
            "appliances": list(self.appliances),
            "wifi": self.wifi.name,
            "address": str(meter.identity),
            "prm": meter.prm,
            "subscription_kva": self.pref_kva,
        }


def drawn_home(panel: PanelFile, seed: int, number: int) -> Home:
    """A home of a panel: the same one whatever the others are.

    Args:
        panel: that it is of.
        seed: of the panel.
        number: from 1 on.
    """
    rng = Random(f"panel {seed} home {number}")
    own_seed = rng.randrange(2**32)

    def fits(board: Board, mode: str, phases: str, kind: str) -> bool:
        return reads(board, mode, int(phases), producer=kind == "producer")

    modes, phases, kinds = panel.modes, panel.phases, panel.producers
    there = [positive(weights) for weights in (modes, phases, kinds)]
    name = drawn(rng, panel.boards)
    board = board_of_panel(name)
    mode = drawn(rng, modes, lambda one: any(fits(board, one, p, k) for p in there[1] for k in there[2]))
    number_of = drawn(rng, phases, lambda one: any(fits(board, mode, one, k) for k in there[2]))
    kind = drawn(rng, kinds, lambda one: fits(board, mode, number_of, one))
    contract = drawn(rng, panel.contracts)
    household = _drawn_kind(rng, panel.household)
    way = drawn(rng, panel.uplinks, lambda one: has_way(board, one))
    has_defect = any(may_have(board, mode, one) for one in positive(panel.defects))
    defect = drawn(rng, panel.defects if has_defect else {SOUND: 1.0}, lambda one: may_have(board, mode, one))
    wifi = _drawn_kind(rng, panel.wifi)
    supply = drawn(rng, panel.supplies)
    lives_on_it = board.power is not None and board.power.source == "tic"
    return Home(
        number=number,
        seed=own_seed,
        board=name,
        uplinks=tuple(way.split("+")),
        mode=mode,
        contract=contract,
        phases=int(number_of),
        producer=kind == "producer",
        household=household.name,
        appliances=COMMON if household.appliances is None else household.appliances,
        pref_kva=household.pref_kva or _PREF_KVA[int(number_of)],
        supply=supply if lives_on_it else None,
        defect=None if defect == SOUND else defect,
        wifi=wifi,
    )


_Kind = TypeVar("_Kind", HouseholdKind, WifiKind)


def _drawn_kind(rng: Random, kinds: Sequence[_Kind]) -> _Kind:
    name = drawn(rng, {kind.name: kind.weight for kind in kinds})
    return next(kind for kind in kinds if kind.name == name)
