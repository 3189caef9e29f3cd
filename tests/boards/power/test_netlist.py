# SPDX-License-Identifier: Apache-2.0
"""The power trains of boards against ngspice: of the mean over a carrier period, and of each period."""

from itertools import product

import pytest

from xky.boards import board_named
from xky.boards.description.parts import Clamp, Diode, Rectifier, Regulator
from xky.boards.description.states import OFF
from xky.boards.power import PowerDescription, RailLoad
from xky.boards.power.netlist import Crossing, Detail, RailDraw, draws_of, netlist_of
from xky.boards.power.train import Train
from xky.emulator.supply import Supply, supply_named
from xky.protocol import InputError

from ...ngspice import measured, needs_ngspice, run_of

FULL_V = 5.0
# A tenth and a fifth of what is promised, 0.01 % and 0.05 % of full scale: so much is seen
AVERAGED_V = 1e-5 * FULL_V
CARRIER_V = 1e-4 * FULL_V
SMALL_F = 0.01  # charged in moments

BOARDS = ("winky-c6", "winky-lab", "loky")  # Schottky and silicon, clamp and charger, Wi-Fi and LoRa
METERS = ("min_spec", "strong", "weak_old")
PAIRS = list(product(BOARDS, METERS))
SOME = [
    pair if number % 4 == 0 else pytest.param(*pair, marks=pytest.mark.nightly) for number, pair in enumerate(PAIRS)
]


def power_of(board: str) -> PowerDescription:
    power = board_named(board).power
    assert power is not None
    return power


WINKY = power_of("winky-c6")
SILICON = Diode(part="1N4148", saturation_a=2.52e-9, ideality=1.752, series_ohm=0.568)
BOOSTED = WINKY.model_copy(update={
    "regulator": Regulator(part="boost", kind="boost", efficiency=0.85, input_min_v=0.9, quiescent_a=2e-5),
    "clamp": Clamp(part="Zener", voltage_v=4.5, resistance_ohm=2.0),
    "wake_up": None,
})  # fmt: skip
BUCKED = WINKY.model_copy(update={
    "regulator": Regulator(part="buck", kind="buck", efficiency=0.85, input_min_v=0.9, quiescent_a=2e-5),
    "wake_up": None,
})  # fmt: skip
DOUBLED = WINKY.model_copy(update={"rectifier": Rectifier(kind="doubler", diode=SILICON)})


def small(power: PowerDescription, esr_ohm: float | None = None) -> PowerDescription:
    assert power.capacitor is not None
    changed = {"capacitance_f": SMALL_F} | ({} if esr_ohm is None else {"esr_ohm": esr_ohm})
    return power.model_copy(update={"capacitor": power.capacitor.model_copy(update=changed)})


def heaviest(power: PowerDescription) -> str:
    """The load of a transmission."""
    return max(power.loads, key=lambda name: power.loads[name].current_a)


def draws(power: PowerDescription, *states: tuple[str, float]) -> list[RailDraw]:
    loads = power.loads | {OFF: RailLoad(current_a=power.mcu.off_a)}
    return [RailDraw(name, duration_s, loads[name].current_a) for name, duration_s in states]


def in_pieces(whole: list[RailDraw], pieces: int) -> list[RailDraw]:
    """The same, measured in its midst too."""
    return [RailDraw(draw.name, draw.duration_s / pieces, draw.rail_a) for draw in whole for _ in range(pieces)]


def worst(
    power: PowerDescription,
    supply: Supply,
    drawn: list[RailDraw],
    detail: Detail,
    *,
    inner_v: float,
    temperature_c: float = 27.0,
) -> float:
    """The largest distance of our inner voltage from ngspice's, after each draw."""
    train = Train(power, temperature_c=temperature_c)
    theirs = measured(
        netlist_of(power, supply, drawn, title="test", detail=detail, inner_v=inner_v, temperature_c=temperature_c)
    )
    off_v = []
    for number, draw in enumerate(drawn, 1):
        inner_v = train.state(supply, draw.name).flow.after(inner_v, draw.duration_s)
        off_v.append(abs(inner_v - theirs[f"v{number}_{draw.name}"]))
    return max(off_v)


@needs_ngspice
@pytest.mark.parametrize(("board", "meter"), SOME)
def test_charge_and_wakes_are_those_of_the_averaged_netlist(board: str, meter: str) -> None:
    power = power_of(board)
    wake = draws_of(board_named(board))
    drawn = in_pieces([*draws(power, (OFF, 200.0)), *wake, *wake], 3)
    assert worst(power, supply_named(meter), drawn, Detail.AVERAGED, inner_v=0.0) < AVERAGED_V


@pytest.mark.by_day(1)
@needs_ngspice
@pytest.mark.parametrize(("board", "meter"), SOME)
@pytest.mark.parametrize("inner_v", [pytest.param(0.0, marks=pytest.mark.nightly), 3.9])
def test_charge_and_transmission_are_those_of_each_carrier_period(board: str, meter: str, inner_v: float) -> None:
    power = small(power_of(board))
    drawn = draws(power, (OFF, 0.008), (heaviest(power), 0.004), ("listen", 0.006), (OFF, 0.004))
    assert worst(power, supply_named(meter), drawn, Detail.CARRIER, inner_v=inner_v) < CARRIER_V


