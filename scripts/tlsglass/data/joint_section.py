"""The section ``joint`` of a dataset: which others it is fitted together with, and its checks. No numpy: see ``drive``."""

import math

import yaml

from tlsglass.base import validation
from tlsglass.models import registry


def partner_names(info):
    """Return the names of the partners."""
    return [one["dataset"] for one in info.get("joint", [])]


def shared_parameters(info):
    """Return a list of parameters for each partner."""
    return [list(one["shared"]) for one in info.get("joint", [])]


def validate_joint(path, info, observable):
    """Return a line for each partner that does not suit the dataset in ``path``; partners are folders beside its own."""
    wrong = []

    def refuse(keys, value, allowed):
        wrong.append(validation.error_line(lambda _: path, ["joint", *keys], value, allowed))

    if "joint" in info and "from_residuals" in info["data"]["error"]:
        refuse([], partner_names(info), "datasets that are fitted together need errors: these weigh one against another")
    for k, one in enumerate(info.get("joint", [])):
        name = one["dataset"]
        if name == path.parent.name or name in partner_names(info)[:k]:
            refuse([k, "dataset"], name, "must be another dataset, named once")
            continue
        partner = _read(path.parent.parent / name / "dataset.yaml")
        if partner is None:
            refuse([k, "dataset"], name, f"no dataset of that name in {path.parent.parent}")
            continue
        if "from_residuals" in partner["data"]["error"]:
            refuse([k, "dataset"], name, "has no errors: these weigh one dataset against another")
        other = registry.get_observable(partner["observable"]).parameters
        for parameter in one["shared"]:
            for owner, held in ((observable.name, observable.parameters), (partner["observable"], other)):
                if parameter not in held:
                    refuse([k, "shared"], parameter, f"no parameter of {owner}; it has {', '.join(held)}")
            low, high = _bounds(parameter, (info, observable.parameters), (partner, other))
            if not low < high:
                refuse([k, "shared"], parameter, f"the bounds of the two datasets leave nothing between {low:g} and {high:g}")
    return wrong


def _bounds(name, *owners):
    """Return the bounds of a parameter that are within those of all (content of dataset.yaml, its parameters)."""
    ends = []
    for info, parameters in owners:
        own, given = parameters.get(name), info.get("parameters", {}).get(name, {})
        ends.append([given.get(end, getattr(own, end, None)) for end in ("low", "high")])
    known = [(low, high) for low, high in ends if isinstance(low, int | float) and isinstance(high, int | float)]
    return max((low for low, _ in known), default=-math.inf), min((high for _, high in known), default=math.inf)


def _read(path):
    """Return what a dataset.yaml holds, None for none that can be read: its own check says what is wrong with it."""
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
        registry.get_observable(found["observable"]), found["data"]["error"]
        return found
    except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError):
        return None
