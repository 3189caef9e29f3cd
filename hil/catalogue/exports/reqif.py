# SPDX-License-Identifier: Apache-2.0
"""The catalogue as ReqIF 1.2 (OMG formal/2016-07-01): requirements, clauses, and which comes from which.

Attributes that tools know by name are called as they call them (``ReqIF.ForeignID``, ``ReqIF.Text``); the text is
XHTML.
"""

import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib.metadata import version

from ..clauses import clauses
from ..entries import Entry, entries

__all__ = ["reqif"]

_NAMESPACE = "http://www.omg.org/spec/ReqIF/20110401/reqif.xsd"
_XHTML = "http://www.w3.org/1999/xhtml"
_VERSION = "1.0"  # of the schema, which editions 1.1 and 1.2 of the text have kept
_STRING, _RICH, _LEVEL = "type-string", "type-xhtml", "type-level"
_REQUIREMENT, _CLAUSE, _FROM, _LIST = "kind-requirement", "kind-clause", "kind-from", "kind-specification"
_TEXT = "ReqIF.Text"
_OF_REQUIREMENT = (
    "ReqIF.ForeignID", "Text (French)", "Why", "Why (French)", "Clause", "Modes", "Where", "Purposes", "Defects",
    "Needs", "Procedure", "Limits",
)  # fmt: skip
_OF_CLAUSE = ("ReqIF.ForeignID", "Why none")


def reqif(made: datetime) -> str:
    """The text of the file.

    Args:
        made: when; it stands at each object as the time of its last change.
    """
    when = made.isoformat(timespec="seconds")
    root = ET.Element("REQ-IF", {"xmlns": _NAMESPACE, "xmlns:xhtml": _XHTML})
    header = _in(_in(root, "THE-HEADER"), "REQ-IF-HEADER", IDENTIFIER="xky-requirements")
    for name, text in (
        ("COMMENT", "Requirements of the conformance suite of xKy HIL, and the clauses that they come from"),
        ("CREATION-TIME", when), ("REQ-IF-TOOL-ID", f"xky {version('xky-hil')}"), ("REQ-IF-VERSION", _VERSION),
        ("SOURCE-TOOL-ID", "xky requirements --export reqif"), ("TITLE", "xKy HIL: requirements"),
    ):  # fmt: skip
        _in(header, name).text = text
    content = _in(_in(root, "CORE-CONTENT"), "REQ-IF-CONTENT")
    writer = _Writer(content, when)
    writer.types()
    writer.objects()
    writer.relations()
    writer.specifications()
    ET.indent(root, " ")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _in(parent: ET.Element, tag: str, **attributes: str) -> ET.Element:
    """A new element; attributes are written as ReqIF does, with hyphens."""
    return ET.SubElement(parent, tag, {name.replace("_", "-"): value for name, value in attributes.items()})


def _clause_id(name: str) -> str:
    return "clause-" + name.replace(" annex ", "-").replace(" §", "-")


