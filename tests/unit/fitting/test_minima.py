"""No start finds a better fit: of each model, from random points within the bounds and from the maxima of the others.

More of them: pytest tests/unit/fitting/test_minima.py --minima 500 --minima-table benchmarks/measured/minima.csv
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import tlsglass
from tlsglass.base import io
from tlsglass.fitting import closure
from tlsglass.fitting.comparison import fit_models
from tlsglass.fitting.problem import FitProblem
from tlsglass.models import registry

CASES = Path(__file__).parents[2] / "data/cases"
MISSED_BY_STM = ("stm_not_minimum_18.csv", "stm_not_minimum_46.csv", "resonator_two_level.csv")  # once, from its grid alone
N_RANDOM = 3  # starts of each model
LARGEST_DECREASE = 1e-3  # of χ²


def random_start(likelihood, rng, values):
    """Return a start with the parameters that are no amplitudes anywhere between the first and the last of their grid."""
    start = dict(values)
    for name, parameter in likelihood.parameters.items():
        grid = [x for x in parameter.start_grid if parameter.low <= x <= parameter.high]
        if len(grid) > 1 and not parameter.fixed:
            logarithmic = parameter.logarithmic
            low, high = (np.log(x) if logarithmic else x for x in (min(grid), max(grid)))
            x = rng.uniform(low, high)
            start[name] = float(np.exp(x) if logarithmic else x)
    return start


def decreases(study, seed):
    """Yield (model, how much a further start lowers χ² of the fit of one table)."""
    rng = np.random.default_rng([seed, 26])
    (dataset,), _ = study.sample(rng)
    return decreases_of_fits(fit_models(FitProblem.from_dataset(dataset), intervals=False), rng)


def decreases_of_fits(fits, rng):
    """Yield (model, how much a further start lowers χ², or -2 ln L without errors of the points)."""
    free, stm = fits.comparison.free, fits.comparison.stm
    for label, problem, fit, maxima in (
        ("Eq. (3)", fits.problem, free, [stm.values]),
        ("STM", fits.problem.with_fixed(mu=0.0), stm, [free.values]),
        ("atlas", fits.on_atlas, fits.atlas, [free.values]),
    ):
        likelihood = problem.likelihood(fit.extra_scatter)
        best = fit.deviance - 2 * sum(np.sum(np.log(data.scale)) for data in likelihood.data)
        starts = [fit.values | maximum for maximum in maxima]
        starts += [random_start(likelihood, rng, fit.values) for _ in range(N_RANDOM)]
        for start in starts:
            yield label, best - deviance(likelihood, likelihood.maximize(start).objective)


def deviance(likelihood, objective):
    """Return -2 ln L of a maximum, without the logarithms of the units of the residuals."""
    n = likelihood.n_points
    return objective if likelihood.errors_given else n * np.log(objective / n)


@pytest.mark.parametrize("name", registry.observable_names())
def test_no_start_finds_a_better_fit(name, request):
    """Tables of Eq. (3); a fit that another start improves is reported with its seed, the model, and the decrease of χ²."""
    study, tables, file = (
        closure.eq3_study(name),
        request.config.getoption("--minima"),
        request.config.getoption("--minima-table"),
    )
    searches = [(seed, label, x) for seed in range(tables) for label, x in decreases(study, seed)]
    missed = [row for row in searches if row[2] > LARGEST_DECREASE]
    if file:
        add_rows(Path(file), name, tables, pd.DataFrame(searches, columns=["seed", "model", "decrease"]))
    assert not missed


@pytest.mark.parametrize("seed", [7, 67])
def test_a_search_whose_errors_of_the_model_do_not_converge_is_no_better_fit(seed):
    assert not [search for search in decreases(closure.eq3_study("resonator_loss"), seed) if search[1] > LARGEST_DECREASE]


@pytest.mark.parametrize("name", MISSED_BY_STM)
def test_no_start_finds_a_better_fit_of_a_table_that_the_stm_missed(name):
    T, value = pd.read_csv(CASES / name).iloc[:, :2].to_numpy(float).T
    report = tlsglass.fit(T, value, "resonator_frequency", frequency=5e9, scan=False)
    searches = list(decreases_of_fits(report.result.fits, np.random.default_rng(26)))
    assert not [search for search in searches if search[1] > LARGEST_DECREASE]


def add_rows(path, observable, tables, searches):
    """Replace the rows of an observable in a table: of each model, the tables with a better fit and the largest decrease."""
    missed = searches[searches["decrease"] > LARGEST_DECREASE].groupby("model")["seed"].nunique()
    largest = searches.groupby("model", sort=False)["decrease"].max().clip(lower=0)
    rows = pd.DataFrame({"observable": observable, "tables": tables, "missed": missed, "largest_decrease": largest})
    rows = rows.reindex(largest.index).fillna({"missed": 0, "observable": observable, "tables": tables})
    rows = rows.astype({"missed": int, "tables": int}).rename_axis("model").reset_index()
    known = pd.read_csv(path) if path.exists() else rows.iloc[:0]
    table = pd.concat([known[known["observable"] != observable], rows]) if len(known) else rows
    io.write_csv(
        path, table[["observable", "model", "tables", "missed", "largest_decrease"]].sort_values("observable", kind="stable"), 2
    )
