"""Simulations of several interactions at several J0/h0, from the section ``interactions`` of the configuration."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tlsglass.base import labels
from tlsglass.model.parameters import ModelParameters
from tlsglass.montecarlo.protocol import Protocol
from tlsglass.study.simulation_plan import SimulationPlan, interaction_parameters, make_plan

if TYPE_CHECKING:
    from tlsglass.study.configured_study import Study

REFERENCE = "gaussian"  # the model that all others are compared with


def _section(study: Study) -> dict[str, Any]:
    """Return the section; without models where it is null."""
    return study.interactions or {"models": {}, "lattices": [], "schedule_K": []}


def models(study: Study) -> dict[str, dict[str, Any]]:
    """Return the keys of each model that describe its interaction, by the names of the models."""
    return {name: keys or {} for name, keys in _section(study)["models"].items()}


def sets(study: Study) -> dict[tuple[str, int, float], dict[str, Any]]:
    """Return the entry of the configuration of each (model, L, J0 in kelvin).

    A lattice is simulated with all models, or with those that it names.
    """
    h0_K = study.config["model"]["h0_K"]
    return {
        (model, lattice["L"], labels.round_to_label(ratio * h0_K)): lattice
        for model in models(study)
        for lattice in _section(study)["lattices"]
        if model in lattice.get("models", models(study))
        for ratio in lattice["J0_over_h0"]
    }


def set_name(model: str, L: int, J0_K: float) -> str:
    """Return the name of a set of a model, such as two_tls_L8_J3."""
    return f"{model}_{labels.ParameterSet(L, J0_K)}"


def models_and_references(study: Study) -> dict[str, tuple[str, str]]:
    """Return {name of the set: (its model, the set of the reference model with which it is compared)}."""
    return {set_name(model, L, J0_K): (model, set_name(REFERENCE, L, J0_K)) for model, L, J0_K in sets(study)}


def analysis_settings(study: Study) -> dict[str, Any]:
    """Return the settings of the section that concern the analysis of its sets."""
    return {key: value for key, value in _section(study).items() if key in ("mu_windows_K", "ratio_edges_K")}


def model_parameters(study: Study, model: str, L: int, J0_K: float) -> ModelParameters:
    """Return the parameters of a model; those that it does not set are those of the study with normal factors."""
    base = study.model_with(L, J0_K)
    parameters = interaction_parameters(models(study)[model])
    return ModelParameters(base.L, base.h0_K, base.J0_K, base.cutoff, base.concentration, **parameters)


def protocol(study: Study, entry: dict[str, Any]) -> Protocol:
    """Return the protocol of the sets of a lattice: annealing with the schedule of the section."""
    schedule_K = labels.round_all(_section(study)["schedule_K"])
    return replace(study.protocol(), ladder_K=schedule_K, seed=entry.get("seed", study.config["seed"]))


def plans(study: Study) -> dict[str, SimulationPlan]:
    """Return the simulations by name, as {two_tls_L8_J3: plan}."""
    return {
        set_name(*name): make_plan(model_parameters(study, *name), protocol(study, entry), entry, with_quench=True)
        for name, entry in sets(study).items()
    }
