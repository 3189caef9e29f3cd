# SPDX-License-Identifier: Apache-2.0
"""What a person sets of a meter, all of it; it stays so until somebody sets it otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from random import Random

from xky.protocol import InputError, Mode
from xky.protocol.identity import Identity
from xky.protocol.status import Euridis, Plc

from ..contracts import Contract, Peak, Tariff
from .electrical import Grid
from .quirks import Quirks

__all__ = ["MSG1", "PREF_KVA", "PREF_KVA_MAX", "Network", "Said", "Settings", "drawn_addresses", "setting_a"]

Said = str | tuple[str, str] | None  # value, or horodate and value, of a label; None where it is not sent

PREF_KVA = range(1, 37)  # 54E §6.2.2: whole kVA
PREF_KVA_MAX = PREF_KVA[-1]
MSG1 = "PAS DE          MESSAGE         "  # as most captures show it
_TYPE = {1: "61", 3: "76"}  # Linky G3, 60 A (EUR list of codes)


def setting_a(pref_kva: int, phases: int) -> int:
    """Subscribed current of a phase in A: PREF / 200 V, by phase (54E §6.1)."""
    return pref_kva * 1000 // 200 // phases


def drawn_addresses(rng: Random, phases: int) -> tuple[Identity, str]:
    """ADSC of a meter and PRM of its place, drawn at random."""
    identity = Identity.parse(f"04{rng.randrange(16, 25)}{_TYPE[phases]}{rng.randrange(10**6):06}")
    return identity, f"{rng.randrange(10**13, 10**14)}"


@dataclass(frozen=True, slots=True)
class Network:
    """What STGE says of the meter's other interfaces; as most captures show it."""

    euridis: Euridis = Euridis.SECURED
    plc: Plc = Plc.NEW_LOCKED
    plc_synchronised: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of one meter at an instant.

    Attributes:
        mode: of its TIC output.
        contract: tariff option.
        peaks: mobile peaks in the place of those that the contract plans; None leaves it to the contract.
        pref_kva, pcoup_kva: subscribed power, and that at which it cuts off.
        grid: the network before it.
        absent_phases: the phases of which it sees nothing (PPOT).
        quirks: where it departs from the specification.
        identity, prm: address of the meter, and of the place.
        msg1, msg2: short message, and ultra-short one, which is sent once.
        relays: 1 (the dry contact) to 8, closed or not in the place of what the calendar says of them.
        network: what it says of its other interfaces.
        clock_degraded, cover_open: what it says of its clock and its terminal cover.
        told: what it says of labels that nothing computes, by label, in the place of the text of their row.
    """

    mode: Mode
    contract: Contract
    pref_kva: int
    pcoup_kva: int
    identity: Identity
    prm: str
    msg1: str
    msg2: str = ""
    quirks: Quirks = field(default_factory=Quirks)
    grid: Grid = field(default_factory=Grid)
    peaks: Mapping[int, Peak] | None = None
    relays: Mapping[int, bool] = field(default_factory=dict)
    network: Network = field(default_factory=Network)
    absent_phases: frozenset[int] = frozenset()
    clock_degraded: bool = False
    cover_open: bool = False
    told: Mapping[str, Said] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for number in self.relays:
            if number not in range(1, 9):
                raise InputError(f"relays: no relay {number!r}; relays are 1 (the dry contact) to 8")

    def with_relays(self, tariff: Tariff) -> Tariff:
        """The tariff with the relays as somebody set them."""
        if not self.relays:
            return tariff
        closed = {number for number, is_closed in self.relays.items() if is_closed}
        return replace(tariff, relays=tariff.relays.difference(self.relays) | closed)

    def next_switch(self, clock_us: int) -> int:
        """The next time on the meter's clock, strictly later, at which the tariff may change, midnight among it."""
        edges = [edge for peak in (self.peaks or {}).values()
                 for edge in (peak.start_us, peak.end_us, peak.noticed_us)
                 if edge is not None and edge > clock_us]  # fmt: skip
        return min([self.contract.next_switch(clock_us), *edges])

    def peaks_known(self, clock_us: int) -> Mapping[int, Peak]:
        """Mobile peaks that the meter knows of and that are not over at a time on its clock, by number."""
        if self.peaks is not None:
            return {number: peak for number, peak in self.peaks.items() if peak.end_us > clock_us}
        return self.contract.peaks_known(clock_us)
