"""Tails and quantiles of χ² and F, from scipy.special: scipy.stats takes longer to import than a short job works.

scipy is imported where something is computed: jobs that only word or draw what others computed do without.
"""


def chi2_sf(x, dof):
    """Return the chance that χ² of ``dof`` degrees of freedom exceeds ``x``."""
    from scipy import special

    return float(special.chdtrc(dof, x))


def chi2_cdf(x, dof):
    """Return the chance that χ² of ``dof`` degrees of freedom stays below ``x``."""
    from scipy import special

    return float(special.chdtr(dof, x))


def chi2_ppf(share, dof):
    """Return what χ² of ``dof`` degrees of freedom stays below with probability ``share``."""
    from scipy import special

    return float(2 * special.gammaincinv(0.5 * dof, share))


def f_sf(x, over, under):
    """Return the chance that Fisher's F of ``over`` and ``under`` degrees of freedom exceeds ``x``."""
    from scipy import special

    return float(special.fdtrc(over, under, x))


def f_ppf(share, over, under):
    """Return what Fisher's F of ``over`` and ``under`` degrees of freedom stays below with probability ``share``."""
    from scipy import special

    return float(special.fdtri(over, under, share))
