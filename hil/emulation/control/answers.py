# SPDX-License-Identifier: Apache-2.0
"""What a client is told; every quantity carries its unit in its name."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

from xky.emulator import Expect
from xky.protocol import Mode

from .board_answers import BoardAnswer

__all__ = [
    "BandAnswer", "CutOffAnswer", "DayAnswer", "DisplayAnswer", "Done", "FaultAnswer", "FrameAnswer", "GroupAnswer",
    "IndexAnswer", "LoadAnswer", "Registers", "ScreenAnswer", "SentFrameAnswer", "SentGroupAnswer", "State",
    "TariffAnswer", "TruthAnswer", "Wrong",
]  # fmt: skip


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)


class Wrong(_Answer):
    """Why it was not done."""

    detail: str
    """One line: what is wrong, and how to mend it."""


class Done(_Answer):
    """It happened."""

    done: list[str]
    """What."""
    at_s: float
    """When, in seconds on the bench's clock, which starts at 0 with the run."""
    legal_time: str
    """When, in legal time."""
    first_frame: int
    """Number of the first frame that begins after it: from it on, `/truth` and the line show it."""


class LoadAnswer(_Answer):
    """What the network sees of the house; nothing without supply or behind an open cut-off device."""

    drawn_va: float
    injected_va: float
    phases_va: list[float]
    """By phase, negative when injected."""
    currents_a: list[float]
    """By phase, as the meter shows them."""
    voltages_v: list[float]
    """By phase."""
    over_subscription: bool
    """A phase draws more than its subscribed current: ADPS, ADIRn and STGE bit 7 say so."""


class CutOffAnswer(_Answer):
    """The cut-off device in the meter."""

    is_open: bool
    opened_by: str | None
    """Why it is open."""
    opens_in_s: float | None
    """Seconds to its opening if nothing changes; null: it does not."""


class TariffAnswer(_Answer):
    """What is in force."""

    contract: str
    supplier_index: int
    """Running index: NTARF, EASFnn."""
    supplier_tariff: str
    """Its name: LTARF."""
    distributor_index: int
    """Running index: EASDnn."""
    ptec: str
    """Its name in historic mode."""
    colour_today: str
    colour_tomorrow: str
    peak_running: int
    """Mobile peak under way, 0 for none."""
    peak_notice: int
    """Mobile peak of which notice is given, 0 for none."""
    closed_relays: list[int]
    next_switch: str
    """Time on the meter's clock at which something of this may change next, midnight among it."""


class FaultAnswer(_Answer):
    """A fault on the line."""

    id: int
    name: str
    fields: Mapping[str, Any]
    """Its settings."""
    frames_left: int | None
    """Frames that it will still be applied to; null: until it is cleared."""
    touches_now: bool
    """Whether it would have changed a frame at that time; it does not where its label is not sent then."""
    at_s: float
    """When it was injected, in seconds on the bench's clock."""
    first_frame: int
    """Number of the first frame that it is applied to."""


class State(_Answer):
    """The meter as it is."""

    at_s: float
    """Seconds on the bench's clock."""
    legal_time: str
    """The true one."""
    clock_shows: str
    """What the meter's clock shows."""
    clock_degraded: bool
    supply: bool
    """Whether there is any; without it the meter sends nothing."""
    mode: Mode
    phases: int
    producer: bool
    pref_kva: int
    """Subscribed power."""
    pcoup_kva: int
    """Cut-off power."""
    load: LoadAnswer
    cut_off: CutOffAnswer
    tariff: TariffAnswer
    msg1: str
    msg2: str
    """Waits for the next frame; it is sent once."""
    cover_open: bool
    lost_phases: list[int]
    faults: list[FaultAnswer]
    frames_sent: int
    """Frames that are over; the number of the next one in `/truth`."""
    board: BoardAnswer | None = None
    """That lives on terminals I1-A; null without `--board`."""


