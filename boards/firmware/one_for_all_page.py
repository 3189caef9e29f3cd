# SPDX-License-Identifier: Apache-2.0
"""The configuration page of a OneForAll module: a request and a configuration in, an answer and a configuration out.

It opens nothing. Its pages are those that the public slides show: module, InfluxDB, MQTT, the labels of both TIC
modes, tools, restart. A password is never shown, and kept where its field is left empty. Field names are assumptions.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from html import escape
from typing import Any
from urllib.parse import parse_qs

from pydantic import ValidationError

from xky.protocol import InputError, Mode
from xky.protocol.labels import LABELS
from xky.protocol.uplinks.messages import HttpRequest, HttpResponse

from ..description.uplink import Influx, Mqtt, period_s
from .one_for_all_configuration import OneForAllConfiguration

__all__ = ["Answer", "answer"]

_FORM_MAX = 16_384  # bytes of a form; all labels picked are some 1 500
_FIELDS_MAX = 200
_TEXT_MAX = 128  # characters of a field
_NUMBERS = frozenset("0123456789")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the page makes of a request.

    Attributes:
        response: to send.
        configuration: from the next restart on.
        restarts: now.
    """

    response: HttpResponse
    configuration: OneForAllConfiguration
    restarts: bool = False


def answer(configuration: OneForAllConfiguration, request: HttpRequest, *, firmware: str = "") -> Answer:
    """Serve a request.

    Args:
        configuration: as it is stored.
        request: ``GET`` shows a page, ``POST`` with a form stores it; anything else is refused.
        firmware: named at the foot of each page.
    """
    path, method = request.target.partition("?")[0], request.method
    page = _PAGES.get(path)
    if page is None:
        return _refused(configuration, 404, f"no page {path[:40]}; there are {', '.join(_PAGES)}")
    if method == "GET" and page.show is not None:
        return Answer(_page(page.title, page.show(configuration), firmware), configuration)
    if method != "POST" or page.store is None:
        ways = [way for way, there in (("shown by GET", page.show), ("taken by POST", page.store)) if there]
        return _refused(configuration, 405, f"{path} is {' and '.join(ways)}")
    try:
        stored = page.store(configuration, _form(request.body))
    except InputError as error:
        return _refused(configuration, 400, str(error))
    told = "<p>The module restarts.</p>"
    if page.show is not None:
        told = "<p>Stored; it counts from the next restart on.</p>" + page.show(stored)
    return Answer(_page(page.title, told, firmware), stored, restarts=page.restarts)


def _form(body: bytes) -> dict[str, list[str]]:
    if len(body) > _FORM_MAX:
        raise InputError(f"form of {len(body)} bytes: expected {_FORM_MAX} or fewer")
    try:
        fields = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=_FIELDS_MAX, errors="strict")
    except ValueError:
        raise InputError("form: cannot be read; expected application/x-www-form-urlencoded in UTF-8") from None
    for name, values in fields.items():
        if any(len(value) > _TEXT_MAX or not value.isprintable() for value in values):
            raise InputError(f"{name[:40]!r}: expected {_TEXT_MAX} characters or fewer, on one line")
    return fields


def _one(fields: Mapping[str, list[str]], name: str, otherwise: str) -> str:
    return fields.get(name, [otherwise])[-1].strip()


def _hidden(fields: Mapping[str, list[str]], name: str, otherwise: str | None) -> str | None:
    """A password or token: an empty field keeps the one that is there."""
    return _one(fields, name, "") or otherwise


# what each page stores


def _store_module(before: OneForAllConfiguration, fields: Mapping[str, list[str]]) -> OneForAllConfiguration:
    mode = _one(fields, "mode", before.mode)
    if mode not in tuple(Mode):
        raise InputError(f"mode {mode!r}: expected historic or standard")
    period = _one(fields, "period", before.period)
    if "," in period:
        raise InputError(f"period {period!r}: expected a point, no comma")
    period_s(period, before.period_format)
    ssid = _one(fields, "ssid", before.ssid)
    if not 1 <= len(ssid.encode()) <= 32:
        raise InputError("ssid: expected 1 to 32 bytes")
    password = _hidden(fields, "password", before.wifi_password) or ""
    return replace(before, mode=Mode(mode), period=period, ssid=ssid, wifi_password=password)


