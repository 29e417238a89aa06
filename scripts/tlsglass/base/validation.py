"""YAML that a person edits, held against a JSON schema: one clear line for the first thing that is wrong."""

import math
import re

import jsonschema
import yaml


class InputError(ValueError):
    """Bad input. Its message is one line that names the file, the key, the value and what is allowed."""


def read_yaml(path):
    """Return the content of a YAML file; raise InputError when it is missing or is not YAML."""
    try:
        with open(path, encoding="utf-8") as stream:
            return yaml.safe_load(stream)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise InputError(f"{path}: not UTF-8 text") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" (line {mark.line + 1})" if mark else ""
        raise InputError(f"{path}: not valid YAML{line}: {getattr(error, 'problem', error)}") from None


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


def check_schema(value, schema, where):
    """Raise InputError for the first violation of ``schema``; ``where(path)`` names the file that holds a key."""
    errors = sorted(Validator(schema).iter_errors(value), key=lambda e: [str(p) for p in e.absolute_path])
    if errors:
        error = errors[0]
        path = list(error.absolute_path)
        if error.validator == "additionalProperties":
            unknown = sorted(set(error.instance) - set(error.schema["properties"]), key=str)[0]
            raise refuse(
                where,
                [*path, unknown],
                error.instance[unknown],
                f"unknown key; allowed: {', '.join(error.schema['properties'])}",
            )
        if error.validator == "required":
            missing = [key for key in error.validator_value if key not in error.instance]
            raise InputError(f"{where(path)}: {key_name([*path, missing[0]])}: missing")
        raise refuse(where, path, error.instance, _allowed(error))


def refuse(where, path, value, allowed):
    """Return the InputError for ``value`` at the keys ``path``."""
    return InputError(f"{where(path)}: {key_name(path)} = {value!r}: {allowed}")


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
