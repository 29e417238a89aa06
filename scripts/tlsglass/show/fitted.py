"""The table of all fits of measured data: as numbers, and to be read."""

import pandas as pd

from tlsglass.experiment import observables
from tlsglass.show import tables

TITLE = "Fits of measured and reconstructed data"
NOTE = (
    "µ free beside µ = 0 (standard tunneling model): a positive ΔAIC favours µ free, and p is that of the likelihood ratio if"
    " µ were 0. Intervals marked * are from the profile likelihood, since the parabola fails. Where no errors are given, the"
    " column χ²/dof shows σ as estimated from the residuals. Where χ²/dof is far above 1, the model does not describe the"
    " points within their errors, and neither the errors nor p can be taken at their word. Reconstructed data are the curve of"
    " the paper's printed parameters with noise: their fits show that the parameters are recovered, and nothing about nature."
)


def table(fits):
    """Return a row for each of ``fits`` (as outcome.with_eq3 tells them): each registered parameter with its error, and µ's
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


def readable(fits):
    """Return the same as text, a row for each of ``fits``."""
    return pd.DataFrame([_spelled(fit) for fit in fits])


def _spelled(fit):
    free = fit["mu_free"]
    values, errors = free["values"], free["errors"]
    low, high = free["intervals"].get("mu", (None, None))
    others = [name for name in observables.tabulated() if name in values and name != "mu"]
    return {
        "dataset": fit["dataset"],
        "provenance": fit["provenance"],
        "µ": tables.shorthand(values["mu"], errors["mu"]),
        "68 %": "-" if None in (low, high) else f"{low:.3f} to {high:.3f}" + " *" * ("mu" in free["profiled"]),
        "other parameters": ", ".join(f"{name} {tables.shorthand(values[name], errors[name])}" for name in others),
        "χ²/dof": _misfit(fit, "mu_free"),
        "χ²/dof, µ = 0": _misfit(fit, "stm"),
        "ΔAIC": f"{fit['delta_aic']:.1f}",
        "p (µ = 0)": "-" if fit["p_value"] is None else f"{fit['p_value']:.2g}",
        "at its bound": ", ".join(free["at_bounds"]),
    }


def _misfit(fit, model):
    """χ²/dof, or without errors the σ of the residuals."""
    one = fit[model]
    return f"{one['chi2']:.1f}/{one['dof']}" if fit["errors_given"] else f"σ = {one['misfit']:.2g}"
