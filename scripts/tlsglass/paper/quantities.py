"""Every number that is quoted from the simulation, once. Tables, pulls, variants and sizes loop over ``QUANTITIES``.

To quote another number, add one entry.
"""

from functools import partial

from tlsglass.paper import choices, estimators
from tlsglass.paper.quantity import Place, Quantity

_law = partial(Quantity, sizes=Place.SET)

QUANTITIES = (
    Quantity(
        name="B",
        symbol="$B$({T} K)",
        label="B({T} K)",
        unit="1/K",
        choices=choices.eq3("B"),
        table="eq3",
        column="B",
        studied=True,
        pulls=Place.WARM,
        drawn_from=choices.from_eq3("B"),
        variants=Place.WARM,
        sizes=Place.WARMEST,
        claims="table2_B_J",
    ),
    Quantity(
        name="mu",
        symbol="$µ$({T} K)",
        label="µ({T} K)",
        choices=choices.eq3("mu"),
        table="eq3",
        column="mu",
        studied=True,
        pulls=Place.WARM,
        drawn_from=choices.from_eq3("mu"),
        variants=Place.WARM,
        claims="table2_mu_J",
    ),
    Quantity(
        name="mu_zero_temperature",
        symbol="$µ(T → 0)$",
        label="µ(T → 0)",
        axis="$µ$ ($T$ = {T} K)",
        choices=choices.exponents,
        table="exponents",
        column="mu",
        studied=True,
        pulls=Place.COLDEST,
        drawn_from=choices.from_exponent,
        variants=Place.COLDEST,
        sizes=Place.COLDEST,
        claims="mu_zero_temperature_J",
    ),
    Quantity(
        name="E0_K",
        symbol="$E_0$",
        label="E0",
        axis="$E_0$ (K)",
        unit="K",
        choices=choices.gaussians,
        table="gaussian",
        column="E0_K",
        studied=True,
        pulls=Place.COLDEST,
        drawn_from=choices.from_gaussian,
        claims="gaussian_E0",
    ),
    _law(
        name="alpha",
        symbol="$α$",
        label="α",
        axis="$α$ of $C \\propto T^{1+α}$",
        choices=choices.windows("exponents_K", estimators.alpha),
        studied=True,
        pulls=Place.SET,
        claims="alpha_L12_J",
    ),
    _law(
        name="beta",
        symbol="$β$",
        label="β",
        axis="$β$ of $κ \\propto T^{2-β}$",
        choices=choices.windows("exponents_K", estimators.beta),
        studied=True,
        pulls=Place.SET,
        claims="beta_L12_J",
    ),
    _law(
        name="kappa_prefactor",
        symbol="$κ$(1 K)",
        label="κ(1 K)",
        unit="prefactor of Eq. (5)",
        choices=choices.one(lambda densities, s: estimators.kappa_law(densities, s).prefactor),
    ),
    _law(
        name="specific_heat_prefactor",
        symbol="$C$(1 K)",
        label="C(1 K)",
        unit="k_B per lattice site",
        choices=choices.one(lambda densities, s: estimators.heat_law(densities, s).prefactor),
    ),
    _law(
        name="slope_below",
        symbol="slope of $δv/v$ below its maximum",
        label="slope of δv/v below its maximum",
        unit="γ²/(L0 ρv²)",
        choices=choices.one(lambda densities, s: estimators.slopes(densities, s).below),
    ),
    _law(
        name="slope_above",
        symbol="slope of $δv/v$ above its maximum",
        label="slope of δv/v above its maximum",
        unit="γ²/(L0 ρv²)",
        choices=choices.one(lambda densities, s: estimators.slopes(densities, s).above),
    ),
    _law(
        name="slope_ratio",
        symbol="slope ratio",
        label="slope ratio",
        axis="slope ratio of $δv/v$",
        choices=choices.slope_ratios,
        studied=True,
        pulls=Place.SET,
        claims="fig3_slope_J",
    ),
    _law(
        name="maximum_K",
        symbol="maximum of $δv/v$",
        label="maximum of δv/v",
        unit="K",
        choices=choices.one(lambda densities, s: estimators.slopes(densities, s).maximum_K),
    ),
    _law(
        name="mu_constant",
        symbol="constant $µ$",
        label="constant µ",
        axis="constant $µ$ of Fig. 3",
        choices=choices.constant_mus,
        studied=True,
        pulls=Place.SET,
        claims="fig3_mu_J",
    ),
    _law(
        name="mu_constant_amplitude",
        symbol="amplitude at constant $µ$",
        label="amplitude at constant µ",
        unit="γ²/(L0 ρv²)",
        choices=choices.one(lambda densities, s: estimators.constant_mu(densities, s).amplitude),
    ),
    _law(
        name="mu_constant_offset",
        symbol="offset at constant $µ$",
        label="offset at constant µ",
        unit="γ²/(L0 ρv²)",
        choices=choices.one(estimators.constant_mu_offset),
    ),
    _law(
        name="beta_eqA1_minus_eq5",
        symbol="$β$ of Eq. (A1) − Eq. (5)",
        label="β of Eq. (A1) minus Eq. (5)",
        choices=choices.one(estimators.kappa_A1_exponent),
    ),
    _law(
        name="kappa_eqA1_spread",
        symbol="spread of $κ$(A1)/$κ$(5)",
        label="spread of κ(A1)/κ(5)",
        choices=choices.one(estimators.kappa_A1_spread),
        claims="appendix_A_kappa_J",
    ),
    _law(
        name="dv_eqA2_spread",
        symbol="spread of $δv/v$, (A2) − (8)",
        label="spread of δv/v, (A2) minus (8)",
        choices=choices.one(estimators.velocity_A2_spread),
        claims="appendix_A_dv_J",
    ),
)


def find(name):
    """Return the entry of that name. Raises KeyError."""
    return {quantity.name: quantity for quantity in QUANTITIES}[name]


def entries(use):
    """Return the entries, in their order, of one use: "studied", "pulls", "variants" or "sizes"."""
    return [quantity for quantity in QUANTITIES if getattr(quantity, use)]
