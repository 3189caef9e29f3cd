# SPDX-License-Identifier: Apache-2.0
"""What a client is told of the board on terminals I1-A; every quantity carries its unit in its name."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict

__all__ = [
    "BoardAnswer",
    "BoardTraceAnswer",
    "KnownSupply",
    "ReadingAnswer",
    "SupplyAnswer",
    "ThresholdAnswer",
    "VoltageAnswer",
]


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)


class SupplyAnswer(_Answer):
    """What terminals I1-A give: a source behind a resistance."""

    model: str
    """Name of the supply; a share of it has the same one."""
    open_circuit_v: float
    """Without load, V rms; 0 while it has failed, or the meter has no supply itself."""
    source_ohm: float
    available_w: float
    """The most that a load can take of it."""
    back_in_s: float | None
    """Seconds until a failure for a while ends; null: there is none."""


class ThresholdAnswer(_Answer):
    """A voltage of the capacitor at which something happens."""

    name: str
    """`wakes_up`: the microcontroller gets its rail; `start`: the firmware goes on with a wake from here on; `stop`: it
    breaks one off; `brown_out`: the rail is lost, at the least of its loads (a burst of its radio loses it
    somewhat above)."""
    voltage_v: float


class ReadingAnswer(_Answer):
    """What the board published."""

    at_s: float
    """Seconds on the bench's clock."""
    values: Mapping[str, str]
    """By label, in its unit."""


class BoardAnswer(_Answer):
    """A simulated board on the line. What is null is of boards that live on terminals I1-A alone."""

    id: str
    title: str
    firmware: str
    lives_on_terminals: bool
    """Else it has a supply of its own, which never fails."""
    is_on: bool
    """Its microcontroller runs."""
    does: str
    """State of the firmware, by the loads of the board's file: boot, associate, address, connect, listen, publish,
    transmit, windows, sleep, run; or off, without a rail."""
    capacitor_v: float | None
    """At its terminals."""
    thresholds: list[ThresholdAnswer]
    """Of the capacitor's voltage."""
    supply: SupplyAnswer | None
    drawn_w: float | None
    """What the board takes of the meter now, into capacitor, load and losses of its own; what its resistance and a
    series resistor of the board lose is not in it."""
    load_w: float | None
    """What its rail takes now, of the capacitor or of the meter."""
    brown_outs: int
    """Since the start of the run."""
    last_brown_out_s: float | None
    """Seconds on the bench's clock."""
    readings: int
    """Published since the start of the run, at the first of its uplinks; messages within half a second are one."""
    last_reading: ReadingAnswer | None


class KnownSupply(_Answer):
    """A model of supply."""

    model: str
    open_circuit_v: float
    """Without load, V rms."""
    source_ohm: float
    available_w: float
    """The most that a load can take of it; every meter gives 0.13 W at least (54E §4)."""


class VoltageAnswer(_Answer):
    """The capacitor at an instant."""

    at_s: float
    """Seconds on the bench's clock."""
    capacitor_v: float


class BoardTraceAnswer(_Answer):
    """What the capacitor of the board did of late: lowest and highest voltages, in order."""

    board: str
    window_s: float
    """So far back it goes, seconds of the bench's clock: 300 times the speed, six hours at most."""
    trace: list[VoltageAnswer]
    """Empty of a board with a supply of its own."""
    brown_outs_s: list[float]
    """When there were any in that time; of several that follow closely, the last."""
    supplies_known: list[KnownSupply]
    """What `model` of /terminals takes; empty with a supply of its own."""
