"""Tails and quantiles of χ² and F, from scipy.special: to import scipy.stats takes a short job longer than its work."""

from scipy import special


def chi2_tail(x, dof):
    """Return the chance that χ² of ``dof`` degrees of freedom exceeds ``x``."""
    return float(special.chdtrc(dof, x))


def chi2_lower(x, dof):
    """Return the chance that χ² of ``dof`` degrees of freedom stays below ``x``."""
    return float(special.chdtr(dof, x))


def chi2_quantile(share, dof):
    """Return what χ² of ``dof`` degrees of freedom stays below with probability ``share``."""
    return float(2 * special.gammaincinv(0.5 * dof, share))


def f_tail(x, over, under):
    """Return the chance that Fisher's F of ``over`` and ``under`` degrees of freedom exceeds ``x``."""
    return float(special.fdtrc(over, under, x))


def f_quantile(share, over, under):
    """Return what Fisher's F of ``over`` and ``under`` degrees of freedom stays below with probability ``share``."""
    return float(special.fdtri(over, under, share))
