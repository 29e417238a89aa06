"""What a quoted quantity is: its names, its estimators, and where it is quoted and tested."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True)
class Settings:
    """The choices of the analysis, sections of the configuration: of several windows the first is quoted."""

    fits: dict
    observables: dict
    warm_K: float  # the rung at which B and µ are tested


class EvaluatedAt(Enum):
    """What a quantity is estimated from: the density of one rung, or those of all rungs together."""

    COLDEST = "coldest rung"
    WARM = "rung warm_K of the settings"
    ALL_TEMPERATURES = "all rungs"

    def temperature_K(self, T_K, warm_K):
        """Return the temperature of this place among the rungs ``T_K``; None for all of them."""
        return {EvaluatedAt.COLDEST: min(T_K), EvaluatedAt.WARM: warm_K, EvaluatedAt.ALL_TEMPERATURES: None}[self]

    def select(self, densities, settings):
        """Return the density (counts.Counts) of this place, or all ``densities``. Raises ValueError when none is there."""
        T = self.temperature_K(densities.T_K, settings.warm_K)
        return densities if T is None else densities.at(T)


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """One quoted number. Its position in ``quantities.QUANTITIES`` is its position in tables and figures.

    ``choices(settings)`` returns {name: estimator}; the first is quoted, the others give its systematic error. An
    estimator takes one density (counts.Counts) or, of a quantity in the table "laws", the Densities of a set, and returns
    Samples (). {T} in a name stands for the temperature in kelvin.
    """

    name: str
    symbol: str  # mathtext
    label: str  # plain text
    axis: str = ""  # mathtext of an axis of its own; the symbol where it is empty
    unit: str = ""
    choices: Callable
    table: str = "laws"  # where it is quoted: there, of all rungs together, or as ``column`` of one of quoted.FITS
    column: str = "value"
    tabulate_alternatives: bool = False  # its choices are tabulated and drawn
    pull_place: EvaluatedAt | None = None  # where its error is tested by pulls
    law_test: Callable | None = None  # (densities, observables) -> estimators.Local: whether what it belongs to holds at all
    toy_density: Callable | None = None  # (counts, settings) -> (n(E), its value there): what synthetic samples are drawn from
    variant_place: EvaluatedAt | None = None  # where it is held beside that of a changed model or protocol
    claim_prefix: str = ""  # how the ids of the paper's claims about it begin, in config/paper_values.csv

    def quoted(self, density, settings):
        """Return the quoted Samples () of one density or of all, as ``choices`` takes them."""
        return next(iter(self.choices(settings).values()))(density)

    def at(self, place, densities, settings):
        """Return the quoted Samples () of ``densities`` at a Place."""
        return self.quoted(place.select(densities, settings), settings)

    def text_at(self, name, T_K=None):
        """Return its ``symbol``, ``label`` or ``axis`` with the temperature in it."""
        text = getattr(self, name) or self.symbol
        return text.replace("{T}", "T" if T_K is None else f"{T_K:g}")
