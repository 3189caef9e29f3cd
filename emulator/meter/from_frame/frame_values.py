# SPDX-License-Identifier: Apache-2.0
"""A frame's groups by the names of the label table, and what follows from one of them alone."""

from datetime import timedelta

from xky.protocol import LABELS, Damaged, Frame, InputError, Mode, Timestamp
from xky.protocol.status import Relays, Status

from ...legal_time import PARIS, instant_us, local_time
from ..frame_composer import PILOT_LABELS
from ..label_sources import COMPUTED
from ..settings import PREF_KVA, PREF_KVA_MAX, Said, setting_a

__all__ = ["FrameValues"]


class FrameValues:
    """A frame's groups, by the names of the label table."""

    def __init__(self, frame: Frame) -> None:
        damaged = next((group for group in frame.groups if isinstance(group, Damaged)), None)
        if damaged is not None or not frame.complete:
            what = f"group {damaged.label} is damaged ({damaged.reason})" if damaged else "the frame is cut"
            raise InputError(f"from_frame: {what}; give a whole frame of good groups")
        self.pilot = any(group.label in PILOT_LABELS.values() for group in frame.good)
        names = {shown: name for name, shown in PILOT_LABELS.items()} if self.pilot else {}
        self.values = {names.get(group.label, group.label): group.value for group in frame.good}
        self.stamps = {names.get(group.label, group.label): group.timestamp for group in frame.good}
        self.historic = frame.mode is Mode.HISTORIC
        self._as_told = [name for name in LABELS[frame.mode] if name not in COMPUTED[frame.mode]]
        needed = {"ADCO", "OPTARIF", "ISOUSC", "PTEC", "PAPP"} if self.historic else {"ADSC", "DATE", "EAST", "STGE"}
        missing = needed - self.values.keys()
        if missing:
            why = " (a short frame says too little)" if missing >= {"OPTARIF"} else ""
            raise InputError(f"from_frame: the frame has no {', '.join(sorted(missing))}{why}; give a long one")
        self.phases = 3 if "IINST1" in self.values or "IRMS2" in self.values else 1
        self.producer = "EAIT" in self.values

    def number(self, label: str, default: int = 0) -> int:
        return int(self.values.get(label, default))

    def by_phase(self, label: str) -> list[int]:
        """Values of label1 … labelN, or of the label alone on one phase."""
        if label in self.values and self.phases == 1:
            return [self.number(label)]
        return [self.number(f"{label}{n}") for n in range(1, self.phases + 1)]

    @property
    def told(self) -> dict[str, Said]:
        """What it says of the labels that nothing computes; None of one that it does not have."""
        said: dict[str, Said] = {}
        for label in self._as_told:
            value, stamp = self.values.get(label), self.stamps.get(label)
            said[label] = value if value is None or stamp is None else (stamp, value)
        return said

    @property
    def absent_phases(self) -> frozenset[int]:
        """Phases that PPOT calls lost, or that have no voltage in standard mode, which has no PPOT."""
        if not self.historic:
            return frozenset(n for n in (1, 2, 3) if self.phases > 1 and self.values.get(f"URMS{n}") == "000")
        absent = int(self.values.get("PPOT", "00"), 16)
        return frozenset(n for n in (1, 2, 3) if absent >> n & 1)

    @property
    def pref_kva(self) -> int:
        if not self.historic:
            return self.number("PREF")
        setting = self.number("ISOUSC")
        for kva in PREF_KVA:
            if setting_a(kva, self.phases) == setting:
                return kva
        raise InputError(
            f"from_frame: ISOUSC {setting:02} is the setting of no subscription of 1 to {PREF_KVA_MAX} kVA"
        )

    @property
    def status(self) -> Status:
        return Status.parse(self.values["STGE"])

    @property
    def relays(self) -> frozenset[int]:
        """Relays that are closed; of an incomplete frame what STGE says of the dry contact."""
        if "RELAIS" in self.values:
            return Relays.parse(self.values["RELAIS"]).closed
        return frozenset() if self.status.dry_contact_open else frozenset({1})

    def instant(self, label: str) -> int | None:
        """Instant of a horodate; where its season letter is not the legal one, its legal time counts."""
        stamp = self.stamps.get(label)
        if stamp is None:
            return None
        parsed = Timestamp.parse(stamp)
        legal = instant_us(parsed.local.replace(tzinfo=PARIS))
        if parsed.season.utc_offset is None or season_letter(legal) != parsed.season.value:
            later = instant_us(parsed.local.replace(tzinfo=PARIS, fold=1))
            return later if season_letter(later) == parsed.season.value else legal
        return instant_us(parsed.utc())

    @property
    def stuck_letter(self) -> str:
        """The season letter, where it is not that of every horodate's legal time."""
        for label, stamp in self.stamps.items():
            letter, at_us = (stamp or " ")[0].upper(), self.instant(label)
            if at_us is not None and letter not in (" ", season_letter(at_us)):
                return letter
        return ""


def season_letter(at_us: int) -> str:
    return "E" if local_time(at_us).utcoffset() == timedelta(hours=2) else "H"
