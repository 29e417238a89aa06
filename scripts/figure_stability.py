"""Rule figure_stability: the share of annealed states that a single flip or the flip of a pair would lower."""

from tlsglass.base import files
from tlsglass.show import style, tables

KINDS = {
    "share_unstable_spins": "one flip lowers the energy",
    "share_unstable_pairs": "a pair's flip lowers the energy",
    "share_unstable_after": "after relaxation: either",
}

files.log_to(snakemake.log[0])
found = tables.read(snakemake.input.stability)
figure = style.Figure(width="single", height=2.3)
(panel,) = figure.panels
for k, (column, name) in enumerate(KINDS.items()):
    height = [position + 0.2 * (k - 1) for position in range(len(found))]
    colour, marker = style.OTHERS[k]
    look = {"color": colour, "marker": marker, "label": name}
    panel.bars(100 * found[column], height, 100 * found[f"{column}_err"], name, **look)
panel.rows([f"$L$ = {row.L}, $J_0$ = {row.J0_K:g} K" for row in found.itertuples()])
panel.axes.set_xlabel(
    "share of the states at 2 µK (%)" if snakemake.params.quench_K == 2e-6 else "share of the quenched states (%)"
)
panel.axes.set_xlim(left=-2)
figure.figure.legend(*panel.axes.get_legend_handles_labels(), loc="outside upper center", ncols=1)
figure.save(snakemake.output)
