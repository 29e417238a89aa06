"""The section ``joint`` of a dataset: other datasets that are fitted together with it, and the parameters that they share.

The Snakefile imports this module, so it does not import numpy.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tlsglass.base import validation
from tlsglass.base.validation import Problems
from tlsglass.data import renamed_keys
from tlsglass.model.interaction import GAUSSIAN
from tlsglass.model.parameters import H0_K
from tlsglass.models import registry
from tlsglass.models.observable import Observable, Parameter


def partner_names(info: Mapping[str, Any]) -> list[str]:
    """Return the names of the other datasets."""
    return [partner["dataset"] for partner in info.get("joint", [])]


def check_joint(problems: Problems, info: Mapping[str, Any], observable: Observable, folder: Path) -> None:
    """Check the section against the other datasets, whose folders are next to ``folder``."""
    if "joint" in info and "from_residuals" in info["data"]["error"]:
        problems.refuse(["joint"], partner_names(info), "datasets that are fitted together need errors, which weight them")
    fixed: dict[str, tuple[Any, str]] = {}  # {shared parameter: (value at which it is fixed, dataset that fixes it)}
    for k, entry in enumerate(info.get("joint", [])):
        name = entry["dataset"]
        if name == folder.name or name in partner_names(info)[:k]:
            problems.refuse(["joint", k, "dataset"], name, "must be another dataset, named once")
            continue
        partner = _read_partner(folder.parent / name / "dataset.yaml")
        if partner is None:
            problems.refuse(["joint", k, "dataset"], name, f"no dataset of that name in {folder.parent}")
            continue
        if "from_residuals" in partner["data"]["error"]:
            problems.refuse(["joint", k, "dataset"], name, "has no errors, which weight the datasets")
        for key, default in (("h0_K", H0_K), ("interaction", GAUSSIAN)):
            own, others = info.get(key, default), partner.get(key, default)
            if own != others:
                why = f"has {key} = {others}, but this dataset has {key} = {own}: both must be the same, "
                why += "because both datasets describe the same TLSs"
                problems.refuse(["joint", k, "dataset"], name, why)
        parameters = registry.get_observable(partner["observable"]).parameters
        for parameter in entry["shared"]:
            for owner, known in ((observable.name, observable.parameters), (partner["observable"], parameters)):
                if parameter not in known:
                    allowed = f"no parameter of {owner}; its parameters are {', '.join(known)}"
                    problems.refuse(["joint", k, "shared"], parameter, allowed)
            for owner, part in (("this dataset", info), (name, partner)):
                setting = part.get("parameters", {}).get(parameter, {})
                if setting.get("fixed"):
                    value, first = fixed.setdefault(parameter, (setting.get("start"), owner))
                    if setting.get("start") != value:
                        allowed = f"is fixed at {value} in {first}, but at {setting.get('start')} in {owner}"
                        problems.refuse(["joint", k, "shared"], parameter, allowed)
            low, high = _common_bounds(parameter, (info, observable.parameters), (partner, parameters))
            if not low < high:
                allowed = f"the bounds of the two datasets do not overlap (lower bound {low:g}, upper bound {high:g})"
                problems.refuse(["joint", k, "shared"], parameter, allowed)


def _common_bounds(name: str, *datasets: tuple[Mapping[str, Any], Mapping[str, Parameter]]) -> tuple[float, float]:
    """Return the intersection of the bounds of a parameter; each dataset is (content of dataset.yaml, its parameters)."""
    lows, highs = [-math.inf], [math.inf]
    for info, parameters in datasets:
        settings = info.get("parameters", {}).get(name, {})
        low, high = (settings.get(bound, getattr(parameters.get(name), bound, None)) for bound in ("low", "high"))
        if isinstance(low, int | float) and isinstance(high, int | float):
            lows.append(low)
            highs.append(high)
    return max(lows), min(highs)


def _read_partner(path: Path) -> dict[str, Any] | None:
    """Return the content of a dataset.yaml, None if it is unreadable, which the validation of that dataset reports."""
    try:
        info: dict[str, Any] = renamed_keys.rename_keys(validation.read_yaml(path), path, quiet=True)
        registry.get_observable(info["observable"]), info["data"]["error"]
        return info
    except (ValueError, KeyError, TypeError):
        return None
