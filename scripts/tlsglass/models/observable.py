"""What an observable is, and the register of all of them: whatever the study has to know of one stands in its entry.

The Snakefile reads the register, so neither this module nor ``observables`` imports numpy, scipy or the formulas.
"""

import math
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple


class Geometric(NamedTuple):
    """``n`` values in equal ratios from ``low`` to ``high``."""

    low: float
    high: float
    n: int


@dataclass(frozen=True)
class Parameter:
    """A parameter of a model: how tables and figures spell it, where a fit begins, and its bounds unless a dataset has others.

    One with ``starts``, the values that a fit tries, is no amplitude: the shapes depend on it.
    """

    symbol: str
    unit: str = ""
    starts: tuple | Geometric = ()
    default: float | None = None  # the start where a dataset leaves the parameter out, which it then may
    low: float = -math.inf
    high: float = math.inf
    held: bool = False  # a scan over the upper end of the window keeps it: low temperatures do not hold it
    tabulated: bool = True  # whether it stands in the table of all fits
    of_interest: bool = False  # what a fit is made for: its interval is told with all that limits it
    of_drive: bool = False  # held at its default without a drive
    absent: bool = False  # held at its default unless a dataset names it
    natural: bool = False  # whether its own bounds are those of nature or of what is known: a fit that ends there gives a limit

    @property
    def label(self):
        return f"{self.symbol} ({self.unit})" if self.unit else self.symbol


J0_OVER_H0 = "J0_over_h0"  # on the atlas, in the place of µ
# Of Eq. (3); µ = 0 is the standard tunneling model (STM).
MU = Parameter("µ", starts=(-0.1, 0.0, 0.1, 0.2, 0.4), of_interest=True)

CALIBRATION = "calibration"  # the parameter that a dataset's `systematic: common` bounds


@dataclass(frozen=True)
class SyntheticRecipe:
    """What the synthetic points of the closure study are made of; ``noise`` is in units of ``Observable.noise_of``."""

    parameters: dict
    temperatures_K: tuple  # lowest and highest
    points: int
    noise: float
    probe: float | None = None
    photons: tuple = ()  # of each sweep in temperature, for an observable that is driven
    stream: int | None = None  # of its random numbers; else the name's own, so that no entry changes another's


@dataclass(frozen=True)
class PlotOptions:
    """How measured points and their fits are drawn."""

    scale: str = "linear"  # or "log": of the axis of the value
    from_lowest: bool = False  # the zero is arbitrary: each dataset is drawn from its own lowest point
    reduced: tuple | None = None  # (power of T, axis label with {} for the unit): what a dataset alone is divided by
    legend: str = "below"  # "below" or "above" make room for it there; on a logarithmic axis a place that matplotlib knows


@dataclass(frozen=True)
class Observable:
    """One measured quantity and its model Σ_a p[a] · shape_a(T; µ, ...). ``register`` says what an entry must hold.

    ``shapes(T_K, p, probe)`` returns {amplitude: shape (n,)} at ``T_K`` (n,), with Eq. (3) and constant µ.
    ``on_atlas(curves, T_K, p, probe, jackknife)`` does so with J0/h0 in the place of µ, from
    atlas.observables.AtlasObservables; with ``jackknife`` shapes may be (1 + r, n), the rows of a JackknifeEstimate.
    """

    name: str
    symbol: str
    units: tuple  # a dataset's unit must convert to one of them: to the first that fits
    parameters: dict  # {name: Parameter}, in the order of tables
    shapes: Callable
    recipe: SyntheticRecipe
    drawing: PlotOptions = field(default_factory=PlotOptions)
    on_atlas: Callable | None = None
    positive: bool = False  # whether a value <= 0 cannot be measured
    probe: str | None = None  # the key of the dataset that holds the probing frequency, or whatever else the shapes need
    invertible: bool = False  # whether a dataset may give 1/value, as Q in the place of 1/Q
    driven: bool = False  # whether each point has a photon number: the probe then is resonators.Driven
    unit_of_probe: str | None = None  # in it a dataset may give the probed quantity itself: its relative change is fitted
    largest_change: float | None = None  # over all points: more is in the wrong unit
    noise_of: str | None = None  # the amplitude that synthetic noise is measured by; else by each value

    @property
    def amplitudes(self):
        return tuple(name for name, parameter in self.parameters.items() if not parameter.starts)

    @property
    def starts(self):
        """{parameter that is no amplitude: what a fit tries}."""
        return {name: parameter.starts for name, parameter in self.parameters.items() if parameter.starts}

    @property
    def fitted(self):
        """The names of all parameters in the order of a fit."""
        return (*self.starts, *self.amplitudes)

    @property
    def of_interest(self):
        """The names of the parameters that a fit is made for."""
        return tuple(name for name, parameter in self.parameters.items() if parameter.of_interest)

    def unused(self, info, driven):
        """Return the names of the parameters that a dataset has no use for, which then keep their defaults.

        ``info`` is the content of its dataset.yaml; ``driven`` says whether its points have photon numbers.
        """
        named, known = info["parameters"], "common" in info.get("systematic", {})
        found = {name for name, p in self.parameters.items() if p.absent and name not in named}
        found |= {name for name, p in self.parameters.items() if p.of_drive and not driven}
        return found - ({CALIBRATION} if known else set())

    @property
    def defaults(self):
        """{parameter that a dataset may leave out: its start}."""
        return {name: p.default for name, p in self.parameters.items() if p.default is not None}

    @property
    def stream(self):
        """The number of the random stream of the closure study."""
        return zlib.crc32(self.name.encode()) if self.recipe.stream is None else self.recipe.stream

    def curve(self, T_K, p, probe):
        """Return the model (n,) at ``T_K`` (n,) for the parameters ``p``."""
        return sum(p[name] * shape for name, shape in self.shapes(T_K, p, probe).items())

    def noise(self, curve, p, relative):
        """Return the standard deviation (n,) of synthetic noise on ``curve`` (n,) of the parameters ``p``."""
        return relative * (abs(curve) if self.noise_of is None else p[self.noise_of] + 0 * curve)


ENTRIES = {}  # name -> Observable, in the order of registration


def register(entry):
    """Add an Observable to the register. Raises ValueError for one whose parts do not fit together, or a name that is taken."""
    wrong = {
        "is registered already": entry.name in ENTRIES,
        "has no parameter mu that is fitted": not getattr(entry.parameters.get("mu"), "starts", ()),
        "has no amplitude": not entry.amplitudes,
        "has a recipe with other parameters": set(entry.recipe.parameters) != set(entry.parameters),
        "needs a probe in its recipe if it has one, and only then": (entry.probe is None) != (entry.recipe.probe is None),
        "has no amplitude of the name in noise_of": entry.noise_of not in (None, *entry.amplitudes),
        "shares its random stream": entry.stream in (other.stream for other in ENTRIES.values()),
    }
    for what, so in wrong.items():
        if so:
            raise ValueError(f"observable {entry.name} {what}")
    ENTRIES[entry.name] = entry


def named(name):
    """Return the Observable ``name``. Raises KeyError for one that is not registered."""
    return ENTRIES[name]


def names():
    """Return the names of all observables."""
    return tuple(ENTRIES)


def probes():
    """Return the keys of a dataset that hold the probe of any observable."""
    return tuple(dict.fromkeys(entry.probe for entry in ENTRIES.values() if entry.probe))


def tabulated():
    """Return the names of the parameters of all observables that stand in the table of fits: µ first."""
    return tuple(dict.fromkeys(n for entry in ENTRIES.values() for n, p in entry.parameters.items() if p.tabulated))
