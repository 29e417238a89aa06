"""Panels of a fit: what it gives against the window of temperatures, and how its parameters are tied to each other."""

import numpy as np
import pandas as pd
from matplotlib import ticker

from tlsglass.fitting import report_text
from tlsglass.fitting.fit import ParameterState, chi2_rejects, parameter_state
from tlsglass.fitting.likelihood import FitParameter
from tlsglass.models import registry
from tlsglass.models.observable import J0_OVER_H0
from tlsglass.plotting import style

SYMBOLS = {"mu": "µ", J0_OVER_H0: "J$_0$/h$_0$"}
FAINT = 0.35  # how windows look whose fit misses the points
NOTES = {
    "rejected": "faint: fit misses the points",
    "limit": "arrow: limit (95 %)",
    "unheld": "dotted: not constrained",
    "beyond": "bar alone: outside the panel",
}
TWO_SIDED = 1.96  # standard errors to an end of 95 %
NEAR = 0.25  # of the height of a panel: what lies so far outside of what is known well is shown too
ONE_END = 0.45  # inches that a lower end takes in the legend
BESIDE = 1.6  # points of length between windows that differ in their lower end only
DIFFERS = 0.15  # of the error: an interval that ends so far from it is not that of the covariance


def draw_window_scan(panel, fit, windows, parameter="mu"):
    """Draw a parameter against the upper end of the window for every lower end: return which of NOTES are due.

    Errors are scaled; the window of the fit is filled and has the interval of the fit.
    """
    axes, ends = panel.axes, windows["T_max_K"]
    rows = _scanned(fit, windows, parameter)
    bounds = _bounds((fit["atlas"] if parameter == J0_OVER_H0 else fit).get("bounds", {}), parameter)
    view = _view(rows, bounds)
    axes.axhline(0, color="black", linestyle="--", linewidth=0.8)
    axes.set_ylim(*view)
    if ends.max() > 2 * ends.min():
        axes.set_xlim(ends.min() / 1.15, ends.max() * 1.15)
        panel.logarithmic("x", ticks=None)
    elif len(ends):
        room = 0.06 * (ends.max() - ends.min()) or 0.1 * ends.max()
        axes.set_xlim(ends.min() - room, ends.max() + room)
    due, lowest = set(), sorted(windows["T_min_K"].unique())
    for k, T_min in enumerate(lowest):
        place = panel.shifted_right(BESIDE * (k - (len(lowest) - 1) / 2))
        look = {"color": style.PALETTE[k % len(style.PALETTE)], "marker": style.MARKERS[k % len(style.MARKERS)]}
        axes.plot([], [], markerfacecolor="white", linestyle="none", label=f"{T_min:.3g}", **look)
        for (own, rejected, state), some in rows[rows["T_min_K"] == T_min].groupby(["own", "rejected", "state"]):
            told = f"from {T_min:g} K" + (": the fit" if own else "") + (", void" if rejected else "")
            own_look = look | {"alpha": FAINT if rejected else 1.0, "zorder": 4 if own else 2, "transform": place}
            due |= _windows(panel, some, own, state, told, bounds, own_look) | ({"void"} if rejected else set())
    axes.set_xlabel("upper end of the window (K)")
    axes.set_ylabel(SYMBOLS[parameter])
    return due


def _windows(panel, rows, own, state, told, bounds, look):
    """Draw windows that are alike: points with errors, limits, or that they do not hold the parameter; return what is due."""
    at = {ParameterState.UPPER_LIMIT: ("high_95", bounds[0]), ParameterState.LOWER_LIMIT: ("low_95", bounds[1])}
    column, bound = at.get(state, ("value", None))
    low, high = panel.axes.get_ylim()
    seen = rows[column].between(low, high) & (state != ParameterState.NOT_CONSTRAINED)
    shown, rest = rows[seen], rows[~seen]
    bare = {name: look[name] for name in ("color", "alpha", "zorder", "transform")}
    if state in at:
        for row in shown.itertuples():
            width = 1.4 if own else 0.7
            panel.limit(
                row.T_max_K, getattr(row, column), np.clip(bound, low, high), f"{told}, {state}", linewidth=width, **bare
            )
    elif len(shown):
        face = look["color"] if own else "white"
        reach = (shown["low"], shown["high"])
        panel.points(shown["T_max_K"], shown["value"], shown["error"], told, reach, markerfacecolor=face, **look)
    everywhere = state == ParameterState.NOT_CONSTRAINED
    ends = (low, high) if everywhere else (rest["low"].clip(lower=low), rest["high"].clip(upper=high))
    dashes = {"linestyle": ":", "linewidth": 1.4 if own else 0.8} if everywhere else {"linestyle": "-", "linewidth": 0.6}
    panel.axes.vlines(rest["T_max_K"], *ends, **dashes, **bare)
    return ({"limit"} if state in at and len(shown) else set()) | (
        {"unheld" if everywhere else "beyond"} if len(rest) else set()
    )


