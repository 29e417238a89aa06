"""Rule model_variant_table: how far a change of the model moves B and µ, realization by realization.

The variant and the set that it is compared with share sites, c_i and c_ij: their difference is jackknifed as one.
"""

import numpy as np
import pandas as pd

from tlsglass import dos, files, power_law, statistics

files.log_to(snakemake.log[0])
fits = snakemake.params.fits
groups = fits["jackknife_groups"]


def estimates(cold, warm):
    """Return sample sets of the zero-temperature exponent of ``cold`` and of B and µ of ``warm``."""
    eq3 = power_law.eq3_line(warm, fits["eq3_window_T"], groups)
    exponent = power_law.exponent_line(cold, *fits["zero_temperature_windows_K"][0], groups)
    return {"mu_zero_temperature": exponent.slope, "B": np.exp(eq3.intercept), "mu": eq3.slope}


rows = []
for name, settings in snakemake.params.variants.items():
    L, J0 = snakemake.params.axes[name]
    changed, published = [], []
    for T in snakemake.params.labels:
        variant = dos.Counts.load(f"results/shards/variants/{name}/T{T}.npz")
        changed.append(dos.rescale(variant, 1 / settings.get("scale", 1.0)))
        published.append(dos.first_realizations(dos.Counts.load(f"results/dos/L{L}_J{J0}/T{T}.npz"), variant.n_realizations))
    before = estimates(*published)
    for quantity, samples in estimates(*changed).items():
        rows.append(
            {
                "variant": name,
                "L": int(L),
                "J0_K": float(J0),
                "quantity": quantity,
                "value": samples[0],
                "value_err": statistics.error(samples),
                "difference": samples[0] - before[quantity][0],
                "difference_err": statistics.error(samples - before[quantity]),
                "relative": samples[0] / before[quantity][0] - 1,
                "relative_err": statistics.error(samples / before[quantity]),
                "n_realizations": changed[0].n_realizations,
            }
        )
files.write_csv(snakemake.output.table, pd.DataFrame(rows))
