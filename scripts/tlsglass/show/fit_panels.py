"""Panels of a fit: what it gives against the window of temperatures, and how its parameters are tied to each other."""

import numpy as np

from tlsglass.experiment import observables, profile, words
from tlsglass.show import style

SYMBOLS = {"mu": "µ", "J0_over_h0": "J$_0$/h$_0$"}


def window_scan(panel, fit, windows, parameter="mu"):
    """Draw a parameter against the upper end of the window for every lower end; errors are scaled, the fit itself is filled."""
    axes = panel.axes
    value, error, ends = parameter, f"{parameter}_err_scaled", windows["T_max_K"]
    windows = windows[windows[value].notna()]
    lowest = sorted(windows["T_min_K"].unique())
    on_atlas = parameter == "J0_over_h0"
    fitted = fit["atlas"]["fitted_K"] if on_atlas else fit["fitted_K"]
    bounds = _bounds(fit["atlas"]["bounds"] if on_atlas else fit.get("bounds", {}), parameter)
    for k, T_min in enumerate(lowest):
        rows = windows[windows["T_min_K"] == T_min]
        own = np.isclose(rows["T_max_K"], fitted[1]) & np.isclose(T_min, fitted[0])
        colour, marker = style.PALETTE[k % len(style.PALETTE)], style.MARKERS[k % len(style.MARKERS)]
        for some, face in ((~own, "white"), (own, colour)):
            panel.points(
                rows["T_max_K"][some],
                rows[value][some],
                rows[error][some],
                f"from {T_min:g} K" + (": the fit" if face == colour else ""),
                bounds=bounds,
                color=colour,
                marker=marker,
                markerfacecolor=face,
                label=f"{T_min:g}" if face == "white" else None,
            )
    axes.axhline(0, color="black", linestyle="--", linewidth=0.8)
    certain = windows[windows[error] < 6 * windows[error].median() + 1e-300]
    certain = certain if len(certain) else windows
    low = min((certain[value] - 1.2 * certain[error]).clip(lower=bounds[0]).min(), 0)
    high = max((certain[value] + 1.2 * certain[error]).clip(upper=bounds[1]).max(), 0)
    room = 0.06 * ((high - low) or 1.0)
    axes.set_ylim(low - room, high + room)
    if ends.max() > 2 * ends.min():
        axes.set_xlim(ends.min() / 1.15, ends.max() * 1.15)
        panel.logarithmic("x", ticks=None)
    axes.set_xlabel("upper end of the window (K)")
    axes.set_ylabel(SYMBOLS[parameter])


def name_lower_ends(panel, fit, windows):
    """Put the lower ends of the windows, and what shorter windows hold, above a panel of ``window_scan``."""
    held = ", ".join(dict.fromkeys(", ".join(x for x in windows["held"].dropna() if x).split(", ")))
    entry = observables.named(fit["observable"])
    names = ", ".join(entry.parameters[name].symbol for name in held.split(", ") if name in entry.parameters)
    title = "lower end (K)" + (f"; held but in the fit:\n{names}" if names else "")
    columns = max(1, min(4, windows["T_min_K"].nunique()))
    panel.legend_above(columns, title=title, handletextpad=0.1, columnspacing=0.6)


def partner(fit):
    """Return the parameter that is tied most to µ, and is no mere offset; None where an ellipse says nothing."""
    free = fit["mu_free"]
    if free["states"].get("mu") != profile.INTERVAL or free["at_bounds"]:
        return None
    parameters = observables.named(fit["observable"]).parameters
    rho = {name: x for name, x in free["correlations"].get("mu", {}).items() if parameters[name].tabulated}
    known = {name: x for name, x in rho.items() if free["errors_scaled"][name] and free["errors_scaled"]["mu"]}
    return max(known, key=lambda name: abs(known[name])) if known else None


def correlated(panel, fit):
    """Draw where χ² is 2.30 and 6.18 above its minimum, in units of max(1, χ²/dof): 68 and 95 % of µ and of ``partner``.

    Nothing is drawn outside of the bounds of the fit.
    """
    free, name, axes = fit["mu_free"], partner(fit), panel.axes
    size = free["values"][name] or free["errors_scaled"][name]
    power = int(np.floor(np.log10(abs(size))))
    power = 0 if -2 <= power <= 2 else power
    for chi2, share, line in ((2.30, "68 %", "-"), (6.18, "95 %", ":")):
        mu, other = _allowed(_ellipse(free, name, chi2), fit["bounds"], name)
        panel.line(mu, other / 10.0**power, f"{name}: {share} of the covariance", color=style.BLUE, linestyle=line, label=share)
    low, high = free["intervals_scaled"].get("mu", (None, None))
    if None not in (low, high):
        axes.axvspan(low, high, color=style.BLUE, alpha=0.12, linewidth=0)
    panel.points(
        [free["values"]["mu"]], [free["values"][name] / 10.0**power], None, f"{name}: best fit", color=style.BLUE, marker="o"
    )
    axes.set_xlabel("µ")
    axes.set_ylabel(_in_powers(observables.named(fit["observable"]).parameters[name], power))
    axes.margins(y=0.12)
    rho = free["correlations"]["mu"][name]
    differs = ", profile differs" if "mu" in free["profiled"] else ""
    title = f"correlation {rho:.2f}{differs}".replace("-", words.MINUS)
    panel.legend_above(2, title=title)


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
