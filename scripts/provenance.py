"""Rule provenance: software, configuration and checksums of the results."""

from tlsglass.base import io, provenance
from tlsglass.montecarlo.protocol import CHAIN_VERSION

io.start_job(snakemake)
paths = [path for _, value in snakemake.input.items() for path in ([value] if isinstance(value, str) else value)]
params = snakemake.params
io.write_json(snakemake.output.manifest, provenance.manifest(params.config, params.run, paths, CHAIN_VERSION))
