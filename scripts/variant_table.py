"""Rule variant_table: how far one changed choice moves B and µ, realization by realization.

A variant and the set that it is held beside share sites, c_i and c_ij, so their difference is jackknifed as one. Only
sets of another size are other realizations: all of them count, and the errors are independent.
"""

import itertools

import numpy as np
import pandas as pd

from tlsglass.base import files
from tlsglass.base import samples as statistics
from tlsglass.density import dos, power_law

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
for name, settings in snakemake.params.settings.items():
    changed, published = [], []
    for variant, whole in itertools.islice(pairs, 2):  # cold and warm
        changed.append(dos.rescale(variant, 1 / settings.get("scale", 1.0)))
        published.append(whole if variant.L != whole.L else dos.between(whole, 0, variant.n_realizations))
    before = estimates(*published)
    paired = changed[0].L == published[0].L
    for quantity, samples in estimates(*changed).items():
        other = before[quantity]
        alone = statistics.error(samples), statistics.error(other)
        rows.append(
            {
                "variant": name,
                "L": changed[0].L,
                "J0_K": published[0].J0_K,
                "quantity": quantity,
                "value": samples[0],
                "value_err": alone[0],
                "difference": samples[0] - other[0],
                "difference_err": statistics.error(samples - other) if paired else np.hypot(*alone),
                "relative": samples[0] / other[0] - 1,
                "relative_err": statistics.error(samples / other)
                if paired
                else abs(samples[0] / other[0]) * np.hypot(alone[0] / samples[0], alone[1] / other[0]),
                "n_realizations": changed[0].n_realizations,
            }
        )
columns = ["variant", "L", "J0_K", "quantity", "value", "value_err", "difference", "difference_err", "relative", "relative_err"]
files.write_csv(snakemake.output.table, pd.DataFrame(rows, columns=[*columns, "n_realizations"]))