def _store_mqtt(before: OneForAllConfiguration, fields: Mapping[str, list[str]]) -> OneForAllConfiguration:
    mqtt = before.mqtt
    changed: dict[str, Any] = {
        "topic": _one(fields, "topic", mqtt.topic),
        "client_id": _one(fields, "client_id", mqtt.client_id),
        "username": _one(fields, "username", mqtt.username or "") or None,
        "password": _hidden(fields, "password", mqtt.password),
        "qos": _whole(fields, "qos", mqtt.qos),
        "retain": "retain" in fields,
    }
    if changed["username"] is None:
        changed["password"] = None
    return replace(before, mqtt=_checked(Mqtt, mqtt.model_dump() | changed), mqtt_on="on" in fields)


def _store_influx(before: OneForAllConfiguration, fields: Mapping[str, list[str]]) -> OneForAllConfiguration:
    influx = before.influx
    changed: dict[str, Any] = {
        "version": _whole(fields, "version", influx.version),
        "database": _one(fields, "database", influx.database),
        "username": _one(fields, "username", influx.username or "") or None,
        "password": _hidden(fields, "password", influx.password),
        "org": _one(fields, "org", influx.org),
        "bucket": _one(fields, "bucket", influx.bucket),
        "token": _hidden(fields, "token", influx.token),
        "measurement": _one(fields, "measurement", influx.measurement),
    }
    return replace(before, influx=_checked(Influx, influx.model_dump() | changed), influx_on="on" in fields)


def _whole(fields: Mapping[str, list[str]], name: str, otherwise: int) -> int:
    text = _one(fields, name, str(otherwise))
    if not text or len(text) > 5 or not set(text) <= _NUMBERS:
        raise InputError(f"{name} {text!r}: expected a whole number")
    return int(text)


def _checked(model: Any, values: Mapping[str, Any]) -> Any:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        fault = error.errors()[0]
        place = ".".join(map(str, fault["loc"]))
        raise InputError(f"{place}: {fault['msg']}" if place else fault["msg"].removeprefix("Value error, ")) from None


def _store_labels(mode: Mode) -> Callable[[OneForAllConfiguration, Mapping[str, list[str]]], OneForAllConfiguration]:
    def store(before: OneForAllConfiguration, fields: Mapping[str, list[str]]) -> OneForAllConfiguration:
        picked = tuple(fields.get("label", []))
        for label in picked:
            if label not in LABELS[mode]:
                raise InputError(f"label {label!r}: no label of {mode} mode")
        if mode is Mode.STANDARD:
            return replace(before, standard=picked)
        return replace(before, historic=picked)

    return store


# what each page shows


def _show_module(told: OneForAllConfiguration) -> str:
    modes = _choice("mode", [(str(mode), str(mode)) for mode in Mode], str(told.mode))
    help_line = f"minutes.seconds, such as {told.period}" if told.period_format == "mmss" else "minutes, with a point"
    return _as_form(
        "/",
        _field("Wi-Fi network", "ssid", told.ssid),
        _field("Wi-Fi password", "password", "", kind="password"),
        f"<label>TIC mode {modes}</label> <small>a change needs a restart</small>",
        f"{_field('Send period', 'period', told.period)} <small>{help_line}</small>",
    )


def _show_mqtt(told: OneForAllConfiguration) -> str:
    mqtt = told.mqtt
    return _as_form(
        "/mqtt",
        _box("Publish", "on", told.mqtt_on),
        _field("Topic", "topic", mqtt.topic),
        _field("Client", "client_id", mqtt.client_id),
        _field("User", "username", mqtt.username or ""),
        _field("Password", "password", "", kind="password"),
        _field("QoS", "qos", str(mqtt.qos), kind="number"),
        _box("Retain", "retain", mqtt.retain),
    )


