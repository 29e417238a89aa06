"""How far one changed choice of model or protocol moves µ and B, realization by realization."""

from tlsglass.plotting import style

WORDS = {
    "cutoff": "cutoff C = {:g}".format,
    "scale": "all energies × {:g}".format,
    "sweeps": "{} sweeps".format,
    "ladder": "{} ladder".format,
    "dynamics": {"heat_bath": "heat bath", "metropolis": "Metropolis"}.get,
}


def describe(change):
    """Return in words what a variant of the configuration changes, with the set that it is held beside."""
    L, J0 = change["L"], change["J0_K"]
    said = ", ".join(word(change[key]) for key, word in WORDS.items() if key in change)
    return f"{said} ($L$ = {L}, $J_0$ = {J0:g} K)"


def draw(variants, changes, couplings, sizes, warm_K):
    """``variants`` is the table of all variants, ``changes`` what the configuration says of each."""
    names = list(variants["variant"].drop_duplicates())
    beside = {name: (changes[name]["L"], changes[name]["J0_K"]) for name in names}
    figure = style.Figure(3, width="double", height=0.75 + 0.22 * len(names), sharey=True)
    for panel, (quantity, column, scale, label) in zip(
        figure.panels,
        [
            ("mu_zero_temperature", "difference", 1.0, "change of $µ(T → 0)$"),
            ("mu", "difference", 1.0, f"change of $µ$({warm_K:g} K)"),
            ("B", "relative", 100.0, f"change of $B$({warm_K:g} K) (%)"),
        ],
        strict=True,
    ):
        rows = variants[variants["quantity"] == quantity].set_index("variant").loc[names]
        for L, J0 in sorted(set(beside.values())):
            own = [name for name in names if beside[name] == (L, J0)]
            heights = [names.index(name) for name in own]
            look = style.series_style(L, J0, couplings, sizes)
            value, error = scale * rows.loc[own, column], scale * rows.loc[own, f"{column}_err"]
            panel.bars(value, heights, error, f"{quantity}: {column}, L = {L}, J0 = {J0:g} K", **look)
        panel.axes.axvline(0, color="0.5", linewidth=0.7, zorder=0)
        panel.axes.set_xlabel(label)
        panel.axes.set_title(f"({panel.letter})", loc="left", fontsize=8, weight="bold", pad=3)
    figure.panels[0].rows([describe(changes[name]) for name in names])
    return figure
