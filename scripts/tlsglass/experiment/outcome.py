"""What the fits of a dataset come to: everything that is kept of them, as numbers and words that JSON and CSV can hold."""

from dataclasses import replace

import numpy as np
import pandas as pd

from tlsglass.experiment import fits, inference, observables

DESCRIBED = ("title", "label", "reference", "doi", "material", "observable", "provenance", "note")
CURVE_POINTS = 300


def with_eq3(dataset):
    """Fit a dataset with µ free and with µ = 0: return what is said of it (a dict), its points and its curves (tables).

    The points have T_K, value, error (the σ of the residuals where none is given), T_error_K, and whether each was fitted;
    the curves T_K, mu_free, stm.
    """
    points, whole = dataset.points, dataset.whole
    found = fits.compare(fits.with_temperature_errors(dataset))
    T = np.geomspace(whole.T_K[0], whole.T_K[-1], CURVE_POINTS)
    curves = {"mu_free": dataset.model(T, found.free.values), "stm": dataset.model(T, found.stm.values)}
    error = np.full_like(whole.value, found.free.misfit) if whole.error is None else whole.error
    T_error = np.zeros_like(error) if whole.T_error_K is None else whole.T_error_K
    fitted = np.isin(whole.T_K, points.T_K)
    shown = {"T_K": whole.T_K, "value": whole.value, "error": error, "T_error_K": T_error, "fitted": fitted}
    return _told(dataset, found), pd.DataFrame(shown), pd.DataFrame({"T_K": T} | curves)


def _told(dataset, found):
    points = dataset.points
    errors = next(iter(dataset.info["data"]["error"]))
    if points.error is None:
        errors = "no errors given: σ estimated from the residuals"
    if points.T_error_K is not None:
        errors += ", with the errors of the temperature (effective variance)"
    return (
        {"dataset": dataset.name}
        | {key: dataset.info.get(key) for key in DESCRIBED}
        | {
            "unit": dataset.unit,
            "symbol": dataset.observable.symbol,
            "window_K": dataset.info.get("window_K"),
            "fitted_K": [float(points.T_K[0]), float(points.T_K[-1])],
            "n_points": len(points.T_K),
            "errors": errors,
            "errors_given": points.error is not None,
            "mu_free": numbers(found.free),
            "stm": numbers(found.stm),
            "delta_aic": found.delta_aic,
            "p_value": found.p_value,
        }
    )


def on_simulation(dataset, densities, least_counts):
    """Fit a dataset between the temperatures of ``densities`` (dos.Counts) with their n(T, E), with Eq. (3), and with the STM.

    Returns a dict; ``delta_aic`` is positive where the simulated n is favoured over the STM.
    """
    eq3, simulation = inference.on_simulation(dataset, densities, least_counts)
    eq3 = fits.with_temperature_errors(eq3)
    found, fit = fits.compare(eq3), fits.fit(replace(simulation, points=eq3.points))
    return {
        "provenance": dataset.info["provenance"],
        "fitted_K": [float(eq3.points.T_K[0]), float(eq3.points.T_K[-1])],
        "n_points": len(eq3.points.T_K),
        "simulated": numbers(fit),
        "mu_free": numbers(found.free),
        "stm": numbers(found.stm),
        "delta_aic": found.stm.aic - fit.aic,
    }


def numbers(fit):
    """Return a Fit as JSON holds it."""
    return vars(fit) | {"misfit": fit.misfit}


def table(fits):
    """Return a row for each of ``fits`` (as ``with_eq3`` tells them): each registered parameter with its error, and µ's
    68 % interval; χ², what speaks for µ; the exponent 2 - µ of κ. A parameter that a fit has not is empty."""
    return pd.DataFrame([_row(fit) for fit in fits])


def _row(fit):
    free = fit["mu_free"]
    values, errors = free["values"], free["errors"]
    row = {key: fit[key] for key in ("dataset", "provenance", "observable")}
    for name in observables.tabulated():
        row |= {name: values.get(name), f"{name}_err": errors.get(name)}
    row["mu_low"], row["mu_high"] = free["intervals"].get("mu", (None, None))
    row |= {key: free[key] for key in ("chi2", "dof")}
    row |= {"stm_chi2": fit["stm"]["chi2"]} | {key: fit[key] for key in ("delta_aic", "p_value")}
    exponent = (2 - values["mu"], errors["mu"]) if "kappa_1K" in values else (None, None)  # κ ~ T^(2-µ)
    return row | dict(zip(("exponent", "exponent_err"), exponent, strict=True))
