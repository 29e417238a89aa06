"""The devices of a chip, one row each: µ, J0/h0 and the amplitude of the TLSs, with the joint fit as a band."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from tlsglass.base import escape
from tlsglass.fitting.fit import ParameterState
from tlsglass.models import registry
from tlsglass.models.observable import J0_OVER_H0
from tlsglass.plotting import style

ROW_INCHES, MARGIN_INCHES = 0.2, 1.1
MAX_NAME_LENGTH = 30


def draw(fit: Mapping[str, Any], devices: pd.DataFrame) -> style.Figure:
    """Return the figure from chip.json and the table of devices."""
    amplitude = fit["amplitude"]
    figure = style.Figure(3, width="double", height=MARGIN_INCHES + ROW_INCHES * max(len(devices), 4))
    mu, ratio, strength = figure.panels
    mu.rows([escape.to_mathtext(name, MAX_NAME_LENGTH) for name in devices["device"]])
    for panel in (ratio, strength):
        panel.rows([""] * len(devices))
    _draw_parameter(mu, devices, "mu", fit["mu_free"])
    _draw_parameter(
        ratio, devices, J0_OVER_H0, fit["atlas"]["model"] if fit["atlas"] and not fit["atlas"]["rejected"] else None
    )
    heights = np.arange(len(devices))
    for column, shift, look in (
        (amplitude, -0.12, {"color": style.BLUE, "marker": "o"}),
        (f"{amplitude}_joint", 0.12, {"color": style.VERMILION, "marker": "s"}),
    ):
        label = "together" if shift > 0 else "alone"
        strength.axes.errorbar(
            devices[column], heights + shift, xerr=devices[f"{column}_err"], linestyle="none", markersize=3, label=label, **look
        )
        strength.bars(devices[column], heights + shift, None, f"{amplitude}, {label}", markersize=0, **look)
    parameter = registry.get_observable(fit["observable"]).parameters[amplitude]
    for panel, label in ((mu, "µ"), (ratio, "$J_0/h_0$"), (strength, parameter.label)):
        panel.axes.set_xlabel(label)
        panel.axes.plot([], [], linestyle="none", label=" ")
        panel.legend_above(1, title=_test(fit, {mu: "mu", ratio: J0_OVER_H0, strength: amplitude}[panel]))
        panel.letter_at(0.97, 0.97, ha="right")
    return figure


def _draw_parameter(panel: style.Panel, devices: pd.DataFrame, name: str, joint: Mapping[str, Any] | None) -> None:
    """Draw a parameter of each device with its 68 % interval, and that of the joint fit as a band."""
    panel.axes.axvline(0, color="black", linewidth=0.6, linestyle="--")
    if joint is not None and joint["states"].get(name) in ParameterState.DETERMINED:
        low, high = (joint["values"][name] if end is None else end for end in joint["intervals_scaled"][name])
        panel.axes.axvspan(low, high, color=style.VERMILION, alpha=0.25, linewidth=0, label="together, 68 %")
    known = devices[devices[name].notna()]
    for y, row in zip(known.index, known.to_dict("records"), strict=True):
        constrained = row[f"{name}_state"] != ParameterState.NOT_CONSTRAINED
        ends = [row[name] if pd.isna(row[f"{name}_{end}"]) else row[f"{name}_{end}"] for end in ("low", "high")]
        bars = [[max(row[name] - ends[0], 0.0)], [max(ends[1] - row[name], 0.0)]]
        look = {"color": style.BLUE if constrained else style.GREY, "marker": "o"}
        panel.axes.errorbar([row[name]], [y], xerr=bars, linestyle="none", markersize=3, **look)
        panel.bars([row[name]], [y], None, f"{name}, {row['device']}", markersize=0, **look)


def _test(fit: Mapping[str, Any], name: str) -> str:
    """Return the probability that one value describes all devices."""
    test = fit["heterogeneity"].get(name)
    return "" if test is None else f"one for all: p = {test['p_value']:.2g}"
