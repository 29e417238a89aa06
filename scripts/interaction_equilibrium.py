"""Rule interaction_equilibrium: how far annealing leaves n of several interactions above equilibrium, and the certificates."""

import pandas as pd

from tlsglass.analysis import annealing_cost
from tlsglass.atlas.annealing_excess import AnnealingExcess
from tlsglass.base import io
from tlsglass.dos.density_of_states import DensityOfStates

io.start_job(snakemake)
models, h0_K = snakemake.params.models, snakemake.params.h0_K
tests = {name: pd.read_csv(path) for name, path in zip(models, snakemake.input.certificates, strict=True)}
certified = [name for name, table in tests.items() if table["passed"].all()]
pairs = {
    name: [
        tuple(map(DensityOfStates.load, paths))
        for paths in zip(snakemake.input[f"{name}_annealed"], snakemake.input[f"{name}_tempered"], strict=True)
    ]
    for name in models
}
of_atlas = AnnealingExcess.load(snakemake.input.excess).coefficients
excess = annealing_cost.tabulate_interaction_excess(pairs, models, certified, of_atlas, h0_K)
io.write_csv(snakemake.output.equilibrium, excess, digits=6)
certificates = pd.concat([table.assign(model=models[name]) for name, table in tests.items()], ignore_index=True)
certificates["passed"] = certificates["passed"].astype("Int64")  # missing where a test does not apply
io.write_csv(snakemake.output.certificates, certificates[["model", *certificates.columns.drop("model")]], digits=6)