def _scanned(fit, windows, parameter):
    """Return the windows that hold a parameter: value, error (scaled), low and high (68 %), low_95 and high_95, within the
    bounds of the fit; ``state`` of profile.STATES; ``own``, that of the fit; ``void``, where its fit misses the points."""
    here, model, suffix = (
        (fit["atlas"], fit["atlas"]["model"], "_atlas") if parameter == J0_OVER_H0 else (fit, fit.get("mu_free"), "")
    )
    low, high = _bounds(here.get("bounds", {}), parameter)
    rows = windows[windows[parameter].notna()].copy()
    rows["value"], rows["error"] = rows[parameter], rows[f"{parameter}_err_scaled"]
    rows["own"] = np.isclose(rows["T_max_K"], here["fitted_K"][1]) & np.isclose(rows["T_min_K"], here["fitted_K"][0])
    for share, reach in (("", 1.0), ("_95", TWO_SIDED)):
        rows[f"low{share}"] = (rows["value"] - reach * rows["error"]).clip(lower=low)
        rows[f"high{share}"] = (rows["value"] + reach * rows["error"]).clip(upper=high)
    if model:
        for name, share in (("intervals_scaled", ""), ("intervals_95_scaled", "_95")):
            ends = model[name].get(parameter, (None, None))
            for column, end, bound in zip((f"low{share}", f"high{share}"), ends, (low, high), strict=True):
                rows.loc[rows["own"], column] = bound if end is None else end
    term = FitParameter(0.0, low, high, physical_bounds=True)
    ends = zip(rows["value"], rows["low"], rows["high"], rows["low_95"], rows["high_95"], strict=True)
    rows["state"] = [parameter_state(x, (a, b), (c, d), term) for x, a, b, c, d in ends]
    rows["rejected"] = False
    if model and fit["errors_given"]:
        free = {name for name, error in model["errors"].items() if error != 0}
        held = rows[f"fixed{suffix}"].fillna("").map(lambda names: len(free.intersection(names.split(", "))))
        dof = rows["n_points"] - len(free) + held
        rows["rejected"] = [chi2_rejects(misfit, n) for misfit, n in zip(rows[f"misfit{suffix}"], dof, strict=True)]
    return rows


def _view(rows, bounds):
    """Return the limits of the ordinate: what is known well, and what lies near it; 0 is always seen."""
    known = rows[rows["state"] == ParameterState.INTERVAL]
    limits = rows[rows["state"].isin((ParameterState.UPPER_LIMIT, ParameterState.LOWER_LIMIT))]
    ends = limits["high_95"].where(limits["state"] == ParameterState.UPPER_LIMIT, limits["low_95"])
    if len(known):
        well = known[known["error"] < 6 * known["error"].median() + 1e-300]
        low = min((well["value"] - 1.2 * well["error"]).clip(lower=bounds[0]).min(), well["low"].min(), 0.0)
        high = max((well["value"] + 1.2 * well["error"]).clip(upper=bounds[1]).max(), well["high"].max(), 0.0)
        others = pd.concat([known["value"], ends])
        near = others[others.between(low - NEAR * (high - low), high + NEAR * (high - low))]
    else:
        low, high = (end if np.isfinite(end) else 0.0 for end in (bounds if ends.empty else (0.0, 0.0)))
        near = ends[np.isfinite(ends)]
    low, high = min([low, 0.0, *near]), max([high, 0.0, *near])
    room = 0.06 * ((high - low) or 1.0)
    return low - room, high + room


def draw_window_legend(panel, fit, windows, due=()):
    """Put above a panel of ``window_scan`` the lower ends of the windows, what shorter windows hold, and the NOTES ``due``."""
    held = ", ".join(dict.fromkeys(", ".join(x for x in windows["fixed"].dropna() if x).split(", ")))
    entry = registry.get_observable(fit["observable"])
    names = ", ".join(entry.parameters[name].symbol for name in held.split(", ") if name in entry.parameters)
    notes = [note for name, note in NOTES.items() if name in due]
    lines = [*notes, *([f"held: {names}"] if names else []), "lower end (K)"]
    count = windows["T_min_K"].nunique()
    lines_of_them = np.ceil(count / np.floor(panel.width_inches / ONE_END)) or 1
    columns = int(np.ceil(count / lines_of_them)) or 1
    panel.legend_above(columns, title="\n".join(lines), handletextpad=0.1, columnspacing=0.6)


