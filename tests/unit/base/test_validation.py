"""What a person edits: every violation is said, each in one line, the same whichever parser is there."""

import pytest
import yaml

from tlsglass.base import validation

SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["seed", "sizes"],
    "properties": {
        "seed": {"type": "integer", "minimum": 0},
        "sizes": {"type": "array", "items": {"type": "number", "exclusiveMinimum": 0}},
        "kind": {"enum": ["a", "b"]},
    },
}


def where(path):
    return "mine.yaml" if path and path[0] != "kind" else "theirs.yaml"


def test_every_violation_is_a_line_that_names_file_key_value_and_what_is_allowed():
    value = {"sizes": [1, -2, "2e-6"], "kind": "c", "colour": 1, "age": 2}
    with pytest.raises(validation.InputError) as caught:
        validation.check_schema(value, SCHEMA, where)
    assert caught.value.lines == str(caught.value).splitlines() == validation.violations(value, SCHEMA, where)
    assert sorted(caught.value.lines) == [
        "mine.yaml: age = 2: unknown key; allowed: seed, sizes, kind",
        "mine.yaml: colour = 1: unknown key; allowed: seed, sizes, kind",
        "mine.yaml: seed: missing",
        "mine.yaml: sizes[1] = -2: must be > 0",
        "mine.yaml: sizes[2] = '2e-6': must be of type number; write it with a point, like 2.0e-6",
        "theirs.yaml: kind = 'c': must be one of ['a', 'b']",
    ]


def test_each_missing_key_is_said_once():
    assert validation.violations({}, SCHEMA, lambda _: "f") == ["f: seed: missing", "f: sizes: missing"]


def test_what_is_right_passes():
    assert validation.violations({"seed": 1, "sizes": [1, 2.5]}, SCHEMA, where) == []
    validation.check_schema({"seed": 1, "sizes": []}, SCHEMA, where)
    validation.raise_all([])


def test_lines_of_several_checks_are_raised_together_and_once():
    with pytest.raises(validation.InputError, match=r"\Aone\ntwo\Z") as caught:
        validation.raise_all(["one", "two", "one"])
    assert caught.value.lines == ["one", "two"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"a: [1, 2\nb: 3\n", "not valid YAML (line 2): expected ',' or ']', but got ':'"),
        (b"a: b: c\n", "not valid YAML (line 1): mapping values are not allowed here"),
        (b"a: *nothing\n", "not valid YAML (line 1): found undefined alias 'nothing'"),
        (b"a: \x07\n", "not valid YAML: unacceptable character #x0007: special characters are not allowed in"),
        (b"a: 2020-13-45\n", "not valid YAML: month must be in 1..12"),
        (b"a: \xff\n", "not UTF-8 text"),
    ],
)
@pytest.mark.parametrize("loader", ["CSafeLoader", "SafeLoader"])
def test_what_is_no_yaml_is_said_in_the_same_line_by_both_parsers(tmp_path, monkeypatch, loader, text, said):
    monkeypatch.setattr(validation, "YAML_LOADER", getattr(yaml, loader))
    path = tmp_path / "a.yaml"
    path.write_bytes(text)
    with pytest.raises(validation.InputError) as caught:
        validation.read_yaml(path)
    assert str(caught.value).startswith(f"{path}: {said}")
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(validation.InputError, match=r"none\.yaml: No such file or directory"):
        validation.read_yaml(tmp_path / "none.yaml")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('a: &a ["x"]\nb: &b [*a, *a]\n', "line 2: aliases may not be nested"),
        ("&a [*a]", "line 1: aliases may not be nested"),
        ("{" * 5000, "line 1: too deep or too large"),
        ("a: 1\nb: {c: 1, c: 2}\n", "line 2: c: the key is present twice"),
        ("a: 010\n", "line 1: 010: write a plain decimal number"),
        ("a: [1:30]\n", "line 1: 1:30: write a plain decimal number"),
        ("a: 1_000\n", "line 1: 1_000: write a plain decimal number"),
        ("a: " + "9" * 5000, "numbers must be within"),
        ("a: 1.0e+300\n", "numbers must be within"),
        ("[1, 2]: 3\n", "not valid YAML"),
        ("#" * 2_000_000, "2.0 MB is too large"),
    ],
)
def test_yaml_is_bounded(tmp_path, text, said):
    path = tmp_path / "a.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(validation.InputError, match=said) as caught:
        validation.read_yaml(path)
    assert "\n" not in str(caught.value)


def test_anchors_merges_and_quoted_numbers_are_yaml(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("a: &x {b: 1}\nc: {<<: *x, d: '010'}\ne: 1.2.3\n", encoding="utf-8")
    assert validation.read_yaml(path) == {"a": {"b": 1}, "c": {"b": 1, "d": "010"}, "e": "1.2.3"}


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/stdin", ".", "a\0b", "x" * 5000])
def test_only_regular_files_are_opened(path):
    with pytest.raises(validation.InputError):
        validation.read_yaml(path)


def test_numbers_beyond_a_float_are_refused_without_a_traceback():
    schema = {"type": "object", "properties": {"a": {"type": "number"}, "b": {"type": "integer"}}}
    lines = validation.violations({"a": 10**400, "b": -(10**400)}, schema, lambda _: "f")
    assert len(lines) == 2
    assert all("within" in line and len(line) < 500 for line in lines)


def test_messages_are_printable_and_short():
    assert validation.printable("a\x1b[31m\u202eb\n") == "a\\x1b[31m\\u202eb\\n"
    assert len(validation.printable("x" * 10_000)) < 700


def test_many_lines_are_cut():
    with pytest.raises(validation.InputError) as caught:
        validation.raise_all(f"line {k}" for k in range(500))
    assert (len(caught.value.lines), caught.value.lines[-1]) == (101, "... and 400 more lines")
