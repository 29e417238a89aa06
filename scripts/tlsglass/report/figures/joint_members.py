"""Datasets that are fitted together, each in a panel of its own, with the joint fits."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from tlsglass.fitting import report_text
from tlsglass.models import registry
from tlsglass.plotting import style

MAX_PANELS = 6
LOG_RANGE = 3.0  # of the values: an axis over less is linear
LOOKS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("mu_free", "µ free", {"color": style.GREEN}),
    ("stm", "STM", {"color": "black", "linestyle": "--", "linewidth": 0.8}),
)


def draw(fit: Mapping[str, Any], points: pd.DataFrame, curves: pd.DataFrame) -> style.Figure:
    """Return the figure from joint.json and its tables."""
    members = fit["members"][:MAX_PANELS]
    figure = style.Figure(len(members), width="double" if len(members) > 1 else "single")
    for panel, member in zip(figure.panels, members, strict=True):
        own_points, own_curves = (table[table["dataset"] == member["name"]] for table in (points, curves))
        name, marker = member["name"], {"color": "black", "marker": "o", "markerfacecolor": "white", "markersize": 2.6}
        unit, scale, is_log = member["unit"].replace("dimensionless", ""), 1.0, _is_logarithmic(member, own_points["value"])
        if not is_log:
            power = int(np.floor(np.log10(own_points["value"].abs().max() or 1.0)))
            unit, scale = f"$10^{{{power}}}$ {unit}".strip(), 10.0**-power
        values, errors = scale * own_points["value"], scale * own_points["error"]
        panel.points(own_points["T_K"], values, errors, f"{name}: points", label="points", **marker)
        for k, (sweep, line) in enumerate(own_curves.groupby("sweep", dropna=False)):
            of_sweep = "" if pd.isna(sweep) else f" at {sweep:g}"
            for model, label, look in LOOKS:
                series = f"{name}: {label}{of_sweep}"
                panel.line(line["T_K"], scale * line[model], series, label=None if k else label, **look)
        panel.axes.set_xlim(own_points["T_K"].min() / 1.12, own_points["T_K"].max() * 1.12)
        panel.logarithmic("x", ticks=None)
        panel.axes.set_yscale("log" if is_log else "linear")
        low, high = panel.axes.get_ylim()  # with room for the letter
        panel.axes.set_ylim(low, high * (high / low) ** 0.1 if is_log else high + 0.1 * (high - low))
        if is_log:
            panel.logarithmic("y", ticks=None)
        panel.axes.set(xlabel="$T$ (K)", ylabel=f"{member['symbol']} ({unit})" if unit else member["symbol"])
        panel.legend_above(ncols=3)
        panel.letter_at()
    mu = report_text.format_equation("µ", report_text.format_parameter(fit["mu_free"], "mu"))
    if not fit["mu_free"]["acceptable"]:
        mu = f"Eq. (3) misses the points (χ²/dof {report_text.format_reduced_chi2(fit['mu_free'])})"
    figure.figure.suptitle(f"fitted together: {mu}", x=0.012, ha="left", fontsize=7)
    return figure


def _is_logarithmic(member: Mapping[str, Any], values: pd.Series) -> bool:
    """Return whether the axis of the values is logarithmic."""
    options = registry.get_observable(member["observable"]).plot_options
    return options.scale == "log" and values.max() > LOG_RANGE * values.min() > 0
