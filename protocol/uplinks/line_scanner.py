# SPDX-License-Identifier: Apache-2.0
"""Reads any line of line protocol, character by character, as InfluxDB 1.6.7 does, and says why it refuses."""

import math
import re

from .line_point import FieldValue, LineFault, Point, Unsigned

__all__ = ["RefusedError", "Scanner"]

_UNESCAPED = re.compile(r"(?<!\\)[,= ]")
_END_OF_MEASUREMENT = re.compile(r"(?<!\\)[, ]")
_SPACE = re.compile(r"[ \t\0]*")
_FIELD_KEY = re.compile(r"(?:[^=, \\]|\\.)*+", re.DOTALL)
_TEXT = re.compile(r'"(?:[^"\\]|\\.)*+"', re.DOTALL)
_BEHIND_TEXT = re.compile(r'(?:[^", =\\]|\\.|"(?:[^"\\]|\\.)*+")*+', re.DOTALL)
_BARE = re.compile(r"[^, ]*")
_OF_NAME, _OF_TAG, _OF_TEXT = re.compile(r'\\([,"= ])'), re.compile(r"\\([,= ])"), re.compile(r'\\(["\\])')
_INTEGER, _UINT = re.compile(r"-?[0-9]+i"), re.compile(r"[0-9]+u")
_FLOAT = re.compile(r"-?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_HALF_FLOAT = re.compile(r"-?[0-9.]*[eE][0-9eE.+-]*")
_NO_NUMBER = re.compile(r"[+-]?(?:nan|inf|infinity)", re.IGNORECASE)
_BOOLEANS = {"t": True, "T": True, "true": True, "True": True, "TRUE": True,
             "f": False, "F": False, "false": False, "False": False, "FALSE": False}  # fmt: skip
_TIME_MAX = 2**63 - 2  # either way; InfluxDB keeps the outermost for itself
_NOTED_MAX = 20  # faults of one line
_DIGITS_MAX = 400  # no number of 64 bits has more that mean something


class RefusedError(Exception):
    """The line is refused: ``fault`` says why."""

    def __init__(self, rule: str, place: int, found: str) -> None:
        self.fault = LineFault(rule, place + 1, found)


class Scanner:
    """One line.

    Args:
        text: the line, without its LF.
        unsigned: whether the server knows unsigned integers.
        faults: what is known to be wrong with it.
    """

    def __init__(self, text: str, unsigned: bool, faults: tuple[LineFault, ...]) -> None:
        self.text, self.unsigned, self.faults = text, unsigned, list(faults)
        self.tags: dict[str, str] = {}
        self.fields: dict[str, FieldValue] = {}

    def point(self) -> Point:
        """What it says.

        Raises:
            RefusedError: it can't be read.
        """
        text = self.text
        start = self._skip(0)
        if text[start : start + 1] == ",":
            raise RefusedError("missing_measurement", start, ",")
        found = _END_OF_MEASUREMENT.search(text, start + 1)
        if found is None:
            raise RefusedError("missing_fields", len(text), text[start:])
        measurement = _OF_NAME.sub(r"\1", text[start : found.start()])
        place = self._tags(found.end()) if found.group() == "," else found.start()
        place = self._fields(self._skip(place))
        time = self._time(self._skip(place))
        for key in self.tags.keys() & self.fields.keys():
            self._note("tag_and_field", 0, key)
        for name in (measurement, *self.tags, *self.tags.values(), *self.fields):
            if "\ufffd" in name and self.faults and self.faults[0].rule == "not_utf8":
                raise RefusedError("not_utf8_name", self.faults[0].column - 1, name)
            if "\r" in name:
                self._note("carriage_return_stored", max(text.find(name), 0), name)
        if "time" in self.tags:
            raise RefusedError("time_tag", start, "time")
        return Point(measurement, self.tags, self.fields, time, tuple(self.faults))

    def _skip(self, place: int) -> int:
        found = _SPACE.match(self.text, place)
        return found.end() if found else place

    def _note(self, rule: str, place: int, found: str) -> None:
        if len(self.faults) < _NOTED_MAX:
            self.faults.append(LineFault(rule, place + 1, found))

    def _tags(self, place: int) -> int:
        """Read tags; where the fields begin."""
        text = self.text
        while True:
            first = text[place : place + 1]
            if first in ("", " ", ",", "="):
                raise RefusedError("missing_tag_key", place, first)
            equals = _UNESCAPED.search(text, place + 1)
            if equals is None or equals.group() != "=":
                raise RefusedError("missing_tag_value", place, text[place : equals.start() if equals else None])
            value = equals.end()
            if text[value : value + 1] in ("", " ", ","):
                raise RefusedError("missing_tag_value", place, text[place:value])
            end = _UNESCAPED.search(text, value + 1)
            if end is None:
                raise RefusedError("missing_fields", len(text), text[place:])
            if end.group() == "=":
                raise RefusedError("tag_format", end.start(), "=")
            key = _OF_TAG.sub(r"\1", text[place : equals.start()])
            if key in self.tags:
                raise RefusedError("duplicate_tag", place, key)
            self.tags[key] = _OF_TAG.sub(r"\1", text[value : end.start()])
            if end.group() == " ":
                return end.start()
            place = end.end()

    def _fields(self, place: int) -> int:
        """Read fields; where they end."""
        text, seen, first = self.text, set[str](), place
        while True:
            found = _FIELD_KEY.match(text, place)
            equals = found.end() if found else place
            if text[equals : equals + 1] != "=":
                spaced = text[equals : equals + 1] == " " and (equals == place) is (place > first)
                raise RefusedError("spaces" if spaced else "field_format", equals, text[place : equals + 1])
            if equals == place:
                raise RefusedError("missing_field_key", place, "=")
            if text[equals - 1] == "\\":  # where InfluxDB's two passes over a line differ, it refuses
                raise RefusedError("field_format", place, text[place : equals + 1])
            key = _OF_NAME.sub(r"\1", text[place:equals])
            value, end = self._field_value(equals + 1)
            if key in seen:
                if type(value) is not type(self.fields.get(key, value)):
                    raise RefusedError("duplicate_field_type", place, key)
                self._note("duplicate_field", place, key)
            seen.add(key)
            if key == "time":
                self._note("time_field", place, text[place:end])
            else:
                self.fields[key] = value
            if text[end : end + 1] != ",":
                break
            place = end + 1
        if not self.fields:
            raise RefusedError("time_field_alone", place, text[place:end])
        return end

    def _field_value(self, place: int) -> tuple[FieldValue, int]:
        text = self.text
        first = text[place : place + 1]
        if first in ("", ","):
            raise RefusedError("missing_field_value", place, first)
        if first == " ":
            raise RefusedError("spaces", place, first)
        if first == '"':
            return self._text_value(place)
        found = _BARE.match(text, place)
        bare = found.group() if found else ""
        return self._bare_value(bare, place), place + len(bare)

    def _text_value(self, place: int) -> tuple[str, int]:
        text = self.text
        said = _TEXT.match(text, place)
        if said is None:
            raise RefusedError("quotes", place, text[place:])
        behind = _BEHIND_TEXT.match(text, said.end())
        end = behind.end() if behind else said.end()
        following = text[end : end + 1]
        if following in ('"', "\\"):
            raise RefusedError("quotes", end, text[end:])
        if following == "=":
            raise RefusedError("field_format", end, "=")
        if end > said.end():
            rule = "carriage_return_stored" if text[said.end() : end] == "\r" else "after_text"
            self._note(rule, said.end(), text[said.end() : end])
        return _OF_TEXT.sub(r"\1", text[place + 1 : end - 1]), end

    def _bare_value(self, bare: str, place: int) -> FieldValue:
        if len(bare) > _DIGITS_MAX:
            raise RefusedError("number", place, bare)
        if _FLOAT.fullmatch(bare):
            number = float(bare)
            if math.isfinite(number):
                return number
            raise RefusedError("float_range", place, bare)
        if _INTEGER.fullmatch(bare):
            whole = int(bare[:-1])
            if -(2**63) <= whole < 2**63:
                return whole
            raise RefusedError("integer_range", place, bare)
        if _UINT.fullmatch(bare):
            if not self.unsigned:
                raise RefusedError("unsigned", place, bare)
            whole = int(bare[:-1])
            if whole < 2**64:
                return Unsigned(whole)
            raise RefusedError("integer_range", place, bare)
        if bare in _BOOLEANS:
            return _BOOLEANS[bare]
        if _NO_NUMBER.fullmatch(bare):
            raise RefusedError("not_a_number", place, bare)
        if _HALF_FLOAT.fullmatch(bare):
            raise RefusedError("float_range", place, bare)
        if bare[0] == "+":
            raise RefusedError("plus_sign", place, bare)
        raise RefusedError("number" if bare[0] in "0123456789.-Nn" else "boolean", place, bare)

    def _time(self, place: int) -> int | None:
        text = self.text
        said = text[place:].split(" ", 1)[0]
        if not said:
            return None
        if not re.fullmatch(r"-?[0-9]+", said):
            raise RefusedError("time", place, said)
        rest = self._skip(place + len(said))
        if rest < len(text):
            raise RefusedError("after_time", rest, text[rest:])
        if len(said) > _DIGITS_MAX or abs(int(said)) > _TIME_MAX:
            raise RefusedError("time_range", place, said)
        return int(said)
