# SPDX-License-Identifier: Apache-2.0
"""A JMESPath into a payload, made ready once.

Names with dots between them, comparisons with a text or a number and ``A && B`` are walked directly, in a tenth of the
time, since each label of each payload asks for one; a property test holds them to jmespath, to which all else is left.
One thing is added: where the whole path is ``A && B`` and A does not hold, nothing is found, so that a path can choose
the payloads that it is for: ``tags.sensor == 'total' && fields.value``.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ..errors import InputError

__all__ = ["PayloadPath"]

_Find = Callable[[Any], Any]
_Node = Mapping[str, Any]

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*")
_BRANCHES = (
    "comparator", "and_expression", "or_expression", "not_expression", "function_expression", "multi_select_list",
    "multi_select_dict", "key_val_pair", "expref",
)  # fmt: skip
_ENTERS = ("index_expression", "subexpression", "projection", "value_projection", "filter_projection", "flatten")
_ODD = "-+#$/:"
_QUOTED = "a name that is not of letters, digits and _ is written in double quotes, such as '\"SMAXSN-1\"'"


class PayloadPath:
    """One path.

    Args:
        text: of JMESPath.

    Attributes:
        find: what stands there in a JSON value; None where nothing does, or where a function cannot take it.
        names: the dotted names that it reads, each with all that is below; ``@`` reads everything: ``()``.
        chooses: where it is ``A && B``, and A says that a text stands under a name: that name, and the text. It finds
            nothing where another text stands there.

    Raises:
        InputError: it is no JMESPath; the text names the column, counted from 1.

    >>> PayloadPath("CONTRACT.CONSO").find({"CONTRACT": {"CONSO": 5}})
    5
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.find: _Find
        self.names: tuple[tuple[str, ...], ...]
        self.chooses: tuple[tuple[str, ...], str] | None = None
        if _PLAIN.fullmatch(text):  # the parser is not even imported
            names = tuple(text.split("."))
            self.find, self.names = _names_found(names), (names,)
        else:
            tree = _tree(text)
            self.find, self.names = _chosen(tree), tuple(dict.fromkeys(_names_read(tree)))
            self.chooses = _chooses(tree)

    @property
    def reads_all(self) -> bool:
        """Whether it reads the payload itself, which then may be a plain value."""
        return () in self.names


def _tree(text: str) -> _Node:
    """The path as jmespath reads it."""
    from jmespath.exceptions import JMESPathError, LexerError, ParseError
    from jmespath.parser import Parser

    if not text.strip():
        raise InputError(f"{text!r} is no JMESPath: it is empty; write one, such as CONTRACT.CONSO, or @ for all")
    try:
        tree: _Node = Parser().parse(text).parsed
    except LexerError as error:
        raise InputError(_no_path(text, error.lexer_position, error.message)) from None
    except ParseError as error:
        at = error.lex_position
        what = f"{error.token_value!r} does not fit there" if error.token_value else "it ends too early"
        raise InputError(_no_path(text, at, what)) from None
    except RecursionError:
        raise InputError(_no_path(text, 0, "it is nested too deep; write it flatter")) from None
    except (JMESPathError, ValueError) as error:
        raise InputError(_no_path(text, 0, str(error).splitlines()[0])) from None
    _check_functions(tree, text)
    return tree


def _no_path(text: str, at: int, what: str) -> str:
    shown = text if len(text) <= 60 else f"{text[:60]}…"
    what = " ".join(what.split())
    odd = f"; {_QUOTED}" if text[at : at + 1] in _ODD and text[at:] else ""
    return f"{shown!r} is no JMESPath, column {min(at, len(text)) + 1}: {what}{odd}"


def _check_functions(tree: _Node, text: str) -> None:
    """A function that is not there, or that takes another number of values, is told before any payload comes."""
    from jmespath.functions import Functions

    for node in _nodes(tree):
        if node["type"] != "function_expression":
            continue
        name, given = node["value"], len(node["children"])
        known = Functions.FUNCTION_TABLE
        at = text.find(f"{name}(")
        if name not in known:
            listed = ", ".join(sorted(known))
            raise InputError(_no_path(text, max(at, 0), f"no function {name}; known: {listed}"))
        signature = known[name]["signature"]
        several = bool(signature) and bool(signature[-1].get("variadic"))
        if given < len(signature) or (given > len(signature) and not several):
            least = "at least " if several else ""
            raise InputError(
                _no_path(text, max(at, 0), f"{name} takes {least}{len(signature)} value(s), and {given} are given")
            )


