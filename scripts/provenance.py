"""Rule provenance: what made these results."""

from tlsglass.base import files, provenance
from tlsglass.chain.protocol import CHAIN_VERSION

files.log_to(snakemake.log[0], snakemake.config["rebuild"])
paths = [path for _, value in snakemake.input.items() for path in ([value] if isinstance(value, str) else value)]
about = snakemake.params
files.write_json(snakemake.output.manifest, provenance.manifest(about.config, about.run, paths, CHAIN_VERSION))
