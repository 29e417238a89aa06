"""Rule provenance: what made these results."""

from tlsglass.base import io, provenance
from tlsglass.montecarlo.protocol import CHAIN_VERSION

io.start_job(snakemake)
paths = [path for _, value in snakemake.input.items() for path in ([value] if isinstance(value, str) else value)]
about = snakemake.params
io.write_json(snakemake.output.manifest, provenance.manifest(about.config, about.run, paths, CHAIN_VERSION))
