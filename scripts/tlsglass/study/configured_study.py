"""The axes of the study as they are spelled in file names, what is simulated at each of their points, and its origin."""

import math
from dataclasses import replace
from itertools import pairwise

from tlsglass.base import labels
from tlsglass.base.labels import split_boundaries
from tlsglass.dos.grid import Grid
from tlsglass.model.parameters import ModelParameters
from tlsglass.montecarlo.protocol import Protocol, scale_temperatures
from tlsglass.study import equilibrium_plan
from tlsglass.study.simulation_plan import CountsPlan, SimulationPlan

ATLAS_SETS = {"training": "grid", "validation": "test", "finite_size": "large"}  # key of the configuration: kind in the file


class Study:
    """The axes (L, J0, T, batch) of a checked config, and what is simulated at their points."""

    def __init__(self, config):
        self.config = config
        label = labels.format_number
        self.sizes = {label(lattice["L"]): lattice for lattice in config["lattices"]}
        self.couplings = {label(J0): labels.round_to_label(J0) for J0 in config["model"]["J0_K"]}
        self.quench = label(config["annealing"]["quench_K"])
        self.rungs = {label(T): labels.round_to_label(T) for T in sorted(config["density_of_states"]["temperatures_K"])}
        self.temperatures = {self.quench: labels.round_to_label(config["annealing"]["quench_K"]), **self.rungs}
        given = {name: v for name, v in (config["checks"]["variants"] or {}).items() if v is not None}
        self.variants = [name for name in given if self.beside(name) in self.sets]
        self.left_out = [name for name in given if name not in self.variants]
        self.size_check, self.weak_coupling = (
            config["checks"][name] for name in ("finite_size", "weak_coupling")
        )  # null: without
        self.equilibrium = config["checks"]["equilibrium"]

    @property
    def sets(self):
        """The labels (L, J0) of all sets."""
        return [(L, J0) for L in self.sizes for J0 in self.couplings]

    @property
    def all_sizes(self):
        """The labels L of all sets, and of what is on the short ladder."""
        return list(
            dict.fromkeys([*self.sizes, *(labels.format_number(one.model.L) for one in self.on_short_ladder().values())])
        )

    def name(self, L, J0):
        """Return the name of the set of these labels, like L8_J2."""
        return str(labels.ParameterSet(self.sizes[L]["L"], self.couplings[J0]))

    def labels(self, temperatures_K):
        return [labels.format_number(T) for T in temperatures_K]

    def rung(self, T):
        """Return the names.Rung of the label of a temperature."""
        return labels.Rung(self.temperatures[T], quench=T == self.quench)

    def model(self, L, J0):
        model = self.config["model"]
        h0_K, cutoff, concentration = (labels.round_to_label(model[name]) for name in ("h0_K", "cutoff", "concentration"))
        return ModelParameters(int(L), h0_K, self.couplings[J0], cutoff, concentration)

    def protocol(self):
        given, density = self.config["annealing"], self.config["density_of_states"]
        return Protocol(
            ladder_K=tuple(map(labels.round_to_label, given["schedule_K"])),
            dynamics=given["dynamics"],
            sweeps=given["sweeps"],
            quench_K=labels.round_to_label(given["quench_K"]),
            measured_K=tuple(self.rungs.values()),
            block=density["realizations_per_block"],
            seed=self.config["seed"],
            grid=self.grid(),
        )

    def grid(self):
        density = self.config["density_of_states"]
        return Grid(density["bins_per_T"], density["uniform_up_to_T"], labels.round_to_label(density["bin_growth"]))

    def simulated(self, L, J0):
        """Return the Simulated of a set."""
        lattice = self.sizes[L]
        return SimulationPlan(
            self.model(L, J0), self.protocol(), lattice["realizations"], lattice["realizations_per_job"], quench=True
        )

    def on_short_ladder(self):
        """Return what is simulated on the short ladder, for other sizes and to hold it beside the ladder: a dict from names
        like L16_J2 to Simulated."""
        found = {}
        for lattice in self.size_check["lattices"] if self.size_check else ():
            for J0, J0_K in self.couplings.items():
                protocol = replace(self.protocol(), ladder_K=tuple(map(labels.round_to_label, self.size_check["schedule_K"])))
                numbers = lattice["realizations"], lattice["realizations_per_job"]
                found[str(labels.ParameterSet(lattice["L"], J0_K))] = SimulationPlan(
                    self.model(lattice["L"], J0), protocol, *numbers, quench=False
                )
        return found

    def weak_model(self):
        """Return the Model of the weak coupling."""
        given = self.weak_coupling
        return replace(self.model(given["L"], next(iter(self.couplings))), J0_K=labels.round_to_label(given["J0_K"]))

    def at_weak_coupling(self):
        """Return what is simulated at one weak coupling, of which the quench alone is asked for: name -> Simulated."""
        if not (given := self.weak_coupling):
            return {}
        model, protocol = self.weak_model(), replace(self.protocol(), measured_K=())
        simulated = SimulationPlan(model, protocol, given["realizations"], given["realizations_per_job"], quench=True)
        return {str(labels.ParameterSet(model.L, model.J0_K)): simulated}

    def atlas(self):
        """Return what is simulated for the atlas, of each of its kinds: kind -> {name: Simulated}. Nothing where it is taken
        as it is shipped."""
        given = self.config["atlas"]
        if given["source"] != "simulation":
            return {}
        shared = {
            field: tuple(map(labels.round_to_label, given[key]))
            for field, key in (("ladder_K", "schedule_K"), ("measured_K", "temperatures_K"))
        }
        found = {}
        for key, kind in ATLAS_SETS.items():
            sets = given[key]
            protocol = replace(self.protocol(), **shared, seed=sets.get("seed", self.config["seed"]))
            numbers = sets["realizations"], sets["realizations_per_job"]
            found[kind] = {}
            for J0_K in map(labels.round_to_label, sets["J0_K"]):
                model = replace(self.model(sets["L"], next(iter(self.couplings))), J0_K=J0_K)
                found[kind][str(labels.ParameterSet(sets["L"], J0_K))] = SimulationPlan(
                    model, protocol, *numbers, quench=kind != "large"
                )
        return found

    def counted(self):
        """Return all whose energies are counted, by its kind, the folder of its counts: kind -> {name: Counted}."""

        def whole(found):
            return {
                name: CountsPlan(one, {labels.format_number(rung.T_K): rung for rung in one.rungs})
                for name, one in found.items()
            }

        return {
            "dos": whole({self.name(L, J0): self.simulated(L, J0) for L, J0 in self.sets}),
            "variants": {name: self.variant(name) for name in self.variants},
            "sizes": whole(self.on_short_ladder()),
            "weak_coupling": whole(self.at_weak_coupling()),
            "equilibrium": whole(equilibrium_plan.counted(self)),
        }

    def all_simulated(self):
        """Return all that this study simulates, a dict from names like L8_J2 or variants/heat_bath to Simulated."""
        counted = {
            name if kind == "dos" else f"{kind}/{name}": one.simulated
            for kind, found in self.counted().items()
            for name, one in found.items()
        }
        atlas = {f"atlas/{kind}/{name}": one for kind, found in self.atlas().items() for name, one in found.items()}
        return counted | {f"equilibrium/{name}": one for name, one in equilibrium_plan.uncounted(self).items()} | atlas

    def folders(self):
        """Return what is simulated, by the folder of its shards: key -> (origin, rungs, whether its chains are told of).

        Sets and variants of one origin share a folder, and what each asks for is simulated together.
        """
        found = {}
        for simulated in self.all_simulated().values():
            _, rungs, told = found.get(simulated.key, (None, [], False))
            rungs = sorted({*rungs, *simulated.rungs})
            found[simulated.key] = (simulated.origin, rungs, told or simulated.told)
        return found

    def groups(self, kind):
        """Return the number of jackknife groups of what is ``counted`` as that kind."""
        sections = {"sizes": self.size_check, "equilibrium": self.equilibrium}
        return sections.get(kind, self.config["fits"])["jackknife_groups"]

    def spans(self, kind, name):
        """Return the ranges of realizations of one that is ``counted`` that are looked at by themselves: all of them; of a
        set also those that a variant or the short ladder is held beside, and the parts and halves of the pulls."""
        if kind == "variants":
            return []  # its rows are single blocks
        if kind != "dos":
            return [(0, self.all_simulated()[f"{kind}/{name}"].realizations)]
        L, J0 = {self.name(*axes): axes for axes in self.sets}[name]
        total = self.sizes[L]["realizations"]
        beside = [variant.simulated for variant in map(self.variant, self.variants) if variant.beside == (L, J0)]
        beside += [one for short, one in self.on_short_ladder().items() if short == name]
        compared = {one.realizations for one in beside}
        block = self.config["density_of_states"]["realizations_per_block"]
        parts = [
            (block * begin, block * end)
            for k in (2, self.config["checks"]["pulls"]["n_splits"])
            for begin, end in pairwise(split_boundaries(total // block, k))
        ]
        return sorted({(0, total), *((0, n) for n in compared), *parts})

    def beside(self, name):
        """Return the labels (L, J0) of the set that a variant is held beside."""
        settings = self.config["checks"]["variants"][name]
        return labels.format_number(settings["L"]), labels.format_number(settings["J0_K"])

    def variant_model(self, name):
        """Return the Model of a variant."""
        settings = self.config["checks"]["variants"][name]
        factor = settings.get("scale", 1.0)
        model = self.model(*self.beside(name))
        return replace(
            model,
            h0_K=labels.round_to_label(model.h0_K * factor),
            J0_K=labels.round_to_label(model.J0_K * factor),
            cutoff=labels.round_to_label(settings.get("cutoff", model.cutoff)),
        )

    def variant(self, name):
        """Return the variant of that name, Counted."""
        settings = self.config["checks"]["variants"][name]
        protocol = self.protocol()
        compared_K = tuple(map(labels.round_to_label, self.config["checks"]["variant_temperatures_K"]))
        protocol = replace(
            protocol,
            measured_K=compared_K,
            sweeps=settings.get("sweeps", protocol.sweeps),
            dynamics=settings.get("dynamics", protocol.dynamics),
            ladder_K=LADDERS[settings.get("ladder", "same")](protocol.ladder_K, compared_K),
        )
        protocol = scale_temperatures(protocol, settings.get("scale", 1.0))
        rungs = {
            labels.format_number(T): labels.Rung(changed) for T, changed in zip(compared_K, protocol.measured_K, strict=True)
        }
        numbers = settings["realizations"], self.sizes[self.beside(name)[0]]["realizations_per_job"]
        return CountsPlan(SimulationPlan(self.variant_model(name), protocol, *numbers, quench=False), rungs, self.beside(name))


def dense_ladder(ladder_K, measured_K):
    """Return ``ladder_K`` with the geometric mean of each two neighbours between them."""
    between = [labels.round_to_label(math.sqrt(above * below)) for above, below in pairwise(ladder_K)]
    return tuple(sorted({*ladder_K, *between}, reverse=True))


def sparse_ladder(ladder_K, measured_K):
    """Return every second rung of ``ladder_K`` up from the last one, and the measured ones."""
    return tuple(sorted({*ladder_K[::-2], *measured_K}, reverse=True))


def geometric_ladder(ladder_K, measured_K):
    """Return as many rungs with equal ratios between the same ends, the nearest one moved to each measured temperature."""
    (first, last), steps = (ladder_K[0], ladder_K[-1]), max(len(ladder_K) - 1, 1)
    rungs = [labels.round_to_label(first * (last / first) ** (k / steps)) for k in range(len(ladder_K))]
    for T in measured_K:
        rungs[min(range(len(rungs)), key=lambda k: abs(math.log(rungs[k] / T)))] = T
    return tuple(rungs)


LADDERS = {
    "same": lambda ladder_K, measured_K: ladder_K,
    "dense": dense_ladder,
    "sparse": sparse_ladder,
    "geometric": geometric_ladder,
}
