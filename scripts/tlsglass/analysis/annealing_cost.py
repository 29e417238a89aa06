"""The cost of annealing: its numbers minus those of exchange Monte Carlo, on the same realizations, and tests of equilibrium.

Tables of one set are pandas tables by name. A set that fails a test is tabulated with ``certified`` 0, and not used.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from tlsglass.analysis import atlas_validation, quantity_tables
from tlsglass.analysis.quantity import Settings
from tlsglass.atlas import ratio_spline
from tlsglass.base import jackknife
from tlsglass.base.jackknife import JackknifeEstimate
from tlsglass.base.types import FloatArray
from tlsglass.dos.density_of_states import DensityOfStates
from tlsglass.dos.fits import fit_exponent
from tlsglass.dos.temperature_series import TemperatureSeries
from tlsglass.model.parameters import ModelParameters
from tlsglass.models.observable import J0_OVER_H0
from tlsglass.montecarlo import equilibration_tests, tempering_batch
from tlsglass.montecarlo.equilibration_data import EquilibrationData
from tlsglass.montecarlo.equilibration_tests import EquilibrationTest

FREEZING_RATIO = 1.1  # valleys are frozen where the overlaps of two anneals exceed their energy by this factor
EXCESS_COLUMNS = [
    *("L", J0_OVER_H0, "T_over_h0", "E", "excess", "excess_err"),
    *("fitted", "fitted_err", "predicted", "predicted_err", "certified", "n_realizations"),
]
EXCESS_T_OVER_H0 = (0.002, 0.01, 0.05)
ZONE_POINTS = 40  # energies of the mean of a fit over a zone
N_LISTED = 100  # realizations of each set whose ground states are listed
NO_EQUILIBRIUM = dict.fromkeys(
    ("tempered", "tempered_err", "difference", "difference_err", "relative", "relative_err"), math.nan
)

Row = dict[str, Any]


def tabulate_annealing_cost(
    data: EquilibrationData, tempered: TemperatureSeries, annealed: Mapping[int, TemperatureSeries], settings: Settings
) -> dict[str, pd.DataFrame]:
    """Return the tables of one set by name, those of ``report.catalogue.EQUILIBRIUM_TABLES``.

    ``tempered`` are its densities by exchange Monte Carlo, ``annealed`` those by annealing, {sweeps at each rung: densities}.
    """
    model = data.model
    tests = equilibration_tests.run_tests(data, tempered)
    certified = all(test.passed for test in tests)
    head = {"L": model.L, "J0_K": model.J0_K}
    tail = {"certified": int(certified), "n_realizations": data.n_realizations}
    costs = []
    for position, (sweeps, densities) in enumerate(annealed.items()):
        rows = _quantity_rows(densities, tempered, settings) + _density_rows(densities, tempered, model, settings)
        costs += [head | {"sweeps": sweeps} | row | tail for row in rows + _chain_rows(data, position)]
    if len(data.annealed_rungs_K):
        freezing = {"quantity": "freezing_K", "T_K": math.nan} | freezing_K(data).columns("value") | NO_EQUILIBRIUM
        costs.append(head | {"sweeps": int(data.annealed_sweeps[0])} | freezing | tail)
    return {
        "certificates": pd.DataFrame([head | _test_row(test) | {"n_realizations": data.n_realizations} for test in tests]),
        "identities": pd.concat(_identity_tables(data, head), ignore_index=True),
        "tempering": _tempering_table(data, head),
        "annealing_cost": pd.DataFrame(costs),
        "annealed_density": pd.concat(
            [
                pd.DataFrame(head | {"sweeps": sweeps} | _density_columns(densities, tempered) | tail)
                for sweeps, densities in annealed.items()
            ],
            ignore_index=True,
        ),
        "ground_states": _ground_state_table(data, head),
    }


def _test_row(test: EquilibrationTest) -> Row:
    """Return the row of a test of equilibrium; "left_out" where it does not apply."""
    limits = {"least": test.lower, "most": test.upper if math.isfinite(test.upper) else math.nan}
    result = {"left_out": test.left_out} if test.left_out else {"passed": int(test.passed)}
    return {"certificate": test.name, "value": test.value, "T_K": test.T_K} | limits | result


def _cost_row(quantity: str, T_K: float, annealed: JackknifeEstimate, tempered: JackknifeEstimate) -> Row:
    """Return the row of a number () by annealing and by tempering."""
    difference = jackknife.paired_difference(annealed, tempered)
    return {"quantity": quantity, "T_K": T_K} | annealed.columns("value") | tempered.columns("tempered") | difference


def _quantity_rows(annealed: TemperatureSeries, tempered: TemperatureSeries, settings: Settings) -> list[Row]:
    """Return the rows of all quoted quantities of a set."""
    pairs = zip(
        quantity_tables.all_quantities(annealed, settings), quantity_tables.all_quantities(tempered, settings), strict=True
    )
    return [_cost_row(quantity.name, T_K, value, equilibrium) for (quantity, T_K, value), (*_, equilibrium) in pairs]


def _density_rows(
    annealed: TemperatureSeries, tempered: TemperatureSeries, model: ModelParameters, settings: Settings
) -> list[Row]:
    """Return the rows of the mean of n over E < T and over E < h0/10 at each rung, and of µ of n ∝ E^µ at the coldest.

    The window of µ is in units of J0.
    """
    rows = []
    for counts, equilibrium in zip(annealed.rungs, tempered.rungs, strict=True):
        for name, E_K in (("n_below_T", counts.T_K), ("n_below_tenth_h0", tempering_batch.LOW_ENERGY_H0 * model.h0_K)):
            rows.append(_cost_row(name, counts.T_K, mean_density(counts, E_K), mean_density(equilibrium, E_K)))
    low, high = (end * annealed.J0_K for end in settings.fits["power_law_windows_J0"][0])
    powers = [fit_exponent(densities.coldest, low, high).mu for densities in (annealed, tempered)]
    return [*rows, _cost_row("mu_below_J0", annealed.coldest.T_K, *powers)]


def mean_density(counts: DensityOfStates, E_K: float) -> JackknifeEstimate:
    """Return the mean () of n(T, E) over 0 < E < ``E_K``."""
    width = np.clip(E_K - counts.edges_K[:-1], 0, counts.widths_K)
    return counts.n @ width / E_K


def tabulate_excess(
    sets: Mapping[str, Sequence[tuple[DensityOfStates, DensityOfStates]]],
    certified: Sequence[str],
    fitted: Sequence[str],
    h0_K: float,
) -> pd.DataFrame:
    """Return how far annealing leaves mean densities above equilibrium: measured, and as the atlas subtracts it.

    Parameters
    ----------
    sets
        Pairs (annealed, tempered) of each set at all temperatures.
    certified
        The names of the sets that passed the tests of equilibration.
    fitted
        The names of those of them that the excess is fitted to.
    h0_K
        Typical random field h0 in kelvin.

    Returns
    -------
    DataFrame
        One row for each set, temperature and zone of ``atlas_validation.energy_zones``. ``fitted`` is the fit to all
        fitted sets, ``predicted`` that to the others of them (NaN if there are none). All are relative, with errors.
    """
    rows = []
    full = _fit_excess(sets, fitted, h0_K)
    for name, pairs in sets.items():
        without = _fit_excess(sets, [fitted_name for fitted_name in fitted if fitted_name != name], h0_K)
        tail = {"certified": int(name in certified), "n_realizations": pairs[0][0].n_realizations}
        rows += [row | tail for row in excess_rows(pairs, full, without, h0_K)]
    return pd.DataFrame(rows, columns=EXCESS_COLUMNS)


def tabulate_interaction_excess(
    sets: Mapping[str, Sequence[tuple[DensityOfStates, DensityOfStates]]],
    models: Mapping[str, str],
    certified: Sequence[str],
    of_atlas: FloatArray,
    h0_K: float,
) -> pd.DataFrame:
    """Return how far annealing leaves mean densities of several interactions above equilibrium, as ``tabulate_excess`` does.

    ``models`` are the names of the interactions in the table, by the names of the sets. ``of_atlas`` are the coefficients of
    the excess of normal factors, which the atlas of every interaction subtracts.
    """
    rows = []
    for name, pairs in sets.items():
        tail = {"certified": int(name in certified), "n_realizations": pairs[0][0].n_realizations}
        rows += [{"model": models[name]} | row | tail for row in excess_rows(pairs, of_atlas, None, h0_K)]
    table = pd.DataFrame(rows, columns=["model", *EXCESS_COLUMNS]).drop(columns=["predicted", "predicted_err"])
    return table.rename(columns={"fitted": "of_atlas", "fitted_err": "of_atlas_err"})


def _fit_excess(
    sets: Mapping[str, Sequence[tuple[DensityOfStates, DensityOfStates]]], names: Sequence[str], h0_K: float
) -> FloatArray | None:
    """Return the coefficients of the excess of the named sets; None if there are no names."""
    pairs = [(annealed, tempered, 1.0) for name in names for annealed, tempered in sets[name]]
    return ratio_spline.fit_ratio(pairs, h0_K).coefficients if pairs else None


def excess_rows(
    pairs: Sequence[tuple[DensityOfStates, DensityOfStates]],
    fitted: FloatArray | None,
    predicted: FloatArray | None,
    h0_K: float,
) -> list[Row]:
    """Return the rows of ``tabulate_excess`` of one set; ``fitted`` and ``predicted`` are coefficients of the two fits."""
    rows = []
    for annealed, tempered in pairs:
        T = annealed.T_K / h0_K
        if not np.isclose(T, EXCESS_T_OVER_H0).any():
            continue
        head = {"L": annealed.L, J0_OVER_H0: annealed.J0_K / h0_K, "T_over_h0": T}
        for zone, low_K, high_K in atlas_validation.energy_zones(annealed.T_K, h0_K):
            means = [
                (mean_density(counts, high_K) * high_K - (mean_density(counts, low_K) * low_K if low_K else 0.0))
                for counts in (annealed, tempered)
            ]
            row = head | {"E": zone} | (means[0] / means[1] - 1).columns("excess")
            E = (low_K + (high_K - low_K) * (np.arange(ZONE_POINTS) + 0.5) / ZONE_POINTS) / h0_K
            for column, coefficients in (("fitted", fitted), ("predicted", predicted)):
                if coefficients is None:
                    row |= dict.fromkeys((column, f"{column}_err"), math.nan)
                else:
                    ratio = np.exp(ratio_spline.ln_ratio(coefficients, E, T, annealed.J0_K / h0_K)).reduce(np.mean)
                    row |= (ratio - 1).columns(column)
            rows.append(row)
    return rows


def _density_columns(annealed: TemperatureSeries, tempered: TemperatureSeries) -> dict[str, Any]:
    """Return the columns of n(T, E) by both methods at the coldest rung, and of their ratio."""
    ratio = ratio_spline.density_ratio(annealed.coldest, tempered.coldest)
    columns = {"T_K": annealed.coldest.T_K, "E_K": ratio.E_K}
    for name, estimate in (("n_annealed", ratio.numerator), ("n_tempered", ratio.denominator), ("ratio", ratio.ratio)):
        columns |= estimate.columns(name)
    return columns


def _chain_rows(data: EquilibrationData, position: int) -> list[Row]:
    """Return the rows of the energy per spin at the end of each rung, and of the ground states, for anneals of one kind."""
    annealed, excess = data.mean("annealed_K")[position], data.mean("excess_K")[position]
    rows = [
        _cost_row("energy_per_spin_K", T, annealed[k], annealed[k] - excess[k]) for k, T in enumerate(data.measured_K.tolist())
    ]
    lowest = data.lowest.min(axis=1)
    for name, values in (
        ("ground_state_found", data.annealed_lowest[:, position] <= lowest),
        ("ground_state_excess_K", 0.5 * (data.annealed_lowest[:, position] - lowest) * data.field_unit_K),
    ):
        error = np.std(values, ddof=1) / math.sqrt(len(values))
        row = {"quantity": name, "T_K": math.nan, "value": np.mean(values), "value_err": error}
        rows.append(row | NO_EQUILIBRIUM)
    return rows


def freezing_K(data: EquilibrationData) -> JackknifeEstimate:
    """Return the temperature () at which valleys freeze.

    ASSUME: there the identity of the fields is violated by a tenth for two independent anneals: their overlaps exceed their
    energy by FREEZING_RATIO. From the coldest rung upwards the first crossing counts, interpolated in ln T.
    """
    identity = equilibration_tests.identities(data, "twice_")["field"]
    ratio = (identity.overlap_K / identity.energy_K).rows[:, ::-1]
    ln_T = np.log(data.annealed_rungs_K[::-1])
    return JackknifeEstimate(np.array([np.exp(_first_crossing(ln_T, row)) for row in ratio]))


def _first_crossing(ln_T: FloatArray, ratio: FloatArray) -> float:
    """Return ln T at which ``ratio`` (t,), from the coldest rung upwards, first falls to FREEZING_RATIO."""
    above = ratio > FREEZING_RATIO
    if not above[0]:
        return math.nan
    if above.all():
        return ln_T[-1]
    k = int(np.argmin(above))
    return np.interp(FREEZING_RATIO, [ratio[k], ratio[k - 1]], [ln_T[k], ln_T[k - 1]])


def _identity_tables(data: EquilibrationData, head: Row) -> list[pd.DataFrame]:
    """Return both sides of the Gaussian identities on every rung, a table for each method and identity."""
    tables = []
    for method, prefix, T in (("tempering", "", data.rungs_K), ("two anneals", "twice_", data.annealed_rungs_K)):
        for kind, identity in equilibration_tests.identities(data, prefix).items():
            columns = {"T_K": T}
            for name in ("energy_K", "overlap_K", "difference_K"):
                columns |= getattr(identity, name).columns(name)
            tables.append(pd.DataFrame(head | {"method": method, "identity": kind} | columns))
    return tables


def _tempering_table(data: EquilibrationData, head: Row) -> pd.DataFrame:
    """Return energies, exchanges with the next rung, autocorrelation, and the distance of the copies, for each rung."""
    columns = {
        "T_K": data.rungs_K,
        **data.mean("energy_K")[0].columns("energy_per_spin_K"),
        "acceptance": data.mean("flips").value,
        "exchanges": np.append(data.mean("exchanges").value, math.nan),
        "autocorrelation_sweeps": equilibration_tests.autocorrelation(data),
        "copies_apart_K": np.sqrt(data.mean("split_K2").value),
    }
    return pd.DataFrame(head | columns)


def _ground_state_table(data: EquilibrationData, head: Row) -> pd.DataFrame:
    """Return the lowest energy of the first realizations, as the integer 2H and in kelvin, and the excess of the anneals."""
    lowest, unit_K = data.lowest[:N_LISTED].min(axis=1), 0.5 * data.field_unit_K
    columns = {
        "realization": np.arange(len(lowest)),
        "n_spins": data.n_spins,
        "field_unit_K": data.field_unit_K,
        "doubled_energy": lowest,
        "energy_K": unit_K * lowest,
        "copies_agree": (data.lowest[:N_LISTED, 0] == data.lowest[:N_LISTED, 1]).astype(int),
    }
    excess = data.annealed_lowest[:N_LISTED] - lowest[:, None]
    columns |= {f"annealed_{sweeps}_above_K": unit_K * excess[:, k] for k, sweeps in enumerate(data.annealed_sweeps)}
    return pd.DataFrame(head | columns)