def most_correlated_parameter(fit):
    """Return the parameter that is tied most to µ, and is no mere offset; None where an ellipse says nothing."""
    free = fit["mu_free"]
    if fit["rejected"] or free["states"].get("mu") != ParameterState.INTERVAL or free["at_bounds"]:
        return None
    parameters = registry.get_observable(fit["observable"]).parameters
    rho = {name: x for name, x in free["correlations"].get("mu", {}).items() if parameters[name].in_table}
    known = {name: x for name, x in rho.items() if free["errors_scaled"][name] and free["errors_scaled"]["mu"]}
    return max(known, key=lambda name: abs(known[name])) if known else None


def draw_correlation(panel, fit):
    """Draw where χ² is 2.30 and 6.18 above its minimum, in units of max(1, χ²/dof): 68 and 95 % of µ and of ``partner``.

    Nothing is drawn outside of the bounds of the fit.
    """
    free, name, axes = fit["mu_free"], most_correlated_parameter(fit), panel.axes
    size = free["values"][name] or free["errors_scaled"][name]
    power = int(np.floor(np.log10(abs(size))))
    power = 0 if -2 <= power <= 2 else power
    for chi2, share, line in ((2.30, "68 %", "-"), (6.18, "95 %", ":")):
        mu, other = _allowed(_ellipse(free, name, chi2), fit["bounds"], name)
        panel.line(mu, other / 10.0**power, f"{name}: {share} of the covariance", color=style.BLUE, linestyle=line, label=share)
    low, high = free["intervals_scaled"].get("mu", (None, None))
    if None not in (low, high):
        axes.axvspan(low, high, color=style.BLUE, alpha=0.12, linewidth=0, label="µ alone, 68 %")
    panel.points(
        [free["values"]["mu"]], [free["values"][name] / 10.0**power], None, f"{name}: best fit", color=style.BLUE, marker="o"
    )
    axes.set_xlabel("µ")
    axes.set_ylabel(_in_powers(registry.get_observable(fit["observable"]).parameters[name], power))
    axes.margins(y=0.12)
    axes.xaxis.set_major_locator(ticker.MaxNLocator(nbins=3, steps=(1, 2, 3, 4, 5, 6, 8, 10), min_n_ticks=3))
    rho = free["correlations"]["mu"][name]
    title = f"correlation {rho:.2f}".replace("-", report_text.MINUS) + ("\n" + _unlike(free) if _unlike(free) else "")
    panel.legend_above(2, title=title)


def _unlike(free):
    """Return what is to be said where the interval of µ is not that of the covariance, which the ellipse shows."""
    value, error = free["values"]["mu"], free["errors_scaled"]["mu"]
    low, high = free["intervals_scaled"].get("mu", (None, None))
    if None in (low, high) or max(abs(value - error - low), abs(value + error - high)) < DIFFERS * error:
        return ""
    return "the ellipse is approximate"


def _in_powers(parameter, power):
    """Return the label of a parameter in units of a power of ten."""
    if not power:
        return parameter.label
    return f"{parameter.symbol} ($10^{{{power}}}$" + (f" {parameter.unit})" if parameter.unit else ")")


def _bounds(bounds, name):
    """Return the bounds of a parameter of fit.json as numbers."""
    low, high = bounds.get(name, (None, None))
    return -np.inf if low is None else low, np.inf if high is None else high


def _allowed(points, bounds, name):
    """Return the ellipse (2, n) with NaN where it leaves the bounds."""
    low, high = (np.array([bounds[key][end] for key in ("mu", name)], dtype=float) for end in (0, 1))
    outside = (points < np.where(np.isnan(low), -np.inf, low)[:, None]) | (
        points > np.where(np.isnan(high), np.inf, high)[:, None]
    )
    return np.where(outside.any(axis=0), np.nan, points)


def _ellipse(fit, name, chi2, n=181):
    """Return (µ, value of ``name``), (2, n): where the covariance says that χ² is ``chi2`` above its minimum, scaled."""
    angle = np.linspace(0, 2 * np.pi, n)
    rho = fit["correlations"]["mu"][name]
    across = np.sqrt(max(1 - rho**2, 0.0)) * np.sin(angle) + rho * np.cos(angle)
    centre = np.array([[fit["values"]["mu"]], [fit["values"][name]]])
    errors = fit["errors_scaled"]
    return centre + np.sqrt(chi2) * np.array([errors["mu"] * np.cos(angle), errors[name] * across])
