# SPDX-License-Identifier: Apache-2.0
"""Any power train, any supply, any load: strategies for the properties that all of them have."""

from hypothesis import strategies as st

from xky.boards.description.parts import Capacitor, Charger, Clamp, Diode, Mcu, Rectifier, Regulator, WakeUp
from xky.boards.description.states import OFF
from xky.boards.power import PowerDescription, RailLoad
from xky.emulator.supply import Supply

__all__ = ["LOADS", "powers", "supplies"]

LOADS = ("listen", "publish", "sleep", OFF)

_DIODES = st.sampled_from((
    Diode(part="Schottky", saturation_a=2e-7, ideality=1.05, band_gap_ev=0.69, temperature_exponent=2.0),
    Diode(part="silicon", saturation_a=2.52e-9, ideality=1.752, series_ohm=0.568),
    Diode(part="leaky", saturation_a=3e-5, ideality=1.1, series_ohm=0.05, band_gap_ev=0.69, temperature_exponent=2.0),
    Diode(part="constant drop", forward_v=0.35),
))  # fmt: skip


def _between(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high, allow_nan=False).map(lambda value: round(value, 9))


@st.composite
def powers(draw: st.DrawFn) -> PowerDescription:
    """A train of any parts, sensible or not."""
    rectifier = Rectifier(
        kind=draw(st.sampled_from(("bridge", "doubler"))), diode=draw(_DIODES), series_ohm=draw(_between(0, 50))
    )
    charger = Charger(
        part="charger",
        output_v=draw(_between(4.0, 5.5)),
        drop_v=draw(_between(0.0, 0.6)),
        output_ohm=draw(_between(0.05, 5)),
        quiescent_a=draw(_between(0, 1e-4)),
        input_clamp_v=draw(st.sampled_from((None, 6.0, 13.0))),
    )
    clamp = Clamp(part="clamp", voltage_v=draw(_between(4.5, 6.0)), resistance_ohm=draw(_between(0.1, 5)))
    capacitor = Capacitor(
        part="store",
        capacitance_f=draw(st.sampled_from((1e-4, 0.01, 0.47, 1.5, 3.0))),
        esr_ohm=draw(st.sampled_from((0.0, 0.05, 0.2, 3.0, 30.0))),
        leakage_a=draw(st.sampled_from((0.0, 2e-5, 1e-3))),
        rated_v=5.5,
    )
    regulator = Regulator(
        part="regulator",
        kind=draw(st.sampled_from(("ldo", "boost", "buck"))),
        quiescent_a=draw(_between(0, 1e-4)),
        efficiency=draw(_between(0.5, 0.95)),
        input_min_v=0.8,
    )
    wake_up = WakeUp(on_v=4.0, off_v=3.3, quiescent_a=draw(_between(0, 2e-5)))
    return PowerDescription(
        rectifier=rectifier,
        charger=draw(st.sampled_from((None, charger))),
        clamp=draw(st.sampled_from((None, clamp))),
        capacitor=capacitor,
        regulator=regulator,
        wake_up=draw(st.sampled_from((None, wake_up))),
        mcu=Mcu(part="mcu", power_on_v=2.7, brown_out_v=2.5, off_a=draw(_between(0, 1e-5))),
        loads={
            "listen": RailLoad(current_a=draw(_between(0.001, 0.04))),
            "publish": RailLoad(current_a=draw(_between(0.04, 0.4)), peak_a=0.45),
            "sleep": RailLoad(current_a=draw(_between(0, 1e-3))),
        },
    )


def supplies() -> st.SearchStrategy[Supply]:
    """Any meter: cut, dead, weak, strong."""
    volts = st.sampled_from((0.0, 1.0, 10.0, 12.0, 13.0)) | _between(0.0, 13.0)
    return st.builds(Supply, st.just("any"), volts, _between(100, 400))
