"""Rule closed_form_tables: Table I, the interaction constants of Appendix C, Eq. (9) and the slopes of the STM."""

import pandas as pd

from tlsglass.analysis import two_tls_tables
from tlsglass.base import io

io.start_job(snakemake)
settings, model = snakemake.params.two_tls, snakemake.params.model
printed = pd.read_csv(snakemake.input.paper).set_index("id")["paper"]["appendix_C_elastic_over_C_el"]
io.write_csv(snakemake.output.table_1, two_tls_tables.table_1(settings["material"]))
io.write_csv(snakemake.output.appendix_c, two_tls_tables.appendix_c(settings["appendix_c_materials"], printed))
J0_K = settings["J0_over_h0_elastic"] * model["h0_K"]
closed_forms = two_tls_tables.closed_forms(J0_K, model["h0_K"], model["concentration"], snakemake.params.window_J0)
io.write_csv(snakemake.output.closed_forms, closed_forms)
