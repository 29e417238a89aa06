"""The keys of a JSON schema as Markdown tables: the reference pages of dataset.yaml and of the configuration."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]

BOUNDS = {"exclusiveMinimum": ">", "minimum": "≥", "exclusiveMaximum": "<", "maximum": "≤"}


def keys_table(schema: Schema, prefix: str = "") -> str:
    """Return a Markdown table of all keys of a schema, one row for each key.

    Parameters
    ----------
    schema
        Schema of an object. The ``description`` of a key, if it has one, becomes the last column.
    prefix
        Return only the keys below this one, such as ``"atlas"``.
    """
    rows = [row for row in _rows(schema, schema, "") if not prefix or re.match(rf"{re.escape(prefix)}\b", row[0])]
    described = any(row[3] for row in rows)
    lines = [
        "| key | required | value |" + (" meaning |" if described else ""),
        "|---|---|---|" + ("---|" if described else ""),
    ]
    for key, required, value, description in rows:
        lines.append(f"| `{key}` | {'yes' if required else ''} | {value} |" + (f" {description} |" if described else ""))
    return "\n".join(lines)


def section_source(text: str, key: str) -> str:
    """Return the lines of a top-level key of a YAML file, with the comments above and in it."""
    pattern = rf"^((?:# .*\n)*{re.escape(key)}:.*\n(?:(?:[ #].*)?\n)*?)(?=\n*(?:# .*\n)*^[a-z_]+:|\Z)"
    match = re.search(pattern, text, flags=re.M)
    if match is None:
        raise KeyError(key)
    return match[1].strip("\n")


def _rows(schema: Schema, root: Schema, path: str) -> Iterator[tuple[str, bool, str, str]]:
    """Yield (key, whether it is required, its values, its description) of all keys below a schema."""
    for name, entry in schema.get("properties", {}).items():
        resolved = _resolve(entry, root)
        key = f"{path}.{name}" if path else name
        yield key, name in schema.get("required", ()), _values(resolved, root), resolved.get("description", "")
        yield from _children(resolved, root, key)


def _children(schema: Schema, root: Schema, key: str) -> Iterator[tuple[str, bool, str, str]]:
    yield from _rows(schema, root, key)
    for keyword, suffix in (("items", "[]"), ("additionalProperties", ".NAME")):
        if isinstance(schema.get(keyword), Mapping):
            yield from _children(_resolve(schema[keyword], root), root, key + suffix)


def _resolve(schema: Schema, root: Schema) -> Schema:
    if "$ref" not in schema:
        return schema
    target: Any = root
    for step in schema["$ref"].removeprefix("#/").split("/"):
        target = target[step]
    return {**target, **schema}


def _values(schema: Schema, root: Schema) -> str:
    """Return in words which values a schema allows."""
    schema = _resolve(schema, root)
    if "enum" in schema:
        return " or ".join(f"`{str(value).lower() if isinstance(value, bool) else value}`" for value in schema["enum"])
    types = schema.get("type", "object")
    words = [_type_in_words(kind, schema, root) for kind in ([types] if isinstance(types, str) else types)]
    return " or ".join(words)


def _type_in_words(kind: str, schema: Schema, root: Schema) -> str:
    if kind == "array":
        if "prefixItems" in schema:
            return "[" + ", ".join(_values(item, root) for item in schema["prefixItems"]) + "]"
        items = _values(schema.get("items", {"type": "string"}), root)
        return "list of " + re.sub(r"^(number|integer|section|text)\b", r"\1s", items)
    if kind in ("number", "integer"):
        return " ".join(
            [kind, ", ".join(f"{sign} {schema[name]:g}" for name, sign in BOUNDS.items() if name in schema)]
        ).strip()
    return {"string": "text", "boolean": "`true` or `false`", "object": "section", "null": "`null`"}[kind]
