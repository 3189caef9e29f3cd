# SPDX-License-Identifier: Apache-2.0
"""Servers that are away, refuse, fail or never answer, while the meter says its frames.

At the end of the plan: a device that does not come back says nothing any more.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ...campaign.stimulus import ServerFault, Stimulus
from .meters import HOUSE

__all__ = [
    "ACCESS_POINT_AWAY",
    "AS_IT_IS",
    "BROKER_AWAY",
    "BROKER_REFUSES",
    "BROKER_SILENT",
    "DATABASE_AS_IT_IS",
    "DATABASE_AWAY",
    "DATABASE_FAILS",
    "DATABASE_REFUSES",
    "DATABASE_SILENT",
    "NETWORK_AWAY",
    "NETWORK_REFUSES",
    "NETWORK_SILENT",
]

_UNAVAILABLE = 3  # CONNACK: server unavailable (MQTT 3.1.1 §3.2.2.3)


def _step(
    name: str, probe: str, begin: Callable[[Any], None], finish: Callable[[Any], None], needs: str, met_by: str = ""
) -> Stimulus:
    """Held so long that everything said before it is too old; each frame can be told by its index."""
    fault = ServerFault(probe, begin, finish, needs, met_by=met_by)
    return replace(HOUSE, name=name, server=fault, counts_on=True, outlasts_freshness=True, last=True)


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


def _nothing(end: Any) -> None:
    return None


AS_IT_IS = replace(  # before any of the others: a device that says everything twice from then on does not yet
    _step("broker as it is", "mqtt", _nothing, _nothing, "go_down"), last=False
)
BROKER_AWAY = _step("broker away", "mqtt", _goes, _comes_back, "go_down")
BROKER_REFUSES = _step(
    "broker refuses", "mqtt", _cut_and(_setting(refuse_with=_UNAVAILABLE)), _setting(refuse_with=None),
    "refuse_with", "refused",
)  # fmt: skip
BROKER_SILENT = _step(
    "broker silent", "mqtt", _cut_and(_setting(is_silent=True)), _cut_and(_setting(is_silent=False)),
    "is_silent", "connect",
)  # fmt: skip
DATABASE_AS_IT_IS = replace(_step("database as it is", "influx", _nothing, _nothing, "go_down"), last=False)
DATABASE_AWAY = _step("database away", "influx", _goes, _comes_back, "go_down")
DATABASE_REFUSES = _step(
    "database answers 401", "influx", _setting(answers_with=401), _setting(answers_with=None), "answers_with", "refused"
)
DATABASE_FAILS = _step(
    "database answers 500", "influx", _setting(answers_with=500), _setting(answers_with=None), "answers_with", "refused"
)
DATABASE_SILENT = _step(
    "database silent", "influx", _cut_and(_setting(is_silent=True)), _cut_and(_setting(is_silent=False)),
    "is_silent", "unanswered",
)  # fmt: skip
ACCESS_POINT_AWAY = _step("access point away", "", _goes, _comes_back, "go_down")
NETWORK_AWAY = _step("LoRaWAN network away", "lorawan", _goes, _comes_back, "go_down")
NETWORK_SILENT = replace(
    HOUSE,
    name="LoRaWAN network acknowledges nothing",
    server=ServerFault(
        "lorawan", _setting(acknowledges=False), _setting(acknowledges=True), "acknowledges", is_there=True
    ),
    outlasts_confirmed=True,
    last=True,
)
_REFUSES = _step(
    "LoRaWAN network refuses", "lorawan", _setting(join_refused=True), _setting(join_refused=False), "join_refused"
)
NETWORK_REFUSES = replace(_REFUSES, restarts=True, joins=True)
