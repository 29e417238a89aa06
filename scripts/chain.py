"""Rule chain: gather what the batches of one (L, J0) say of their annealing."""

from tlsglass import files, simulation

files.log_to(snakemake.log[0])
chains = map(simulation.Chain.load, snakemake.input.chains)
simulation.summarise(chains, snakemake.params.groups).save(snakemake.output.chain)
