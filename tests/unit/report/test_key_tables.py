"""The tables of keys follow the schemas, and the sections of the configuration page are the configuration."""

import re

import pytest
import yaml

from shared import ROOT
from tlsglass.data import validate
from tlsglass.report import key_tables

SCHEMA = yaml.safe_load("""
$defs: {positive: {type: number, exclusiveMinimum: 0}}
required: [a]
properties:
  a: {type: [object, "null"], properties: {b: {type: array, items: {$ref: "#/$defs/positive"}, description: some}}}
  c: {type: object, additionalProperties: {type: object, required: [d], properties: {d: {enum: [x, true]}}}}
  pair: {type: array, prefixItems: [{type: integer, minimum: 0, maximum: 3}, {type: string}]}
""")


def test_each_key_has_a_row_with_its_values():
    header, _, *rows = key_tables.keys_table(SCHEMA).splitlines()
    assert header == "| key | required | value | meaning |"
    assert rows == [
        "| `a` | yes | section or `null` |  |",
        "| `a.b` |  | list of numbers > 0 | some |",
        "| `c` |  | section |  |",
        "| `c.NAME.d` | yes | `x` or `true` |  |",
        "| `pair` |  | [integer ≥ 0, ≤ 3, text] |  |",
    ]
    assert key_tables.keys_table(SCHEMA, "c").splitlines()[2:] == [
        "| `c` |  | section |",
        "| `c.NAME.d` | yes | `x` or `true` |",
    ]


def test_each_key_of_a_dataset_has_a_meaning():
    rows = key_tables.keys_table(validate.schema()).splitlines()[2:]
    assert [row for row in rows if row.endswith("|  |")] == []


def test_the_sections_of_a_configuration_are_the_whole_file():
    text = (ROOT / "config/config.yaml").read_text(encoding="utf-8")
    whole = yaml.safe_load(text)
    sections = [key_tables.section_source(text, name) for name in whole]
    shown = "\n".join(sections).splitlines()
    lines = [line for line in text.splitlines() if line]
    assert [line for line in shown if line] == lines[-len([line for line in shown if line]) :]
    assert all(line.startswith("#") for line in lines[: len(lines) - len([line for line in shown if line])])
    with pytest.raises(KeyError):
        key_tables.section_source(text, "no_such_key")
    assert re.match(r"# .*\natlas:", key_tables.section_source("seed: 1\n\n# n(T, E)\natlas:\n  a: 1\n\nb: 2\n", "atlas"))
