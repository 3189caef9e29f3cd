# SPDX-License-Identifier: Apache-2.0
"""The properties of MQTT 5: which has what form, in which packets it may stand, and their grammar (5 §2.2.2)."""

from functools import cache
from typing import Any

from construct import (
    Byte,
    Construct,
    ConstructError,
    ExprValidator,
    FormatField,
    GreedyBytes,
    GreedyRange,
    Int16ub,
    Int32ub,
    PascalString,
    Prefixed,
    Sequence,
    Struct,
    Switch,
    Terminated,
    this,
)

from .mqtt_packets import Kind, Properties, Property

__all__ = ["BINARY", "IN_WILL", "PROPERTIES", "TEXT", "VARIABLE_MAX", "VariableInteger", "wrong_with_properties"]

VARIABLE_MAX = 268_435_455  # four bytes of seven bits (3.1.1 §2.2.3; 5 §1.5.5)
IN_WILL = 0  # in the place of a packet's kind: the properties of a will


class VariableInteger(Construct):  # type: ignore[misc]  # construct is untyped
    """Seven bits a byte, low ones first, four bytes at most, no longer than need be (5 §1.5.5)."""

    def _parse(self, stream: Any, context: Any, path: str) -> int:
        value = 0
        for shift in (0, 7, 14, 21):
            digit: int = Byte._parse(stream, context, path)
            value |= (digit & 0x7F) << shift
            if not digit & 0x80:
                if digit == 0 and shift:
                    raise ConstructError("a length is written longer than need be")
                return value
        raise ConstructError("a length of more than four bytes")

    def _build(self, obj: int, stream: Any, context: Any, path: str) -> int:
        if not 0 <= obj <= VARIABLE_MAX:
            raise ConstructError(f"{obj} is not from 0 to {VARIABLE_MAX}")
        rest = obj
        while rest > 0x7F:
            stream.write(bytes([rest & 0x7F | 0x80]))
            rest >>= 7
        stream.write(bytes([rest]))
        return obj


TEXT = ExprValidator(PascalString(Int16ub, "utf8"), lambda text, _: "\0" not in text)  # §1.5.3; 5 §1.5.4
BINARY = Prefixed(Int16ub, GreedyBytes)  # 5 §1.5.6
_PAIR = Sequence(TEXT, TEXT)  # 5 §1.5.7
_FLAG = ExprValidator(Byte, lambda value, _: value in (0, 1))
_NOT_ZERO_16, _NOT_ZERO_32 = (ExprValidator(form, lambda value, _: value > 0) for form in (Int16ub, Int32ub))
_NOT_ZERO_VARIABLE = ExprValidator(VariableInteger(), lambda value, _: value > 0)

_ANSWERS = (
    Kind.CONNACK, Kind.PUBACK, Kind.PUBREC, Kind.PUBREL, Kind.PUBCOMP, Kind.SUBACK, Kind.UNSUBACK, Kind.DISCONNECT,
    Kind.AUTH,
)  # fmt: skip
_MESSAGE = (Kind.PUBLISH, IN_WILL)
_EVERYWHERE = (*_ANSWERS, *_MESSAGE, Kind.CONNECT, Kind.SUBSCRIBE, Kind.UNSUBSCRIBE)

_TABLE: dict[Property, tuple[FormatField, tuple[int, ...]]] = {  # form, and where it may stand (5 table 2-4)
    Property.PAYLOAD_FORMAT: (_FLAG, _MESSAGE),
    Property.MESSAGE_EXPIRY_S: (Int32ub, _MESSAGE),
    Property.CONTENT_TYPE: (TEXT, _MESSAGE),
    Property.RESPONSE_TOPIC: (TEXT, _MESSAGE),
    Property.CORRELATION_DATA: (BINARY, _MESSAGE),
    Property.SUBSCRIPTION_IDENTIFIER: (_NOT_ZERO_VARIABLE, (Kind.PUBLISH, Kind.SUBSCRIBE)),
    Property.SESSION_EXPIRY_S: (Int32ub, (Kind.CONNECT, Kind.CONNACK, Kind.DISCONNECT)),
    Property.ASSIGNED_CLIENT_ID: (TEXT, (Kind.CONNACK,)),
    Property.SERVER_KEEPALIVE_S: (Int16ub, (Kind.CONNACK,)),
    Property.AUTHENTICATION_METHOD: (TEXT, (Kind.CONNECT, Kind.CONNACK, Kind.AUTH)),
    Property.AUTHENTICATION_DATA: (BINARY, (Kind.CONNECT, Kind.CONNACK, Kind.AUTH)),
    Property.REQUEST_PROBLEM_INFORMATION: (_FLAG, (Kind.CONNECT,)),
    Property.WILL_DELAY_S: (Int32ub, (IN_WILL,)),
    Property.REQUEST_RESPONSE_INFORMATION: (_FLAG, (Kind.CONNECT,)),
    Property.RESPONSE_INFORMATION: (TEXT, (Kind.CONNACK,)),
    Property.SERVER_REFERENCE: (TEXT, (Kind.CONNACK, Kind.DISCONNECT)),
    Property.REASON_STRING: (TEXT, _ANSWERS),
    Property.RECEIVE_MAXIMUM: (_NOT_ZERO_16, (Kind.CONNECT, Kind.CONNACK)),
    Property.TOPIC_ALIAS_MAXIMUM: (Int16ub, (Kind.CONNECT, Kind.CONNACK)),
    Property.TOPIC_ALIAS: (_NOT_ZERO_16, (Kind.PUBLISH,)),
    Property.MAXIMUM_QOS: (_FLAG, (Kind.CONNACK,)),
    Property.RETAIN_AVAILABLE: (_FLAG, (Kind.CONNACK,)),
    Property.USER_PROPERTY: (_PAIR, _EVERYWHERE),
    Property.MAXIMUM_PACKET_SIZE: (_NOT_ZERO_32, (Kind.CONNECT, Kind.CONNACK)),
    Property.WILDCARD_SUBSCRIPTION_AVAILABLE: (_FLAG, (Kind.CONNACK,)),
    Property.SUBSCRIPTION_IDENTIFIER_AVAILABLE: (_FLAG, (Kind.CONNACK,)),
    Property.SHARED_SUBSCRIPTION_AVAILABLE: (_FLAG, (Kind.CONNACK,)),
}

_IDENTIFIERS = frozenset(int(identifier) for identifier in Property)
_PROPERTY = Struct(
    "identifier" / ExprValidator(VariableInteger(), lambda value, _: value in _IDENTIFIERS),
    "value" / Switch(this.identifier, {identifier.value: form for identifier, (form, _) in _TABLE.items()}),
)

PROPERTIES = Prefixed(VariableInteger(), Struct("items" / GreedyRange(_PROPERTY), Terminated))
"""Their length, then one after the other; ``items`` has each one's ``identifier`` and ``value``."""


@cache
def _may_stand(identifier: Property, kind: int) -> bool:
    return kind in _TABLE[identifier][1]


def wrong_with_properties(properties: Properties, kind: int) -> str | None:
    """What is wrong with properties in a packet of this kind, or in a will (``IN_WILL``); None for nothing."""
    seen: set[Property] = set()
    for identifier, _ in properties:
        if not _may_stand(identifier, kind):
            return f"property {identifier.name} does not belong there"
        many = identifier is Property.USER_PROPERTY or (
            identifier is Property.SUBSCRIPTION_IDENTIFIER and kind == Kind.PUBLISH
        )
        if identifier in seen and not many:
            return f"property {identifier.name} stands there twice"
        seen.add(identifier)
    return None
