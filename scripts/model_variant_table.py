"""Rule model_variant_table: how far a change of the model moves B and µ, realization by realization.

The variant and the set that it is compared with share sites, c_i and c_ij: their difference is jackknifed as one.
"""

import itertools

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
pairs = zip(map(dos.Counts.load, snakemake.input.variants), map(dos.Counts.load, snakemake.input.published), strict=True)
for name, settings in snakemake.params.variants.items():
    changed, published = [], []
    for variant, whole in itertools.islice(pairs, 2):  # cold and warm
        changed.append(dos.rescale(variant, 1 / settings.get("scale", 1.0)))
        published.append(dos.first_realizations(whole, variant.n_realizations))
    before = estimates(*published)
    for quantity, samples in estimates(*changed).items():
        rows.append(
            {
                "variant": name,
                "L": published[0].L,
                "J0_K": published[0].J0_K,
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
columns = ["variant", "L", "J0_K", "quantity", "value", "value_err", "difference", "difference_err", "relative", "relative_err"]
files.write_csv(snakemake.output.table, pd.DataFrame(rows, columns=[*columns, "n_realizations"]))
