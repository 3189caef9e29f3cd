# SPDX-License-Identifier: Apache-2.0
"""Payloads to readings: what a mapping makes of a payload, what it leaves, and what is taken as it is without one."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xky.boards import Board
from xky.boards.description.statement import ReadingMap
from xky.hil.bench.mapping import Statement, claims_of, payload_of_line
from xky.hil.bench.number import scale_of
from xky.hil.bench.reading import Reading, Remark, Said
from xky.hil.ends.end import Payload

SENSOR = {
    "Time": "2027-01-05T21:55:00",
    "METER": {"P": 394, "U": 230.5, "PMAX": 924, "PMAXT": "H270105184500"},
    "CONTRACT": {"serial": "021861348497", "CONSO": 2188.83, "name": "      BASE      "},
}
LABELS: dict[str, Any] = {
    "ADSC": "CONTRACT.serial",
    "EAST": {"path": "CONTRACT.CONSO", "scale": 1000, "step": 10},
    "SINSTS": "METER.P",
    "URMS1": {"path": "METER.U", "step": 1},
    "SMAXSN": {"path": "METER.PMAX", "timestamp": "METER.PMAXT"},
    "DATE": {"path": "Time", "form": "iso"},
    "IRMS1": "METER.I",
}


def mapped(labels: dict[str, Any] = LABELS, probe: str = "mqtt", **more: Any) -> Statement:
    return Statement([ReadingMap.model_validate({"probe": probe, "labels": labels, **more})], probe)


def payload(content: Any, source: str = "tele/winky/SENSOR") -> Payload:
    data = content if isinstance(content, str) else json.dumps(content)
    return Payload(2.5, source, content, data.encode())


def said(statement: Statement, content: Any, source: str = "tele/winky/SENSOR") -> dict[str, Said]:
    """What a payload says, by label; nothing where it is no reading."""
    found = statement.read(payload(content, source))
    return dict(found.said) if isinstance(found, Reading) else {}


def test_each_label_is_found_where_the_mapping_says() -> None:
    reading = mapped(**{"from": "tele/+/SENSOR"}).read(payload(SENSOR))
    assert reading == Reading(
        2.5,
        {
            "ADSC": Said("021861348497"), "EAST": Said("2188.83", None, scale_of("1000", "10")), "SINSTS": Said(394),
            "URMS1": Said("230.5", None, scale_of("1", "1")), "SMAXSN": Said(924, "H270105184500"),
            "DATE": Said("", "2027-01-05T21:55:00", None, "iso"),
        },
        json.dumps(SENSOR), "mqtt", "tele/winky/SENSOR",
    )  # fmt: skip


def test_a_reading_names_its_probe_as_it_was_asked_for() -> None:
    described = ReadingMap.model_validate({"probe": "mqtt", "labels": {"EAST": "E"}})
    reading = Statement([described], "mqtt", "mqtt://broker:1883/home/#").read(payload({"E": 1}, "home/x"))
    assert isinstance(reading, Reading)
    assert (reading.probe, reading.source) == ("mqtt://broker:1883/home/#", "home/x")


def test_what_a_path_does_not_find_is_not_reported() -> None:
    assert list(said(mapped(), {"METER": {"P": None, "U": 230}})) == ["URMS1"]
    assert mapped().read(payload({"METER": {"P": None}})) is None
    assert mapped().read(payload({})) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (394, Said(394)), (394.0, Said(394)), ("394", Said(394)), ("00394", Said("00394")), ("394.0", Said(394)),
        (" 394 ", Said(394)), (-5, Said(-5)), (394.5, Said("394.5")), ("many", Said("many")), (True, Said("true")),
        ([1], Said("[1]")), ({"v": 1}, Said('{"v": 1}')), (float("nan"), Said("NaN")), ("", Said("")),
        (1e300, Said("1e+300")), ("1e3", Said(1000)), ("9" * 60, Said("9" * 60)), ("\ud800", Said("?")),
    ],
)  # fmt: skip
def test_where_a_number_is_due_what_is_none_is_a_report_of_that_text(value: object, expected: Said) -> None:
    found = said(mapped(), {"METER": {"P": value}})["SINSTS"]
    assert (found, type(found.value)) == (expected, type(expected.value))


@pytest.mark.parametrize(
    ("value", "expected"),
    [(2188.83, "2188.83"), ("2188.83", "2188.83"), (2188, 2188), (2188.0, 2188), ("many", None), (False, None)],
)
def test_a_number_of_a_scale_keeps_what_was_written(value: object, expected: object) -> None:
    found = said(mapped(), {"CONTRACT": {"CONSO": value}})["EAST"]
    assert found.value == (expected if expected is not None else json.dumps(value).strip('"'))
    assert (found.scale is None) is (expected is None)


def test_texts_and_codes_are_as_the_payload_has_them() -> None:
    labels = {"NGTF": "n", "STGE": "s", "PRM": "p"}
    found = said(mapped(labels), {"n": " BASE ", "s": "0000000A", "p": 7546840375862})
    assert found == {"NGTF": Said(" BASE "), "STGE": Said("0000000A"), "PRM": Said(7546840375862)}


def test_a_value_that_changes_is_said_anew_and_one_that_stays_by_the_same_object() -> None:
    statement = mapped()
    first, same, other = (said(statement, {"METER": {"P": value}})["SINSTS"] for value in (1, 1, 2))
    assert first is same
    assert other == Said(2)
    assert said(statement, {"METER": {"P": True}})["SINSTS"] == Said("true")
    stamps = [said(statement, {"METER": {"PMAX": 5, "PMAXT": one}})["SMAXSN"].timestamp for one in ("H1", "H2", None)]
    assert stamps == ["H1", "H2", None]


def test_the_first_of_two_mappings_that_finds_a_label_says_it() -> None:
    maps = [
        ReadingMap.model_validate({"probe": "mqtt", "from": f"{level}/#", "labels": {"EAST": path, "SINSTS": "P"}})
        for level, path in (("+", "a"), ("tele", "b"))
    ]
    statement = Statement(maps, "mqtt")
    assert said(statement, {"a": 1, "b": 2}, "tele/x")["EAST"] == Said(1)
    assert said(statement, {"b": 2}, "tele/x")["EAST"] == Said(2)
    assert said(statement, {"b": 2, "P": 3}, "stat/x") == {"SINSTS": Said(3)}


@pytest.mark.parametrize(
    ("probe", "from_", "taken", "other"),
    [
        ("mqtt", "tele/+/SENSOR", "tele/x/SENSOR", "tele/x/STATE"), ("influx", "conso", "conso", "prod"),
        ("lorawan", 2, "2", "1"), ("http", "/status", "status", "/"), ("http", "status", "/status", "/x"),
    ],
)  # fmt: skip
def test_a_mapping_takes_its_source_only(probe: str, from_: object, taken: str, other: str) -> None:
    statement = mapped({"EAST": "fields.E || E"}, probe, **{"from": from_})
    content = {"E": 1, "fields": {"E": 1}}
    assert said(statement, content, taken) == {"EAST": Said(1)}
    assert said(statement, content, other) == {}
    assert list(statement.unmapped)[-1] == other


def test_what_is_not_mapped_is_named_once() -> None:
    statement = mapped(**{"from": "tele/+/SENSOR"})
    content = SENSOR | {"WINKY": {"mac": "x", "capa": {"V": 5}}, "odd.key": 1}
    for _ in range(2):
        statement.read(payload(content))
        statement.read(payload("Online", "tele/winky/LWT"))
    statement.read(payload(SENSOR | {"new": 1}))
    assert list(statement.unmapped) == [
        "CONTRACT.name",
        "WINKY.mac",
        "WINKY.capa.V",
        "odd.key",
        "tele/winky/LWT",
        "new",
    ]


def test_a_point_that_no_condition_takes_is_named_by_its_series() -> None:
    labels = {"EAST": "tags.sensor == 'total' && fields.value", "SINSTS": "tags.sensor == 'VA' && fields.value"}
    statement = mapped(labels, "influx", **{"from": "conso"})

    def point(sensor: str, value: float) -> dict[str, Any]:
        return {"measurement": "conso", "tags": {"device": "w", "sensor": sensor}, "fields": {"value": value}}

    assert said(statement, point("total", 5.0), "conso") == {"EAST": Said(5)}
    assert said(statement, point("VA", 0), "conso") == {"SINSTS": Said(0)}
    assert said(statement, point("cosphi", 0.9), "conso") == {}
    assert list(statement.unmapped) == ["conso,device=w,sensor=cosphi"]


@pytest.mark.parametrize(
    "tags", [{"sensor": "total"}, {"sensor": "VA"}, {"sensor": "else"}, {"sensor": 1}, {"sensor": None}, {}, None]
)
def test_of_columns_that_a_tag_chooses_each_finds_what_it_finds_alone(tags: Any) -> None:
    labels = {
        "EAST": "tags.sensor == 'total' && fields.value",
        "SINSTS": "tags.sensor == 'VA' && fields.value",
        "URMS1": "fields.volts",
        "IRMS1": "tags.sensor == 'total' && fields.amps",
    }
    point = Payload(1.0, "conso", {"tags": tags, "fields": {"value": 5, "volts": 230, "amps": 2}}, b"")
    alone = {label: one for label, path in labels.items()
             if (one := mapped({label: path}, "influx").explain(point, from_any=True)[0].said) is not None}  # fmt: skip
    reading = mapped(labels, "influx", **{"from": "conso"}).read(point)
    assert isinstance(reading, Reading)
    assert dict(reading.said) == alone


def test_who_floods_with_keys_topics_and_devices_takes_no_more_memory() -> None:
    statement = mapped({"EAST": "E"}, device="D", **{"from": "a/#"})
    for number in range(3_000):
        statement.read(payload({"E": 1, "D": str(number), f"k{number}": 1}, "a/b"))
        statement.read(payload(1, f"t/{number}"))
        statement.read(payload({"E": 1}, f"a/{number}"))
    assert len(statement.unmapped) <= 500
    assert len(statement.devices) <= 500


def test_the_device_that_said_it_is_told() -> None:
    statement = mapped(device="CONTRACT.serial")
    statement.read(payload(SENSOR))
    statement.read(payload({"METER": {"P": 1}}))
    assert list(statement.devices) == ["021861348497"]
    assert statement.device_of(payload(SENSOR)) == "021861348497"
    assert statement.device_of(payload({})) is None


# What is no JSON


@pytest.mark.parametrize("content", ["Online", '{"METER": {', 5, None, True])
def test_what_is_no_json_object_is_a_remark(content: object) -> None:
    found = mapped().read(payload(content))
    assert isinstance(found, Remark)
    assert (found.at_s, found.probe) == (2.5, "mqtt")


def test_a_plain_value_may_be_the_payload_itself() -> None:
    assert said(mapped({"EAST": "@"}), "002188830") == {"EAST": Said("002188830")}
    assert said(mapped({"EAST": "@"}), 2188830) == {"EAST": Said(2188830)}
    assert said(mapped({"EAST": {"path": "@", "scale": 1000}}), "2188.8")["EAST"].value == "2188.8"


def test_a_frame_of_the_air_is_shown_by_its_bytes() -> None:
    found = mapped({"EAST": "index"}, "lorawan").read(Payload(1.0, "2", {"index": 5}, b"\x01\xff"))
    assert isinstance(found, Reading)
    assert (found.line, found.source) == ("01ff", "2")


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["METER", "P", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(JSON, st.sampled_from(["mqtt", "influx", "lorawan", "http", "lines"]), st.booleans())
def test_no_payload_raises(content: Any, probe: str, with_mapping: bool) -> None:
    statement = mapped(LABELS | {"STGE": "@"}, probe, device="x") if with_mapping else Statement((), probe)
    found = statement.read(Payload(0.0, "a/EAST", content, b"\xff\x00"))
    assert found is None or isinstance(found, Reading | Remark)
    statement.explain(Payload(0.0, "a/EAST", content))
    statement.keys_left(Payload(0.0, "a/EAST", content))


def test_tables_without_end_in_each_other_are_looked_at_to_a_depth() -> None:
    content: dict[str, Any] = {}
    for _ in range(900):
        content = {"a": content}
    mapped().read(Payload(0.0, "t", content))


# Without a mapping


@pytest.mark.parametrize(
    ("probe", "source", "content", "expected"),
    [
        ("mqtt", "home/tic", {"EAST": 5, "rssi": -60, "SMAXSN": {"value": "00924", "timestamp": "H1"}, "X": None},
         {"EAST": Said(5), "rssi": Said(-60), "SMAXSN": Said("00924", "H1")}),
        ("mqtt", "home/EAST", 2188830, {"EAST": Said(2188830)}),
        ("mqtt", "home/EAST", "002188830", {"EAST": Said("002188830")}),
        ("mqtt", "home/SMAXSN", {"value": 924, "timestamp": "H1"}, {"SMAXSN": Said(924, "H1")}),
        ("mqtt", "EAST", {"SINSTS": 4}, {"SINSTS": Said(4)}),
        ("influx", "linky", {"measurement": "linky", "tags": {"EAIT": "x"}, "fields": {"PAPP": 4.0, "PTEC": "TH.."}},
         {"PAPP": Said(4), "PTEC": Said("TH..")}),
        ("lorawan", "2", {"PAPP": 400}, {"PAPP": Said(400)}),
        ("http", "/", {"PAPP": 400}, {"PAPP": Said(400)}),
    ],
)  # fmt: skip
def test_labels_by_name_are_taken_as_they_are(probe: str, source: str, content: Any, expected: dict[str, Said]) -> None:
    assert said(Statement((), probe), content, source) == expected


def test_without_a_mapping_what_is_no_json_is_a_remark_and_nothing_is_nothing() -> None:
    assert isinstance(Statement((), "mqtt").read(payload("Online", "x/LWT")), Remark)
    assert Statement((), "mqtt").read(payload("", "x/LWT")) is None
    assert Statement((), "mqtt").read(payload({}, "x")) is None
    assert not Statement((), "mqtt").is_mapped


def test_a_line_of_a_program_is_a_payload_as_well() -> None:
    statement = mapped({"EAST": "meter.total"}, "lines")
    assert statement.read(payload_of_line(1.0, '{"meter": {"total": 5}}')) == Reading(
        1.0, {"EAST": Said(5)}, '{"meter": {"total": 5}}'
    )
    assert statement.read(payload_of_line(1.0, "boot")) == Remark(1.0, "boot")
    assert isinstance(statement.read(payload_of_line(1.0, "[" * 60_000)), Remark)


# Claims


def test_the_labels_of_the_mapping_are_the_claim_unless_labels_says_otherwise() -> None:
    described = {"id": "x", "title": "x", "reading": [
        {"probe": "mqtt", "labels": {"EAST": "a"}}, {"probe": "mqtt", "labels": {"PAPP": "b"}},
        {"probe": "influx", "labels": {"SINSTS": "c"}},
    ]}  # fmt: skip
    board = Board.model_validate(described)
    assert claims_of(board, "mqtt") == {"EAST", "PAPP"}
    assert claims_of(board, "influx") == {"SINSTS"}
    assert claims_of(board, "lines") is None
    assert claims_of(Board.model_validate(described | {"labels": ["ADSC"]}), "mqtt") == {"ADSC"}
