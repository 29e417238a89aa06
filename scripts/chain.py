"""Rule chain: gather what the batches of one (L, J0) say of their annealing."""

from tlsglass.base import files
from tlsglass.chain import simulation

files.log_to(snakemake.log[0])
chains = (simulation.read_chain(path, snakemake.params.origin) for path in snakemake.input.chains)
simulation.summarise(chains).save(snakemake.output.chain)
