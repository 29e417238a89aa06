"""The configuration of the study: its checks beyond the schema, its axes as they are spelled in file names."""

import math
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from tlsglass.base import validation
from tlsglass.chain import simulation
from tlsglass.density import dos
from tlsglass.model import disorder
from tlsglass.paper import pulls


def label(value):
    """Spell a number of the config as it stands in file names: 2 for 2.0, 0.02, 2e-06."""
    return f"{value:.12g}"


def scaled(protocol, factor):
    """Return ``protocol`` with every temperature multiplied by ``factor``."""
    return replace(
        protocol,
        ladder_K=tuple(T * factor for T in protocol.ladder_K),
        measured_K=tuple(T * factor for T in protocol.measured_K),
        quench_K=protocol.quench_K * factor,
    )


class Study:
    """The axes (L, J0, T, batch) of a checked config, and the arguments of the simulation for one of their points."""

    def __init__(self, config):
        self.config = config
        self.sizes = {label(lattice["L"]): lattice for lattice in config["lattices"]}
        self.couplings = {label(J0): float(J0) for J0 in config["model"]["J0_K"]}
        quench = config["annealing"]["quench_K"]
        self.quench = label(quench)
        self.rungs = {label(T): float(T) for T in sorted(config["density_of_states"]["measured_K"])}
        variants = config["checks"]["variants"] or {}
        self.variants = [name for name, settings in variants.items() if settings is not None]
        self.temperatures = {self.quench: float(quench), **self.rungs}

    def labels(self, temperatures_K):
        return [label(T) for T in temperatures_K]

    def batches(self, L):
        """Return the batches of a lattice as names like 00000-00099, the numbers of their first and last realization."""
        lattice = self.sizes[L]
        total, size = lattice["realizations"], lattice["batch"]
        return [f"{first:05d}-{min(first + size, total) - 1:05d}" for first in range(0, total, size)]

    def model(self, L, J0):
        model = self.config["model"]
        return disorder.Model(
            int(L), float(model["h0_K"]), self.couplings[J0], float(model["cutoff"]), float(model["concentration"])
        )

    def protocol(self):
        annealing, density = self.config["annealing"], self.config["density_of_states"]
        return simulation.Protocol(
            ladder_K=tuple(float(T) for T in annealing["ladder_K"]),
            dynamics=annealing["dynamics"],
            sweeps=annealing["sweeps"],
            quench_K=float(annealing["quench_K"]),
            measured_K=tuple(self.rungs.values()),
            block=density["block"],
            seed=self.config["seed"],
            grid=dos.Grid(density["bins_per_T"], density["uniform_T"], density["growth"]),
        )

    def origin(self, L, J0):
        """Return what the shards of (L, J0) say that they depend on."""
        return simulation.origin(self.model(L, J0), self.protocol())

    def spans(self, L, J0):
        """Return the ranges of realizations of (L, J0) that are looked at by themselves: all of them, those that a
        variant is held beside, and the parts and halves of the pulls."""
        total = self.sizes[L]["realizations"]
        beside = map(self.variant, self.variants)
        compared = {v.realizations for v in beside if v.beside == (L, J0) and label(v.model.L) == L}
        block = self.config["density_of_states"]["block"]
        parts = [
            (block * begin, block * end)
            for k in (2, self.config["checks"]["pulls"]["parts"])
            for begin, end in pairwise(pulls.boundaries(total // block, k))
        ]
        return sorted({(0, total), *((0, n) for n in compared), *parts})

    def variant(self, name):
        """Return the Variant of that name."""
        settings = self.config["checks"]["variants"][name]
        beside = label(settings.get("beside_L", settings["L"])), label(settings["J0_K"])
        factor = settings.get("scale", 1.0)
        model = self.model(*beside)
        model = replace(
            model,
            L=settings["L"],
            h0_K=model.h0_K * factor,
            J0_K=model.J0_K * factor,
            cutoff=float(settings.get("cutoff", model.cutoff)),
        )
        protocol = self.protocol()
        measured_K = tuple(float(T) for T in self.config["figures"]["dos_K"])
        protocol = replace(
            protocol,
            measured_K=measured_K,
            sweeps=settings.get("sweeps", protocol.sweeps),
            dynamics=settings.get("dynamics", protocol.dynamics),
            ladder_K=LADDERS[settings.get("ladder", "same")](protocol.ladder_K, measured_K),
        )
        return Variant(model, scaled(protocol, factor), settings["realizations"], beside)


class Variant(NamedTuple):
    """A set with one choice changed, and the labels (L, J0) of the set that it is held beside."""

    model: disorder.Model
    protocol: simulation.Protocol
    realizations: int
    beside: tuple


def dense_ladder(ladder_K, measured_K):
    """Return ``ladder_K`` with the geometric mean of each two neighbours between them."""
    between = [math.sqrt(above * below) for above, below in pairwise(ladder_K)]
    return tuple(sorted({*ladder_K, *between}, reverse=True))


def sparse_ladder(ladder_K, measured_K):
    """Return every second rung of ``ladder_K`` up from the last one, and the measured ones."""
    return tuple(sorted({*ladder_K[::-2], *measured_K}, reverse=True))


def geometric_ladder(ladder_K, measured_K):
    """Return as many rungs with equal ratios between the same ends, the nearest one moved to each measured temperature."""
    rungs = np.geomspace(ladder_K[0], ladder_K[-1], len(ladder_K))
    for T in measured_K:
        rungs[np.argmin(np.abs(np.log(rungs / T)))] = T
    return tuple(float(T) for T in rungs)


LADDERS = {
    "same": lambda ladder_K, measured_K: ladder_K,
    "dense": dense_ladder,
    "sparse": sparse_ladder,
    "geometric": geometric_ladder,
}


def check(config, schema, where):
    """Raise InputError, one line, for the first thing wrong with ``config``; ``where(path)`` names the file of a key."""
    validation.check_schema(config, schema, where)

    def refuse(path, value, allowed):
        raise validation.refuse(where, path, value, allowed)

    ladder = config["annealing"]["ladder_K"]
    for index, (above, below) in enumerate(pairwise(ladder)):
        if below >= above:
            refuse(
                ["annealing", "ladder_K", index + 1], below, f"must be below the rung before it, {above}: the ladder descends"
            )
    quench = config["annealing"]["quench_K"]
    if quench >= ladder[-1]:
        refuse(["annealing", "quench_K"], quench, f"must be below the last rung of the ladder, {ladder[-1]}")
    for index, T in enumerate(config["density_of_states"]["measured_K"]):
        if T not in ladder:
            refuse(["density_of_states", "measured_K", index], T, "must be a rung of annealing.ladder_K")
    block = config["density_of_states"]["block"]
    sizes = set()
    for index, lattice in enumerate(config["lattices"]):
        for key in ("realizations", "batch"):
            if lattice[key] % block:
                refuse(["lattices", index, key], lattice[key], f"must be a multiple of density_of_states.block, {block}")
        if lattice["realizations"] < 2 * block:
            refuse(["lattices", index, "realizations"], lattice["realizations"], f"must be at least two blocks, {2 * block}")
        if round(config["model"]["concentration"] * lattice["L"] ** 3) < 2:
            refuse(["lattices", index, "L"], lattice["L"], "holds fewer than two TLSs at model.concentration")
        if lattice["L"] in sizes:
            refuse(["lattices", index, "L"], lattice["L"], "stands there twice")
        sizes.add(lattice["L"])
    for section in ("figures", "paper"):
        if config[section]["L"] not in sizes:
            refuse([section, "L"], config[section]["L"], "must be the L of one of lattices")
    measured = config["density_of_states"]["measured_K"]
    for path, values in ((["model", "J0_K"], config["model"]["J0_K"]), (["density_of_states", "measured_K"], measured)):
        if len({label(value) for value in values}) < len(values):
            refuse(path, values, "must differ within twelve digits")
    windows = [
        (["fits", "zero_temperature_windows_K", i], w) for i, w in enumerate(config["fits"]["zero_temperature_windows_K"])
    ]
    for key in ("exponents_K", "sound_velocity_K", "slope_below_K", "slope_above_K"):
        least = 3 if key == "sound_velocity_K" else 2
        outer = config["observables"]["sound_velocity_K"][0] if key.startswith("slope") else [0, ladder[0]]
        inside = " inside observables.sound_velocity_K[0]" if key.startswith("slope") else ""
        for index, window in enumerate(config["observables"][key]):
            path = ["observables", key, index]
            windows.append((path, window))
            if sum(window[0] <= T <= window[1] and outer[0] <= T <= outer[1] for T in measured) < least:
                refuse(path, window, f"must hold at least {least} of density_of_states.measured_K{inside}")
    for path, (low, high) in windows:
        if low >= high:
            refuse(path, [low, high], "must be a lower and a higher end")
    for index, T in enumerate(config["figures"]["dos_K"]):
        if T not in measured:
            refuse(["figures", "dos_K", index], T, "must be one of density_of_states.measured_K")
    grid = config["density_of_states"]
    if config["fits"]["eq3_window_T"] * grid["bins_per_T"] < 3:
        refuse(["fits", "eq3_window_T"], config["fits"]["eq3_window_T"], "must hold at least 3 bins of density_of_states")
    edges = Study(config).protocol().grid.edges(min(measured), 8 * config["model"]["h0_K"])
    for index, (low, high) in enumerate(config["fits"]["zero_temperature_windows_K"]):
        if sum(low <= edge <= high for edge in edges) < 4:
            refuse(["fits", "zero_temperature_windows_K", index], [low, high], "must hold at least 3 energy bins below 8 h0")
    for index, low in enumerate(config["fits"]["gaussian_above_K"]):
        if low > 4 * config["model"]["h0_K"]:
            refuse(["fits", "gaussian_above_K", index], low, "must be at most 4 h0, or nothing is left to fit")
    if config["figures"]["dos_K"][0] >= config["figures"]["dos_K"][1]:
        refuse(["figures", "dos_K"], config["figures"]["dos_K"], "must be a lower and a higher temperature")
    realizations = {lattice["L"]: lattice["realizations"] for lattice in config["lattices"]}
    study = Study(config)
    for L in study.sizes:
        for index, J0 in enumerate(study.couplings):
            if not study.model(L, J0).fits_int32:
                refuse(["model", "J0_K", index], study.couplings[J0], "is too small beside model.h0_K for 32-bit fields")
    for name in study.variants:
        variant = config["checks"]["variants"][name]
        path = ["checks", "variants", name]
        L = variant.get("beside_L", variant["L"])
        if L not in realizations:
            refuse([*path, "beside_L" if "beside_L" in variant else "L"], L, "must be the L of one of lattices")
        if variant["J0_K"] not in config["model"]["J0_K"]:
            refuse([*path, "J0_K"], variant["J0_K"], "must be one of model.J0_K")
        if variant["realizations"] % block or not 2 * block <= variant["realizations"] <= realizations[L]:
            allowed = f"must be a multiple of density_of_states.block, from {2 * block} to the lattice's {realizations[L]}"
            refuse([*path, "realizations"], variant["realizations"], allowed)
        if not study.variant(name).model.fits_int32:
            refuse(path, variant, "has couplings too small beside model.h0_K for 32-bit fields")
