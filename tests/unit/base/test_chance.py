"""Tails and quantiles against scipy.stats."""

import pytest
from scipy import stats

from tlsglass.base import chance


@pytest.mark.parametrize("x", [0.0, 0.3, 4.0, 250.0])
@pytest.mark.parametrize("dof", [1, 2, 37])
def test_tails(x, dof):
    assert chance.chi2_tail(x, dof) == pytest.approx(stats.chi2.sf(x, dof), rel=1e-12)
    assert chance.f_tail(x, dof, 5) == pytest.approx(stats.f.sf(x, dof, 5), rel=1e-12)


@pytest.mark.parametrize("share", [0.68, 0.95, 0.9999])
@pytest.mark.parametrize("dof", [1, 2, 37])
def test_quantiles(share, dof):
    assert chance.chi2_quantile(share, dof) == pytest.approx(stats.chi2.ppf(share, dof), rel=1e-10)
    assert chance.f_quantile(share, dof, 5) == pytest.approx(stats.f.ppf(share, dof, 5), rel=1e-10)
