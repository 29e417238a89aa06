"""The class Observable: a measured quantity and its model as a function of temperature, with the parameters of a fit.

To add an observable, write its formula in ``physics/``, an ``Observable`` in the module of its family in this package
(``thermal``, ``acoustic``, ``resonator``, ``dephasing``, ``qubit`` or a new one), and its name in that module's
``OBSERVABLES``; a new module is listed in ``registry.FAMILIES``. The schema of datasets, fits, tables, figures and the closure
study follow. A model with J0/h0 in place of µ (``atlas_shapes``) is optional.

The Snakefile imports this package, so its modules import numpy and the formulas only where a shape is computed.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from tlsglass.base.types import FloatArray


class Geometric(NamedTuple):
    """A start grid of ``n`` values in geometric progression from ``low`` to ``high``."""

    low: float
    high: float
    n: int


@dataclass(frozen=True)
class Parameter:
    """A parameter of a model: its symbol and unit in tables and figures, its start grid, and its default bounds.

    A parameter without a start grid is an amplitude, in which the model is linear. The shapes depend on all others.
    """

    symbol: str
    unit: str = ""
    start_grid: tuple[float, ...] | Geometric = ()  # values from which a fit starts
    default: float | None = None  # start of a parameter that a dataset may omit
    low: float = -math.inf
    high: float = math.inf
    freeze_in_scan: bool = False  # low temperatures do not constrain it: a scan over the upper end of the window fixes it
    in_table: bool = True  # has a column in the table of all fits
    of_interest: bool = False  # the parameter that a fit is made for; it gets intervals at 95 % and all systematic errors
    needs_drive: bool = False  # fixed at its default without photon numbers
    low_per_K: float = 0.0  # a further lower bound, relative to the highest temperature in kelvin
    off_by_default: bool = False  # fixed at its default unless a dataset names it
    is_option: bool = False  # no parameter of a fit unless a dataset names it: shapes take the default without it
    physical_bounds: bool = False  # the default bounds are physical: an estimate at a bound is reported as a limit

    @property
    def label(self) -> str:
        return f"{self.symbol} ({self.unit})" if self.unit else self.symbol

    @property
    def is_logarithmic(self) -> bool:
        """Whether the parameter is known within orders of magnitude only, so that a fit searches its logarithm."""
        return isinstance(self.start_grid, Geometric) and self.low > 0

    def start_values(self) -> tuple[float, ...]:
        """Return the values of the start grid; none for an amplitude."""
        if not isinstance(self.start_grid, Geometric):
            return tuple(map(float, self.start_grid))
        import numpy as np

        return tuple(map(float, np.geomspace(*self.start_grid)))

    def suggestion(self) -> dict[str, float]:
        """Return the start, and bounds where there are any, that a fit takes without a dataset.yaml."""
        if isinstance(self.start_grid, Geometric):
            start = math.sqrt(self.start_grid.low * self.start_grid.high)
        else:
            start = self.default if self.default is not None else float(self.start_grid[0]) if self.start_grid else 1.0
        bounds = {"low": self.low, "high": self.high}
        return {"start": start} | {name: bound for name, bound in bounds.items() if math.isfinite(bound)}


@dataclass(frozen=True)
class SyntheticRecipe:
    """Parameters of the synthetic data of the closure study; ``noise`` is in the unit that ``Observable.noise`` describes."""

    parameters: Mapping[str, float]
    temperatures_K: tuple[float, float]  # lowest and highest
    points: int
    noise: float
    probe: float | None = None
    photons: tuple[float, ...] = ()  # photon number of each temperature sweep of a driven observable
    times_s: tuple[float, ...] = ()  # times at which an observable that depends on time is measured at each temperature
    stream: int | None = None  # number of its random stream; by default derived from the name


@dataclass(frozen=True)
class PlotOptions:
    """How measured points and their fits are plotted."""

    scale: str = "linear"  # or "log", of the axis of the value
    subtract_minimum: bool = False  # the zero is arbitrary: subtract the lowest point of each dataset
    reduced: tuple[int, str] | None = None  # (power of T, axis label with {} for the unit) to divide a single dataset by
    legend: str = "below"  # "below" or "above" adds room for the legend; on a log axis a location of matplotlib


@dataclass(frozen=True)
class Observable:
    """A measured quantity and its model, the sum of amplitudes times shapes: Σ_a p[a] · shape_a(T; µ, ...).

    ``shapes(T_K, p, probe)`` returns {amplitude: shape (n,)} at the temperatures ``T_K`` (n,) with Eq. (3) and constant µ.
    ``atlas_shapes(observables, T_K, p, probe, jackknife)`` does the same with J0/h0 in place of µ, from an
    ``atlas.observables.AtlasObservables``; with ``jackknife`` a shape may be (1 + r, n): the estimate and its jackknife rows.
    """

    name: str
    symbol: str
    units: tuple[str, ...]  # the unit of a dataset must convert to one of them; the first match is taken
    parameters: Mapping[str, Parameter]  # in the order of tables
    shapes: Callable[..., dict[str, FloatArray]]
    recipe: SyntheticRecipe
    plot_options: PlotOptions = field(default_factory=PlotOptions)
    atlas_shapes: Callable[..., dict[str, FloatArray]] | None = None
    atlas_recipe: SyntheticRecipe | None = None  # determines J0/h0 if with ``recipe`` two couplings compete
    temperature_range_K: tuple[float, float] = (0.0, math.inf)  # where the model exists
    positive: bool = False  # values <= 0 are refused
    probe: str | None = None  # key of the dataset with the probe frequency, a time, or whatever else the shapes need
    probe_is_optional: bool = False  # without it, the shapes get None
    driven: bool = False  # points may have photon numbers: the probe is then a resonator.DrivenProbe
    probe_unit: str | None = (
        None  # in this unit a dataset may contain the probed quantity itself: its relative change is fitted
    )
    max_change: float | None = None  # largest credible change over all points: more suggests a wrong unit
    possible_range: tuple[float, float] = (-math.inf, math.inf)  # in the first unit; others are asked about
    column_pattern: str = ""  # regular expression of names of its column, their letters and digits in lower case
    noise_amplitude: str | None = None  # synthetic noise is relative to this amplitude; by default to each value

    @property
    def is_timed(self) -> bool:
        """Whether the observable depends on the time of the measurement, its probe."""
        return self.probe == TIME

    @property
    def amplitudes(self) -> tuple[str, ...]:
        """Names of the parameters in which the model is linear."""
        return tuple(name for name, parameter in self.parameters.items() if not parameter.start_grid)

    @property
    def parameter_order(self) -> tuple[str, ...]:
        """Names of all parameters in the order of a fit: the amplitudes are last."""
        return (*(name for name, parameter in self.parameters.items() if parameter.start_grid), *self.amplitudes)

    @property
    def of_interest(self) -> tuple[str, ...]:
        """Names of the parameters that a fit is made for."""
        return tuple(name for name, parameter in self.parameters.items() if parameter.of_interest)

    @property
    def defaults(self) -> dict[str, float]:
        """Default of each parameter that a dataset may omit."""
        return {name: p.default for name, p in self.parameters.items() if p.default is not None}

    @property
    def target_units(self) -> tuple[str, ...]:
        """Units that the values of a dataset may convert to: those of the observable, then that of the probed quantity."""
        return self.units + ((self.probe_unit,) if self.probe_unit else ())

    @property
    def stream(self) -> int:
        """Number of the random stream of the closure study; adding an observable changes no other stream."""
        return zlib.crc32(self.name.encode()) if self.recipe.stream is None else self.recipe.stream

    def unused_parameters(self, info: Mapping[str, Any], driven: bool) -> set[str]:
        """Return the names of the parameters that are fixed at their defaults for a dataset.

        Parameters
        ----------
        info
            The content of dataset.yaml.
        driven
            Whether its points have photon numbers.
        """
        parameters = self.parameters.items()
        unused = {name for name, p in parameters if (p.off_by_default or p.is_option) and name not in info["parameters"]}
        unused |= {name for name, p in parameters if p.needs_drive and not driven}
        return unused - ({CALIBRATION} if "correlated" in info.get("systematic", {}) else set())

    def used_parameters(self, info: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the names of the parameters of a fit in its order, without options that a dataset does not name."""
        return tuple(name for name in self.parameter_order if not self.parameters[name].is_option or name in info["parameters"])

    def curve(self, T_K: FloatArray, p: Mapping[str, float], probe: Any) -> FloatArray:
        """Return the model (n,) at ``T_K`` (n,) for the parameters ``p``."""
        return sum(p[name] * shape for name, shape in self.shapes(T_K, p, probe).items())  # type: ignore[return-value]

    def noise(self, curve: FloatArray, p: Mapping[str, float], relative: float) -> FloatArray:
        """Return the standard deviation (n,) of synthetic noise on ``curve`` (n,) for the parameters ``p``."""
        return relative * (abs(curve) if self.noise_amplitude is None else p[self.noise_amplitude] + 0 * curve)


