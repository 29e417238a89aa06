"""How far the choices that the paper leaves open move its numbers; dashed or shaded: the paper's."""

import re
import textwrap

import pandas as pd

from tlsglass.analysis.quantities import entries
from tlsglass.plotting import style


def spell(choice):
    """Return a choice as the name of its row: ranges with a dash, parts on lines of their own."""
    text = re.sub(r"\b([JT])0\b", r"$\1_0$", re.sub(r"([\d.]+) to ([\d.]+)", r"\1–\2", choice))
    return "\n".join(textwrap.fill(part, 20) for part in re.split(r"(?<=:) |(?<=,) ", text))


def draw(choices, paper, quench_K):
    claims = paper.set_index("id")
    couplings, sizes = sorted(choices["J0_K"].unique()), sorted(choices["L"].unique())
    coldest = choices["T_K"][choices["T_K"] > 1.001 * quench_K].min()  # the lowest rung, above the quench
    found = choices[choices["T_K"].isna() | (choices["T_K"] == coldest)]

    shown = [
        quantity for quantity in entries("tabulate_alternatives") if quantity.table != "table_2"
    ]  # B and µ move by less than their errors
    figure = style.Figure(len(shown), width="double", height=4.8, rows=2)
    for panel, quantity in zip(figure.panels, shown, strict=True):
        rows = found[found["quantity"] == quantity.name]
        names = list(rows["choice"].drop_duplicates())
        places = {name: position for position, name in enumerate(names)}
        sets = rows[["L", "J0_K"]].drop_duplicates().itertuples(index=False)
        for k, (L, J0) in enumerate(sets):
            own = rows[(rows["L"] == L) & (rows["J0_K"] == J0)]
            height = [places[name] + 0.16 * (k - 1.5) for name in own["choice"]]
            look = style.series_style(L, J0, couplings, sizes)
            name = f"$L$ = {L}, $J_0$ = {J0:g} K"
            panel.bars(own["value"], height, own["value_err"], f"{quantity.name}: L = {L}, J0 = {J0:g} K", label=name, **look)
        for name, stated in claims[claims.index.str.startswith(quantity.claim_prefix)].iterrows():
            J0 = float(name.rsplit("J", 1)[1]) if "_J" in name else couplings[0]
            if J0 not in couplings:
                continue
            colour = style.series_style(sizes[-1], J0, couplings, sizes)["color"]
            if pd.notna(stated["paper"]):
                panel.axes.axvline(stated["paper"], color=colour, linestyle="--", linewidth=0.7, zorder=0)
            elif stated["low"] > -5:
                panel.axes.axvspan(stated["low"], stated["high"], color="0.93", zorder=0)
        panel.rows([spell(name) for name in names])
        panel.axes.set_xlabel(quantity.text_at("axis", coldest))
        panel.axes.set_title(f"({panel.letter})", loc="left", fontsize=8, weight="bold", pad=3)
    figure.figure.legend(*figure.panels[0].axes.get_legend_handles_labels(), loc="outside upper center", ncols=4)
    return figure
