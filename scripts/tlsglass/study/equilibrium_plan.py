"""What annealing is held against: sets by exchange Monte Carlo, and the anneals of the same realizations."""

from dataclasses import replace

from tlsglass.base import labels
from tlsglass.model.parameters import ModelParameters
from tlsglass.montecarlo import ladders
from tlsglass.montecarlo.protocol import PAIRED_ANNEALING, TEMPERING
from tlsglass.study.simulation_plan import SimulationPlan

TEMPERED = "tempered"


def sets(study):
    """Return the entries of the configuration by the names of their sets, like L8_J10."""
    given = study.equilibrium["sets"] if study.equilibrium else ()  # null: without
    return {str(labels.ParameterSet(one["L"], labels.round_to_label(one["J0_K"]))): one for one in given}


def methods(study):
    """Return the names of what is counted: tempered, annealed_257, ..."""
    return [TEMPERED, *(f"annealed_{sweeps}" for sweeps in study.equilibrium["annealed_sweeps"])]


def model(study, one):
    """Return the Model of an entry of the configuration."""
    like = study.model(one["L"], next(iter(study.couplings)))
    return ModelParameters(like.L, like.h0_K, labels.round_to_label(one["J0_K"]), like.cutoff, like.concentration)


def ladder(study, one):
    """Return the ladder of tempering of an entry of the configuration."""
    of, given = model(study, one), study.equilibrium
    measured_K = tuple(map(labels.round_to_label, given["temperatures_K"]))
    return ladders.exchange_ladder(
        of.n_spins, of.h0_K, measured_K, labels.round_to_label(one["highest_K"]), given["acceptance"]
    )


def _protocols(study, one):
    """Return how an entry is simulated: a dict from the name of a method to its Protocol."""
    given = study.equilibrium
    base = replace(study.protocol(), measured_K=tuple(map(labels.round_to_label, sorted(given["temperatures_K"]))))
    longer = {"sweeps": one["sweeps"], "extensions": one.get("max_extensions", 0)}
    found = {TEMPERED: replace(base, method=TEMPERING, ladder_K=ladder(study, one), **longer)}
    return found | {f"annealed_{sweeps}": replace(base, sweeps=sweeps) for sweeps in given["annealed_sweeps"]}


def counted(study):
    """Return what is simulated and counted, {L8_J10_tempered: Simulated, L8_J10_annealed_257: ...}."""
    return {
        f"{name}_{method}": _simulated(study, one, protocol)
        for name, one in sets(study).items()
        for method, protocol in _protocols(study, one).items()
    }


def uncounted(study):
    """Return the two independent anneals of each set, {L8_J10_twice: Simulated}: no energies are counted for them."""
    found = {}
    for name, one in sets(study).items():
        protocol = replace(
            study.protocol(), measured_K=(), method=PAIRED_ANNEALING, sweeps=study.equilibrium["annealed_sweeps"][0]
        )
        found[f"{name}_twice"] = _simulated(study, one, protocol)
    return found


def _simulated(study, one, protocol):
    lattice = study.sizes.get(labels.format_number(one["L"]), one) if protocol.method != TEMPERING else one
    return SimulationPlan(
        model(study, one), protocol, one["realizations"], lattice["realizations_per_job"], quench=False, chain=True
    )


def chains(study, name):
    """Return all whose chains are behind the evidence of a set: a dict from tempered, annealed_257, ..., twice to Simulated."""
    every = counted(study) | uncounted(study)
    return {key.removeprefix(f"{name}_"): one for key, one in every.items() if key.startswith(f"{name}_")}


def origins(study, name):
    """Return what the chains behind the evidence of a set depend on: a dict by their names."""
    return {key: one.annealing_origin for key, one in chains(study, name).items()}