def _show_influx(told: OneForAllConfiguration) -> str:
    influx = told.influx
    return _as_form(
        "/influx",
        _box("Publish", "on", told.influx_on),
        _field("Version", "version", str(influx.version), kind="number"),
        _field("Database", "database", influx.database),
        _field("User", "username", influx.username or ""),
        _field("Password", "password", "", kind="password"),
        _field("Organisation", "org", influx.org),
        _field("Bucket", "bucket", influx.bucket),
        _field("Token", "token", "", kind="password"),
        _field("Measurement", "measurement", influx.measurement),
    )


def _show_labels(mode: Mode) -> Callable[[OneForAllConfiguration], str]:
    def show(told: OneForAllConfiguration) -> str:
        picked = told.standard if mode is Mode.STANDARD else told.historic
        boxes = (
            f'<label><input type="checkbox" name="label" value="{escape(name)}"'
            f"{' checked' if picked is None or name in picked else ''}> {escape(name)}</label>"
            for name in LABELS[mode]
        )
        return _as_form(f"/{mode}", *boxes)

    return show


def _show_tools(told: OneForAllConfiguration) -> str:
    return f'<form method="post" action="/restart"><button>Restart</button></form><p>TIC mode: {told.mode}</p>'


def _as_form(action: str, *lines: str) -> str:
    inside = "".join(f"<p>{line}</p>" for line in lines)
    return f'<form method="post" action="{action}">{inside}<button>Store</button></form>'


def _field(shown: str, name: str, value: str, *, kind: str = "text") -> str:
    return f'<label>{shown} <input type="{kind}" name="{name}" value="{escape(value)}"></label>'


def _box(shown: str, name: str, checked: bool) -> str:
    return f'<label><input type="checkbox" name="{name}"{" checked" if checked else ""}> {shown}</label>'


def _choice(name: str, options: Iterable[tuple[str, str]], chosen: str) -> str:
    listed = "".join(
        f'<option value="{value}"{" selected" if value == chosen else ""}>{shown}</option>' for value, shown in options
    )
    return f'<select name="{name}">{listed}</select>'


@dataclass(frozen=True, slots=True)
class _Page:
    title: str
    show: Callable[[OneForAllConfiguration], str] | None = None
    store: Callable[[OneForAllConfiguration, Mapping[str, list[str]]], OneForAllConfiguration] | None = None
    restarts: bool = False


_PAGES = {
    "/": _Page("xKy module", _show_module, _store_module),
    "/influx": _Page("InfluxDB", _show_influx, _store_influx),
    "/mqtt": _Page("MQTT", _show_mqtt, _store_mqtt),
    "/historic": _Page("TIC Historique", _show_labels(Mode.HISTORIC), _store_labels(Mode.HISTORIC)),
    "/standard": _Page("TIC Standard", _show_labels(Mode.STANDARD), _store_labels(Mode.STANDARD)),
    "/tools": _Page("Tools", _show_tools),
    "/restart": _Page("Restart", store=lambda before, _: before, restarts=True),
}


def _page(title: str, inside: str, firmware: str) -> HttpResponse:
    links = " ".join(f'<a href="{path}">{page.title}</a>' for path, page in _PAGES.items() if page.show)
    text = (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{title}</title></head><body>'
        f"<h1>{title}</h1><nav>{links}</nav>{inside}<footer>{escape(firmware)}</footer></body></html>"
    )
    return HttpResponse(
        200, (("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "no-store")), text.encode()
    )


def _refused(configuration: OneForAllConfiguration, status: int, why: str) -> Answer:
    return Answer(
        HttpResponse(status, (("Content-Type", "text/plain; charset=utf-8"),), f"{why}\n".encode()), configuration
    )
