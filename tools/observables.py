"""The pictures of docs/observables.md, one for each observable and one for a chip: python tools/observables.py [FOLDER]"""

import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np

from tlsglass.atlas.observables import AtlasObservables
from tlsglass.atlas.table import shipped_atlas
from tlsglass.model.parameters import H0_K
from tlsglass.models import registry
from tlsglass.models.observable import J0_OVER_H0
from tlsglass.models.resonator import DrivenProbe
from tlsglass.physics import microwave
from tlsglass.plotting import style

ROOT = Path(__file__).parents[1]
N_TEMPERATURES, COUPLING, HEIGHT = 60, 0.2, 2.3
LOOKS = ((style.BLUE, "-"), (style.VERMILION, "--"), (style.GREEN, ":"), (style.PURPLE, "-."))
TEMPERATURE = {"heat_release": "T$_1$ (K)"}


class Curve(NamedTuple):
    """A curve of the second panel: its label, and what differs from the recipe."""

    label: str
    parameters: dict[str, float] | None = None
    probe: object = None


def _photons(n):
    return lambda probe, T: DrivenProbe(probe, np.full(len(T), n))


OPTIONS = {  # (title, curves) of the second panel
    "thermal_conductivity": (
        "scattering at boundaries",
        [Curve("none")] + [Curve(f"boundary = {x:g}", {"boundary": x}) for x in (0.1, 1)],
    ),
    "mean_free_path": (
        "scattering at boundaries",
        [Curve("none")] + [Curve(f"boundary = {x:g}", {"boundary": x}) for x in (0.1, 1)],
    ),
    "specific_heat": (
        "C of the TLSs that relax in time, STM",
        [
            Curve(f"after {label}", {"mu": 0.0, "phonons_1K": 0.0}, t)
            for label, t in (("1 h", 3600.0), ("1 s", 1.0), ("10 µs", 1e-5))
        ],
    ),
    "heat_release": (
        "time after cooling",
        [Curve(f"t = {label}", None, t) for label, t in (("10 min", 600.0), ("1 h", 3600.0), ("10 h", 36000.0))],
    ),
    "sound_velocity": ("dimension of the phonons", [Curve(f"d = {d}", {"phonon_dimension": d}) for d in (3, 2, 1)]),
    "dielectric_constant": ("probe frequency", [Curve(f"{f / 1e3:g} kHz", None, f) for f in (1e3, 1e4, 1e5)]),
    "internal_friction": ("dimension of the phonons", [Curve(f"d = {d}", {"phonon_dimension": d}) for d in (3, 2, 1)]),
    "resonator_frequency": (
        "quasiparticles",
        [Curve("at T"), Curve("that do not cool below 1.5 K", {"qp_saturation_K": 1.5})],
    ),
    "resonator_loss": ("photons in the resonator", [Curve(f"$10^{{{k}}}$", None, _photons(10.0**k)) for k in (3, 5, 7, 9)]),
    "line_width": (
        "activated background",
        [Curve("none"), Curve("b = 100 GHz, E$_a$ = 20 K", {"activated": 1e11, "activation_K": 20.0})],
    ),
    "frequency_noise": (
        "background",
        [Curve("none", {"background": 0.0}), Curve("$10^{-17}$", {"background": 1e-17})],
    ),
    "qubit_relaxation": (
        "quasiparticles",
        [Curve("at T"), Curve("that do not cool below 0.16 K", {"qp_saturation_K": 0.16})],
    ),
}


def models(entry, T):
    """Return {label: curve (n,)} at ``T`` (n,): Eq. (3), the STM, and the atlas where it has these temperatures.

    The atlas is left out for an observable without a model on it.
    """
    p, probe = entry.recipe.parameters, entry.recipe.times_s[0] if entry.recipe.times_s else entry.recipe.probe
    curves = {
        f"Eq. (3), µ = {p['mu']:g}": entry.curve(T, p, probe),
        "STM": entry.curve(T, p | {"mu": 0.0}, probe),
    }
    if entry.atlas_shapes is None:
        return curves
    low, high = shipped_atlas().limits["T"]
    inside = (low * H0_K <= T) & (high * H0_K >= T)
    on_atlas = entry.atlas_shapes(AtlasObservables(T[inside]), T[inside], p | {J0_OVER_H0: COUPLING}, probe)
    atlas = np.full(len(T), np.nan)
    atlas[inside] = sum(p[name] * shape for name, shape in on_atlas.items())
    return curves | {f"atlas, J$_0$/h$_0$ = {COUPLING:g}": atlas}


