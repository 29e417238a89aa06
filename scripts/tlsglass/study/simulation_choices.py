"""The choices of a simulation without the workflow, their limits, and the plan that follows from them."""

from __future__ import annotations

import math
import numbers
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from tlsglass.base import labels, validation
from tlsglass.dos.grid import Grid
from tlsglass.model.interaction import GAUSSIAN, LATTICE
from tlsglass.model.parameters import H0_K, ModelParameters
from tlsglass.montecarlo import ladders, protocol
from tlsglass.montecarlo.protocol import ANNEALING, DYNAMICS, TEMPERING, Protocol
from tlsglass.study.config_checks import TOO_WEAK, interaction_errors
from tlsglass.study.simulation_plan import SimulationPlan, interaction_parameters

# The choices of config/config.yaml, and of config/equilibrium.yaml for tempering; a test compares them.
SCHEDULES_K = {  # for the random field H0_K; for another one they are scaled
    "paper": (
        *(300, 250, 200, 150, 100, 80, 60, 50, 40, 30, 25, 20, 15, 12, 10, 8, 6, 5, 4, 3, 2.5, 2, 1.5, 1.2, 1, 0.9, 0.8, 0.7),
        *(0.6, 0.5, 0.4, 0.3, 0.25, 0.2, 0.15, 0.1, 0.08, 0.06, 0.05, 0.04, 0.03, 0.02),
    ),
    "short": (12, 8, 6, 4, 3, 2, 1.5, 1.2, 1, 0.8, 0.6, 0.5, 0.4, 0.3, 0.2, 0.15, 0.1, 0.08, 0.05, 0.03, 0.02),
}
QUENCH_K = 2e-6
SWEEPS = {ANNEALING: 257, TEMPERING: 8192}  # of the methods that can be chosen
SWEEPS_MULTIPLE = {ANNEALING: 1, TEMPERING: 128}  # of tempering: the intervals between snapshots
EXCHANGE_ACCEPTANCE = 0.2
GRID = Grid(20, 8, 1.04)
BLOCK = 10
JACKKNIFE_GROUPS = 50

WHOLE_NUMBERS = {"L": (2, 128), "realizations": (2 * BLOCK, 10_000_000), "sweeps": (1, 1_000_000), "seed": (0, 2**63 - 1)}
NUMBERS = {
    "h0_K": (1e-3, 1e6),
    "J0_K": (1e-6, 1e6),
    "cutoff": (0, 1e6),
    "concentration": (1e-6, 1),
    "vt_over_vl": (0, 0.8660254),  # below sqrt(3)/2 the bulk modulus is positive
    "electric_over_elastic": (1e-6, 1e6),
}
MAX_TEMPERATURES, MAX_T_OVER_H0 = 100, 1000
MIN_CUTOFF_OFF_LATTICE = 1e-3
MAX_CORES = 1024
WORK_OF_BATCH = 150_000  # squared numbers of TLSs, summed over the realizations of a batch: a second or a few
MAX_BLOCKS_OF_BATCH = 20
BYTES_OF_PROCESS, BYTES_PER_PAIR = 2e8, 5  # memory that a process needs for itself, and for a realization
BYTES_PER_SITE = {True: 100, False: 6000}  # of the lattice: for independent c_ij, and for those of moments


class ChoiceError(validation.InputError):
    """A choice that is refused."""

    def __init__(self, name: str, value: object, allowed: str) -> None:
        super().__init__(validation.error_line(lambda path: "simulate", [name], value, allowed))
        self.name, self.value, self.allowed = name, value, allowed


