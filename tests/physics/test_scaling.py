"""What must come out of a whole anneal: the limit without couplings, and the scale of the energies."""

from dataclasses import replace

import numpy as np

from tlsglass.dos.fits import fit_gaussian
from tlsglass.model import disorder
from tlsglass.montecarlo import methods
from tlsglass.montecarlo.protocol import scale_temperatures


def test_without_couplings_the_density_is_gaussian(short_protocol):
    """E = 2 abs(h): half-normal with standard deviation 2 h0, n(0) = x · 2/(2 h0 sqrt(2π)); within 4σ."""
    model = disorder.ModelParameters(L=6, h0_K=10.0, J0_K=0.01, cutoff=1.0, concentration=0.5)
    counts, _ = methods.simulate(model, short_protocol, 0, 200)
    density = replace(counts[0.5], groups=20)
    limit = fit_gaussian(density, 0.0, 1.0)
    assert abs(limit.E0_K.value - 20) < 4 * limit.E0_K.error
    n = density.coarsen_to_width(3.0).n[0]
    assert abs(n.value - 0.5 * 2 / (20 * np.sqrt(2 * np.pi))) < 4 * n.error + 1e-4


def test_h0_is_only_a_scale(short_protocol):
    """Eq. (2) is homogeneous: halve all energies and temperatures, and every count is the same."""
    model = disorder.ModelParameters(L=4, h0_K=10.0, J0_K=2.0, cutoff=1.0, concentration=0.5)
    counts, chain = methods.simulate(model, short_protocol, 0, 20)
    half = replace(model, h0_K=5.0, J0_K=1.0)
    counts_half, chain_half = methods.simulate(half, scale_temperatures(short_protocol, 0.5), 0, 20)
    np.testing.assert_array_equal(counts_half[0.25].counts, counts[0.5].counts)
    np.testing.assert_array_equal(chain_half.acceptance, chain.acceptance)
    np.testing.assert_allclose(2 * chain_half.energy_K, chain.energy_K, rtol=1e-12)
