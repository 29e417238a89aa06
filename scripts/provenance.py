"""Rule provenance: what made these results."""

from tlsglass import files, provenance

files.log_to(snakemake.log[0])
paths = [
    path for name, value in snakemake.input.items() if name != "code" for path in ([value] if isinstance(value, str) else value)
]
files.write_json(snakemake.output.manifest, provenance.manifest(snakemake.params.config, paths))
