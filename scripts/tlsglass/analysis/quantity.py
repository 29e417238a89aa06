"""One quoted quantity: its names, its estimators, and where it is quoted and tested."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeAlias

from tlsglass.base.jackknife import JackknifeEstimate
from tlsglass.base.types import FloatArray
from tlsglass.dos.density_of_states import DensityOfStates
from tlsglass.dos.temperature_series import TemperatureSeries

Density: TypeAlias = DensityOfStates | TemperatureSeries
Estimator: TypeAlias = Callable[[Any], JackknifeEstimate]


@dataclass(frozen=True)
class Settings:
    """The choices of the analysis: sections of the configuration, where the first of several windows is quoted."""

    fits: Mapping[str, Any]
    observables: Mapping[str, Any]
    warm_K: float  # the temperature at which B and µ are tested


Choices: TypeAlias = Callable[[Settings], dict[str, Estimator]]  # {name: estimator}, the quoted one first


class EvaluatedAt(Enum):
    """The density that a quantity is estimated from: that of one temperature, or those of all temperatures."""

    COLDEST = "coldest rung"
    WARM = "rung warm_K of the settings"
    ALL_TEMPERATURES = "all rungs"

    def temperature_K(self, T_K: FloatArray, warm_K: float) -> float | None:
        """Return the temperature among the rungs ``T_K``; None for all of them."""
        match self:
            case EvaluatedAt.COLDEST:
                return min(T_K)
            case EvaluatedAt.WARM:
                return warm_K
        return None

    def select(self, densities: TemperatureSeries, settings: Settings) -> Density:
        """Return the density of this temperature, or all ``densities``. Raises ValueError if there is none."""
        T = self.temperature_K(densities.T_K, settings.warm_K)
        return densities if T is None else densities.at(T)


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """One quoted number. Its position in ``quantities.QUANTITIES`` is its position in tables and figures.

    Attributes
    ----------
    name
        The name in tables and as a key.
    symbol, label, axis, unit
        The symbol in mathtext, the name in plain text and the label of an axis in mathtext (both by default the symbol), and
        the unit. In all of them, {T} is replaced by the temperature in kelvin.
    choices
        A function of the settings that returns {name: estimator}. The first is quoted, the others give the systematic error.
        An estimator takes one density or, for a quantity in the table "laws", all densities of a set.
    table, column
        Where the quantity is quoted: in "laws" or as a column of one of ``quantity_tables.FIT_TABLES``.
    tabulate_alternatives
        Whether the choices are tabulated and drawn.
    pull_place
        The density at which the error is tested by pulls; None if it is not tested.
    variant_place
        The density at which the quantity is compared with that of a variant of model or protocol.
    toy_density
        A function (density, settings) -> (n(E), value): the density that synthetic samples are drawn from, with its value of
        the quantity.
    law_test
        A function (densities, observables) -> estimators.LocalTest: a test of the power law that the quantity belongs to.
    claim_prefix
        The beginning of the ids of the paper's claims about the quantity, in config/paper_values.csv.
    """

    name: str
    symbol: str
    label: str = ""
    axis: str = ""
    unit: str = ""
    choices: Choices
    table: str = "laws"
    column: str = "value"
    tabulate_alternatives: bool = False
    pull_place: EvaluatedAt | None = None
    law_test: Callable[[TemperatureSeries, Mapping[str, Any]], Any] | None = None
    toy_density: Callable[[DensityOfStates, Settings], tuple[Callable[[FloatArray], FloatArray], float]] | None = None
    variant_place: EvaluatedAt | None = None
    claim_prefix: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "label", self.label or self.symbol.replace("$", "").replace("_", ""))
        object.__setattr__(self, "axis", self.axis or self.symbol)

    def quoted(self, density: Density, settings: Settings) -> JackknifeEstimate:
        """Return the quoted estimate () from one density or from all, as the estimators take them."""
        return next(iter(self.choices(settings).values()))(density)

    def at(self, place: EvaluatedAt, densities: TemperatureSeries, settings: Settings) -> JackknifeEstimate:
        """Return the quoted estimate () from the density that ``place`` selects."""
        return self.quoted(place.select(densities, settings), settings)

    def text_at(self, name: str, T_K: float | None = None) -> str:
        """Return ``symbol``, ``label`` or ``axis`` with the temperature inserted."""
        text: str = getattr(self, name)
        return text.replace("{T}", "T" if T_K is None else f"{T_K:g}")
