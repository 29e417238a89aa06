"""Former keys of dataset.yaml, which are accepted for one version with a line that names the new key.

No numpy: the Snakefile reads this module.
"""

import sys
from collections.abc import Iterator
from typing import Any

from tlsglass.base import validation

PARAMETERS = {
    "loss": "F_tan_delta",
    "rest": "background",
    "tls_1K": "C_tls_1K",
    "kinetic_fraction": "kinetic_inductance_fraction",
    "coupling": "tls_strength",
}
KEYS: dict[tuple[str, ...], dict[str, str]] = {  # section -> {former key: key}
    (): {"control": "is_control", "other_laboratory": "independent_measurement", "scan_from_K": "scan_lower_K"},
    ("data", "drive"): {"convention": "coupling_geometry"},
    ("systematic",): {"each": "uncorrelated", "common": "correlated"},
    ("parameters",): PARAMETERS,
    ("reconstruction", "parameters"): PARAMETERS,
}
VALUES = {"coupling_geometry": {2: "notch", 4: "reflection"}}


def rename_keys(info: Any, path: object, quiet: bool = False) -> Any:
    """Return the content ``info`` of the dataset.yaml ``path`` under the current keys.

    Unless ``quiet``, each former key is reported by one line on standard error. Raises InputError where a former key and its
    successor are both present.
    """
    info, notes = _copy(info), []
    for section, renamed in KEYS.items():
        content = _section(info, section)
        for old in [key for key in content if key in renamed] if isinstance(content, dict) else []:
            new = renamed[old]
            if new in content:
                raise validation.input_error(lambda _: path, [*section, old], content[old], f"renamed; {new} is present too")
            content[new] = content.pop(old)
            if isinstance(content[new], int):
                content[new] = VALUES.get(new, {}).get(content[new], content[new])
            notes.append(f"{path}: {validation.key_name([*section, old])}: renamed to {new}")
    notes += [
        f"{path}: joint[{k}].shared: {old}: renamed to {new}" for k, old, new in _rename_shared(_section(info, ("joint",)))
    ]
    for note in () if quiet else notes:
        print(note, file=sys.stderr)
    return info


def _copy(value: Any) -> Any:
    """Return a copy of nested dicts and lists."""
    if isinstance(value, dict):
        return {key: _copy(entry) for key, entry in value.items()}
    return [_copy(entry) for entry in value] if isinstance(value, list) else value


def _section(info: Any, keys: tuple[str, ...]) -> Any:
    """Return the value at ``keys``, None where there is none."""
    for key in keys:
        info = info.get(key) if isinstance(info, dict) else None
    return info


def _rename_shared(partners: Any) -> Iterator[tuple[int, str, str]]:
    """Rename the shared parameters of the section ``joint`` in place and yield (index, former name, name) of each."""
    for k, partner in enumerate(partners if isinstance(partners, list) else ()):
        shared = partner.get("shared") if isinstance(partner, dict) else None
        if not isinstance(shared, list):
            continue
        for position, name in enumerate(shared):
            if isinstance(name, str) and name in PARAMETERS:
                shared[position] = PARAMETERS[name]
                yield k, name, PARAMETERS[name]