@needs_ngspice
@pytest.mark.parametrize(
    ("more", "status"), [("", 0), ("Vone loop 0 1\nVother loop 0 2\n", 1)], ids=["as it is", "cannot be solved"]
)
def test_simulation_that_fails_ends_ngspice_with_1_and_a_voltage_never_reached_does_not(more: str, status: int) -> None:
    power = small(WINKY)
    title, parts = netlist_of(
        power, supply_named("min_spec"), draws(power, (OFF, 0.008)), title="test", detail=Detail.AVERAGED, inner_v=0.0,
        temperature_c=27.0, crossings=[Crossing("never", 99.0, falling=False)],
    ).split("\n", 1)  # fmt: skip
    run = run_of(f"{title}\n{more}{parts}")
    assert "meas tran never when v(term)=99 rise=1 failed!" in run.stdout
    assert run.returncode == status


@pytest.mark.nightly
@needs_ngspice
@pytest.mark.parametrize(
    ("power", "temperature_c"),
    [
        pytest.param(small(DOUBLED, esr_ohm=5.0), 27.0, id="doubler with a large ESR"),
        pytest.param(small(BOOSTED), 27.0, id="boost", marks=pytest.mark.nightly),
        pytest.param(small(WINKY), -20.0, id="cold"),
        pytest.param(small(WINKY), 60.0, id="hot", marks=pytest.mark.nightly),
    ],
)
def test_other_trains_are_those_of_each_carrier_period(power: PowerDescription, temperature_c: float) -> None:
    drawn = draws(power, (OFF, 0.008), ("publish", 0.004), ("listen", 0.006))
    off_v = worst(power, supply_named("weak_old"), drawn, Detail.CARRIER, inner_v=3.0, temperature_c=temperature_c)
    assert off_v < CARRIER_V


@pytest.mark.by_day(2)
@needs_ngspice
@pytest.mark.parametrize("power", [BOOSTED, BUCKED, DOUBLED], ids=["boost", "buck", "doubler"])
def test_other_trains_are_those_of_the_averaged_netlist(power: PowerDescription) -> None:
    drawn = in_pieces(draws(power, (OFF, 60.0), ("publish", 3.0), ("listen", 4.0), ("sleep", 30.0)), 3)
    assert worst(power, supply_named("min_spec"), drawn, Detail.AVERAGED, inner_v=0.0) < AVERAGED_V


@pytest.mark.by_day(5)
@needs_ngspice
@pytest.mark.parametrize(
    ("power", "meter"),
    [pytest.param(power_of(board), meter, id=f"{board}-{meter}") for board, meter in PAIRS]
    + [pytest.param(BOOSTED, meter, id=f"boost-{meter}") for meter in METERS]
    + [pytest.param(BUCKED, "weak_old", id="buck")],
)
def test_brown_out_comes_when_ngspice_says(power: PowerDescription, meter: str) -> None:
    supply = supply_named(meter)
    state = Train(power).state(supply, heaviest(power))
    ours_s = state.flow.time_to(4.4, state.off_v)
    theirs = measured(
        netlist_of(
            power, supply, draws(power, (state.name, 1.02 * ours_s)), title="test", detail=Detail.AVERAGED, inner_v=4.4,
            crossings=[Crossing("brown_out", state.off_terminal_v, falling=True)],
        )
    )  # fmt: skip
    assert theirs["brown_out"] == pytest.approx(ours_s, rel=1e-4)


def test_constant_drop_has_no_carrier_detail() -> None:
    power = WINKY.model_copy(update={"rectifier": Rectifier(diode=Diode(part="ideal", forward_v=0.3))})
    drawn, supply = draws(power, (OFF, 1.0)), supply_named("min_spec")
    with pytest.raises(InputError, match=r"power\.rectifier\.diode: forward_v has no 50 kHz detail"):
        netlist_of(power, supply, drawn, title="test", detail=Detail.CARRIER)
    assert "pwl(" in netlist_of(power, supply, drawn, title="test", detail=Detail.AVERAGED)


def test_nothing_to_simulate_is_told() -> None:
    with pytest.raises(InputError, match="nothing to simulate"):
        netlist_of(WINKY, supply_named("min_spec"), [], title="test", detail=Detail.AVERAGED)


def test_a_title_stays_in_its_comment() -> None:
    power = board_named("winky-c6").power
    assert power is not None
    text = netlist_of(
        power,
        supply_named("min_spec"),
        [RailDraw("run", 1.0, 1e-3)],
        title="one\r\nV1 a 0 5\n.end",
        detail=Detail.AVERAGED,
    )
    assert text.splitlines()[0] == "* one V1 a 0 5 .end"
