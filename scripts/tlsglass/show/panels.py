"""Panels of the figures that show measured data: points with their fits, µ against the window, correlated parameters."""

from typing import NamedTuple

import numpy as np

from tlsglass.experiment import observables
from tlsglass.show import style, tables


def data_and_fits(panel, results, alone=False):
    """Draw the points and the two fits of each of ``results`` (fit, points, curves), as their observable's ``drawing`` says.

    On a linear axis values are in units of a power of ten. A dataset ``alone`` is divided by the power of T that makes it flat
    in the STM, if there is one, and has χ²/dof beside the fits, and the error of µ times sqrt(χ²/dof) where that is above 1.
    """
    first = results[0][0]
    drawing = observables.named(first["observable"]).drawing
    reduced = drawing.reduced if alone else None
    scale = 0 if reduced or drawing.scale == "log" else _power_of_ten(results, drawing)
    for k, (fit, points, curves) in enumerate(results):
        base = points["value"].min() if drawing.from_lowest else 0.0
        drawn = _Drawn(*style.OTHERS[k % len(style.OTHERS)], 10.0**-scale, base, reduced[0] if reduced else 0, k == 0)
        _points(panel, fit, points, drawn)
        _curves(panel, fit, curves, drawn, alone)
    panel.logarithmic("x", ticks=(1, 2, 5) if len(panel.axes.figure.axes) < 3 else (1,))
    axes = panel.axes
    axes.set_xlabel("$T$ (K)")
    axes.set_title(first["material"], fontsize=7)
    axes.set_yscale("linear" if reduced else drawing.scale)
    axes.set_ylabel(reduced[1].format(first["unit"]) if reduced else _axis_label(first, drawing, scale))
    _place_legend(axes, drawing)


def _power_of_ten(results, drawing):
    """Return the power of ten that values are in units of: that of their range, or of the largest."""
    sizes = [np.ptp(p["value"]) if drawing.from_lowest else p["value"].abs().max() for _, p, _ in results]
    return int(np.floor(np.log10(max(sizes))))


def _axis_label(fit, drawing, scale):
    unit = "" if fit["unit"] == "dimensionless" else fit["unit"]
    if drawing.scale == "log":
        return fit["symbol"] + (f" ({unit})" if unit else "")
    zero = " + constant" if drawing.from_lowest else ""
    return rf"{fit['symbol']}{zero} ($10^{{{scale}}}${f' {unit}' if unit else ''})"


class _Drawn(NamedTuple):
    """How one dataset is drawn: (value - base) · factor / T^power."""

    colour: str
    marker: str
    factor: float
    base: float
    power: float
    first: bool

    def value(self, value, T):
        return self.factor * (value - self.base) / T**self.power

    def error(self, error, T):
        return self.factor * error / T**self.power


def _points(panel, fit, points, drawn):
    T = points["T_K"]
    for fitted in (True, False):
        some = points["fitted"] == fitted
        if some.any():
            panel.points(
                T[some],
                drawn.value(points["value"], T)[some],
                drawn.error(points["error"], T)[some],
                f"{fit['dataset']}: points" + ("" if fitted else " outside the window"),
                color=drawn.colour if fitted else style.GREY,
                marker=drawn.marker,
                markerfacecolor="white",
                label=(f"{fit['provenance']} points" if fitted else "not fitted") if drawn.first else None,
            )


def _curves(panel, fit, curves, drawn, alone):
    T = curves["T_K"]
    free, stm = _labels(fit, drawn.first, alone)
    for name, series, options in (
        ("mu_free", "fit, µ free", {"label": free}),
        ("stm", "STM, µ = 0", {"linestyle": "--", "linewidth": 0.8, "label": stm}),
    ):
        panel.line(T, drawn.value(curves[name], T), f"{fit['dataset']}: {series}", color=drawn.colour, **options)


def _labels(fit, first, alone):
    """Return what the legend says of the fit with µ free and of the STM."""
    value, error = fit["mu_free"]["values"]["mu"], fit["mu_free"]["errors"]["mu"]
    if alone and error and fit["errors_given"]:
        error *= max(1.0, fit["mu_free"]["misfit"])
    mu = f"$µ$ = {tables.shorthand(value, error)}"
    if not (alone and fit["errors_given"]):
        return mu + (f", {fit['label']}" if fit["label"] else ""), "$µ$ = 0 (STM)" if first else None
    return f"{mu}, {_reduced_chi2(fit['mu_free'])}", f"STM, {_reduced_chi2(fit['stm'])}"