def option(p: Mapping[str, float], name: str, parameter: Parameter) -> float:
    """Return the optional parameter ``name`` of ``p``, or its default."""
    assert parameter.default is not None
    return p.get(name, parameter.default)


# ---- parameters that several observables share ----------------------------------------------------------------------

J0_OVER_H0 = "J0_over_h0"  # key of the parameter that replaces µ on the atlas, and column of tables
TIME = "time_s"  # key of the time in seconds, a probe that may be different for each point
CALIBRATION = "calibration"  # key of the parameter whose prior is the dataset's `systematic: correlated`

# Of Eq. (3); µ = 0 is the standard tunneling model (STM).
MU = Parameter("µ", start_grid=(-0.8, -0.3, -0.1, 0.0, 0.1, 0.2, 0.4, 0.9), default=0.0, low=-2.5, high=2.5, of_interest=True)
TLS_STRENGTH = Parameter("P$_0$γ²/ρv²", low=0.0, physical_bounds=True)
RELAXATION_RATE = Parameter("A", "Hz/K³", start_grid=Geometric(1e3, 1e11, 33), low=1e1, high=1e13)  # of relaxing TLSs
# Of the relaxation rate A E^d coth(E/2T): phonons in bulk have d = 3, those of a membrane 2, those of a wire 1.
PHONON_DIMENSION = Parameter(
    "d", start_grid=(3.0,), default=3.0, low=1.0, high=3.0, is_option=True, physical_bounds=True, in_table=False
)
OFFSET = Parameter("offset", default=0.0, in_table=False)  # the zero of δv/v, δε/ε and δf/f is arbitrary
F_TAN_DELTA = Parameter(
    "F tan δ", low=0.0, physical_bounds=True
)  # 1/Q_TLS for n at sqrt(T² + E²) = 1 K, where Eq. (3) has n = B
# A resonance was measured at the highest temperature T, which is therefore below T_c = Δ/1.764k. From 0.97 T_c on, the gap is
# a fixed multiple of T (quasiparticles.gap), and χ² would have a spurious minimum between any two points: Δ/k >= 1.764 T/0.97.
GAP = Parameter(
    "Δ/k", "K", start_grid=Geometric(0.5, 30, 25), low=0.5, high=30.0, low_per_K=1.82, freeze_in_scan=True, physical_bounds=True
)
KINETIC_INDUCTANCE_FRACTION = Parameter("kinetic fraction", low=0.0, high=1.0, freeze_in_scan=True, physical_bounds=True)
# Of quasiparticles at (T^k + T_sat^k)^(1/k), which do not cool below T_sat.
QP_SATURATION = Parameter(
    "T$_{sat}$",
    "K",
    start_grid=Geometric(0.03, 3, 7),
    default=0.0,
    low=0.0,
    high=10.0,
    is_option=True,
    physical_bounds=True,
    in_table=False,
)
QP_EXPONENT = Parameter(  # ASSUME: 4, that of the power between electrons and phonons at a boundary; it is sharp enough
    "k", start_grid=(4.0,), default=4.0, low=1.0, high=10.0, is_option=True, in_table=False
)
MAX_RELATIVE_CHANGE = 0.05  # of a velocity, a frequency or ε


def phonon_dimension(p: Mapping[str, float]) -> float:
    """Return the dimension of the phonons, 3 unless ``p`` has another."""
    return option(p, "phonon_dimension", PHONON_DIMENSION)


def make_J0_over_h0(highest: float) -> Parameter:
    """Return the parameter J0/h0 of an atlas that ends at ``highest``."""
    grid = tuple(fraction * highest for fraction in (0.0, 0.03, 0.08, 0.15, 0.25, 0.4, 0.6, 0.85))
    return Parameter("J$_0$/h$_0$", start_grid=grid, default=0.1, low=0.0, high=highest, of_interest=True, physical_bounds=True)