@dataclass(frozen=True)
class Choices:
    """The choices of a simulation; ``tlsglass.simulate`` describes them. None selects the default of the method.

    Raises ChoiceError.
    """

    L: int
    J0_K: float
    realizations: int
    temperatures_K: Sequence[float]
    h0_K: float = H0_K
    cutoff: float = 1.0
    concentration: float = 0.5
    interaction: str = GAUSSIAN
    fields: str | None = None
    positions: str = LATTICE
    vt_over_vl: float | None = None
    electric_over_elastic: float | None = None
    method: str = ANNEALING
    schedule: str | None = None
    highest_K: float | None = None
    dynamics: str = DYNAMICS[0]
    sweeps: int | None = None
    seed: int = 20210205

    def __post_init__(self) -> None:
        for name, (least, most) in WHOLE_NUMBERS.items():
            self._check_whole(name, least, most)
        for name, (low, high) in NUMBERS.items():
            if (value := getattr(self, name)) is not None:
                check_number(name, value, low, high)
        if self.realizations % BLOCK:
            raise ChoiceError("realizations", self.realizations, f"must be a multiple of {BLOCK}")
        self._check_names()
        self._check_temperatures()
        self._check_model()
        self._check_method()

    @cached_property
    def model(self) -> ModelParameters:
        """The parameters of the Hamiltonian."""
        h0_K, J0_K, cutoff, concentration = labels.round_all((self.h0_K, self.J0_K, self.cutoff, self.concentration))
        return ModelParameters(int(self.L), h0_K, J0_K, cutoff, concentration, **interaction_parameters(self._interaction))

    @cached_property
    def protocol(self) -> Protocol:
        """How realizations are simulated."""
        base = protocol.scale_temperatures(
            Protocol(
                ladder_K=SCHEDULES_K[self.schedule or "paper"],
                dynamics=self.dynamics,
                sweeps=int(self.sweeps or SWEEPS[self.method]),
                quench_K=QUENCH_K,
                measured_K=(),
                block=BLOCK,
                seed=int(self.seed),
                grid=GRID,
                method=self.method,
            ),
            self.h0_K / H0_K,
        )
        measured_K = tuple(sorted({labels.round_to_label(T) for T in self.temperatures_K}))
        if self.method == TEMPERING:
            ladder_K = ladders.exchange_ladder(
                self.model.n_spins, self.model.h0_K, measured_K, labels.round_to_label(self._top_K), EXCHANGE_ACCEPTANCE
            )
        else:
            ladder_K = tuple(sorted({*base.ladder_K, *measured_K}, reverse=True))
        return replace(base, ladder_K=ladder_K, measured_K=measured_K)

    @cached_property
    def plan(self) -> SimulationPlan:
        """The simulation, in batches of a size that depends on the number of TLSs only."""
        return SimulationPlan(
            self.model,
            self.protocol,
            realizations=int(self.realizations),
            realizations_per_job=BLOCK * min(max(1, WORK_OF_BATCH // self.model.n_spins**2), MAX_BLOCKS_OF_BATCH),
            with_quench=self.method == ANNEALING,
            with_chain_record=True,
        )

    @property
    def _interaction(self) -> dict[str, Any]:
        """The keys that describe the interaction, as in a configuration."""
        names = "interaction", "fields", "positions", "vt_over_vl", "electric_over_elastic"
        return {name: getattr(self, name) for name in names if getattr(self, name) is not None}

    @property
    def _top_K(self) -> float:
        """Highest temperature of tempering; by default one at which about a fifth of all flips is accepted."""
        return (self.h0_K + self.J0_K) / 2 if self.highest_K is None else self.highest_K

    def _check_whole(self, name: str, low: int, high: int) -> None:
        value = getattr(self, name)
        if value is None:
            return
        whole = isinstance(value, numbers.Integral) and not isinstance(value, bool)
        if not whole or not low <= value <= high:
            raise ChoiceError(name, value, f"must be a whole number from {low} to {high}")

    def _check_names(self) -> None:
        """Check the choices that are one of a few names."""
        allowed: dict[str, Sequence[str]] = {"method": tuple(SWEEPS), "dynamics": DYNAMICS, "schedule": tuple(SCHEDULES_K)}
        for name, names in allowed.items():
            if (value := getattr(self, name)) is not None and value not in names:
                raise ChoiceError(name, value, f"must be one of {', '.join(names)}")
        for name, value in self._interaction.items():
            if name not in NUMBERS and not isinstance(value, str):
                raise ChoiceError(name, value, "must be a name")
        for path, value, text, *_ in interaction_errors([], self._interaction):
            raise ChoiceError(path[-1], value, text)

    def _check_temperatures(self) -> None:
        quench_K, highest_K = QUENCH_K * self.h0_K / H0_K, MAX_T_OVER_H0 * self.h0_K
        temperatures = self.temperatures_K
        if not hasattr(temperatures, "__len__") or not 1 <= len(temperatures) <= MAX_TEMPERATURES:
            raise ChoiceError("temperatures_K", temperatures, f"must be 1 to {MAX_TEMPERATURES} temperatures")
        for T in temperatures:
            check_number("temperatures_K", T, 1.01 * quench_K, highest_K)

    def _check_model(self) -> None:
        if self.positions != LATTICE and self.cutoff < MIN_CUTOFF_OFF_LATTICE:
            allowed = f"must be at least {MIN_CUTOFF_OFF_LATTICE:g} for random positions, which may coincide"
            raise ChoiceError("cutoff", self.cutoff, allowed)
        if self.model.n_spins < 2:
            raise ChoiceError("L", self.L, f"has fewer than two TLSs at a concentration of {self.concentration:g}")
        if not self.model.fits_int32:
            raise ChoiceError("J0_K", self.J0_K, TOO_WEAK.replace("model.h0_K", "h0"))

    def _check_method(self) -> None:
        tempering = self.method == TEMPERING
        if tempering and self.schedule is not None:
            raise ChoiceError("schedule", self.schedule, "is for annealing; tempering has a ladder that highest_K begins")
        if not tempering and self.highest_K is not None:
            raise ChoiceError("highest_K", self.highest_K, "is for tempering; a schedule has a highest temperature")
        if tempering:
            check_number("highest_K", self._top_K, 1e-3 * self.h0_K, MAX_T_OVER_H0 * self.h0_K)
            if max(self.temperatures_K) >= self._top_K:
                allowed = f"must be below the highest temperature of tempering, {self._top_K:g}"
                raise ChoiceError("temperatures_K", max(self.temperatures_K), allowed)
        if self.sweeps is not None and self.sweeps % SWEEPS_MULTIPLE[self.method]:
            raise ChoiceError("sweeps", self.sweeps, f"must be a multiple of {SWEEPS_MULTIPLE[self.method]} for {self.method}")


def check_number(name: str, value: object, low: float, high: float) -> None:
    """Raise ChoiceError unless ``value`` is a number from ``low`` to ``high``."""
    is_number = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if not is_number or not low <= value <= high:  # type: ignore[operator]  # a number by then
        raise ChoiceError(name, value, f"must be a number from {low:g} to {high:g}")


def check_cores(cores: object, model: ModelParameters) -> None:
    """Raise ChoiceError for a number of processes that is none, or whose memory exceeds that of this machine."""
    if not isinstance(cores, numbers.Integral) or isinstance(cores, bool) or not 1 <= int(cores) <= MAX_CORES:
        raise ChoiceError("cores", cores, f"must be a whole number from 1 to {MAX_CORES}")
    per_site = BYTES_PER_SITE[model.independent_factors is not None]
    needed = int(cores) * (BYTES_OF_PROCESS + BYTES_PER_PAIR * model.n_spins**2 + per_site * model.L**3)
    if needed > (available := _memory()):
        allowed = f"{model.n_spins} TLSs need {needed / 1e9:.3g} GB with cores = {cores}, and there are {available / 1e9:.3g}"
        raise ChoiceError("L", model.L, allowed)


def _memory() -> float:
    """Return the memory of this machine in bytes, infinity if it is unknown."""
    try:
        return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    except (AttributeError, OSError, ValueError):
        return math.inf
