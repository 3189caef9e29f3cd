# SPDX-License-Identifier: Apache-2.0
"""The page of the interface: plain HTML made of its OpenAPI description, with nothing from another network.

A bench often stands where there is no internet, and a page without scripts cannot be made to drive a meter.
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup, escape

__all__ = ["page_of"]

_REF = "#/components/schemas/"
_BY_KIND = {"integer": "whole number", "number": "number", "string": "text", "boolean": "true or false", "null": "null"}


def page_of(description: Mapping[str, Any], base_url: str) -> str:
    """The page.

    Args:
        description: of the interface, as OpenAPI has it.
        base_url: that its examples use.
    """
    schemas = description["components"]["schemas"]
    return _template().render(
        info=description["info"], base_url=base_url, calls=list(_calls(description)),
        schemas={name: _shown(schema) for name, schema in schemas.items()},
    )  # fmt: skip


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("xky.hil.emulation.control", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    environment.filters["marked"] = _marked
    return environment.get_template("page.html")


def _marked(text: str) -> Markup:
    """What stands between backticks as code."""
    return Markup(re.sub(r"``?([^`]+)``?", r"<code>\1</code>", str(escape(text))))


def _calls(description: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for path, methods in description["paths"].items():
        for method, call in methods.items():
            content = call.get("requestBody", {}).get("content", {}).get("application/json")
            answer = call["responses"]["200"].get("content", {}).get("application/json")
            yield {
                "method": method.upper(),
                "path": path,
                "summary": call["summary"],
                "description": call.get("description", ""),
                "parameters": [
                    {"name": one["name"], "type": _type(one["schema"]), "description": one.get("description", "")}
                    for one in call.get("parameters", ())
                ],
                "body": _type(content["schema"]) if content else None,
                "answer": _type(answer["schema"]) if answer else [("events" if _is_endless(call) else "bytes", None)],
                "curl": _curl(
                    method.upper(), path, _example(content), token="security" in call, is_endless=_is_endless(call)
                ),
            }


def _example(content: Mapping[str, Any] | None) -> str | None:
    """The example of a body; OpenAPI has it beside the schema, JSON Schema in it."""
    if content is None:
        return None
    told = content.get("examples") or content["schema"].get("examples") or [{}]
    first = next(iter(told.values()))["value"] if isinstance(told, Mapping) else told[0]
    return json.dumps(first)


def _is_endless(call: Mapping[str, Any]) -> bool:
    return "text/event-stream" in call["responses"]["200"].get("content", {})


def _curl(method: str, path: str, body: str | None, *, token: bool, is_endless: bool) -> str:
    words = ["curl", '-H "Authorization: Bearer $XKY_CONTROL_TOKEN"'] if token else ["curl"]
    if is_endless:
        words.append("-N")  # as it comes
    if method not in ("GET", "POST"):
        words.append(f"-X {method}")
    if body is not None:
        words.append(f"--json '{body}'")
    return " ".join([*words, f"BASE{path.replace('{id}', '1')}"])


def _shown(schema: Mapping[str, Any]) -> dict[str, Any]:
    required = schema.get("required", ())
    keys = [
        {
            "name": name,
            "type": [*_type(one), *([(" or null", None)] if name in required and _may_be_null(one) else [])],
            "required": name in required,
            "default": json.dumps(one["default"]) if one.get("default") not in (None, "") else "",
            "description": one.get("description", ""),
        }
        for name, one in schema.get("properties", {}).items()
    ]
    return {"description": schema.get("description", ""), "keys": keys, "type": None if keys else _type(schema)}


def _may_be_null(schema: Mapping[str, Any]) -> bool:
    return any(one.get("type") == "null" for one in schema.get("anyOf", ()))


def _type(schema: Mapping[str, Any]) -> list[tuple[str, str | None]]:
    """Words of a type, each with the schema that it names."""
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(_REF)
        return [(name, name)]
    for key in ("oneOf", "anyOf", "allOf"):
        if key in schema:
            parts = [_type(one) for one in schema[key] if one.get("type") != "null"]
            return [word for place, part in enumerate(parts) for word in ([(" or ", None)] * (place > 0) + part)]
    if "const" in schema or "enum" in schema:
        fixed = schema.get("enum") or [schema["const"]]
        return [(" or ".join(json.dumps(one) for one in fixed), None)]
    if schema.get("type") == "array":
        items = schema.get("items") or (schema.get("prefixItems") or [{}])[0]
        return [("list of ", None), *_type(items)]
    if schema.get("type") == "object" and isinstance(schema.get("additionalProperties"), Mapping):
        return [("object of ", None), *_type(schema["additionalProperties"])]
    bounds = [f"{sign} {schema[key]:g}" for key, sign in (("minimum", "≥"), ("exclusiveMinimum", ">"), ("maximum", "≤"))
              if key in schema]  # fmt: skip
    kind = _BY_KIND.get(schema.get("type", ""), schema.get("type", "anything"))
    return [(" ".join([kind, *bounds]), None)]
