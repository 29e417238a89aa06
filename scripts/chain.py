"""Rule chain: gather what the batches of one (L, J0) say of their annealing."""

from tlsglass import dos, files, simulation

files.log_to(snakemake.log[0])


def chains():
    for path in snakemake.input.chains:
        chain = simulation.Chain.load(path)
        dos.check_origin(path, str(chain.origin), snakemake.params.origin)
        dos.check_realizations(path, int(chain.first), len(chain.energy_K))
        yield chain


simulation.summarise(chains()).save(snakemake.output.chain)