class _Writer:
    """Writes the parts of a content, in the order of the schema."""

    def __init__(self, content: ET.Element, when: str) -> None:
        self._content = content
        self._when = when

    def _new(self, parent: ET.Element, tag: str, identifier: str, name: str = "", **more: str) -> ET.Element:
        named = {"LONG_NAME": name} if name else {}
        return _in(parent, tag, IDENTIFIER=identifier, LAST_CHANGE=self._when, **named, **more)

    def types(self) -> None:
        """Data types, and the kinds of objects with their attributes."""
        data = _in(self._content, "DATATYPES")
        self._new(data, "DATATYPE-DEFINITION-STRING", _STRING, "text", MAX_LENGTH="32000")
        self._new(data, "DATATYPE-DEFINITION-XHTML", _RICH, "rich text")
        levels = _in(self._new(data, "DATATYPE-DEFINITION-ENUMERATION", _LEVEL, "level"), "SPECIFIED-VALUES")
        for key, name in enumerate(("must", "should")):
            value = self._new(levels, "ENUM-VALUE", f"level-{name}", name)
            _in(_in(value, "PROPERTIES"), "EMBEDDED-VALUE", KEY=str(key), OTHER_CONTENT=name)
        kinds = _in(self._content, "SPEC-TYPES")
        requirement = self._kind(kinds, _REQUIREMENT, "requirement", _OF_REQUIREMENT)
        level = self._new(requirement, "ATTRIBUTE-DEFINITION-ENUMERATION", f"{_REQUIREMENT}-level", "Level",
                          MULTI_VALUED="false")  # fmt: skip
        _in(_in(level, "TYPE"), "DATATYPE-DEFINITION-ENUMERATION-REF").text = _LEVEL
        self._kind(kinds, _CLAUSE, "clause", _OF_CLAUSE)
        self._new(kinds, "SPEC-RELATION-TYPE", _FROM, "comes from")
        self._new(kinds, "SPECIFICATION-TYPE", _LIST, "list")

    def _kind(self, parent: ET.Element, identifier: str, name: str, attributes: Sequence[str]) -> ET.Element:
        kind = _in(self._new(parent, "SPEC-OBJECT-TYPE", identifier, name), "SPEC-ATTRIBUTES")
        for number, attribute in enumerate(attributes):
            definition = self._new(kind, "ATTRIBUTE-DEFINITION-STRING", f"{identifier}-{number}", attribute)
            _in(_in(definition, "TYPE"), "DATATYPE-DEFINITION-STRING-REF").text = _STRING
        text = self._new(kind, "ATTRIBUTE-DEFINITION-XHTML", f"{identifier}-text", _TEXT)
        _in(_in(text, "TYPE"), "DATATYPE-DEFINITION-XHTML-REF").text = _RICH
        return kind

    def objects(self) -> None:
        """Each requirement and each clause."""
        parent = _in(self._content, "SPEC-OBJECTS")
        for entry in entries().values():
            values = self._object(parent, _REQUIREMENT, entry.id, entry.requirement.text, _said_of(entry))
            level = _in(values, "ATTRIBUTE-VALUE-ENUMERATION")
            _in(_in(level, "VALUES"), "ENUM-VALUE-REF").text = f"level-{entry.requirement.level}"
            _in(_in(level, "DEFINITION"), "ATTRIBUTE-DEFINITION-ENUMERATION-REF").text = f"{_REQUIREMENT}-level"
        for one in clauses().values():
            said = {"ReqIF.ForeignID": one.name, "Why none": one.why}
            self._object(parent, _CLAUSE, _clause_id(one.name), one.title, said)

    def _object(self, parent: ET.Element, kind: str, identifier: str, text: str, said: Mapping[str, str]) -> ET.Element:
        new = self._new(parent, "SPEC-OBJECT", identifier, said["ReqIF.ForeignID"])
        values = _in(new, "VALUES")
        for number, name in enumerate(_OF_REQUIREMENT if kind == _REQUIREMENT else _OF_CLAUSE):
            if said[name]:
                value = _in(values, "ATTRIBUTE-VALUE-STRING", THE_VALUE=said[name])
                _in(_in(value, "DEFINITION"), "ATTRIBUTE-DEFINITION-STRING-REF").text = f"{kind}-{number}"
        value = _in(values, "ATTRIBUTE-VALUE-XHTML")
        _in(_in(value, "THE-VALUE"), "xhtml:div").text = text
        _in(_in(value, "DEFINITION"), "ATTRIBUTE-DEFINITION-XHTML-REF").text = f"{kind}-text"
        _in(_in(new, "TYPE"), "SPEC-OBJECT-TYPE-REF").text = kind
        return values

    def relations(self) -> None:
        """Which requirement comes from which clause."""
        parent = _in(self._content, "SPEC-RELATIONS")
        for entry in entries().values():
            for name in entry.sources.clauses:
                identifier = f"from-{entry.id}-{_clause_id(name)}"
                relation = self._new(parent, "SPEC-RELATION", identifier)
                _in(_in(relation, "TARGET"), "SPEC-OBJECT-REF").text = _clause_id(name)
                _in(_in(relation, "SOURCE"), "SPEC-OBJECT-REF").text = entry.id
                _in(_in(relation, "TYPE"), "SPEC-RELATION-TYPE-REF").text = _FROM

    def specifications(self) -> None:
        """Two lists: requirements in their order, and clauses in that of the texts."""
        parent = _in(self._content, "SPECIFICATIONS")
        self._list(parent, "list-requirements", "Requirements", list(entries()))
        self._list(parent, "list-clauses", "Clauses", [_clause_id(one) for one in clauses()])

    def _list(self, parent: ET.Element, identifier: str, name: str, members: Sequence[str]) -> None:
        new = self._new(parent, "SPECIFICATION", identifier, name)
        children = _in(new, "CHILDREN")
        for member in members:
            place = self._new(children, "SPEC-HIERARCHY", f"in-{member}")
            _in(_in(place, "OBJECT"), "SPEC-OBJECT-REF").text = member
        _in(_in(new, "TYPE"), "SPECIFICATION-TYPE-REF").text = _LIST


def _said_of(entry: Entry) -> Mapping[str, str]:
    """What a requirement's attributes hold, by name; empty for what it does not have."""
    one, procedure = entry.requirement, entry.requirement.procedure
    return {
        "ReqIF.ForeignID": one.id,
        "Text (French)": one.french,
        "Why": one.why,
        "Why (French)": one.why_french,
        "Clause": one.clause,
        "Modes": ", ".join(sorted(one.modes)),
        "Where": "; ".join(condition.text for condition in one.where),
        "Purposes": ", ".join(purpose.id for purpose in entry.purposes),
        "Defects": ", ".join(entry.defects),
        "Needs": "" if procedure is None else "; ".join(procedure.needs),
        "Procedure": "" if procedure is None else " ".join(procedure.steps),
        "Limits": "" if procedure is None else "; ".join(procedure.limits),
    }