def _reduced_chi2(fit):
    value = fit["misfit"] ** 2
    return f"χ²/dof = {value:.{1 if value < 10 else 0}f}"


def _place_legend(axes, drawing):
    """Put the legend where the curves leave room; on a linear axis, make it below or above them."""
    if axes.get_yscale() == "log":
        axes.legend(loc=drawing.legend)
        return
    below = drawing.legend != "above"
    low, high = axes.get_ylim()
    room = 0.4 * (high - low)
    axes.set_ylim(low - room * below - 0.1 * (not below) * room, high + room * (not below) + 0.3 * below * room)
    axes.legend(loc="lower center" if below else "upper center")


def window_scan(panel, fit, windows):
    """Draw µ against the upper end of the window for every lower end, the window of the fit filled; errors hold the misfit."""
    axes = panel.axes
    lowest = sorted(windows["T_min_K"].unique())
    for k, T_min in enumerate(lowest):
        rows = windows[windows["T_min_K"] == T_min]
        own = np.isclose(rows["T_max_K"], fit["fitted_K"][1]) & np.isclose(T_min, fit["fitted_K"][0])
        colour, marker = style.PALETTE[k % len(style.PALETTE)], style.MARKERS[k % len(style.MARKERS)]
        for some, face in ((~own, "white"), (own, colour)):
            panel.points(
                rows["T_max_K"][some],
                rows["mu"][some],
                rows["mu_err_scaled"][some],
                f"from {T_min:g} K" + (": the fit" if face == colour else ""),
                color=colour,
                marker=marker,
                markerfacecolor=face,
                label=f"{T_min:g}" if face == "white" else None,
            )
    axes.axhline(0, color="black", linestyle="--", linewidth=0.8)
    certain = windows[windows["mu_err_scaled"] < 6 * windows["mu_err_scaled"].median()]
    low = min((certain["mu"] - 1.2 * certain["mu_err_scaled"]).min(), 0)
    high = max((certain["mu"] + 1.2 * certain["mu_err_scaled"]).max(), 0)
    axes.set_ylim(low - 0.05 * (high - low), high + (0.2 + 0.08 * len(lowest)) * (high - low))
    if windows["T_max_K"].max() > 3 * windows["T_max_K"].min():
        panel.logarithmic("x")
    axes.set_xlabel("upper end of the window (K)")
    axes.set_ylabel("µ")
    columns = 1 + (len(lowest) > 2)
    axes.legend(loc="upper right", ncols=columns, columnspacing=0.8, handletextpad=0.1, title="lower end (K)", title_fontsize=7)


def correlated(panel, fit):
    """Draw where χ² is 2.30 and 6.18 above its minimum (68 and 95 % of two parameters): µ and what is tied most to it."""
    free = fit["mu_free"]
    rho = free["correlations"]["mu"]
    name = max(rho, key=lambda key: abs(rho[key]))
    for chi2, share, line in ((2.30, "68 %", "-"), (6.18, "95 %", ":")):
        mu, other = _ellipse(free, name, chi2)
        panel.line(mu, other, f"{name}: {share} of the covariance", color=style.BLUE, linestyle=line, label=share)
    panel.axes.axvspan(*free["intervals"]["mu"], color=style.BLUE, alpha=0.12, linewidth=0)
    panel.points([free["values"]["mu"]], [free["values"][name]], None, f"{name}: best fit", color=style.BLUE, marker="o")
    panel.axes.set_xlabel("µ")
    panel.axes.set_ylabel(observables.named(fit["observable"]).parameters[name].label)
    panel.axes.ticklabel_format(axis="y", style="sci", scilimits=(-2, 3), useMathText=True)
    panel.axes.yaxis.get_offset_text().set_fontsize(7)
    panel.axes.margins(y=0.25)
    differs = ", profile differs" if "mu" in free["profiled"] else ""
    panel.axes.set_title(f"correlation {rho[name]:.2f}{differs}".replace("-", "−"), fontsize=7)
    panel.axes.legend(loc="lower right" if rho[name] > 0 else "upper right")


def _ellipse(fit, name, chi2, n=100):
    """Return (µ, value of ``name``), (2, n): where the covariance says that χ² is ``chi2`` above its minimum."""
    angle = np.linspace(0, 2 * np.pi, n)
    rho = fit["correlations"]["mu"][name]
    across = np.sqrt(1 - rho**2) * np.sin(angle) + rho * np.cos(angle)
    centre = np.array([[fit["values"]["mu"]], [fit["values"][name]]])
    return centre + np.sqrt(chi2) * np.array([fit["errors"]["mu"] * np.cos(angle), fit["errors"][name] * across])
