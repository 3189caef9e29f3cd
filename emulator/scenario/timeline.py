# SPDX-License-Identifier: Apache-2.0
"""What a run was like, for people: power, tariff and indexes at each change, and what happened when."""

from dataclasses import dataclass, field

from ..meter import Linky

__all__ = ["EAIT_PLACE", "Timeline", "TimelineEntry", "TimelineNote"]

EAIT_PLACE = 11  # in ``TimelineEntry.indexes_wh``, counted from 1


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """The meter from one change to the next.

    Attributes:
        at_us: true instant.
        drawn_va, injected_va: apparent power.
        limit_va: what may be drawn without overload (PREF).
        supplier_index: running, 1 to 10; ``tariff`` is its name.
        colour: name of TEMPO's today, empty where there is none.
        indexes_wh: EASF01 to EASF10, and EAIT as the eleventh.
        breaker_open, powered: whether the house is cut off; whether the meter has supply.
    """

    at_us: int
    drawn_va: float
    injected_va: float
    limit_va: float
    supplier_index: int
    tariff: str
    colour: str
    indexes_wh: tuple[int, ...]
    breaker_open: bool
    powered: bool


@dataclass(frozen=True, slots=True)
class TimelineNote:
    """Something that happened, in a few words."""

    at_us: int
    text: str


@dataclass
class Timeline:
    """Fills itself when asked once a frame."""

    moments: list[TimelineEntry] = field(default_factory=list)
    remarks: list[TimelineNote] = field(default_factory=list)
    _seen: tuple[object, ...] = ()

    def look(self, meter: Linky) -> None:
        """Note the meter's state where it is another than before."""
        meter.integrate()
        seen = (id(meter), meter.epoch, meter.powered)
        if seen == self._seen:
            return
        self._seen = seen
        self._note(meter)

    def close(self, meter: Linky) -> None:
        """The end of the run."""
        meter.integrate()
        self._note(meter)

    def _note(self, meter: Linky) -> None:
        power, tariff = meter.power, meter.tariff
        on = meter.powered
        moment = TimelineEntry(
            at_us=meter.true_us,
            drawn_va=power.drawn_va if on else 0.0,
            injected_va=power.injected_va if on else 0.0,
            limit_va=meter.pref_kva * 1000.0,
            supplier_index=tariff.supplier_index,
            tariff=tariff.ltarf.strip(),
            colour="" if tariff.today.name == "NONE" else tariff.today.name.lower(),
            indexes_wh=(*meter.counters.supplier, meter.counters.injected.count),
            breaker_open=meter.cut_off.is_open,
            powered=on,
        )
        before = self.moments[-1] if self.moments else None
        if before is not None and before.breaker_open != moment.breaker_open:
            self.remark(moment.at_us, "the breaker opens" if moment.breaker_open else "the breaker closes")
        self.moments.append(moment)

    def remark(self, at_us: int, text: str) -> None:
        """Note what happened."""
        self.remarks.append(TimelineNote(at_us, text))
