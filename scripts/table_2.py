"""Rule table_2: gather the fits of all (L, J0); Table II to read, paper beside reproduction."""

import pandas as pd

from tlsglass.base import files
from tlsglass.show import tables

files.log_to(snakemake.log[0])


def gather(paths):
    return pd.concat([tables.read(path) for path in paths], ignore_index=True)


table = gather(snakemake.input.eq3)
files.write_csv(snakemake.output.table, table)
files.write_csv(snakemake.output.zero_temperature, gather(snakemake.input.exponents))
files.write_csv(snakemake.output.gaussian, gather(snakemake.input.gaussian))

paper = pd.read_csv(snakemake.input.paper).set_index("id")["paper"]
largest = table[table["L"] == table["L"].max()]
rows = []
for fit in largest.itertuples():
    printed = [paper.get(f"table2_{name}_J{fit.J0_K:g}_T{fit.T_K:g}") for name in ("B", "mu")]
    B_paper, mu_paper = ("" if value is None else f"{value:.{digits}f}" for value, digits in zip(printed, (4, 3), strict=True))
    B, mu = tables.shorthand(fit.B, fit.B_err), tables.shorthand(fit.mu, fit.mu_err)
    rows.append([f"{fit.J0_K:g}", f"{fit.T_K:g}", B_paper, B, mu_paper, mu, f"{fit.chi2_per_dof:.2f}"])
headings = ["J0 (K)", "T (K)", "B, paper", "B", "µ, paper", "µ", "χ²/dof"]
tables.write_markdown(
    snakemake.output.markdown,
    f"Table II: Eq. (3) at low E, L = {largest['L'].max()}, {largest['n_realizations'].max()} realizations",
    pd.DataFrame(rows, columns=headings),
    "B in 1/K per lattice site at T² + E² = 1 K². Errors are jackknifed over blocks of realizations.",
)
