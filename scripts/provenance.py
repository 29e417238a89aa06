"""Rule provenance: what made these results."""

from tlsglass.base import files, provenance
from tlsglass.chain.protocol import CHAIN_VERSION

files.log_to(snakemake.log[0])
paths = [
    path for name, value in snakemake.input.items() if name != "code" for path in ([value] if isinstance(value, str) else value)
]
files.write_json(snakemake.output.manifest, provenance.manifest(snakemake.params.config, snakemake.params.run, paths, CHAIN_VERSION))
