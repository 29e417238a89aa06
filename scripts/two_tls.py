"""Rule two_tls: Table I, the interaction constants of Appendix C, Eq. (9) and the STM's slopes, in closed form."""

import pandas as pd

from tlsglass.base import files
from tlsglass.paper import closed_forms

files.log_to(snakemake.log[0], snakemake.config["rebuild"])
settings, model = snakemake.params.two_tls, snakemake.params.model
printed = pd.read_csv(snakemake.input.paper).set_index("id")["paper"]["appendix_C_elastic_over_C_el"]
files.write_csv(snakemake.output.table_1, closed_forms.table_1(settings["material"]))
files.write_csv(snakemake.output.appendix_c, closed_forms.appendix_c(settings["interaction_ratio"], printed))
J0_K = settings["elastic_ratio"] * model["h0_K"]
files.write_csv(snakemake.output.closed_forms, closed_forms.limits(J0_K, model["h0_K"], model["concentration"]))
