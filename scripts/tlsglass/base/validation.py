"""YAML that a person edits, held against a JSON schema: one clear line for each thing that is wrong."""

import math
import re
from contextlib import contextmanager

import jsonschema
import yaml

YAML_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class InputError(ValueError):
    """Bad input. Each of its ``lines`` names the file, the key, the value and what is allowed."""

    def __init__(self, *lines):
        super().__init__("\n".join(lines))
        self.lines = list(lines)


def raise_all(lines):
    """Raise one InputError with all ``lines``, each of them once, if there are any."""
    if lines:
        raise InputError(*dict.fromkeys(lines))


@contextmanager
def collect_errors(lines):
    """Where an InputError ends the block, add its lines to ``lines`` and go on behind the block."""
    try:
        yield
    except InputError as error:
        lines += error.lines


def read_yaml(path):
    """Return the content of a YAML file; raise InputError when it is missing or is not YAML."""
    try:
        with open(path, encoding="utf-8") as stream:
            text = stream.read()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise InputError(f"{path}: not UTF-8 text") from None
    try:
        try:
            return yaml.load(text, YAML_LOADER)
        except yaml.YAMLError:
            return yaml.safe_load(text)  # it alone words what is wrong the same on every machine
    except (yaml.YAMLError, ValueError) as error:  # ValueError: a date that does not exist
        mark = getattr(error, "problem_mark", None)
        line = f" (line {mark.line + 1})" if mark else ""
        reason = " ".join(str(getattr(error, "problem", error)).split())
        raise InputError(f"{path}: not valid YAML{line}: {reason}") from None


def key_name(path):
    """Spell a path of keys and list positions: ('model', 'J0_K', 1) is model.J0_K[1]."""
    name = ""
    for part in path:
        name += f"[{part}]" if isinstance(part, int) else f".{part}" if name else str(part)
    return name or "content"


def _is_integer(_, value):
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(_, value):
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


# An integer is written as one (8, not 8.0), and NaN or infinity are no numbers: neither would fail a bound.
_types = jsonschema.Draft202012Validator.TYPE_CHECKER.redefine_many({"integer": _is_integer, "number": _is_number})
Validator = jsonschema.validators.extend(jsonschema.Draft202012Validator, type_checker=_types)


def violations(value, schema, where):
    """Return a line for each violation of ``schema``, by key; ``where(path)`` names the file that holds a key."""
    errors = sorted(Validator(schema).iter_errors(value), key=lambda e: [str(p) for p in e.absolute_path])
    return list(dict.fromkeys(line for error in errors for line in _lines(error, where)))


def check_schema(value, schema, where):
    """Raise one InputError with all ``violations``."""
    raise_all(violations(value, schema, where))


def error_line(where, path, value, allowed):
    """Return the line that refuses ``value`` at the keys ``path``."""
    return f"{where(path)}: {key_name(path)} = {value!r}: {allowed}"


def missing_key_line(where, path, why=""):
    """Return the line that misses a value at the keys ``path``."""
    return f"{where(path)}: {key_name(path)}: missing" + (f"; {why}" if why else "")


def input_error(where, path, value, allowed):
    """Return the InputError for ``value`` at the keys ``path``."""
    return InputError(error_line(where, path, value, allowed))


def _lines(error, where):
    path = list(error.absolute_path)
    if error.validator == "additionalProperties":
        known = error.schema["properties"]
        allowed = f"unknown key; allowed: {', '.join(known)}"
        unknown = sorted(set(error.instance) - set(known), key=str)
        return [error_line(where, [*path, key], error.instance[key], allowed) for key in unknown]
    if error.validator == "required":  # jsonschema repeats it for each key that is missing
        return [missing_key_line(where, [*path, key]) for key in error.validator_value if key not in error.instance]
    return [error_line(where, path, error.instance, _allowed(error))]


def _hint(value):
    """YAML takes 2e-6 for text, since it has no point: say so."""
    return (
        "; write it with a point, like 2.0e-6" if isinstance(value, str) and re.fullmatch(r"[-+]?\d+e[-+]?\d+", value) else ""
    )


def _allowed(error):
    limit = error.validator_value
    wording = {
        "type": f"must be of type {limit}{_hint(error.instance)}",
        "exclusiveMinimum": f"must be > {limit}",
        "minimum": f"must be >= {limit}",
        "exclusiveMaximum": f"must be < {limit}",
        "maximum": f"must be <= {limit}",
        "enum": f"must be one of {limit}",
        "minItems": f"must have at least {limit} entries",
        "maxItems": f"must have at most {limit} entries",
        "uniqueItems": "must not repeat an entry",
        "oneOf": "must have exactly one of: " + ", ".join(key for option in limit for key in option.get("required", []))
        if error.validator == "oneOf"
        else "",
    }
    return wording.get(error.validator, error.message)
