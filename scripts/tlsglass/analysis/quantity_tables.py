"""The tables of the quoted quantities: of one set (L, J0), of the variants, of a weak coupling."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from tlsglass.analysis import estimators, systematics
from tlsglass.analysis.quantities import QUANTITIES, entries
from tlsglass.base import jackknife
from tlsglass.dos.fits import fit_exponent
from tlsglass.dos.temperature_series import TemperatureSeries


@dataclass(frozen=True)
class FitTable:
    """A table with a row for each of several densities and its quantities in columns, beside details of their fit."""

    name: str
    densities: Callable  # Densities -> list of counts.Counts
    columns: tuple  # of a quantity in the column x: x, x_err, x_sys
    details: Callable  # (counts, fits) -> {column: number}


def _eq3(counts, fits):
    return {"chi2_per_dof": estimators.eq3(counts, fits).chi2_per_dof}


def _exponent(counts, fits):
    fit = estimators.exponent(counts, fits)
    low, high = fits["zero_temperature_windows_K"][0]
    return {"prefactor": fit.prefactor.value, "chi2_per_dof": fit.chi2_per_dof, "E_low_K": low, "E_high_K": high}


def _gaussian(counts, fits):
    fit = estimators.gaussian(counts, fits)
    low = fits["gaussian_above_J0"][0] * counts.J0_K
    return {"prefactor": fit.prefactor.value, "E_above_K": low, "bin_K": fits["gaussian_bins_K"][0]}


FITS = (
    FitTable("eq3", lambda d: d.rungs, ("B", "B_err", "mu", "mu_err", "chi2_per_dof", "B_sys", "mu_sys"), _eq3),
    FitTable(
        "exponents",
        lambda d: [d.coldest] if d.quench is None else [d.coldest, d.quench],
        ("mu", "mu_err", "prefactor", "chi2_per_dof", "E_low_K", "E_high_K", "mu_sys"),
        _exponent,
    ),
    FitTable(
        "gaussian",
        lambda d: [d.coldest],
        ("E_above_K", "bin_K", "E0_K", "E0_K_err", "prefactor", "E0_K_sys"),
        _gaussian,
    ),
)
CHOICES = ["L", "J0_K", "T_K", "quantity", "choice", "value", "value_err", "difference", "difference_err"]


def tabulate_set(densities, settings):
    """Return the tables of one set as pandas tables by name: those of FITS, "laws", and the "choices" of all of them."""
    head = {"L": densities.L, "J0_K": densities.J0_K}
    tail = {"n_realizations": densities.n_realizations}
    tables, studied = {}, []

    def quote(quantity, density, T_K):
        """Return value, error and systematic error, and note the choices."""
        found = {name: estimate(density) for name, estimate in quantity.choices(settings).items()}
        rows = systematics.rows(quantity.name, found)
        value, error = rows[0]["value"], rows[0]["value_err"]
        if quantity.tabulate_alternatives:
            studied.extend(head | {"T_K": T_K} | row for row in rows)
        x = quantity.column
        row = {x: value, f"{x}_err": error, f"{x}_sys": systematics.systematic(rows)}
        if x != "value":
            return row
        local = quantity.law_test(density, settings.observables) if quantity.law_test else None
        if local and local.goodness.rejected:  # the statistical error of a law that does not hold says nothing
            row["value_err"] = 0.5 * (local.high - local.low)
        return row | {"statistical_err": error} | _tested(local)

    for table in FITS:
        rows = []
        for counts in table.densities(densities):
            row = table.details(counts, settings.fits)
            for quantity in (q for q in QUANTITIES if q.table == table.name):
                row |= quote(quantity, counts, counts.T_K)
            rows.append(head | {"T_K": counts.T_K} | {name: row[name] for name in table.columns} | tail)
        tables[table.name] = pd.DataFrame(rows)
    laws = [
        head | {"quantity": quantity.name} | quote(quantity, densities, None) | tail
        for quantity in QUANTITIES
        if quantity.table == "laws"
    ]
    return tables | {"laws": pd.DataFrame(laws), "choices": pd.DataFrame(studied, columns=CHOICES)}


def _tested(local):
    """Return the columns that tell how well the law holds that a number belongs to: NaN where it belongs to none."""
    if local is None:
        return dict.fromkeys(("chi2", "dof", "p_value", "holds", "local_low", "local_high"), math.nan)
    return local.goodness._asdict() | {
        "holds": int(not local.goodness.rejected),
        "local_low": local.low,
        "local_high": local.high,
    }


def all_quantities(densities, settings):
    """Return all that is quoted of a set before its quench: a list of (quantity, T_K, Samples ()), T_K NaN for all rungs."""
    rungs, found = TemperatureSeries(densities.rungs), []
    for table in FITS:
        quantities = [q for q in QUANTITIES if q.table == table.name]
        found += [(q, counts.T_K, q.quoted(counts, settings)) for counts in table.densities(rungs) for q in quantities]
    return found + [(q, math.nan, q.quoted(rungs, settings)) for q in QUANTITIES if q.table == "laws"]


def tabulate_curves(densities, settings):
    """Return κ, C and δv/v of one set at every rung as a pandas table."""
    table = {"L": densities.L, "J0_K": densities.J0_K, "T_K": densities.T_K}
    for name, samples in estimators.curves(densities, settings.observables).items():
        table |= {name: samples.value, f"{name}_err": samples.error}
    return pd.DataFrame(table)


def weak_coupling_row(counts, windows_J0):
    """Return the row of µ of n ∝ E^µ of a set on windows in units of its J0: the first is quoted, with its systematic error."""
    windows = [(low * counts.J0_K, high * counts.J0_K) for low, high in windows_J0]
    fits = {f"{low:g} < E < {high:g} K": fit_exponent(counts, low, high) for low, high in windows}
    rows = systematics.rows("mu", {name: fit.mu for name, fit in fits.items()})
    head, quoted = (counts.L, counts.J0_K, counts.T_K, *windows[0]), next(iter(fits.values()))
    found = quoted.mu.value, quoted.mu.error, systematics.systematic(rows), quoted.chi2_per_dof, counts.n_realizations
    return dict(zip(WEAK_COUPLING, head + found, strict=True))


def variant_rows(name, changed, published, settings):
    """Return the rows, a list, of how far a variant ``changed`` moves each quantity from that of ``published``, Densities both.

    They hold the same realizations, that share sites, c_i and c_ij: their difference is jackknifed as one.
    """
    rows = []
    quantities = entries("variant_place")
    for quantity in sorted(quantities, key=lambda q: q.variant_place.temperature_K(changed.T_K, settings.warm_K)):  # cold first
        one, other = (quantity.at(quantity.variant_place, densities, settings) for densities in (changed, published))
        moves = jackknife.paired_difference(one, other)
        head = {"variant": name, "L": changed.L, "J0_K": published.J0_K, "quantity": quantity.name}
        rows.append(head | {"value": one.value, "value_err": one.error} | moves | {"n_realizations": changed.n_realizations})
    return rows


VARIANTS = ["variant", "L", "J0_K", "quantity", "value", "value_err"]
VARIANTS += ["difference", "difference_err", "relative", "relative_err", "n_realizations"]
WEAK_COUPLING = ["L", "J0_K", "T_K", "E_low_K", "E_high_K", "mu", "mu_err", "mu_sys", "chi2_per_dof", "n_realizations"]
