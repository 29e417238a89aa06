"""Input that a person edits: bounded YAML, checks against a JSON schema, and errors of one clear line each."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import jsonschema
import yaml

YAML_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MAX_YAML_BYTES = 1_000_000
MAX_DEPTH = 30  # of nested YAML collections
MAX_NODES = 50_000
MAX_ALIASES = 50
# absolute values of any number in input other than 0: products of a few are finite and not 0
MIN_NUMBER, MAX_NUMBER = 1e-30, 1e30
MAX_LINE = 600  # characters of a message on a terminal
MAX_LINES = 100  # of the messages about one input
# YAML 1.1 takes 010 for 8, 1:30 for 90 and 1_000 for 1000.
MISLEADING_NUMBER = re.compile(
    r"[-+]?(0[0-9_]+|[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?|[0-9]+_[0-9_]*(\.[0-9_]*)?|0[xb][0-9A-Fa-f_]+)"
)

KeyPath = Sequence[Any]
FileOfKey = Callable[[Any], Any]  # returns the name of the file that contains a key


class InputError(ValueError):
    """Bad input. Each of its ``lines`` names the file, the key, the value and what is allowed."""

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.lines = list(lines)


class Question(InputError):  # noqa: N818 (it is no mistake of the user)
    """Suspicious input, refused until it is confirmed by its ``code``, or by all ``codes`` of several questions."""

    def __init__(self, code: str, line: str) -> None:
        super().__init__(f"{line}; to fit it all the same, add --confirm {code}")
        self.code = code
        self.codes: tuple[str, ...] = (code,)

    @classmethod
    def combine(cls, questions: Sequence[Question]) -> Question:
        """Return one exception with the lines and codes of all ``questions``."""
        combined = cls(questions[0].code, "")
        combined.codes = tuple(dict.fromkeys(code for question in questions for code in question.codes))
        return combined.with_lines([line for question in questions for line in question.lines])

    def with_lines(self, lines: Iterable[str]) -> Question:
        """Return the question in other words."""
        self.lines = list(dict.fromkeys(lines))
        self.args = ("\n".join(self.lines),)
        return self


def raise_all(lines: Iterable[str]) -> None:
    """Raise one InputError with all ``lines``, each of them once, if there are any."""
    unique = list(dict.fromkeys(lines))
    if len(unique) > MAX_LINES:
        unique[MAX_LINES:] = [f"... and {len(unique) - MAX_LINES} more lines"]
    if unique:
        raise InputError(*unique)


@contextmanager
def collect_errors(lines: list[str]) -> Iterator[None]:
    """Add the lines of an InputError in this block to ``lines`` and continue after the block."""
    try:
        yield
    except InputError as error:
        lines += error.lines


def printable(line: str, limit: int = MAX_LINE) -> str:
    """Return ``line`` for a terminal: control characters escaped, and cut in its middle to ``limit`` characters."""
    if len(line) > limit:
        line = f"{line[: limit // 2]} … {line[-limit // 2 :]}"
    return "".join(x if x.isprintable() else x.encode("unicode_escape").decode("ascii") for x in line)


def read_regular_file(path: str | os.PathLike[str], max_bytes: int) -> bytes:
    """Return the content of a regular file of at most ``max_bytes``. Devices, pipes and folders are refused unopened.

    Raises InputError.
    """
    try:
        status = os.stat(path)
        if not stat.S_ISREG(status.st_mode):
            raise InputError(f"{path}: not a regular file")
        if status.st_size > max_bytes:
            raise InputError(f"{path}: {status.st_size / 1e6:.1f} MB is too large; at most {max_bytes / 1e6:g} MB are read")
        return Path(path).read_bytes()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from None
    except ValueError as error:  # a null byte in the name
        raise error if isinstance(error, InputError) else InputError(f"{str(path)!r}: not the name of a file") from None


def read_yaml(path: str | os.PathLike[str]) -> Any:
    """Return the content of a YAML file of bounded size, depth and aliases.

    Raises InputError where it is missing or not YAML, and for duplicate keys and numbers such as 010 and 1:30.
    """
    raw = read_regular_file(path, MAX_YAML_BYTES)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        kind = " but UTF-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else ""
        raise InputError(f"{path}: not UTF-8 text{kind}") from None
    try:
        try:
            _check_events(path, yaml.parse(text, YAML_LOADER))
            return yaml.load(text, YAML_LOADER)
        except yaml.YAMLError:
            return yaml.safe_load(text)  # its wording is the same on every machine
    except InputError:
        raise
    except (yaml.YAMLError, ValueError) as error:  # ValueError: a date that does not exist
        mark = getattr(error, "problem_mark", None)
        line = f" (line {mark.line + 1})" if mark else ""
        reason = " ".join(str(getattr(error, "problem", error)).split())
        raise InputError(f"{path}: not valid YAML{line}: {reason}") from None
    except (RecursionError, TypeError):  # TypeError: a key that is a collection
        raise InputError(f"{path}: not valid YAML: a key is a collection or refers to itself") from None


def _check_events(path: str | os.PathLike[str], events: Iterable[yaml.Event]) -> None:
    """Refuse YAML beyond the limits before anything is constructed from its ``events``.

    An alias within an anchored collection could multiply its size with every level, so none is allowed there.
    """
    keys: list[set[str] | None] = []  # of each open collection: the keys of a mapping, None for a sequence
    is_key: list[bool] = []
    anchored = aliases = nodes = 0
    for event in events:
        line = f"{path}: line {event.start_mark.line + 1}"  # type: ignore[union-attr]  # parsed events have marks
        if isinstance(event, yaml.CollectionEndEvent):
            keys.pop(), is_key.pop()
            anchored = anchored if len(keys) >= anchored else 0
            continue
        if not isinstance(event, yaml.NodeEvent):
            continue
        nodes += 1
        if is_key and keys[-1] is not None:
            if is_key[-1] and isinstance(event, yaml.ScalarEvent):
                if event.value in keys[-1]:
                    raise InputError(f"{line}: {event.value}: the key is present twice")
                keys[-1].add(event.value)
            is_key[-1] = not is_key[-1]
        if isinstance(event, yaml.AliasEvent):
            aliases += 1
            if anchored or aliases > MAX_ALIASES:
                raise InputError(f"{line}: aliases may not be nested, and at most {MAX_ALIASES} are allowed")
        elif isinstance(event, yaml.CollectionStartEvent):
            keys.append(set() if isinstance(event, yaml.MappingStartEvent) else None)
            is_key.append(True)
            anchored = anchored or (len(keys) if event.anchor else 0)
        elif isinstance(event, yaml.ScalarEvent) and event.implicit[0]:
            _check_scalar(line, event.value)
        if len(keys) > MAX_DEPTH or nodes > MAX_NODES:
            raise InputError(f"{line}: too deep or too large; at most {MAX_DEPTH} levels and {MAX_NODES} values")


def is_in_range(number: float) -> bool:
    """Return whether a number is finite, and neither too large nor too small for a calculation."""
    return number == 0 or MIN_NUMBER <= abs(number) <= MAX_NUMBER


def _check_scalar(line: str, text: str) -> None:
    """Refuse a plain scalar that YAML reads as another number than it seems, and numbers that are too large or too small."""
    if MISLEADING_NUMBER.fullmatch(text):
        raise InputError(f"{line}: {text}: write a plain decimal number, or put text in quotes")
    if re.fullmatch(r"[-+]?[0-9][0-9.]*([eE][-+]?[0-9]+)?", text):
        try:
            number = float(text)
        except ValueError:  # a version, as 1.2.3
            return
        if not is_in_range(number):
            raise InputError(f"{line}: {text[:20]}: numbers must be within ±{MAX_NUMBER:g}, and 0 or at least {MIN_NUMBER:g}")


def key_name(path: KeyPath) -> str:
    """Spell a path of keys and list positions: ('model', 'J0_K', 1) is model.J0_K[1]."""
    name = ""
    for part in path:
        name += f"[{part}]" if isinstance(part, int) else f".{part}" if name else str(part)
    return name or "content"


def _is_integer(_: Any, value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and is_in_range(value)


def _is_number(_: Any, value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and is_in_range(value)


# An integer is written as one (8, not 8.0), and NaN or infinity are no numbers: neither would fail a bound.
_types = jsonschema.Draft202012Validator.TYPE_CHECKER.redefine_many({"integer": _is_integer, "number": _is_number})
Validator = jsonschema.validators.extend(jsonschema.Draft202012Validator, type_checker=_types)


def violations(value: Any, schema: dict[str, Any], where: FileOfKey) -> list[str]:
    """Return a line for each violation of ``schema``, by key; ``where(path)`` names the file that holds a key."""
    errors = sorted(Validator(schema).iter_errors(value), key=lambda e: [str(p) for p in e.absolute_path])
    return list(dict.fromkeys(line for error in errors for line in _lines(error, where)))


def check_schema(value: Any, schema: dict[str, Any], where: FileOfKey) -> None:
    """Raise one InputError with all ``violations``."""
    raise_all(violations(value, schema, where))


def shown(value: Any) -> str:
    """Return ``repr(value)``, shortened; Python refuses to spell integers of thousands of digits."""
    try:
        text = repr(value)
    except ValueError:
        return "a number of too many digits"
    return text if len(text) <= MAX_LINE // 3 else f"{text[: MAX_LINE // 3]} …"


def error_line(where: FileOfKey, path: KeyPath, value: Any, allowed: str) -> str:
    """Return the line that refuses ``value`` at the keys ``path``."""
    return f"{where(path)}: {key_name(path)} = {shown(value)}: {allowed}"


def missing_key_line(where: FileOfKey, path: KeyPath, why: str = "") -> str:
    """Return the line that misses a value at the keys ``path``."""
    return f"{where(path)}: {key_name(path)}: missing" + (f"; {why}" if why else "")


def input_error(where: FileOfKey, path: KeyPath, value: Any, allowed: str) -> InputError:
    """Return the InputError for ``value`` at the keys ``path``."""
    return InputError(error_line(where, path, value, allowed))


class Problems(list[str]):
    """Lines that refuse keys of the YAML file ``path``."""

    def __init__(self, path: Path | str) -> None:
        super().__init__()
        self.path = path

    def refuse(self, keys: KeyPath, value: object, allowed: str) -> None:
        """Add the line that refuses ``value`` at ``keys`` and says what is allowed."""
        self.append(error_line(lambda _: self.path, keys, value, allowed))

    def missing(self, keys: KeyPath, why: str = "") -> None:
        """Add the line for a value that is missing at ``keys``."""
        self.append(missing_key_line(lambda _: self.path, keys, why))


def _lines(error: Any, where: FileOfKey) -> list[str]:
    path = list(error.absolute_path)
    if error.validator == "additionalProperties":
        known = error.schema["properties"]
        allowed = f"unknown key; allowed: {', '.join(known)}"
        unknown = sorted(set(error.instance) - set(known), key=str)
        return [error_line(where, [*path, key], error.instance[key], allowed) for key in unknown]
    if error.validator == "required":  # jsonschema repeats it for each key that is missing
        return [missing_key_line(where, [*path, key]) for key in error.validator_value if key not in error.instance]
    return [error_line(where, path, error.instance, _allowed(error))]


def _hint(value: Any) -> str:
    """Explain why a number is refused: YAML takes 2e-6 for text, since it has no point."""
    if isinstance(value, str) and re.fullmatch(r"[-+]?\d+e[-+]?\d+", value):
        return "; write it with a point, like 2.0e-6"
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return f" within ±{MAX_NUMBER:g}, and 0 or at least {MIN_NUMBER:g}" if number and not is_in_range(value) else ""


def _allowed(error: Any) -> str:
    limit = error.validator_value
    if isinstance(limit, float):
        limit = f"{limit:g}"
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
    return str(wording.get(error.validator, error.message))