def _nodes(tree: Any) -> Iterator[_Node]:
    """A node and all below; without recursion, which a long chain would exhaust."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            yield node
            waiting.extend(node.get("children", ()))


def _names_read(node: _Node) -> Iterator[tuple[str, ...]]:
    """The names from the payload's top on that a tree reads; below a list or a selection all counts as read."""
    chain, children = _chain(node), node["children"]
    if chain is not None:
        yield chain
    elif node["type"] in _BRANCHES:
        for child in children:
            yield from _names_read(child)
    elif node["type"] == "subexpression":
        above: tuple[str, ...] = ()
        for child in children:
            below = _chain(child)
            if below is None:
                yield from ((*above, *names) for names in (_names_read(child) if _begins_with_names(child) else [()]))
                break
            above += below
    elif node["type"] != "literal":
        yield from _names_read(children[0])  # the others look below it


def _begins_with_names(node: _Node) -> bool:
    """Whether a part of a chain goes on with names before it enters a list or a selection."""
    return node["type"] in _ENTERS and (
        _chain(node["children"][0]) is not None or _begins_with_names(node["children"][0])
    )


def _chain(node: Any) -> tuple[str, ...] | None:
    """The names of a chain of fields; None for anything else."""
    if not isinstance(node, dict):
        return None
    if node["type"] in ("current", "identity"):
        return ()
    if node["type"] == "field":
        return (node["value"],)
    if node["type"] == "subexpression":
        chains = [_chain(child) for child in node["children"]]
        if None not in chains:
            return tuple(name for chain in chains if chain for name in chain)
    return None


def _chosen(tree: _Node) -> _Find:
    """A whole path: of ``A && B``, nothing where A does not hold."""
    if tree["type"] != "and_expression":
        return _ready(tree)
    holds, find = (_chosen(child) for child in tree["children"])
    if tree["children"][0]["type"] == "comparator":  # true, false or nothing, and no other kind of nothing
        return lambda payload: find(payload) if holds(payload) else None
    return lambda payload: None if _is_nothing(holds(payload)) else find(payload)


def _chooses(tree: _Node) -> tuple[tuple[str, ...], str] | None:
    """See ``PayloadPath.chooses``."""
    first = tree["children"][0] if tree["type"] == "and_expression" else tree
    if first["type"] == "and_expression":
        return _chooses(first)
    if first is tree or first["type"] != "comparator" or first["value"] != "eq":
        return None
    left, right = first["children"]
    names = _chain(left)
    return (names, right["value"]) if names and right["type"] == "literal" and type(right["value"]) is str else None


def _ready(node: _Node) -> _Find:
    """What finds a part of a path."""
    kind = node["type"]
    chain = _chain(node)
    if chain is not None:
        return _names_found(chain)
    if kind == "literal":
        value = node["value"]
        return lambda payload: value
    if kind == "comparator" and node["value"] == "eq":
        left, right = (_ready(child) for child in node["children"])
        for one, other in ((node["children"], left), (node["children"][::-1], right)):
            if one[1]["type"] == "literal" and type(one[1]["value"]) in (str, int, float):
                return _equals(other, one[1]["value"])
    return _searched(node)


def _equals(find: _Find, literal: str | float) -> _Find:
    """Compared with a text or a number, of which Python and JMESPath think the same, but that true is no 1."""
    if literal not in (0, 1):
        return lambda payload: find(payload) == literal
    return lambda payload: (value := find(payload)) == literal and not isinstance(value, bool)


def _searched(node: _Node) -> _Find:
    """Left to jmespath."""
    from jmespath.exceptions import JMESPathError
    from jmespath.visitor import TreeInterpreter

    visit: Any = TreeInterpreter().visit

    def search(payload: Any) -> Any:
        try:
            return visit(node, payload)
        except (JMESPathError, ArithmeticError, TypeError, RecursionError):  # a function that cannot take it
            return None

    return search


def _names_found(names: tuple[str, ...]) -> _Find:
    """What finds a value by the names of its tables."""
    if not names:
        return lambda payload: payload
    if len(names) == 1:
        (name,) = names
        return lambda payload: payload.get(name) if isinstance(payload, dict) else None
    if len(names) == 2:
        outer, inner = names

        def find_inner(payload: Any) -> Any:
            if isinstance(payload, dict):
                table = payload.get(outer)
                if isinstance(table, dict):
                    return table.get(inner)
            return None

        return find_inner

    def find(payload: Any) -> Any:
        for name in names:
            if not isinstance(payload, dict):
                return None
            payload = payload.get(name)
        return payload

    return find


def _is_nothing(value: Any) -> bool:
    """What JMESPath calls false: nothing, false, and an empty text, list or table."""
    return value is None or value is False or value in ("", [], {})
