# SPDX-License-Identifier: Apache-2.0
"""What befalls the servers that gateways speak to: each by its name, for the steps of the suite and of stories."""

from collections.abc import Callable, Collection
from typing import Any, Literal

from ..campaign.stimulus import ServerFault

__all__ = ["OUTAGES", "OutageName", "nothing", "outages_at"]

_UNAVAILABLE = 3  # CONNACK: server unavailable (MQTT 3.1.1 §3.2.2.3)


def _setting(**values: Any) -> Callable[[Any], None]:
    def act(end: Any) -> None:
        for name, value in values.items():
            setattr(end, name, value)

    return act


def _cut_and(act: Callable[[Any], None]) -> Callable[[Any], None]:
    """The same for who is connected: it has to come anew."""

    def then(end: Any) -> None:
        act(end)
        end.go_down()
        end.come_back()

    return then


def _goes(end: Any) -> None:
    end.go_down()


def _comes_back(end: Any) -> None:
    end.come_back()


def nothing(end: Any) -> None:
    return None


OUTAGES: dict[str, ServerFault] = {
    "broker away": ServerFault("mqtt", _goes, _comes_back),
    "broker refuses": ServerFault(
        "mqtt", _cut_and(_setting(refuse_with=_UNAVAILABLE)), _setting(refuse_with=None), "refuse_with",
        met_by="refused",
    ),
    "broker silent": ServerFault(
        "mqtt", _cut_and(_setting(is_silent=True)), _cut_and(_setting(is_silent=False)), "is_silent", met_by="connect"
    ),
    "database away": ServerFault("influx", _goes, _comes_back),
    "database answers 401": ServerFault(
        "influx", _setting(answers_with=401), _setting(answers_with=None), "answers_with", met_by="refused"
    ),
    "database answers 500": ServerFault(
        "influx", _setting(answers_with=500), _setting(answers_with=None), "answers_with", met_by="refused"
    ),
    "database silent": ServerFault(
        "influx", _cut_and(_setting(is_silent=True)), _cut_and(_setting(is_silent=False)), "is_silent",
        met_by="unanswered",
    ),
    "access point away": ServerFault("", _goes, _comes_back),
    "LoRaWAN network away": ServerFault("lorawan", _goes, _comes_back),
    "LoRaWAN network refuses": ServerFault(
        "lorawan", _setting(join_refused=True), _setting(join_refused=False), "join_refused"
    ),
    "LoRaWAN network acknowledges nothing": ServerFault(
        "lorawan", _setting(acknowledges=False), _setting(acknowledges=True), "acknowledges", is_there=True
    ),
}  # fmt: skip
"""Name to what it does."""

OutageName = Literal[*OUTAGES]  # type: ignore[valid-type]  # the names stand in one place


def outages_at(kinds: Collection[str]) -> list[str]:
    """Names of what can befall the servers of these kinds of probes."""
    return [name for name, fault in OUTAGES.items() if fault.probe in kinds]
