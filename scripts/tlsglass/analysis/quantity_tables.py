"""The tables of the quoted quantities: of one set (L, J0), of the variants, of a weak coupling."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from tlsglass.analysis import estimators
from tlsglass.analysis.quantities import QUANTITIES, entries
from tlsglass.analysis.quantity import Density, Quantity, Settings
from tlsglass.base import jackknife
from tlsglass.base.jackknife import JackknifeEstimate
from tlsglass.dos.density_of_states import DensityOfStates
from tlsglass.dos.fits import fit_exponent
from tlsglass.dos.temperature_series import TemperatureSeries


@dataclass(frozen=True)
class FitTable:
    """A table with one row for each of several densities, and quantities in columns next to details of their fit.

    A quantity in column x has its error in x_err and its systematic error in x_sys. ``details(counts, fits)`` returns the
    further columns.
    """

    name: str
    densities: Callable[[TemperatureSeries], list[DensityOfStates]]
    columns: tuple[str, ...]
    details: Callable[[DensityOfStates, Mapping[str, Any]], dict[str, float]]


def _eq3_details(counts: DensityOfStates, fits: Mapping[str, Any]) -> dict[str, float]:
    """Return χ²/dof of the fit of Eq. (3)."""
    return {"chi2_per_dof": estimators.fit_eq3(counts, fits).chi2_per_dof}


def _exponent_details(counts: DensityOfStates, fits: Mapping[str, Any]) -> dict[str, float]:
    """Return the prefactor, χ²/dof and the window of the fit of n ∝ E^µ."""
    fit = estimators.fit_exponent(counts, fits)
    low, high = fits["zero_temperature_windows_K"][0]
    return {"prefactor": fit.prefactor.value, "chi2_per_dof": fit.chi2_per_dof, "E_low_K": low, "E_high_K": high}


def _gaussian_details(counts: DensityOfStates, fits: Mapping[str, Any]) -> dict[str, float]:
    """Return the prefactor, the lower end and the bins of the fit of a Gaussian."""
    fit = estimators.fit_gaussian(counts, fits)
    low = fits["gaussian_above_J0"][0] * counts.J0_K
    return {"prefactor": fit.prefactor.value, "E_above_K": low, "bin_K": fits["gaussian_bins_K"][0]}


FIT_TABLES = (
    FitTable("table_2", lambda d: d.rungs, ("B", "B_err", "mu", "mu_err", "chi2_per_dof", "B_sys", "mu_sys"), _eq3_details),
    FitTable(
        "zero_temperature",
        lambda d: [d.coldest] if d.quench is None else [d.coldest, d.quench],
        ("mu", "mu_err", "prefactor", "chi2_per_dof", "E_low_K", "E_high_K", "mu_sys"),
        _exponent_details,
    ),
    FitTable(
        "gaussian_limit",
        lambda d: [d.coldest],
        ("E_above_K", "bin_K", "E0_K", "E0_K_err", "prefactor", "E0_K_sys"),
        _gaussian_details,
    ),
)
CHOICES = ["L", "J0_K", "T_K", "quantity", "choice", "value", "value_err", "difference", "difference_err"]
VARIANTS = ["variant", "L", "J0_K", "quantity", "value", "value_err"]
VARIANTS += ["difference", "difference_err", "relative", "relative_err", "n_realizations"]
WEAK_COUPLING = ["L", "J0_K", "T_K", "E_low_K", "E_high_K", "mu", "mu_err", "mu_sys", "chi2_per_dof", "n_realizations"]


# ---- systematic errors: how far the choices of the analysis that the paper leaves open move a number ------------------


def alternative_rows(quantity: str, estimates: Mapping[str, JackknifeEstimate]) -> list[dict[str, Any]]:
    """Return one table row for each choice, with its value and its difference from the quoted value, both with errors.

    ``estimates`` are {choice: estimate ()}; the first is quoted. All are from the same realizations, so that the error of the
    difference is jackknifed.
    """
    quoted, *_ = estimates.values()
    return [
        {"quantity": quantity, "choice": name if position else "quoted"}
        | estimate.columns("value")
        | (estimate - quoted).columns("difference")
        for position, (name, estimate) in enumerate(estimates.items())
    ]


def systematic_error(rows: Sequence[Mapping[str, Any]]) -> float:
    """Return the largest difference of a choice from the quoted value, the first of ``rows``.

    It is 0 if no choice moves the number by more than its statistical error. Choices without a value do not count.
    """
    quoted, *alternatives = rows
    largest = max((abs(row["difference"]) for row in alternatives if math.isfinite(row["difference"])), default=0.0)
    return largest if largest > quoted["value_err"] else 0.0


# ---- the tables ------------------------------------------------------------------------------------------------------


def quantities_in(table: str) -> list[Quantity]:
    """Return the quantities that are quoted in a table."""
    return [quantity for quantity in QUANTITIES if quantity.table == table]


def tabulate_set(densities: TemperatureSeries, settings: Settings) -> dict[str, pd.DataFrame]:
    """Return the tables of one set by name: FIT_TABLES, "laws", and the "choices" of all of them."""
    head = {"L": densities.L, "J0_K": densities.J0_K}
    tail = {"n_realizations": densities.n_realizations}
    tables, choices = {}, []

    def quote(quantity: Quantity, density: Density, T_K: float | None) -> dict[str, Any]:
        """Return value, error and systematic error, and append the choices."""
        estimates = {name: estimator(density) for name, estimator in quantity.choices(settings).items()}
        rows = alternative_rows(quantity.name, estimates)
        if quantity.tabulate_alternatives:
            choices.extend(head | {"T_K": T_K} | row for row in rows)
        x, value, error = quantity.column, rows[0]["value"], rows[0]["value_err"]
        row = {x: value, f"{x}_err": error, f"{x}_sys": systematic_error(rows)}
        if x != "value":
            return row
        test = quantity.law_test(density, settings.observables) if quantity.law_test else None
        if test and test.goodness.rejected:  # the statistical error of a power law that does not hold is meaningless
            row["value_err"] = 0.5 * (test.high - test.low)
        return row | {"statistical_err": error} | _law_columns(test)

    for table in FIT_TABLES:
        rows = []
        for counts in table.densities(densities):
            row = table.details(counts, settings.fits)
            for quantity in quantities_in(table.name):
                row |= quote(quantity, counts, counts.T_K)
            rows.append(head | {"T_K": counts.T_K} | {name: row[name] for name in table.columns} | tail)
        tables[table.name] = pd.DataFrame(rows)
    laws = [head | {"quantity": quantity.name} | quote(quantity, densities, None) | tail for quantity in quantities_in("laws")]
    return tables | {"laws": pd.DataFrame(laws), "choices": pd.DataFrame(choices, columns=CHOICES)}


def _law_columns(test: estimators.LocalTest | None) -> dict[str, float]:
    """Return the columns with the test of the power law that a number belongs to; NaN without one."""
    if test is None:
        return dict.fromkeys(("chi2", "dof", "p_value", "holds", "local_low", "local_high"), math.nan)
    holds = int(not test.goodness.rejected)
    return test.goodness._asdict() | {"holds": holds, "local_low": test.low, "local_high": test.high}


def all_quantities(densities: TemperatureSeries, settings: Settings) -> list[tuple[Quantity, float, JackknifeEstimate]]:
    """Return all quoted numbers of a set before its quench, (quantity, T_K, estimate ()); T_K is NaN for all rungs."""
    rungs = TemperatureSeries(densities.rungs)
    estimates = [
        (quantity, counts.T_K, quantity.quoted(counts, settings))
        for table in FIT_TABLES
        for counts in table.densities(rungs)
        for quantity in quantities_in(table.name)
    ]
    return estimates + [(quantity, math.nan, quantity.quoted(rungs, settings)) for quantity in quantities_in("laws")]


def tabulate_curves(densities: TemperatureSeries, settings: Settings) -> pd.DataFrame:
    """Return κ, C and δv/v of one set at every rung."""
    table = {"L": densities.L, "J0_K": densities.J0_K, "T_K": densities.T_K}
    for name, curve in estimators.curves(densities, settings.observables).items():
        table |= curve.columns(name)
    return pd.DataFrame(table)


def tabulate_weak_coupling(counts: Sequence[DensityOfStates], windows_J0: Sequence[tuple[float, float]]) -> pd.DataFrame:
    """Return µ of n ∝ E^µ after the quench with weak coupling."""
    rows = [weak_coupling_row(density, windows_J0) for density in counts]
    return pd.DataFrame(rows, columns=WEAK_COUPLING)


def weak_coupling_row(counts: DensityOfStates, windows_J0: Sequence[tuple[float, float]]) -> dict[str, Any]:
    """Return the row of µ of n ∝ E^µ on windows in units of J0: the first is quoted, with its systematic error."""
    windows = [(low * counts.J0_K, high * counts.J0_K) for low, high in windows_J0]
    fits = {f"{low:g} < E < {high:g} K": fit_exponent(counts, low, high) for low, high in windows}
    rows = alternative_rows("mu", {name: fit.mu for name, fit in fits.items()})
    quoted = next(iter(fits.values()))
    values = (counts.L, counts.J0_K, counts.T_K, *windows[0], quoted.mu.value, quoted.mu.error)
    values += (systematic_error(rows), quoted.chi2_per_dof, counts.n_realizations)
    return dict(zip(WEAK_COUPLING, values, strict=True))


def tabulate_variants(
    changed: Sequence[DensityOfStates],
    published: Sequence[DensityOfStates],
    variants: Mapping[str, Mapping[str, Any]],
    settings: Mapping[str, Any],
) -> pd.DataFrame:
    """Return the differences of the quoted numbers with one changed choice of model or protocol, as pairs of realizations.

    ``changed`` are the densities of each variant, one variant after the other, and ``published`` those they are compared with.
    """
    choices = Settings(**settings)
    groups = choices.fits["jackknife_groups"]  # a variant is read as it was simulated, without groups
    n_temperatures = len(changed) // max(len(variants), 1)
    rows: list[dict[str, Any]] = []
    for index, (name, variant) in enumerate(variants.items()):
        rungs = slice(index * n_temperatures, (index + 1) * n_temperatures)
        factor = 1 / variant.get("scale", 1.0)
        densities = TemperatureSeries(replace(counts, groups=groups).rescale(factor) for counts in changed[rungs])
        reference = TemperatureSeries(published[rungs]).between(0, densities.n_realizations)
        rows += variant_rows(name, densities, reference, choices)
    return pd.DataFrame(rows, columns=VARIANTS)


def variant_rows(
    name: str, changed: TemperatureSeries, published: TemperatureSeries, settings: Settings
) -> list[dict[str, Any]]:
    """Return the rows of how far a variant ``changed`` moves each quantity from that of ``published``.

    Both have the same realizations, which share sites, c_i and c_ij, so their difference is jackknifed as pairs.
    """
    rows = []
    cold_first = sorted(entries("variant_place"), key=lambda q: q.variant_place.temperature_K(changed.T_K, settings.warm_K))
    for quantity in cold_first:
        value, reference = (quantity.at(quantity.variant_place, series, settings) for series in (changed, published))
        head = {"variant": name, "L": changed.L, "J0_K": published.J0_K, "quantity": quantity.name}
        difference = jackknife.paired_difference(value, reference)
        tail = {"n_realizations": changed.n_realizations}
        rows.append(head | value.columns("value") | difference | tail)
    return rows
