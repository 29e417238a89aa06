"""Datasets that are fitted together, each in a panel of its own, with the joint fits."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from tlsglass.fitting import report_text
from tlsglass.models import registry
from tlsglass.plotting import style

MAX_PANELS = 6


def draw(fit: Mapping[str, Any], points: pd.DataFrame, curves: pd.DataFrame) -> style.Figure:
    """Return the figure from joint.json and its tables."""
    members = fit["members"][:MAX_PANELS]
    figure = style.Figure(len(members), width="double" if len(members) > 1 else "single")
    for panel, member in zip(figure.panels, members, strict=True):
        own_points, own_curves = (table[table["dataset"] == member["name"]] for table in (points, curves))
        name, marker = member["name"], {"color": "black", "marker": "o", "markerfacecolor": "white", "markersize": 2.6}
        panel.points(own_points["T_K"], own_points["value"], own_points["error"], f"{name}: points", label="points", **marker)
        for k, (sweep, line) in enumerate(own_curves.groupby("sweep", dropna=False)):
            of_sweep = "" if pd.isna(sweep) else f" at {sweep:g}"
            panel.line(
                line["T_K"], line["mu_free"], f"{name}: µ free{of_sweep}", color=style.GREEN, label=None if k else "µ free"
            )
            dashes = {"color": "black", "linestyle": "--", "linewidth": 0.8}
            panel.line(line["T_K"], line["stm"], f"{name}: STM{of_sweep}", label=None if k else "STM", **dashes)
        panel.logarithmic("x")
        if registry.get_observable(member["observable"]).plot_options.scale == "log":
            panel.axes.set_yscale("log")
        unit = "" if member["unit"] == "dimensionless" else f" ({member['unit']})"
        panel.axes.set_xlabel("$T$ (K)")
        panel.axes.set_ylabel(member["symbol"] + unit)
        panel.axes.legend()
    mu = report_text.format_equation("µ", report_text.format_parameter(fit["mu_free"], "mu"))
    figure.figure.suptitle(f"fitted together: {mu}", x=0.012, ha="left", fontsize=7)
    return figure
