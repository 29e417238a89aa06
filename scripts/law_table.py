"""Rule law_table: gather the laws of all (L, J0); the largest lattice minus each smaller one, which are independent."""

import numpy as np
import pandas as pd

from tlsglass.base import files
from tlsglass.show import tables

files.log_to(snakemake.log[0])
laws = pd.concat([tables.read(path) for path in snakemake.input.laws], ignore_index=True)
files.write_csv(snakemake.output.laws, laws)

eq3 = tables.read(snakemake.input.eq3)
exponents = tables.read(snakemake.input.exponents)
exponents = exponents[exponents["T_K"] == eq3["T_K"].min()]
eq3 = eq3[eq3["T_K"] == eq3["T_K"].max()]
measures = [
    laws.rename(columns={"value": "x", "value_err": "x_err"})[["L", "J0_K", "quantity", "x", "x_err"]],
    exponents.assign(quantity="mu_zero_temperature", x=exponents["mu"], x_err=exponents["mu_err"]),
    eq3.assign(quantity="B", x=eq3["B"], x_err=eq3["B_err"]),
]
table = pd.concat(measures)[["L", "J0_K", "quantity", "x", "x_err"]]
largest = table[table["L"] == table["L"].max()]
pairs = table[table["L"] < table["L"].max()].merge(largest, on=["J0_K", "quantity"], suffixes=("_small", "_large"))
sizes = pairs[["L_small", "L_large", "J0_K", "quantity"]].assign(
    difference=pairs["x_large"] - pairs["x_small"],
    difference_err=np.hypot(pairs["x_err_large"], pairs["x_err_small"]),
    relative=pairs["x_large"] / pairs["x_small"] - 1,
    relative_err=np.hypot(pairs["x_err_large"] / pairs["x_large"], pairs["x_err_small"] / pairs["x_small"]).abs(),
)
files.write_csv(snakemake.output.sizes, sizes)
