"""Rule two_tls: Table I, the interaction constants of Appendix C, Eq. (9) and the STM's slopes, in closed form."""

from tlsglass.base import files
from tlsglass.paper import closed_forms

files.log_to(snakemake.log[0], snakemake.config["rebuild"])
settings, h0_K = snakemake.params.two_tls, snakemake.params.h0_K
files.write_csv(snakemake.output.table_1, closed_forms.table_1(settings["material"]))
files.write_csv(snakemake.output.appendix_c, closed_forms.appendix_c(settings["interaction_ratio"]))
files.write_csv(snakemake.output.closed_forms, closed_forms.limits(settings["elastic_ratio"] * h0_K, h0_K))
