"""Tail probabilities and quantiles of the χ² and F distributions, from scipy.special.

scipy is imported inside the functions, because jobs that only print or draw results do not need it; scipy.stats would take
longer to import than a short job takes.
"""

NORMAL_95 = 1.96  # standard errors to an end of the 95 % interval of a normally distributed number


def chi2_sf(x: float, dof: float) -> float:
    """Return the probability that χ² with ``dof`` degrees of freedom exceeds ``x``."""
    from scipy import special

    return float(special.chdtrc(dof, x))


def chi2_cdf(x: float, dof: float) -> float:
    """Return the probability that χ² with ``dof`` degrees of freedom is below ``x``."""
    from scipy import special

    return float(special.chdtr(dof, x))


def chi2_ppf(probability: float, dof: float) -> float:
    """Return the quantile of χ² with ``dof`` degrees of freedom, the inverse of ``chi2_cdf``."""
    from scipy import special

    return float(2 * special.gammaincinv(0.5 * dof, probability))


def f_sf(x: float, dfn: float, dfd: float) -> float:
    """Return the probability that F with ``dfn`` and ``dfd`` degrees of freedom exceeds ``x``."""
    from scipy import special

    return float(special.fdtrc(dfn, dfd, x))


def f_ppf(probability: float, dfn: float, dfd: float) -> float:
    """Return the quantile of F with ``dfn`` and ``dfd`` degrees of freedom."""
    from scipy import special

    return float(special.fdtri(dfn, dfd, probability))


def normal_sf(x: float) -> float:
    """Return the probability that a standard normal number exceeds ``x``."""
    from scipy import special

    return float(special.ndtr(-x))
