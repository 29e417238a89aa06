"""Tests of whether a tempered set is in equilibrium, with their limits.

The identities follow from integration by parts over Gaussian h_i (variance σ_i²) and J_ij (variance σ_ij²). [..] is the average
over the disorder; primes denote an independent copy:
    [⟨H_h⟩] = -(1/T) Σ_i [σ_i² (1 - ⟨s_i⟩ ⟨s_i⟩')],
    [⟨H_J⟩] = -(1/T) Σ_{i<j} σ_ij² (1 - [⟨s_i s_j⟩ ⟨s_i s_j⟩']).
For independent fields σ_i = h0. A field through the dipole or tensor of its TLS is normal for a given moment, which σ_i belongs
to. Couplings that follow from moments are not normal; the second identity then does not exist, and its test is left out.
Signed excitation energies satisfy detailed balance, P(-E) = exp(-E/T) P(E).

The statistical tests compare many correlated entries with 0, and each gives one p for all of them together. A set in
equilibrium fails any of these tests with the probability ``FAMILY_ERROR_RATE`` at most, which is divided equally among them.
"""

from dataclasses import dataclass

import numpy as np
from scipy import special

from tlsglass.base.jackknife import JackknifeEstimate
from tlsglass.base.types import FloatArray
from tlsglass.dos.density_of_states import DensityOfStates
from tlsglass.dos.temperature_series import TemperatureSeries
from tlsglass.montecarlo.equilibration_data import EquilibrationData
from tlsglass.montecarlo.overlaps import missing_coupling_identity
from tlsglass.montecarlo.tempering import INTERVALS

FAMILY_ERROR_RATE = 0.01  # probability that a set in equilibrium fails
STATISTICAL_TESTS = 6  # energies, n(E < T), n(E < h0/10), two identities, detailed balance; at most, if one does not apply
MAX_SIGMA = float(-special.ndtri(FAMILY_ERROR_RATE / STATISTICAL_TESTS / 2))  # of each of them, 3.1
MIN_NEGATIVE = 5.0  # negative energies of one state of each realization
DRAWS, SEED = 20_000, 1  # of random signs


@dataclass(frozen=True)
class EquilibrationTest:
    """Result of one test of a set: the worst value, its temperature, and the allowed range."""

    name: str
    value: float
    T_K: float  # NaN for a test of the set as a whole
    lower: float
    upper: float
    left_out: str = ""  # why it does not apply

    @property
    def passed(self) -> bool:
        """Whether the value is in the allowed range, or the test does not apply."""
        return bool(self.left_out) or bool(self.lower <= self.value <= self.upper)


@dataclass(frozen=True)
class Identity:
    """Both sides of an identity per spin in kelvin, (r,)."""

    energy_K: JackknifeEstimate
    overlap_K: JackknifeEstimate
    control_K: JackknifeEstimate | float = 0.0  # control variate of mean zero, correlated with the difference

    @property
    def difference_K(self) -> JackknifeEstimate:
        """Difference of the two sides, (r,)."""
        return self.energy_K - self.overlap_K - self.control_K

    @property
    def z(self) -> FloatArray:
        """Difference in standard errors, (r,)."""
        z: FloatArray = self.difference_K.value / self.difference_K.error
        return z


def identities(data: EquilibrationData, prefix: str = "") -> dict[str, Identity]:
    """Return the identities of tempering or, with the prefix "twice_", of the paired anneals.

    They are {"field", "coupling"}, without "coupling" where it does not exist.
    """
    T = data.annealed_rungs_K if prefix else data.rungs_K
    h0_K = data.model.h0_K
    result = {
        "field": Identity(
            data.mean(f"{prefix}field_K"),
            -(h0_K**2) / T * (data.mean("field_variance") - data.mean(f"{prefix}overlap")),
            0.0 if prefix else data.mean("field_control_K"),
        )
    }
    if not missing_coupling_identity(data.model):
        overlap = -(data.mean("pair_variance_K2") - data.mean(f"{prefix}pair_overlap_K2")) / T
        result["coupling"] = Identity(data.mean(f"{prefix}coupling_K"), overlap)
    return result


def detailed_balance(data: EquilibrationData, density: DensityOfStates, k: int) -> JackknifeEstimate:
    """Return the relative excess of counts of negative excitation energies over detailed balance at the rung measured_K[k].

    ``density`` contains the counts of all excitation energies at this rung, of which a fraction 1/(1 + exp(E/T)) is expected
    to be negative. The entries of the result are for E between j T and (j + 1) T. They are NaN where fewer than
    ``MIN_NEGATIVE`` are expected in a jackknife group: the distribution of so few is too skewed for a test.
    """
    total, realizations = density.sums
    negative = data.mean("negative")[k]
    bins = negative.shape[0]
    uniform = int(np.searchsorted(density.edges_K, bins * density.T_K * (1 + 1e-9))) - 1
    weights = 1 / (1 + np.exp(density.centers_K[:uniform] / density.T_K))
    rows = (total.rows[:, :uniform] * weights).reshape(len(total.rows), bins, -1).sum(axis=2)
    few = rows[0] / (density.snapshots * negative.groups) < MIN_NEGATIVE
    ratio: JackknifeEstimate = negative / (JackknifeEstimate(np.where(few, np.nan, rows)) / realizations)
    return ratio - 1


