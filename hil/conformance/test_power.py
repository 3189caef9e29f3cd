# SPDX-License-Identifier: Apache-2.0
"""Terminals I1-A: whether the device lives on what every meter gives."""

from xky.hil.campaign.oracle import Case
from xky.hil.campaign.requirement import Requirement, purpose
from xky.hil.campaign.verdict import Level
from xky.hil.conformance import stimuli

PWR_1 = Requirement(
    "XKY-PWR-1",
    clause="54E §4; xKy: cold start",
    text="The device starts from an empty capacitor, unaided, on a meter that gives no more than the specification.",
    about_power=True,
)


@purpose(PWR_1, "empty", stimuli.CHANGE)
def test_the_device_starts_from_an_empty_capacitor(case: Case) -> None:
    case.it_starts_from_empty()


PWR_2 = Requirement(
    "XKY-PWR-2",
    clause="xKy: cut-outs of the supply, as meters make them for 30 s to an hour",
    text="After a cut-out of its supply, of any length, the device starts again unaided.",
    about_power=True,
)


@purpose(PWR_2, "cut-outs", stimuli.CHANGE)
def test_the_device_starts_again_after_a_cut_out(case: Case) -> None:
    case.it_starts_again_after_cut_outs()


PWR_3 = Requirement(
    "XKY-PWR-3",
    clause="54E §4; xKy: brown-out",
    text="Once it has read, no reading of the device is lost to a brown-out, on a meter of the minimum specification.",
    about_power=True,
)


@purpose(PWR_3, "steady", stimuli.CHANGE)
def test_the_device_never_browns_out(case: Case) -> None:
    case.it_never_browns_out()


PWR_4 = Requirement(
    "XKY-PWR-4",
    clause="xKy: a converter that finds its scale by the first full charge reads too much before",
    text="Before its capacitor was full for the first time, the device begins no wake that its charge cannot carry.",
    level=Level.SHOULD,  # it costs resets, and it starts all the same
    about_power=True,
)


@purpose(PWR_4, "first-charge", stimuli.CHANGE)
def test_the_converter_does_not_mislead_the_device(case: Case) -> None:
    case.its_adc_does_not_mislead_it()


PWR_5 = Requirement(
    "XKY-PWR-5",
    clause="54E §4: 13 V rms open circuit; data sheets",
    text="No part bears more than its rating at the highest supply that the specification allows.",
    about_power=True,
)


@purpose(PWR_5, "ratings", stimuli.CHANGE)
def test_no_rating_is_exceeded(case: Case) -> None:
    case.no_rating_is_exceeded()


PWR_6 = Requirement(
    "XKY-PWR-6",
    clause="54E §4; the supplier's statement",
    text="The reporting period that the supplier promises holds on a meter of the minimum specification.",
    about_power=True,
)


@purpose(PWR_6, "period", stimuli.CHANGE)
def test_the_promised_period_holds(case: Case) -> None:
    case.the_promised_period_holds()


PWR_7 = Requirement(
    "XKY-PWR-7",
    clause="54E table 1: 130 mW",
    text="What the device's readings cost on the average is within the power that every meter gives.",
    about_power=True,
)


@purpose(PWR_7, "average", stimuli.CHANGE)
def test_the_device_takes_no_more_than_the_meter_guarantees(case: Case) -> None:
    case.it_takes_no_more_than_the_meter_guarantees()


PWR_8 = Requirement(
    "XKY-PWR-8",
    clause="54E §4; xKy: uplinks, brown-out",
    text="No dead access point, broker or database drains the device into a brown-out; it comes back by itself.",
    about_power=True,
)


@purpose(PWR_8, "access-point", stimuli.CHANGE)
def test_a_dead_access_point_does_not_drain_the_device(case: Case) -> None:
    case.a_dead_server_does_not_drain_it("access point")


@purpose(PWR_8, "broker", stimuli.CHANGE)
def test_a_dead_broker_does_not_drain_the_device(case: Case) -> None:
    case.a_dead_server_does_not_drain_it("broker")


@purpose(PWR_8, "database", stimuli.CHANGE)
def test_a_dead_database_does_not_drain_the_device(case: Case) -> None:
    case.a_dead_server_does_not_drain_it("database")