class BandAnswer(_Answer):
    """A stretch of the day with one tariff."""

    begins: str
    """On the meter's clock, in legal time."""
    ends: str
    supplier_index: int
    """Running index: NTARF, EASFnn."""
    supplier_tariff: str
    """Its name: LTARF."""
    colour: str
    """Of the TEMPO day; none elsewhere."""


class IndexAnswer(_Answer):
    """An index that the contract uses."""

    supplier_index: int
    label: str
    """In standard mode."""
    historic_label: str | None
    """In historic mode, where it is sent there."""
    supplier_tariff: str
    """Its name: LTARF."""
    energy_wh: int
    runs: bool
    """It counts now."""


class DayAnswer(_Answer):
    """The day that the meter's clock shows."""

    date: str
    contract: str
    bands: list[BandAnswer]
    """From midnight to midnight, in order, as far as the meter knows now."""
    indexes: list[IndexAnswer]
    drawn_wh: int
    """All that was drawn, over all tariffs."""
    drawn_label: str | None
    """Label of that on the line: EAST, in historic mode BASE; null where the mode and the contract have none."""
    injected_wh: int | None
    """EAIT; null of a consumer's."""
    contracts_known: list[str]
    """What `contract` of /tariff takes by name alone."""


class ScreenAnswer(_Answer):
    """One screen of the display."""

    name: str
    """What it tells: index, contract, subscribed, power, highest, injected, clock, prm, serial, mode, message or
    alert."""
    text: str
    """Upper line."""
    value: str
    """Lower line."""
    unit: str
    """Of the lower line; empty where it has none."""


class DisplayAnswer(_Answer):
    """The meter's face."""

    screens: list[ScreenAnswer]
    """In the order of the key +, the first at rest; none without supply. Order and abbreviations are uncertain."""
    alert: ScreenAnswer | None
    """What stands there instead while the cut-off device is open."""
    key_lamp: bool
    """The lamp below the key +: press it for two seconds."""
    upper_lamp_flashes_per_h: float
    """One flash a Wh."""


class Registers(_Answer):
    """What can be set, by label."""

    registers: Mapping[str, int]
    units: Mapping[str, str]
    """By label."""


class GroupAnswer(_Answer):
    """One label's line."""

    label: str
    value: str
    timestamp: str | None
    """Horodate as sent, where the group has one."""
    unit: str | None
    """Of the value; null where the label table has none."""


class FrameAnswer(_Answer):
    """A frame that the meter would send now, sound whatever faults there are; it is not put on the line."""

    legal_time: str
    mode: Mode
    groups: list[GroupAnswer]
    data_hex: str
    """Its 7-bit characters, STX to ETX."""


class SentGroupAnswer(_Answer):
    """One group as it went onto the line."""

    label: str
    """Of what the meter meant, or of what a receiver may read in it; value and timestamp likewise."""
    value: str
    timestamp: str | None
    expect: Expect
    """What a correct receiver does with it."""
    fault: str | None
    """Name of the fault that made or touched it."""
    data_hex: str
    """As sent, LF to CR, without parity: that it was wrong is told by the name of the fault alone."""
    start_s: float
    """First start bit, in seconds on the bench's clock."""
    end_s: float
    """Last stop bit."""


class SentFrameAnswer(_Answer):
    """One frame as it went onto the line."""

    number: int
    """Counted from 0 since the start of the run."""
    mode: Mode
    start_s: float
    """First start bit, in seconds on the bench's clock."""
    end_s: float
    """Last stop bit."""
    complete: bool
    """STX, and ETX at its end."""
    faults: list[str]
    """Names of those on the line when it was made; what they touched is told by the groups, or missing there."""
    groups: list[SentGroupAnswer]
    data_hex: str
    """All that was sent."""


class TruthAnswer(_Answer):
    """Frames that are over, in order."""

    frames: list[SentFrameAnswer]
    next: int
    """What to ask `since` for next: the number behind the last of these."""
    oldest: int
    """Number of the oldest frame that is kept."""
    kept_max: int
    """How many are kept."""