def autocorrelation(data: EquilibrationData) -> FloatArray:
    """Return the integrated autocorrelation time of the energy at each rung in sweeps, (r,).

    It is ½ + Σ_k ρ_k intervals between snapshots, summed until ρ becomes negative; times shorter than an interval are
    reported as half of it.
    """
    covariance = data.mean("covariance_K2").value
    rho = covariance[:, 1:] / np.where(covariance[:, :1] > 0, covariance[:, :1], np.inf)
    positive = np.logical_and.accumulate(rho > 0, axis=1)
    time: FloatArray = (0.5 + np.sum(np.where(positive, rho, 0), axis=1)) * data.mean("length").value / INTERVALS
    return time


def run_tests(data: EquilibrationData, densities: TemperatureSeries) -> list[EquilibrationTest]:
    """Return the results of all tests of a set. ``densities`` are the counts of tempering."""
    T = data.rungs_K
    energy, low = data.mean("energy_K"), data.mean("low")
    tests = [
        _lowest("acceptance of exchanges", data.mean("exchanges").value, T[:-1], lower=0.1),
        EquilibrationTest("round trips in a copy", float(data.mean("trips").value), np.nan, 10, np.inf),
        EquilibrationTest("copies without a round trip", float(data.mean("stuck").value), np.nan, 0, 0.01),
        EquilibrationTest("copies with the same lowest energy", float(data.mean("agreed").value), np.nan, 0.99, 1),
        _vanishing("energy from N/2 to N sweeps, in σ", energy[1] - energy[0], T),
        _vanishing("n(E < T) from N/2 to N sweeps, in σ", low[1, :, 0] - low[0, :, 0], T),
        _vanishing("n(E < h0/10) from N/2 to N sweeps, in σ", low[1, :, 1] - low[0, :, 1], T),
    ]
    names = {"field": "identity of the fields, in σ", "coupling": "identity of the couplings, in σ"}
    tests += [_vanishing(names[kind], identity.difference_K, T) for kind, identity in identities(data).items()]
    if reason := missing_coupling_identity(data.model):
        tests.append(EquilibrationTest(names["coupling"], np.nan, np.nan, 0, MAX_SIGMA, reason))
    excess = [detailed_balance(data, densities.at(T_K), k) for k, T_K in enumerate(data.measured_K)]
    joined = JackknifeEstimate(np.concatenate([estimate.rows for estimate in excess], axis=1))
    T_of_entries = np.repeat(data.measured_K, [len(estimate) for estimate in excess])
    return [*tests, _vanishing("P(-E) = exp(-E/T) P(E), in σ", joined, T_of_entries)]


def global_deviation(difference: JackknifeEstimate) -> tuple[float, int]:
    """Return by how many σ the entries (r,) differ from 0 as a whole, and the index of the most deviating entry.

    The largest of r deviations is large by chance alone. It is therefore compared with the largest deviation after random
    changes of the signs of the contributions of the jackknife groups, which preserve the correlation of the entries; σ is that
    of a Gaussian with the same p. Entries that are constant or NaN are ignored; without any others the result is (0, 0).
    """
    varies = np.isfinite(difference.value) & (difference.error > 0)
    indices = np.flatnonzero(varies)
    if not len(indices):
        return 0.0, 0
    rows = difference.rows[:, varies]
    g = difference.groups
    contributions = rows[0] + (g - 1) * (rows[1:].mean(axis=0) - rows[1:])
    signs = np.random.default_rng(SEED).choice([-1.0, 1.0], size=(DRAWS, g))
    squares = np.mean(contributions**2, axis=0)

    def t(mean: FloatArray) -> FloatArray:
        statistic: FloatArray = np.abs(mean) / np.sqrt((squares - mean**2) / (g - 1))
        return statistic

    observed = t(rows[0])
    p = (1 + np.sum(t(signs @ contributions / g).max(axis=1) >= observed.max())) / (1 + DRAWS)
    return float(-special.ndtri(p / 2)), int(indices[np.argmax(observed)])


def _vanishing(name: str, difference: JackknifeEstimate, T_K: FloatArray) -> EquilibrationTest:
    """Return the test that a difference (r,) at temperatures (r,) is 0."""
    sigmas, k = global_deviation(difference)
    return EquilibrationTest(name, sigmas, float(T_K[k]), 0, MAX_SIGMA)


def _lowest(name: str, values: FloatArray, T_K: FloatArray, lower: float) -> EquilibrationTest:
    """Return the test that no value is below a bound."""
    k = int(np.argmin(values))
    return EquilibrationTest(name, float(values[k]), float(T_K[k]), lower, np.inf)
