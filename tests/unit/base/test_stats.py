"""Tails and quantiles against scipy.stats."""

import pytest
import scipy.stats

from tlsglass.base import stats


@pytest.mark.parametrize("x", [0.0, 0.3, 4.0, 250.0])
@pytest.mark.parametrize("dof", [1, 2, 37])
def test_tails(x, dof):
    assert stats.chi2_sf(x, dof) == pytest.approx(scipy.stats.chi2.sf(x, dof), rel=1e-12)
    assert stats.f_sf(x, dof, 5) == pytest.approx(scipy.stats.f.sf(x, dof, 5), rel=1e-12)


@pytest.mark.parametrize("share", [0.68, 0.95, 0.9999])
@pytest.mark.parametrize("dof", [1, 2, 37])
def test_quantiles(share, dof):
    assert stats.chi2_ppf(share, dof) == pytest.approx(scipy.stats.chi2.ppf(share, dof), rel=1e-10)
    assert stats.f_ppf(share, dof, 5) == pytest.approx(scipy.stats.f.ppf(share, dof, 5), rel=1e-10)
