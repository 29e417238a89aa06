"""One batch of realizations, by the method of its protocol; and what a batch tells of its chains."""

from tlsglass.chain import equilibrium, simulation, valleys
from tlsglass.chain.protocol import ANNEALING, TEMPERING, TWICE
from tlsglass.density import shards

METHODS = {ANNEALING: simulation, TEMPERING: equilibrium, TWICE: valleys}
TOLD = {ANNEALING: simulation.Chain, TEMPERING: equilibrium.Tempered, TWICE: valleys.Valleys}


def simulate(model, protocol, first, n, report=lambda line: None, checkpoint=None):
    """Return the counts of a batch, a dict from temperature to Counts, and what its chains were like, by its method."""
    return METHODS[protocol.method].simulate(model, protocol, first, n, report, checkpoint)


def read(path, origin, method):
    """Return what a batch tells of its chains. Raises files.DamagedFile, and ForeignShard for another origin or other
    realizations than those that its name says."""
    told = TOLD[method].load(path)
    shards.check_origin(path, told.origin, origin)
    shards.check_batch(path, int(told.first), len(told.energy if method != ANNEALING else told.energy_K))
    return told
