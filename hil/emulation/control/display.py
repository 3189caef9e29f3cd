# SPDX-License-Identifier: Apache-2.0
"""The meter's face: what its display says, screen by screen, and its two lamps.

At rest it shows the running tariff with its index; the keys + and - show the other screens (Enedis, "Le compteur
communicant Linky en détail"). Which there are is told by the guides of suppliers: contract, each index in kWh,
"PUISSANCE SOUSCRITE", "PUISSANCE APP", "PUISSANCE MAX", serial number, PRM, messages; that of the mode of the TIC by
54E §3.3. uncertain: their order and how a maker abbreviates them on sixteen characters; it matters to nobody who reads
the line. "PUISS DEPASSEE" and the lamp below the key + ask to press it for two seconds when the cut-off device is open
(Enedis). The upper lamp flashes once each Wh (Enedis, to clubic.com, 2024).
"""

from xky.emulator import Linky
from xky.emulator.legal_time import local_time
from xky.emulator.meter.registers import ROLLOVER
from xky.protocol import Mode
from xky.protocol.status import Breaker

from .answers import DisplayAnswer, ScreenAnswer

__all__ = ["FLASHES_EACH_WH", "display_of"]

FLASHES_EACH_WH = 1
_WIDTH = 16  # characters of a message's line: MSG1 is two of them (54E §6.2.3.16)
_MODE = {Mode.HISTORIC: "HISTORIQUE", Mode.STANDARD: "STANDARD"}


def display_of(meter: Linky) -> DisplayAnswer:
    """What the face shows; nothing where the meter has no supply."""
    meter.integrate()
    if not meter.powered:
        return DisplayAnswer(screens=[], alert=None, key_lamp=False, upper_lamp_flashes_per_h=0.0)
    reason = meter.cut_off.reason
    alert = None
    if reason is Breaker.OVERPOWER:
        alert = ScreenAnswer(name="alert", text="PUISS DEPASSEE", value="APPUYER SUR +", unit="")
    elif meter.cut_off.is_open:
        alert = ScreenAnswer(name="alert", text="CONTACTEZ VOTRE", value="FOURNISSEUR", unit="")
    return DisplayAnswer(
        screens=_screens(meter),
        alert=alert,
        key_lamp=meter.cut_off.is_open,
        upper_lamp_flashes_per_h=round(abs(meter.power.drawn_va) * FLASHES_EACH_WH, 3),
    )


def _screens(meter: Linky) -> list[ScreenAnswer]:
    running = meter.tariff.supplier_index
    others = [index for index in sorted(meter.contract.indexes) if index != running]
    local = local_time(meter.now_us)
    demand = meter.counters.demand
    screens = [
        *(_index(meter, index) for index in (running, *others)),
        _screen("contract", "CONTRAT", (meter.quirks.ngtf or meter.contract.ngtf).strip() or "-"),
        _screen("subscribed", "PUISS SOUSCRITE", f"{meter.pref_kva:02}", "kVA"),
        _screen("power", "PUISSANCE APP", f"{round(meter.power.drawn_va):05}", "VA"),
        _screen("highest", "PUISSANCE MAX", f"{demand.today.va:05}", "VA"),
    ]
    if meter.producer:
        injected = meter.counters.injected.count % ROLLOVER // 1000
        screens.append(_screen("injected", "INJECTION", f"{injected:06}", "kWh"))
    screens += [
        _screen("clock", local.strftime("%d/%m/%Y"), local.strftime("%H:%M:%S")),
        _screen("prm", "NUMERO PRM", meter.prm),
        _screen("serial", "NUM SERIE", str(meter.identity)),
        _screen("mode", "TIC", _MODE[meter.mode]),
    ]
    message = meter.msg1.ljust(2 * _WIDTH)
    screens.append(_screen("message", message[:_WIDTH].strip(), message[_WIDTH:].strip()))
    return screens


def _index(meter: Linky, index: int) -> ScreenAnswer:
    name = meter.contract.ltarf.get(index, "").strip() or f"INDEX {index}"
    energy_kwh = meter.counters.supplier[index - 1] % ROLLOVER // 1000
    return _screen("index", " ".join(name.split()), f"{energy_kwh:06}", "kWh")


def _screen(name: str, text: str, value: str, unit: str = "") -> ScreenAnswer:
    return ScreenAnswer(name=name, text=text, value=value, unit=unit)
