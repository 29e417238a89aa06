"""Rules figure_of_experiments and figure_experiment: Figs. 4-6, or the figure of one dataset.

``params.panels`` gives the number of datasets in each panel.
"""

import json
from pathlib import Path

import numpy as np

from tlsglass import files, style, tables

files.log_to(snakemake.log[0])
fits = [json.loads(Path(path).read_text(encoding="utf-8")) for path in snakemake.input.fits]
points = [tables.read(path) for path in snakemake.input.points]
curves = [tables.read(path) for path in snakemake.input.curves]
count = snakemake.params.panels

figure = style.Figure(len(count), width="single" if len(count) == 1 else "double", height=2.6)
starts = np.cumsum([0, *count])
for panel, start, end in zip(figure.panels, starts, starts[1:], strict=False):
    axes = panel.axes
    conductivity = fits[start]["observable"] == "thermal_conductivity"
    # δv/v and δε/ε hold an arbitrary offset: curves are drawn in units of a power of ten, each from its own lowest point
    power = 0 if conductivity else int(np.floor(np.log10(max(np.ptp(points[k]["value"]) for k in range(start, end)))))
    for k in range(start, end):
        fit, mu = fits[k], fits[k]["mu_free"]
        base = 0.0 if conductivity else points[k]["value"].min()
        colour, marker = style.PALETTE[k - start], style.MARKERS[k - start]
        scale = 10.0**-power
        label = f"µ = {tables.shorthand(mu['values']['mu'], mu['errors']['mu'])}" + (
            f", {fit['label']}" if fit["label"] else ""
        )
        panel.points(
            points[k]["T_K"],
            scale * (points[k]["value"] - base),
            scale * points[k]["error"],
            f"{fit['dataset']}: points",
            color=colour,
            marker=marker,
            markerfacecolor="white",
            label=f"{fit['provenance']} points" if k == start else None,
        )
        T = curves[k]["T_K"]
        panel.line(T, scale * (curves[k]["mu_free"] - base), f"{fit['dataset']}: fit, µ free", color=colour, label=label)
        panel.line(
            T,
            scale * (curves[k]["stm"] - base),
            f"{fit['dataset']}: STM, µ = 0",
            color=colour,
            linestyle="--",
            linewidth=0.8,
            label="µ = 0 (STM)" if k == start else None,
        )
    panel.logarithmic("x", ticks=(1, 2, 5) if len(count) < 3 else (1,))
    axes.set_xlabel("T (K)")
    axes.set_title(fits[start]["material"], fontsize=7)
    if conductivity:
        axes.set_yscale("log")
        axes.set_ylabel("κ (W/(m K))")
        axes.legend(loc="upper left")
    else:
        axes.set_ylabel(rf"{fits[start]['symbol']} + constant ($10^{{{power}}}$)")
        # δv/v has a maximum and leaves room below it, δε/ε a minimum
        below = fits[start]["observable"] == "sound_velocity"
        low, high = axes.get_ylim()
        room = 0.3 * (high - low)
        axes.set_ylim(low - room * below, high + room * (not below))
        axes.legend(loc="lower center" if below else "upper center")
    if len(count) > 1:
        panel.letter_at()
figure.save(snakemake.output)
