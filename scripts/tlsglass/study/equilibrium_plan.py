"""Simulations that compare annealing with exchange Monte Carlo, from the section ``checks.equilibrium``."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tlsglass.base import labels
from tlsglass.model.interaction import GAUSSIAN
from tlsglass.model.parameters import ModelParameters
from tlsglass.montecarlo import ladders
from tlsglass.montecarlo.protocol import PAIRED_ANNEALING, TEMPERING, Protocol
from tlsglass.study.simulation_plan import SimulationPlan, interaction_parameters

if TYPE_CHECKING:
    from tlsglass.study.configured_study import Study

TEMPERED = "tempered"
PAIRED = "twice"  # suffix of two independent anneals, in file names
INTERACTION_KEYS = ("interaction", "fields", "positions")  # of a set with another interaction than that of the study


def sets(study: Study) -> dict[str, dict[str, Any]]:
    """Return the entries of the configuration by the names of their sets, such as L8_J10 or two_tls_L8_J10."""
    entries = study.equilibrium["sets"] if study.equilibrium else ()
    return {_name(entry): entry for entry in entries}


def _name(entry: dict[str, Any]) -> str:
    """Return the name of a set, which begins with its own interaction if it has one."""
    return "_".join([*_own_interaction(entry), str(labels.ParameterSet(entry["L"], labels.round_to_label(entry["J0_K"])))])


def model_names(study: Study) -> dict[str, str]:
    """Return what tables call the models of the sets, {name of the set: two_tls}."""
    of_study = study.config["model"].get("interaction", GAUSSIAN)
    return {name: "_".join(_own_interaction(entry)) or of_study for name, entry in sets(study).items()}


def _own_interaction(entry: dict[str, Any]) -> list[str]:
    """Return the values of the keys that describe the interaction of a set; empty for that of the study."""
    return [entry[key] for key in INTERACTION_KEYS if key in entry]


def of_study(study: Study) -> list[str]:
    """Return the names of the sets with the interaction of the study; the others are compared with them."""
    return [name for name, entry in sets(study).items() if not _own_interaction(entry)]


def annealed_sweeps(study: Study, name: str) -> list[int]:
    """Return the numbers of sweeps at a rung with which a set is annealed.

    A set with ``cost: false`` serves for the annealing excess only, and is annealed with the first number.
    """
    sweeps: list[int] = study.equilibrium["annealed_sweeps"]
    return sweeps if _cost(sets(study)[name]) else sweeps[:1]


def fitted_sets(study: Study) -> list[str]:
    """Return the names of the sets that the annealing excess may be fitted to; the others are compared with the fit."""
    return [name for name in of_study(study) if sets(study)[name].get("fitted", True)]


def methods(study: Study, name: str) -> list[str]:
    """Return the names of the methods of a set whose energies are counted: tempered, annealed_257, ..."""
    return [TEMPERED, *(f"annealed_{sweeps}" for sweeps in annealed_sweeps(study, name))]


def model(study: Study, entry: dict[str, Any]) -> ModelParameters:
    """Return the parameters of the model of an entry of the configuration, with its own interaction if it has one."""
    base = study.model_with(entry["L"], entry["J0_K"])
    return replace(base, **interaction_parameters(entry)) if _own_interaction(entry) else base


def temperatures(study: Study) -> list[float]:
    """Return the measured temperatures, by default those of ``density_of_states``."""
    return list(study.equilibrium.get("temperatures_K", study.config["density_of_states"]["temperatures_K"]))


def ladder(study: Study, entry: dict[str, Any]) -> tuple[float, ...]:
    """Return the temperatures of the replicas of an entry of the configuration, descending."""
    parameters, settings = model(study, entry), study.equilibrium
    temperatures_K = labels.round_all(temperatures(study))
    highest_K = labels.round_to_label(entry["highest_K"])
    return ladders.exchange_ladder(parameters.n_spins, parameters.h0_K, temperatures_K, highest_K, settings["acceptance"])


def counted_plans(study: Study) -> dict[str, SimulationPlan]:
    """Return the simulations whose energies are counted, as {L8_J10_tempered: plan, L8_J10_annealed_257: plan, ...}."""
    return {
        f"{name}_{method}": _plan(study, entry, protocol)
        for name, entry in sets(study).items()
        for method, protocol in _protocols(study, name, entry).items()
    }


def paired_plans(study: Study) -> dict[str, SimulationPlan]:
    """Return the two independent anneals of sets whose cost is tabulated, as {L8_J10_twice: plan}. No energies are counted."""
    plans = {}
    for name, entry in sets(study).items():
        if not _cost(entry):
            continue
        sweeps = study.equilibrium["annealed_sweeps"][0]
        protocol = replace(study.protocol(), measured_K=(), method=PAIRED_ANNEALING, sweeps=sweeps, seed=_seed(study, entry))
        plans[f"{name}_{PAIRED}"] = _plan(study, entry, protocol)
    return plans


def plans_of_set(study: Study, name: str) -> dict[str, SimulationPlan]:
    """Return all simulations of one set by their methods: tempered, annealed_257, ..., twice."""
    plans = counted_plans(study) | paired_plans(study)
    return {key.removeprefix(f"{name}_"): plan for key, plan in plans.items() if key.startswith(f"{name}_")}


def fingerprints(study: Study, name: str) -> dict[str, str]:
    """Return the fingerprints of the records of one set, by method."""
    return {method: plan.record_fingerprint for method, plan in plans_of_set(study, name).items()}


def _seed(study: Study, entry: dict[str, Any]) -> int:
    """Return the seed of a set, by default that of the study."""
    return int(entry.get("seed", study.config["seed"]))


def _cost(entry: dict[str, Any]) -> bool:
    """Return whether the cost of annealing is tabulated for a set."""
    return bool(entry.get("cost", True))


def _protocols(study: Study, name: str, entry: dict[str, Any]) -> dict[str, Protocol]:
    measured_K = labels.round_all(sorted(temperatures(study)))
    base = replace(study.protocol(), measured_K=measured_K, seed=_seed(study, entry))
    tempering = {"sweeps": entry["sweeps"], "extensions": entry.get("max_extensions", 0)}
    protocols = {TEMPERED: replace(base, method=TEMPERING, ladder_K=ladder(study, entry), **tempering)}
    return protocols | {f"annealed_{sweeps}": replace(base, sweeps=sweeps) for sweeps in annealed_sweeps(study, name)}


def _plan(study: Study, entry: dict[str, Any], protocol: Protocol) -> SimulationPlan:
    """Return the plan of one method; anneals are cut into the same jobs as those of the sets, whose shards they share."""
    jobs = entry if protocol.method == TEMPERING else study.sizes.get(labels.format_number(entry["L"]), entry)
    numbers = entry["realizations"], jobs["realizations_per_job"]
    return SimulationPlan(model(study, entry), protocol, *numbers, with_quench=False, with_chain_record=True)
