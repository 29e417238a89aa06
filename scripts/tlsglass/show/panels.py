"""Panels of the figures that show measured data: points with their fits, µ against the window, correlated parameters."""

import numpy as np

from tlsglass.show import style, tables

NAMES = {
    "kappa_1K": "κ(1 K) (W/(m K))",
    "tls_1K": "C of TLSs at 1 K",
    "phonons_1K": "C of phonons at 1 K",
    "coupling": "P$_0$γ²/ρv²",
    "A_Hz_per_K3": "A (Hz/K³)",
    "loss": "F tan δ",
    "gap_K": "Δ/k (K)",
    "kinetic_fraction": "kinetic fraction",
    "offset": "offset",
}
REDUCED = {"thermal_conductivity": (2, "κ/T² ({}/K²)"), "specific_heat": (1, "C/T ({}/K)")}  # flat in the STM


def data_and_fits(panel, results, alone=False):
    """Draw the points and the two fits of each of ``results`` (fit, points, curves), in units of a power of ten.

    δv/v, δε/ε and δf/f hold an arbitrary offset: each is drawn from its own lowest point. A dataset
    ``alone`` has κ divided by T², C by T, χ²/dof beside the fits, and the
    error of µ times sqrt(χ²/dof) where that is above 1.
    """
    axes = panel.axes
    first = results[0][0]
    absolute = first["observable"] in REDUCED
    power, label = REDUCED[first["observable"]] if absolute and alone else (0, "")
    scale = 0 if absolute else int(np.floor(np.log10(max(np.ptp(points["value"]) for _, points, _ in results))))
    for k, (fit, points, curves) in enumerate(results):
        base = 0.0 if absolute else points["value"].min()
        colour, marker = style.OTHERS[k % len(style.OTHERS)]
        T = points["T_K"]
        for fitted in (True, False):
            some = points["fitted"] == fitted
            if some.any():
                panel.points(
                    T[some],
                    10.0**-scale * (points["value"] - base)[some] / T[some] ** power,
                    10.0**-scale * points["error"][some] / T[some] ** power,
                    f"{fit['dataset']}: points" + ("" if fitted else " outside the window"),
                    color=colour if fitted else style.GREY,
                    marker=marker,
                    markerfacecolor="white",
                    label=(f"{fit['provenance']} points" if fitted else "not fitted") if k == 0 else None,
                )
        T = curves["T_K"]
        value, error = fit["mu_free"]["values"]["mu"], fit["mu_free"]["errors"]["mu"]
        if alone and error and fit["errors_given"]:
            error *= max(1.0, fit["mu_free"]["misfit"])
        mu = f"$µ$ = {tables.shorthand(value, error)}"
        free, stm = mu + (f", {fit['label']}" if fit["label"] else ""), "$µ$ = 0 (STM)" if k == 0 else None
        if alone and fit["errors_given"]:
            reduced = {m: fit[m]["misfit"] ** 2 for m in ("mu_free", "stm")}
            free, stm = (
                f"{text}, χ²/dof = {reduced[m]:.{1 if reduced[m] < 10 else 0}f}"
                for text, m in ((mu, "mu_free"), ("STM", "stm"))
            )
        for name, series, options in (
            ("mu_free", "fit, µ free", {"label": free}),
            ("stm", "STM, µ = 0", {"linestyle": "--", "linewidth": 0.8, "label": stm}),
        ):
            y = 10.0**-scale * (curves[name] - base) / T**power
            panel.line(T, y, f"{fit['dataset']}: {series}", color=colour, **options)
    panel.logarithmic("x", ticks=(1, 2, 5) if len(panel.axes.figure.axes) < 3 else (1,))
    axes.set_xlabel("$T$ (K)")
    axes.set_title(first["material"], fontsize=7)
    if absolute:
        axes.set_yscale("log" if not alone else "linear")
        axes.set_ylabel(label.format(first["unit"]) if alone else f"{first['symbol']} ({first['unit']})")
    else:
        axes.set_ylabel(rf"{first['symbol']} + constant ($10^{{{scale}}}$)")
    _legend_beside(axes, [(points, curves) for _, points, curves in results], first["observable"], alone)


def _legend_beside(axes, drawn, observable, alone):
    """Put the legend where the curves leave room: δv/v and δf/f have a maximum and leave it below, δε/ε a minimum."""
    if observable in REDUCED and not alone:
        axes.legend(loc="upper left")
        return
    below = observable != "dielectric_constant"
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
    panel.axes.set_ylabel(NAMES[name])
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
