"""Whether a tempered set is in equilibrium: tests that each can fail, and their limits.

The identities follow by parts from Gaussian h_i (variance h0²) and J_ij (variance σ_ij²), [..] over the disorder, primes for
an independent copy:
    [⟨H_h⟩] = -(h0²/T) Σ_i (1 - [⟨s_i⟩ ⟨s_i⟩']),
    [⟨H_J⟩] = -(1/T) Σ_{i<j} σ_ij² (1 - [⟨s_i s_j⟩ ⟨s_i s_j⟩']).
Signed excitation energies obey P(-E) = exp(-E/T) P(E).
"""

from dataclasses import dataclass

import numpy as np

from tlsglass.base.samples import Samples

SIGMAS = 3.0  # of an error, for what is tested on many rungs
IDENTITY_SIGMAS = 2.0


@dataclass(frozen=True)
class Certificate:
    """One test of a set: the worst value found, where, and what is allowed."""

    name: str
    value: float
    T_K: float  # of the worst rung; NaN where the test is of the set as a whole
    least: float
    most: float

    @property
    def passed(self):
        return bool(self.least <= self.value <= self.most)


@dataclass(frozen=True)
class Identity:
    """Both sides of an identity per spin, in kelvin: Samples (r,)."""

    energy_K: Samples
    overlap_K: Samples
    control_K: Samples | float = 0.0  # of mean zero, and moves as the difference does

    @property
    def difference_K(self):
        return self.energy_K - self.overlap_K - self.control_K

    @property
    def z(self):
        """Deviations in standard errors, (r,)."""
        return self.difference_K.value / self.difference_K.error


def identities(evidence, of=""):
    """Return {"field": Identity, "coupling": Identity} of tempering, or with ``of`` = "twice_" of two independent anneals."""
    T = evidence.annealed_rungs_K if of else evidence.rungs_K
    h0_K = evidence.model.h0_K
    variance = evidence.mean("pair_variance_K2")
    return {
        "field": Identity(
            evidence.mean(f"{of}field_K"),
            -(h0_K**2) / T * (1 - evidence.mean(f"{of}overlap")),
            0.0 if of else evidence.mean("field_control_K"),
        ),
        "coupling": Identity(evidence.mean(f"{of}coupling_K"), -(variance - evidence.mean(f"{of}pair_overlap_K2")) / T),
    }


def balance(evidence, density, place):
    """Return found minus expected counts of negative excitation energies over the expected ones, Samples (k,).

    ``density`` is the counts.Counts of the rung ``evidence.measured_K[place]``: in a bin at E a share 1/(1 + exp(E/T)) of them
    is negative. The entries are for E between k T and (k + 1) T, and NaN where there are none.
    """
    total, realizations = density.sums
    found = evidence.mean("negative")[place]
    bins = found.shape[0]
    uniform = int(np.searchsorted(density.edges_K, bins * density.T_K * (1 + 1e-9))) - 1
    weights = 1 / (1 + np.exp(density.middle_K[:uniform] / density.T_K))
    rows = (total.rows[:, :uniform] * weights).reshape(len(total.rows), bins, -1).sum(axis=2)
    return found / (Samples(rows) / realizations) - 1


def autocorrelation(evidence):
    """Return the integrated autocorrelation time of the energy at each rung, in sweeps, (r,).

    ½ + Σ_k ρ_k between snapshots, summed until ρ falls below zero: less than an interval is told as half of one.
    """
    covariance = evidence.mean("covariance_K2").value
    rho = covariance[:, 1:] / np.where(covariance[:, :1] > 0, covariance[:, :1], np.inf)
    positive = np.logical_and.accumulate(rho > 0, axis=1)
    return (0.5 + np.sum(np.where(positive, rho, 0), axis=1)) * evidence.sweeps / 128


def certificates(evidence, densities):
    """Return the Certificates of a set, a list. ``densities`` are the Densities of its tempered counts."""
    T = evidence.rungs_K
    energy, low = evidence.mean("energy_K"), evidence.mean("low")
    found = [
        _worst("acceptance of exchanges", -evidence.mean("exchanges").value, T[:-1], least=0.1),
        Certificate("round trips in a copy", float(evidence.mean("trips").value), np.nan, 10, np.inf),
        Certificate("copies without a round trip", float(evidence.mean("stuck").value), np.nan, 0, 0.01),
        Certificate("copies with the same lowest energy", float(evidence.mean("agreed").value), np.nan, 0.99, 1),
        _worst("energy from N/2 to N sweeps, in σ", _moved(energy[0], energy[1]), T, most=SIGMAS),
        _worst("n(E < T) from N/2 to N sweeps, in σ", _moved(low[0, :, 0], low[1, :, 0]), T, most=SIGMAS),
        _worst("n(E < h0/10) from N/2 to N sweeps, in σ", _moved(low[0, :, 1], low[1, :, 1]), T, most=SIGMAS),
    ]
    names = {"field": "identity of the fields, in σ", "coupling": "identity of the couplings, in σ"}
    for kind, identity in identities(evidence).items():
        found.append(_worst(names[kind], np.abs(identity.z), T, most=IDENTITY_SIGMAS))
    unbalanced = [balance(evidence, densities.at(one), k) for k, one in enumerate(evidence.measured_K)]
    z = [np.max(_sigmas(one)) for one in unbalanced]
    return [*found, _worst("P(-E) = exp(-E/T) P(E), in σ", np.array(z), evidence.measured_K, most=SIGMAS + 1)]


def _moved(last, before):
    """Return how far two Samples are apart in the error of their difference."""
    return _sigmas(last - before)


def _sigmas(difference):
    """Return the absolute value of Samples in standard errors; 0 where nothing varies."""
    return np.abs(np.nan_to_num(difference.value)) / np.where(difference.error > 0, difference.error, np.inf)


def _worst(name, values, T_K, least=None, most=None):
    """Return the Certificate of the largest of ``values``; with ``least`` they are negated, and the smallest counts."""
    k = int(np.argmax(values))
    if most is None:
        return Certificate(name, float(-values[k]), float(T_K[k]), least, np.inf)
    return Certificate(name, float(values[k]), float(T_K[k]), 0, most)
