"""Rule figure_variants: how far one changed choice of model or protocol moves µ and B, realization by realization."""

from tlsglass.base import files
from tlsglass.show import style, tables

files.log_to(snakemake.log[0])
found = tables.read(snakemake.input.variants)
names, settings = list(found["variant"].drop_duplicates()), snakemake.params.settings


def describe(name):
    """Return what a variant changes, with the set that it is held beside."""
    changed = {k: v for k, v in settings[name].items() if k not in ("J0_K", "realizations", "L", "beside_L")}
    wording = {
        "cutoff": lambda value: f"cutoff C = {value:g}",
        "scale": lambda value: f"all energies × {value:g}",
        "sweeps": lambda value: f"{value} sweeps",
        "ladder": lambda value: f"{value} ladder",
        "dynamics": lambda value: {"heat_bath": "heat bath", "metropolis": "Metropolis"}[value],
    }
    said = ", ".join(wording[key](value) for key, value in changed.items())
    L = settings[name]["L"]
    if settings[name].get("beside_L", L) != L:
        return f"$L$ = {L} minus {settings[name]['beside_L']}, $J_0$ = {settings[name]['J0_K']:g} K"
    return f"{said} ($L$ = {L}, $J_0$ = {settings[name]['J0_K']:g} K)"


beside = {name: (settings[name].get("beside_L", settings[name]["L"]), settings[name]["J0_K"]) for name in names}
figure = style.Figure(3, width="double", height=0.75 + 0.22 * len(names), sharey=True)
for panel, (quantity, column, scale, label) in zip(
    figure.panels,
    [
        ("mu_zero_temperature", "difference", 1.0, "change of $µ(T → 0)$"),
        ("mu", "difference", 1.0, f"change of $µ$({snakemake.params.warm_K:g} K)"),
        ("B", "relative", 100.0, f"change of $B$({snakemake.params.warm_K:g} K) (%)"),
    ],
    strict=True,
):
    rows = found[found["quantity"] == quantity].set_index("variant").loc[names]
    for L, J0 in sorted(set(beside.values())):
        own = [name for name in names if beside[name] == (L, J0)]
        heights = [names.index(name) for name in own]
        look = style.of_set(L, J0, snakemake.params.couplings, snakemake.params.sizes)
        value, error = scale * rows.loc[own, column], scale * rows.loc[own, f"{column}_err"]
        panel.bars(value, heights, error, f"{quantity}: {column}, L = {L}, J0 = {J0:g} K", **look)
    panel.axes.axvline(0, color="0.5", linewidth=0.7, zorder=0)
    panel.axes.set_xlabel(label)
    panel.axes.set_title(f"({panel.letter})", loc="left", fontsize=8, weight="bold", pad=3)
figure.panels[0].rows([describe(name) for name in names])
figure.save(snakemake.output)
