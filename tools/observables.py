"""The picture of docs/observables.md, a panel for each observable: python tools/observables.py [FILE]"""

import io
import sys
from pathlib import Path

import numpy as np
from matplotlib import pyplot as plt
from matplotlib import ticker

from tlsglass.atlas.observables import AtlasObservables
from tlsglass.atlas.table import H0_K, shipped_atlas
from tlsglass.base.io import write_text
from tlsglass.models import registry
from tlsglass.models.observable import J0_OVER_H0
from tlsglass.plotting import style, svg_minify

ROOT = Path(__file__).parents[1]
COLUMNS, N_TEMPERATURES, COUPLING = 4, 60, 0.2


def curves(entry):
    """Return T (n,) and {label: curve (n,)} of an observable, each relative to its largest value."""
    recipe, p = entry.recipe, entry.recipe.parameters
    T = np.geomspace(*recipe.temperatures_K, N_TEMPERATURES)
    probe = recipe.times_s[0] if recipe.times_s else recipe.probe
    low, high = shipped_atlas().limits["T"]
    inside = (low * H0_K <= T) & (high * H0_K >= T)
    on_atlas = entry.atlas_shapes(AtlasObservables(T[inside]), T[inside], p | {J0_OVER_H0: COUPLING}, probe)
    atlas = np.full(len(T), np.nan)
    atlas[inside] = sum(p[name] * shape for name, shape in on_atlas.items())
    values = {
        "Eq. (3)": entry.curve(T, p, probe),
        "STM": entry.curve(T, p | {"mu": 0.0}, probe),
        "atlas": atlas,
    }
    if entry.plot_options.subtract_minimum:
        values = {label: curve - np.nanmin(curve) for label, curve in values.items()}
    return T, {label: curve / np.nanmax(curve) for label, curve in values.items()}


def draw(path):
    """Draw all registered observables."""
    plt.rcParams.update(style.RC)
    rows = -(-len(registry.OBSERVABLES) // COLUMNS)
    figure, axes = plt.subplots(rows, COLUMNS, figsize=(style.WIDTH["double"], 1.6 * rows), layout="constrained")
    for panel in axes.flat[len(registry.OBSERVABLES) :]:
        panel.set_visible(False)
    for panel, (name, entry) in zip(axes.flat, registry.OBSERVABLES.items(), strict=False):
        T, values = curves(entry)
        for (label, curve), line in zip(values.items(), ("-", "--", ":"), strict=True):
            panel.plot(T, curve, line, label=label)
        panel.set_xscale("log")
        panel.set_yscale("linear" if entry.plot_options.subtract_minimum else "log")
        panel.xaxis.set_minor_formatter(ticker.NullFormatter())
        panel.yaxis.set_minor_formatter(ticker.NullFormatter())
        panel.set_title(name.replace("_", " "), fontsize=7)
        panel.set_xlabel("$T_1$ (K)" if name == "heat_release" else "$T$ (K)")
        panel.set_ylabel(entry.symbol)
    axes.flat[0].legend(fontsize=6)
    svg = io.StringIO()
    figure.savefig(svg, format="svg", metadata={"Date": None})
    write_text(path, svg_minify.minify_svg(svg.getvalue()))


if __name__ == "__main__":
    draw(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs/observables.svg")
