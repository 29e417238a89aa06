"""One batch of realizations, by the method of its protocol; and what a batch tells of its chains."""

from tlsglass.dos.load import check_batch_name, check_fingerprint
from tlsglass.montecarlo import annealing, paired_anneals, tempering_batch
from tlsglass.montecarlo.protocol import ANNEALING, PAIRED_ANNEALING, TEMPERING

METHODS = {ANNEALING: annealing, TEMPERING: tempering_batch, PAIRED_ANNEALING: paired_anneals}
RECORDS = {
    ANNEALING: annealing.AnnealingRecord,
    TEMPERING: tempering_batch.TemperingRecord,
    PAIRED_ANNEALING: paired_anneals.PairedAnnealsRecord,
}


def simulate(model, protocol, first, n, report=lambda line: None, checkpoint=None):
    """Return the counts of a batch, a dict from temperature to Counts, and what its chains were like, by its method."""
    return METHODS[protocol.method].simulate(model, protocol, first, n, report, checkpoint)


def read_record(path, fingerprint, method):
    """Return what a batch tells of its chains. Raises files.DamagedFile, and ForeignShard for another origin or other
    realizations than those that its name says."""
    told = RECORDS[method].load(path)
    check_fingerprint(path, told.fingerprint, fingerprint)
    check_batch_name(path, int(told.first), len(told.energy if method != ANNEALING else told.energy_K))
    return told
