"""The study that a configuration describes: lattices, couplings and temperatures, and the simulations that they need."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import pairwise
from typing import Any

from tlsglass.base import labels
from tlsglass.dos.grid import Grid
from tlsglass.model.parameters import ModelParameters
from tlsglass.montecarlo.protocol import Protocol, scale_temperatures
from tlsglass.study import equilibrium_plan, interactions_plan
from tlsglass.study.simulation_plan import CountsPlan, ShardFolder, SimulationPlan, interaction_parameters, make_plan

ATLAS_SETS = {"training": "grid", "validation": "test", "finite_size": "large"}  # key of the configuration: kind in the file


class Study:
    """The sets (L, J0), temperatures and simulations of a checked configuration.

    A set, a variant or a temperature is named by its label, a string as it is written in file names: L = "8", J0 = "2",
    T = "0.5".
    """

    def __init__(self, config: dict[str, Any]) -> None:
        self.config = config
        self.sizes = {labels.format_number(lattice["L"]): lattice for lattice in config["lattices"]}
        self.J0_values = {labels.format_number(J0): labels.round_to_label(J0) for J0 in config["model"]["J0_K"]}
        self.quench = labels.format_number(config["annealing"]["quench_K"])
        temperatures = sorted(config["density_of_states"]["temperatures_K"])
        self.rungs = {labels.format_number(T): labels.round_to_label(T) for T in temperatures}
        checks = config["checks"]  # None leaves a check out
        self.finite_size, self.weak_coupling, self.equilibrium = (
            checks[key] for key in ("finite_size", "weak_coupling", "equilibrium")
        )
        self.interactions = config.get("interactions")
        self._variants = {name: settings for name, settings in (checks["variants"] or {}).items() if settings is not None}
        self.variants = [name for name in self._variants if self.reference_set(name) in self.sets]
        self.omitted_variants = [name for name in self._variants if name not in self.variants]

    @property
    def sets(self) -> list[tuple[str, str]]:
        """The labels (L, J0) of all sets."""
        return [(L, J0) for L in self.sizes for J0 in self.J0_values]

    @property
    def all_sizes(self) -> list[str]:
        """The labels L of all sets and of the simulations with the short schedule."""
        short = (labels.format_number(plan.model.L) for plan in self.short_schedule_plans().values())
        return list(dict.fromkeys([*self.sizes, *short]))

    def name(self, L: str, J0: str) -> str:
        """Return the name of a set, such as L8_J2."""
        return str(labels.ParameterSet(self.sizes[L]["L"], self.J0_values[J0]))

    def temperature_keys(self, temperatures_K: Iterable[float]) -> list[str]:
        """Return temperatures as they are written in file names."""
        return [labels.format_number(T) for T in temperatures_K]

    def model(self, L: str | int, J0: str) -> ModelParameters:
        """Return the parameters of the model on a lattice of size ``L``."""
        model = self.config["model"]
        h0_K, cutoff, concentration = (labels.round_to_label(model[name]) for name in ("h0_K", "cutoff", "concentration"))
        return ModelParameters(int(L), h0_K, self.J0_values[J0], cutoff, concentration, **interaction_parameters(model))

    def model_with(self, L: int, J0_K: float) -> ModelParameters:
        """Return the parameters of the model with a coupling that need not be one of the sets."""
        return replace(self.model(L, next(iter(self.J0_values))), J0_K=labels.round_to_label(J0_K))

    def grid(self) -> Grid:
        """Return the energy grid of the counts."""
        density = self.config["density_of_states"]
        return Grid(density["bins_per_T"], density["uniform_up_to_T"], labels.round_to_label(density["bin_growth"]))

    def protocol(self) -> Protocol:
        """Return the protocol of the sets."""
        annealing, density = self.config["annealing"], self.config["density_of_states"]
        return Protocol(
            ladder_K=labels.round_all(annealing["schedule_K"]),
            dynamics=annealing["dynamics"],
            sweeps=annealing["sweeps"],
            quench_K=labels.round_to_label(annealing["quench_K"]),
            measured_K=tuple(self.rungs.values()),
            block=density["realizations_per_block"],
            seed=self.config["seed"],
            grid=self.grid(),
        )

    def set_plan(self, L: str, J0: str) -> SimulationPlan:
        """Return the simulation of a set."""
        return make_plan(self.model(L, J0), self.protocol(), self.sizes[L], with_quench=True)

    def short_schedule_plans(self) -> dict[str, SimulationPlan]:
        """Return the simulations with the short schedule, for other sizes and for comparison with the full schedule."""
        plans = {}
        for lattice in self.finite_size["lattices"] if self.finite_size else ():
            protocol = replace(self.protocol(), ladder_K=labels.round_all(self.finite_size["schedule_K"]))
            for J0, J0_K in self.J0_values.items():
                name = str(labels.ParameterSet(lattice["L"], J0_K))
                plans[name] = make_plan(self.model(lattice["L"], J0), protocol, lattice, with_quench=False)
        return plans

    def weak_coupling_model(self) -> ModelParameters:
        """Return the parameters of the model with weak coupling."""
        return self.model_with(self.weak_coupling["L"], self.weak_coupling["J0_K"])

    def weak_coupling_plans(self) -> dict[str, SimulationPlan]:
        """Return the simulation with weak coupling, of which only the quench is counted; empty without that check."""
        if not self.weak_coupling:
            return {}
        model, protocol = self.weak_coupling_model(), replace(self.protocol(), measured_K=())
        return {str(labels.ParameterSet(model.L, model.J0_K)): make_plan(model, protocol, self.weak_coupling, with_quench=True)}

    def _atlas_protocol(self, lattice: Mapping[str, Any]) -> Protocol:
        """Return the protocol of the sets of the atlas that an entry of its section describes."""
        settings = self.config["atlas"]
        return replace(
            self.protocol(),
            ladder_K=labels.round_all(settings["schedule_K"]),
            measured_K=labels.round_all(settings["temperatures_K"]),
            seed=lattice.get("seed", self.config["seed"]),
        )

    def interaction_atlas_plans(self) -> dict[str, dict[str, SimulationPlan]]:
        """Return the simulations of the atlas of each interaction as {interaction: {name: plan}}.

        They have the lattices, couplings and seed of the sets that the atlas of normal factors is fitted to.
        """
        lattice = self.config["atlas"]["training"]
        return {
            entry["interaction"]: {
                str(labels.ParameterSet(lattice["L"], J0_K)): make_plan(
                    replace(self.model_with(lattice["L"], J0_K), **interaction_parameters(entry)),
                    self._atlas_protocol(lattice),
                    entry,
                    with_quench=True,
                )
                for J0_K in labels.round_all(lattice["J0_K"])
            }
            for entry in self.config["atlas"].get("interactions") or ()  # a published configuration may be older than the key
        }

    def atlas_plans(self) -> dict[str, dict[str, SimulationPlan]]:
        """Return the simulations of the atlas as {kind: {name: plan}}; empty where the published atlas is used."""
        settings = self.config["atlas"]
        if settings["source"] != "simulation":
            return {}
        plans: dict[str, dict[str, SimulationPlan]] = {}
        for kind, _, lattice in self.atlas_lattices():
            protocol = self._atlas_protocol(lattice)
            plans.setdefault(kind, {}).update(
                (
                    str(labels.ParameterSet(lattice["L"], J0_K)),
                    make_plan(self.model_with(lattice["L"], J0_K), protocol, lattice, with_quench=kind != "large"),
                )
                for J0_K in labels.round_all(lattice["J0_K"])
            )
        return plans

    def atlas_lattices(self) -> Iterator[tuple[str, list[str | int], dict[str, Any]]]:
        """Yield (kind of the sets in the file of the atlas, path in the configuration, entry) of each lattice of the atlas."""
        for key, kind in ATLAS_SETS.items():
            path: list[str | int] = ["atlas", key]
            entries = self.config["atlas"][key]
            if isinstance(entries, dict):
                yield kind, path, entries
            else:
                yield from ((kind, [*path, index], entry) for index, entry in enumerate(entries))

    @cached_property
    def counts_plans(self) -> dict[str, dict[str, CountsPlan]]:
        """Every simulation that yields a density of states, as {kind: {name: plan}}; the kind is also the output folder."""
        return {
            "dos": _counted({self.name(L, J0): self.set_plan(L, J0) for L, J0 in self.sets}),
            "variants": {name: self.variant_plan(name) for name in self.variants},
            "sizes": _counted(self.short_schedule_plans()),
            "weak_coupling": _counted(self.weak_coupling_plans()),
            "equilibrium": _counted(equilibrium_plan.counted_plans(self)),
            "interactions": _counted(interactions_plan.plans(self)),
        }

    def simulation_plans(self) -> dict[str, SimulationPlan]:
        """Return all simulations by names such as L8_J2 or variants/heat_bath."""
        plans = {
            name if kind == "dos" else f"{kind}/{name}": plan.simulation
            for kind, counts_plans in self.counts_plans.items()
            for name, plan in counts_plans.items()
        }
        plans |= {f"equilibrium/{name}": plan for name, plan in equilibrium_plan.paired_plans(self).items()}
        return plans | {
            f"atlas/{kind}/{name}": plan
            for kind, atlas in (self.atlas_plans() | self.interaction_atlas_plans()).items()
            for name, plan in atlas.items()
        }

    def shard_folders(self) -> dict[str, ShardFolder]:
        """Return the folders of shards by name.

        Sets and variants with the same fingerprint share one folder and are simulated once.
        """
        folders: dict[str, ShardFolder] = {}
        for plan in self.simulation_plans().values():
            shared = folders.get(plan.shard_folder, ShardFolder(plan.fingerprint, [], False))
            rungs = sorted({*shared.rungs, *plan.rungs})
            record = shared.wants_chain_record or plan.wants_chain_record
            folders[plan.shard_folder] = ShardFolder(plan.fingerprint, rungs, record)
        return folders

    def jackknife_groups(self, kind: str) -> int:
        """Return the number of jackknife groups of the counts of one kind."""
        sections = {"sizes": self.finite_size, "equilibrium": self.equilibrium, "interactions": self.interactions}
        return int(sections.get(kind, self.config["fits"])["jackknife_groups"])

    def realization_ranges(self, kind: str, name: str) -> list[tuple[int, int]]:
        """Return the ranges of realizations that are analysed separately.

        Always the full range and, for a set, also the ranges that are compared with variants and with the short schedule,
        and the splits used for pulls.
        """
        if kind == "variants":
            return []  # each block is a row of its own
        if kind != "dos":
            return [(0, self.counts_plans[kind][name].simulation.realizations)]
        L, J0 = next(pair for pair in self.sets if self.name(*pair) == name)
        total = self.sizes[L]["realizations"]
        variants = (self.variant_plan(variant) for variant in self.variants)
        compared = {plan.simulation.realizations for plan in variants if plan.reference_set == (L, J0)}
        compared |= {plan.realizations for short, plan in self.short_schedule_plans().items() if short == name}
        block = self.config["density_of_states"]["realizations_per_block"]
        splits = [
            (block * start, block * end)
            for n_splits in (2, self.config["checks"]["pulls"]["n_splits"])
            for start, end in pairwise(labels.split_boundaries(total // block, n_splits))
        ]
        return sorted({(0, total), *((0, n) for n in compared), *splits})

    def reference_set(self, variant: str) -> tuple[str, str]:
        """Return the labels (L, J0) of the set that a variant is compared with."""
        settings = self._variants[variant]
        return labels.format_number(settings["L"]), labels.format_number(settings["J0_K"])

    def variant_model(self, variant: str) -> ModelParameters:
        """Return the parameters of the model of a variant."""
        settings, model = self._variants[variant], self.model(*self.reference_set(variant))
        factor = settings.get("scale", 1.0)
        return replace(
            model,
            h0_K=labels.round_to_label(model.h0_K * factor),
            J0_K=labels.round_to_label(model.J0_K * factor),
            cutoff=labels.round_to_label(settings.get("cutoff", model.cutoff)),
        )

    def variant_plan(self, variant: str) -> CountsPlan:
        """Return the plan of a variant."""
        settings, protocol = self._variants[variant], self.protocol()
        compared_K = labels.round_all(self.config["checks"]["variant_temperatures_K"])
        protocol = replace(
            protocol,
            measured_K=compared_K,
            sweeps=settings.get("sweeps", protocol.sweeps),
            dynamics=settings.get("dynamics", protocol.dynamics),
            method=settings.get("method", protocol.method),
            ladder_K=SCHEDULES[settings.get("ladder", "same")](protocol.ladder_K, compared_K),
        )
        protocol = scale_temperatures(protocol, settings.get("scale", 1.0))
        rungs = {
            labels.format_number(T): labels.Rung(scaled_K) for T, scaled_K in zip(compared_K, protocol.measured_K, strict=True)
        }
        reference_set = self.reference_set(variant)
        jobs = settings | {"realizations_per_job": self.sizes[reference_set[0]]["realizations_per_job"]}
        simulation = make_plan(self.variant_model(variant), protocol, jobs, with_quench=False)
        return CountsPlan(simulation, rungs, reference_set)


def _counted(plans: Mapping[str, SimulationPlan]) -> dict[str, CountsPlan]:
    """Return the plans with counts at all their rungs."""
    return {
        name: CountsPlan(plan, {labels.format_number(rung.T_K): rung for rung in plan.rungs}) for name, plan in plans.items()
    }


def dense_schedule(schedule_K: Sequence[float], measured_K: Sequence[float]) -> tuple[float, ...]:
    """Return ``schedule_K`` with the geometric mean of each pair of neighbors between them."""
    means = [labels.round_to_label(math.sqrt(above * below)) for above, below in pairwise(schedule_K)]
    return tuple(sorted({*schedule_K, *means}, reverse=True))


def sparse_schedule(schedule_K: Sequence[float], measured_K: Sequence[float]) -> tuple[float, ...]:
    """Return every second temperature of ``schedule_K``, counted from the last one, and ``measured_K``."""
    return tuple(sorted({*schedule_K[::-2], *measured_K}, reverse=True))


def geometric_schedule(schedule_K: Sequence[float], measured_K: Sequence[float]) -> tuple[float, ...]:
    """Return as many temperatures between the same ends with equal ratios; the nearest ones are moved to ``measured_K``."""
    (first, last), steps = (schedule_K[0], schedule_K[-1]), max(len(schedule_K) - 1, 1)
    temperatures = [labels.round_to_label(first * (last / first) ** (k / steps)) for k in range(len(schedule_K))]
    for T in measured_K:
        temperatures[min(range(len(temperatures)), key=lambda k: abs(math.log(temperatures[k] / T)))] = T
    return tuple(temperatures)


SCHEDULES: dict[str, Callable[[Sequence[float], Sequence[float]], tuple[float, ...]]] = {
    "same": lambda schedule_K, measured_K: tuple(schedule_K),
    "dense": dense_schedule,
    "sparse": sparse_schedule,
    "geometric": geometric_schedule,
}
