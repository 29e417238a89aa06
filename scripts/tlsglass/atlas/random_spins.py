"""The density of states of random spins, from which the splines of the atlas start.

The excitation energy E of a TLS is twice the absolute value of its local field, the sum of its random field and of the
couplings to random spins. All energies are in units of h0.
"""

import math
from typing import NamedTuple

import numpy as np

from tlsglass.base.types import FloatArray, FloatOrArray
from tlsglass.model import lattice
from tlsglass.model.interaction import MEAN_ABS_C, SAME_DIPOLE
from tlsglass.model.parameters import ModelParameters


class RandomSpins(NamedTuple):
    """n(E) of random spins at any g = J0/h0.

    Attributes
    ----------
    concentration
        TLSs per lattice site.
    spread
        Variance of the sum over couplings in units of J0².
    components
        Number of normal components of the moment that also multiplies the random field; None if the random field is normal.
    """

    concentration: float
    spread: float
    components: int | None = None

    @classmethod
    def of_model(cls, model: ModelParameters) -> "RandomSpins":
        """Return the random spins of a model."""
        spread = lattice.local_field_variance(model.L, model.cutoff, model.concentration)
        if factors := model.independent_factors:
            return cls(model.concentration, spread * factors.rms**2)
        from tlsglass.model import moments  # here, because evaluating the atlas does not need it

        family = moments.of_model(model)
        spread *= (MEAN_ABS_C * family.rms() / family.mean_abs()) ** 2
        normal = model.fields != SAME_DIPOLE or family.unit  # a component of a unit vector times three normal ones is normal
        components = None if normal else len(range(family.components)[family.in_field])
        return cls(model.concentration, spread, components)

    def ln_density(self, E: FloatOrArray, g: float) -> FloatArray:
        """Return ln(n h0).

        The local field is normal, or, at g = 0 exactly, the scalar product of a moment and of a field whose d components are
        independent and normal. The product has the probability density |u|^ν K_ν(|u|) / (√π 2^ν Γ(ν + 1/2)) with the modified
        Bessel function K_ν, ν = (d - 1)/2, and u = √d h/σ, where σ² = 1 + ``spread`` g² is the variance of the local field h.
        """
        variance = 4 * (1 + self.spread * g**2)
        if self.components is None:
            ln_n: FloatArray = -(np.asarray(E) ** 2) / (2 * variance) + math.log(
                self.concentration * math.sqrt(2 / math.pi / variance)
            )
            return ln_n
        root = math.sqrt(self.components / variance)
        product: FloatArray = _ln_bessel_product(root * np.asarray(E), self.components)
        return product + math.log(2 * self.concentration * root)


def _ln_bessel_product(u: FloatArray, components: int) -> FloatArray:
    """Return ln(u^ν K_ν(u) / (√π 2^ν Γ(ν + 1/2))) with ν = (``components`` - 1)/2, for u >= 0."""
    nu = (components - 1) / 2
    ln_norm = 0.5 * math.log(math.pi) + nu * math.log(2) + math.lgamma(nu + 0.5)
    if components % 2 == 0:  # u^ν K_ν(u) is exp(-u) times a polynomial of degree n = ν - 1/2
        n = components // 2 - 1
        coefficients = [
            math.factorial(2 * n - k) / (math.factorial(n - k) * math.factorial(k) * 2.0 ** (n - k)) for k in range(n + 1)
        ]
        ln_product: FloatArray = np.log(np.polynomial.polynomial.polyval(u, coefficients)) - u
        return ln_product + 0.5 * math.log(math.pi / 2) - ln_norm
    from scipy.special import kve  # here, because normal fields do not need it

    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        ln_product = np.where(u > 1e-100, nu * np.log(u) + np.log(kve(nu, u)) - u, (nu - 1) * math.log(2) + math.lgamma(nu))
    return ln_product - ln_norm
