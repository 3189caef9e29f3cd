# SPDX-License-Identifier: Apache-2.0
"""What is wrong with a line of line protocol, as a judge names it: a server's status tells less, and often nothing.

Seen of InfluxDB 1.6.7 unless a row says otherwise; what its answer hides is ``is_stored``: 204, and something else than
was meant stands in the database.
"""

from dataclasses import dataclass

__all__ = ["RULES", "Rule"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that a line may have wrong.

    Attributes:
        name: stable, for judges.
        says: what was found, and how to mend it.
        server: how InfluxDB 1.6.7 words it; empty where it says nothing.
        is_stored: the point is stored all the same, not as it was meant.
    """

    name: str
    says: str
    server: str = ""
    is_stored: bool = False


_BAD_NUMBER, _BAD_BOOLEAN, _BAD_FORMAT = "invalid number", "invalid boolean", "invalid field format"

RULES = {rule.name: rule for rule in (
    # the line as a whole
    Rule("carriage_return", "a line ends with LF alone: no CR before it", _BAD_NUMBER),
    Rule("carriage_return_stored", "a line ends with LF alone: before the CR, a text is stored with its closing quote,"
         " and a tag or a name with the CR", is_stored=True),
    Rule("not_utf8", "not UTF-8: write names and texts in UTF-8", is_stored=True),
    Rule("not_utf8_name", "not UTF-8 in a name or tag: InfluxDB fails on it (500)", "contains invalid UTF-8"),
    Rule("missing_measurement", "no measurement: begin with its name", "missing measurement"),
    Rule("missing_fields", "no fields: at least one stands behind the first space", "missing fields"),
    Rule("spaces", "a space stands between measurement, fields and time only: none beside a comma or an equals sign",
         _BAD_FORMAT),
    Rule("after_time", "nothing stands behind the time", "point is invalid"),
    # tags
    Rule("missing_tag_key", "a tag without a name", "missing tag key"),
    Rule("missing_tag_value", "a tag without a value: leave the tag out", "missing tag value"),
    Rule("tag_format", "an equals sign or the line's end inside a tag: escape it by a backslash", "invalid tag format"),
    Rule("duplicate_tag", "a tag stands twice", "duplicate tags"),
    Rule("time_tag", "a tag is called time, which is the time's own name", "invalid tag key"),
    Rule("tag_and_field", "a tag and a field have one name: a query can't tell them apart", is_stored=True),
    # fields
    Rule("missing_field_key", "a field without a name", "missing field key"),
    Rule("missing_field_value", "a field without a value: leave the field out", "missing field value"),
    Rule("field_format", "a field is NAME=VALUE", _BAD_FORMAT),
    Rule("duplicate_field", "a field stands twice: the last one is stored", is_stored=True),
    Rule("duplicate_field_type", "a field stands twice, with two types", "field type conflict"),
    Rule("time_field", "a field is called time, which is the time's own name: it is dropped", is_stored=True),
    Rule("time_field_alone", "the only field is called time, which is the time's own name", "invalid field name"),
    # values
    Rule("number", "no number: digits, a point, an exponent, or digits and i", _BAD_NUMBER),
    Rule("not_a_number", "NaN and infinity have no place here: leave the field out", _BAD_NUMBER),
    Rule("plus_sign", "a number has no plus sign", _BAD_BOOLEAN),
    Rule("unsigned", "an unsigned integer (u): InfluxDB 1 has none, write i", _BAD_NUMBER),
    Rule("integer_range", "an integer beyond 64 bits", "unable to parse integer: value out of range"),
    Rule("float_range", "a number without its exponent, or too large for 64 bits", "invalid float"),
    Rule("boolean", "neither number, text in double quotes, nor t, T, true, True, TRUE, f, F, false, False, FALSE",
         _BAD_BOOLEAN),
    Rule("quotes", "a text has no closing quote", "unbalanced quotes"),
    Rule("after_text", "something stands behind the closing quote of a text: it is stored in it", is_stored=True),
    # time
    Rule("time", "the time is an integer", "bad timestamp"),
    Rule("time_range", "a time beyond 64 bits of nanoseconds", "time outside range"),
)}  # fmt: skip