def with_options(entry, T):
    """Return {label: curve (n,)} of the second panel."""
    usual = entry.recipe.times_s[0] if entry.recipe.times_s else entry.recipe.probe
    curves = {}
    for label, parameters, probe in OPTIONS[entry.name][1]:
        probe = probe(usual, T) if callable(probe) else usual if probe is None else probe
        curves[label] = entry.curve(T, entry.recipe.parameters | (parameters or {}), probe)
    return curves


def draw(name):
    """Return the figure of an observable: the three models, and what its options do."""
    entry = registry.get_observable(name)
    T = np.geomspace(*entry.recipe.temperatures_K, N_TEMPERATURES)
    unit = "" if entry.units[0] == "dimensionless" else entry.units[0]
    shown = [("", models(entry, T))]
    shown += [(OPTIONS[name][0], with_options(entry, T))] if name in OPTIONS else []
    figure = style.Figure(len(shown), "double", HEIGHT)
    for panel, (title, curves) in zip(figure.panels, shown, strict=True):
        panel.axes.set_xlim(T[0], T[-1])
        panel.logarithmic("x", ticks=None)
        scaled_unit = unit
        if entry.plot_options.scale == "linear":  # the zero is arbitrary
            curves = {label: curve - np.nanmin(curve) for label, curve in curves.items()}
            power = int(np.floor(np.log10(max(np.nanmax(curve) for curve in curves.values()))))
            curves = {label: curve / 10.0**power for label, curve in curves.items()}
            scaled_unit = f"$10^{{{power}}}$ {unit}".strip()
        for (label, curve), (color, line) in zip(curves.items(), LOOKS, strict=False):
            panel.line(T, curve, label, label=label, color=color, linestyle=line)
        if entry.plot_options.scale == "log":
            panel.axes.set_yscale("log")
            panel.logarithmic("y", ticks=None)
        panel.axes.set_xlabel(TEMPERATURE.get(name, "T (K)"))
        panel.axes.set_ylabel(f"{entry.symbol} ({scaled_unit})" if scaled_unit else entry.symbol)
        panel.legend_above(ncols=len(curves), title=title or None)
    return figure


def draw_chip():
    """Return the figure of tan δ of one material at the frequencies of a chip: n(T, hf) tanh(hf/2T) relative to 1 GHz."""
    figure = style.Figure(2, "double", HEIGHT)
    f = np.geomspace(1e9, 20e9, 40)
    for panel, T in zip(figure.panels, (0.02, 0.1), strict=True):
        observables = AtlasObservables(np.array([T]))
        density = {
            "STM": np.ones_like(f),
            **{f"J$_0$/h$_0$ = {g:g}": np.array([observables.density_at_frequency(g, x)[0] for x in f]) for g in (0.1, 0.3)},
        }
        for (label, n), (color, line) in zip(density.items(), LOOKS, strict=False):
            tan_delta = n * np.tanh(microwave.HERTZ_K * f / (2 * T))
            panel.line(f / 1e9, tan_delta / tan_delta[0], label, label=label, color=color, linestyle=line)
        panel.logarithmic("x")
        panel.axes.set_xlabel("f (GHz)")
        panel.axes.set_ylabel("tan δ / tan δ(1 GHz)")
        panel.legend_above(ncols=3, title=f"T = {1e3 * T:g} mK")
    return figure


def main(folder):
    """Draw all pictures into a folder."""
    folder.mkdir(exist_ok=True)
    for name in registry.observable_names():
        draw(name).save_picture(folder / f"{name}.svg")
    draw_chip().save_picture(folder / "chip.svg")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs/observables")
