# SPDX-License-Identifier: Apache-2.0
"""What the catalogue gives to other tools: read by their own readers, with nothing lost."""

import csv
import io
import json
import re
import xml.etree.ElementTree as ET
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from xky.hil.catalogue.clauses import clauses
from xky.hil.catalogue.entries import entries
from xky.hil.catalogue.exports import EXPORTS

MADE = datetime(2026, 11, 29, tzinfo=UTC)
TAG = "{http://www.omg.org/spec/ReqIF/20110401/reqif.xsd}"


def test_a_format_says_the_same_whenever_it_is_made() -> None:
    for made in EXPORTS.values():
        assert made(MADE) == made(MADE)


@pytest.mark.nightly
def test_reqif_is_valid_by_its_schema_and_read_by_another_package(tmp_path: Path) -> None:
    reqif = pytest.importorskip("reqif")
    schema = pytest.importorskip("xmlschema")
    path = tmp_path / "xky.reqif"
    path.write_text(EXPORTS["reqif"](MADE), encoding="utf-8")
    xsd = Path(reqif.__file__).parent / "reqif_schema" / "reqif.xsd"
    schema.XMLSchema(str(xsd), allow="local").validate(str(path))
    from reqif.parser import ReqIFParser

    bundle = ReqIFParser.parse(str(path))
    assert not bundle.exceptions
    content = bundle.core_content.req_if_content
    assert {one.identifier for one in content.spec_objects} >= set(entries())
    assert len(content.spec_relations) == sum(len(one.sources.clauses) for one in entries().values())


def test_every_reference_of_reqif_leads_to_something_and_no_identifier_comes_twice() -> None:
    root = ET.fromstring(EXPORTS["reqif"](MADE))
    named = Counter(one.get("IDENTIFIER") for one in root.iter() if one.get("IDENTIFIER"))
    assert set(named.values()) == {1}
    led_to = {one.text for one in root.iter() if one.tag.endswith("-REF")}
    assert led_to <= set(named)
    texts = {one.text for one in root.iter("{http://www.w3.org/1999/xhtml}div")}
    assert texts >= {one.requirement.text for one in entries().values()}
    assert len(list(root.iter(f"{TAG}SPEC-OBJECT"))) == len(entries()) + len(clauses())


def test_needs_have_ids_that_sphinx_needs_takes_and_links_that_lead_somewhere() -> None:
    told = json.loads(EXPORTS["needs"](MADE))
    (version,) = told["versions"].values()
    needs = version["needs"]
    assert told["current_version"] in told["versions"]
    assert version["needs_amount"] == len(needs)
    assert all(re.match(r"^[A-Z0-9_]{5,}$", id_) for id_ in needs)
    assert all(link in needs for one in needs.values() for link in one["links"])
    kinds = Counter(one["type"] for one in needs.values())
    assert kinds == {
        "spec": len(clauses()), "req": len(entries()), "test": sum(len(one.purposes) for one in entries().values()),
    }  # fmt: skip


def test_csv_has_a_row_for_each_requirement() -> None:
    rows = list(csv.DictReader(io.StringIO(EXPORTS["csv"](MADE))))
    assert [row["id"] for row in rows] == list(entries())
    assert all(row["text"] and row["text_french"] and row["purposes"] for row in rows)
