"""How far the choices that the paper leaves open move its numbers; the values of the paper are dashed or shaded."""

import re
import textwrap

import pandas as pd

from tlsglass.analysis.quantities import entries
from tlsglass.plotting import style


def format_choice(choice: str) -> str:
    """Return a choice as the name of its row: ranges with a dash, parts on separate lines."""
    text = re.sub(r"\b([JT])0\b", r"$\1_0$", re.sub(r"([\d.]+) to ([\d.]+)", r"\1–\2", choice))
    return "\n".join(textwrap.fill(part, 20) for part in re.split(r"(?<=:) |(?<=,) ", text))


def draw(choices: pd.DataFrame, paper: pd.DataFrame, quench_K: float) -> style.Figure:
    """Return the figure from the table of choices and the claims of the paper."""
    claims = paper.set_index("id")
    couplings, sizes = sorted(choices["J0_K"].unique()), sorted(choices["L"].unique())
    coldest = choices["T_K"][choices["T_K"] > 1.001 * quench_K].min()  # the lowest rung, above the quench
    at_coldest = choices[choices["T_K"].isna() | (choices["T_K"] == coldest)]

    # B and µ move by less than their errors
    shown = [quantity for quantity in entries("tabulate_alternatives") if quantity.table != "table_2"]
    figure = style.Figure(len(shown), width="double", height=4.8, rows=2)
    for panel, quantity in zip(figure.panels, shown, strict=True):
        rows = at_coldest[at_coldest["quantity"] == quantity.name]
        names = list(rows["choice"].drop_duplicates())
        places = {name: position for position, name in enumerate(names)}
        sets = rows[["L", "J0_K"]].drop_duplicates().itertuples(index=False)
        for k, (L, J0) in enumerate(sets):
            rows_of_set = rows[(rows["L"] == L) & (rows["J0_K"] == J0)]
            height = [places[name] + 0.16 * (k - 1.5) for name in rows_of_set["choice"]]
            look = style.series_style(L, J0, couplings, sizes)
            series, label = f"{quantity.name}: L = {L}, J0 = {J0:g} K", f"$L$ = {L}, $J_0$ = {J0:g} K"
            panel.bars(rows_of_set["value"], height, rows_of_set["value_err"], series, label=label, **look)
        for name, claim in claims[claims.index.str.startswith(quantity.claim_prefix)].iterrows():
            J0 = float(name.rsplit("J", 1)[1]) if "_J" in name else couplings[0]
            if J0 not in couplings:
                continue
            color = style.series_style(sizes[-1], J0, couplings, sizes)["color"]
            if pd.notna(claim["paper"]):
                panel.axes.axvline(claim["paper"], color=color, linestyle="--", linewidth=0.7, zorder=0)
            elif claim["low"] > -5:
                panel.axes.axvspan(claim["low"], claim["high"], color="0.93", zorder=0)
        panel.rows([format_choice(name) for name in names])
        panel.axes.set_xlabel(quantity.text_at("axis", coldest))
        panel.letter_above()
    figure.legend_outside(*figure.panels[0].axes.get_legend_handles_labels(), 4)
    return figure
