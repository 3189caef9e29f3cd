# SPDX-License-Identifier: Apache-2.0
"""Keys of a labgrid environment file that labgrid does not know, of which it only warns.

Read by ``place_keeper`` alone, in the interpreter that has labgrid.
"""

import difflib
from collections.abc import Iterator
from typing import Any

__all__ = ["unknown_keys"]

_OF_FILE = ("targets", "options", "images", "tools", "imports", "paths", "features")  # labgrid 26.0.1, config.py
_OF_TARGET = ("resources", "drivers", "features", "options")


def unknown_keys(path: str) -> list[str]:
    """One line for each, with its place; the modules that the file imports have been imported.

    Args:
        path: of the file, which is YAML.
    """
    import yaml

    with open(path, encoding="utf-8") as file:
        root = yaml.compose(file, Loader=yaml.SafeLoader)
    return [f"{path}:{line}: {told}" for line, told in _of_file(root)]


def _of_file(root: Any) -> Iterator[tuple[int, str]]:
    for key, value in _pairs(root):
        if key.value not in _OF_FILE:
            yield _line(key), _told("the file", key.value, _OF_FILE)
        if key.value == "targets":
            for name, target in _pairs(value):
                yield from _of_target(name.value, target)


def _of_target(name: str, target: Any) -> Iterator[tuple[int, str]]:
    from labgrid.factory import target_factory

    for key, value in _pairs(target):
        if key.value not in _OF_TARGET:
            yield _line(key), _told(f"target {name}", key.value, _OF_TARGET)
        if key.value == "resources":
            yield from _of_classes("resource", value, target_factory.resources, ("name",))
        if key.value == "drivers":
            yield from _of_classes("driver", value, target_factory.drivers, ("name", "bindings"))


def _of_classes(kind: str, listed: Any, known: Any, also: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    """Those of a mapping by class, or of a list of mappings with one class each."""
    import attr

    for key, arguments in _named(listed):
        name = key.value
        if name not in known:
            yield _line(key), _told(kind, name, tuple(known), "class")
            continue
        fields = {one.name for one in attr.fields(known[name])} - {"target", "name"}
        taken = (*sorted(fields), *also)
        for argument, _ in _pairs(arguments):
            if argument.value not in (*taken, "cls"):
                yield _line(argument), _told(name, argument.value, taken)


def _named(listed: Any) -> Iterator[tuple[Any, Any]]:
    """Name of the class and its arguments, however they are written."""
    if not isinstance(listed.value, list) or listed.id == "mapping":
        yield from _pairs(listed)
        return
    for item in listed.value:
        pairs = _pairs(item)
        named = [value for key, value in pairs if key.value == "cls"]
        if named:
            yield named[0], item
        else:
            yield from pairs


def _pairs(node: Any) -> list[tuple[Any, Any]]:
    return list(node.value) if getattr(node, "id", "") == "mapping" else []


def _line(node: Any) -> int:
    return int(node.start_mark.line) + 1


def _told(where: str, key: str, known: tuple[str, ...], what: str = "key") -> str:
    near = difflib.get_close_matches(key, known, 1)
    mend = f"did you mean {near[0]}?" if near else "take it out"
    listed = f"; known: {', '.join(known)}" if len(known) < 20 else ""
    return f"{where}: {what} {key!r} is unknown to labgrid, which would only warn{listed}; {mend}"
