"""Whether a tempered set is in equilibrium: tests that each can fail, and their limits.

The identities follow by parts from Gaussian h_i (variance h0²) and J_ij (variance σ_ij²), [..] over the disorder, primes for
an independent copy:
    [⟨H_h⟩] = -(h0²/T) Σ_i (1 - [⟨s_i⟩ ⟨s_i⟩']),
    [⟨H_J⟩] = -(1/T) Σ_{i<j} σ_ij² (1 - [⟨s_i s_j⟩ ⟨s_i s_j⟩']).
Signed excitation energies obey P(-E) = exp(-E/T) P(E).
"""

from dataclasses import dataclass

import numpy as np
from scipy import special

from tlsglass.base.jackknife import JackknifeEstimate
from tlsglass.montecarlo.tempering import INTERVALS

SIGMAS = 3.0  # for what is tested on many rungs: of all of them together
IDENTITY_SIGMAS = 2.0  # of the error of each rung by itself
DRAWS, SEED = 20_000, 1  # of random signs


@dataclass(frozen=True)
class EquilibrationTest:
    """One test of a set: the worst value found, where, and what is allowed."""

    name: str
    value: float
    T_K: float  # of the worst rung; NaN where the test is of the set as a whole
    lower: float
    upper: float

    @property
    def passed(self):
        return bool(self.lower <= self.value <= self.upper)


@dataclass(frozen=True)
class Identity:
    """Both sides of an identity per spin, in kelvin: Samples (r,)."""

    energy_K: JackknifeEstimate
    overlap_K: JackknifeEstimate
    control_K: JackknifeEstimate | float = 0.0  # of mean zero, and moves as the difference does

    @property
    def difference_K(self):
        return self.energy_K - self.overlap_K - self.control_K

    @property
    def z(self):
        """Deviations in standard errors, (r,)."""
        return self.difference_K.value / self.difference_K.error


def identities(evidence, prefix=""):
    """Return {"field": Identity, "coupling": Identity} of tempering, or with the prefix "twice_" of two independent anneals."""
    T = evidence.annealed_rungs_K if prefix else evidence.rungs_K
    h0_K = evidence.model.h0_K
    variance = evidence.mean("pair_variance_K2")
    return {
        "field": Identity(
            evidence.mean(f"{prefix}field_K"),
            -(h0_K**2) / T * (1 - evidence.mean(f"{prefix}overlap")),
            0.0 if prefix else evidence.mean("field_control_K"),
        ),
        "coupling": Identity(evidence.mean(f"{prefix}coupling_K"), -(variance - evidence.mean(f"{prefix}pair_overlap_K2")) / T),
    }


def detailed_balance(evidence, density, place):
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
    return found / (JackknifeEstimate(rows) / realizations) - 1


def autocorrelation(evidence):
    """Return the integrated autocorrelation time of the energy at each rung, in sweeps, (r,).

    ½ + Σ_k ρ_k between snapshots, summed until ρ falls below zero: less than an interval is told as half of one.
    """
    covariance = evidence.mean("covariance_K2").value
    rho = covariance[:, 1:] / np.where(covariance[:, :1] > 0, covariance[:, :1], np.inf)
    positive = np.logical_and.accumulate(rho > 0, axis=1)
    return (0.5 + np.sum(np.where(positive, rho, 0), axis=1)) * evidence.mean("length").value / INTERVALS


def run_tests(evidence, densities):
    """Return the Certificates of a set, a list. ``densities`` are the Densities of its tempered counts."""
    T = evidence.rungs_K
    energy, low = evidence.mean("energy_K"), evidence.mean("low")
    found = [
        _worst("acceptance of exchanges", -evidence.mean("exchanges").value, T[:-1], least=0.1),
        EquilibrationTest("round trips in a copy", float(evidence.mean("trips").value), np.nan, 10, np.inf),
        EquilibrationTest("copies without a round trip", float(evidence.mean("stuck").value), np.nan, 0, 0.01),
        EquilibrationTest("copies with the same lowest energy", float(evidence.mean("agreed").value), np.nan, 0.99, 1),
        _together("energy from N/2 to N sweeps, in σ", energy[1] - energy[0], T),
        _together("n(E < T) from N/2 to N sweeps, in σ", low[1, :, 0] - low[0, :, 0], T),
        _together("n(E < h0/10) from N/2 to N sweeps, in σ", low[1, :, 1] - low[0, :, 1], T),
    ]
    names = {"field": "identity of the fields, in σ", "coupling": "identity of the couplings, in σ"}
    for kind, identity in identities(evidence).items():
        found.append(_worst(names[kind], np.abs(identity.z), T, most=IDENTITY_SIGMAS))
    unbalanced = [detailed_balance(evidence, densities.at(one), k) for k, one in enumerate(evidence.measured_K)]
    every = JackknifeEstimate(np.concatenate([one.rows for one in unbalanced], axis=1))
    where = np.repeat(evidence.measured_K, [len(one) for one in unbalanced])
    return [*found, _together("P(-E) = exp(-E/T) P(E), in σ", every, where)]


def global_deviation(difference):
    """Return by how many σ Samples (r,) differ from 0, all of them together, and the place of the one that differs most.

    The largest of r deviations is large by chance alone. It is held against the largest after the sign of each jackknife
    group's share is drawn at random, which keeps the correlation of the r: the σ are those of a Gaussian with that p.
    What does not vary, or is NaN, is left out. (0, 0) where nothing is left.
    """
    varies = np.isfinite(difference.value) & (difference.error > 0)
    places = np.flatnonzero(varies)
    if not len(places):
        return 0.0, 0
    rows = difference.rows[:, varies]
    g = difference.groups
    shares = rows[0] + (g - 1) * (rows[1:].mean(axis=0) - rows[1:])
    signs = np.random.default_rng(SEED).choice([-1.0, 1.0], size=(DRAWS, g))
    squares = np.mean(shares**2, axis=0)

    def t(mean):
        return np.abs(mean) / np.sqrt((squares - mean**2) / (g - 1))

    found = t(rows[0])
    p = (1 + np.sum(t(signs @ shares / g).max(axis=1) >= found.max())) / (1 + DRAWS)
    return float(-special.ndtri(p / 2)), int(places[np.argmax(found)])


def _together(name, difference, T_K):
    """Return the Certificate of Samples (r,) at ``T_K`` (r,) that shall be 0."""
    sigmas, place = global_deviation(difference)
    return EquilibrationTest(name, sigmas, float(T_K[place]), 0, SIGMAS)


def _worst(name, values, T_K, least=None, most=None):
    """Return the Certificate of the largest of ``values``; with ``least`` they are negated, and the smallest counts."""
    k = int(np.argmax(values))
    if most is None:
        return EquilibrationTest(name, float(-values[k]), float(T_K[k]), least, np.inf)
    return EquilibrationTest(name, float(values[k]), float(T_K[k]), 0, most)
