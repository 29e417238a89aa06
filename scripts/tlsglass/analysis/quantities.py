"""Every number that is quoted from the simulation, once. Tables, pulls, variants and sizes loop over ``QUANTITIES``.

To quote another number, add one entry.
"""

from functools import partial

from tlsglass.analysis import alternatives, estimators
from tlsglass.analysis.quantity import EvaluatedAt, Quantity

_law = partial(Quantity, table="laws")


def _fig3(crossover, suffix, where, of_paper):
    """The numbers of Fig. 3 with the T0 of that name, as ``where`` says; those of the paper if ``of_paper``."""
    tested = {"tabulate_alternatives": True, "pull_place": EvaluatedAt.ALL_TEMPERATURES} if of_paper else {}

    def entry(name, text, chosen=None, **options):
        return _law(
            name=name + suffix,
            symbol=text + where,
            label=(text + where).replace("$", "").replace("_", ""),
            choices=chosen or alternatives.of_crossover(name.removeprefix("slope_").removeprefix("mu_constant_"), crossover),
            **options,
        )

    offset = alternatives.one(partial(estimators.constant_mu_offset, crossover=crossover))
    ratio, mu = alternatives.slope_ratios(crossover), alternatives.constant_mus(crossover)
    claimed = [{"claim_prefix": name} | tested if of_paper else {} for name in ("fig3_slope_J", "fig3_mu_J")]
    unit = "γ²/(L0 ρv²)"
    return (
        entry("slope_below", "slope of $δv/v$ below its maximum", unit=unit),
        entry("slope_above", "slope of $δv/v$ above its maximum", unit=unit),
        entry("slope_ratio", "slope ratio", ratio, axis="slope ratio of $δv/v$" + where, **claimed[0]),
        entry("maximum_K", "maximum of $δv/v$", unit="K"),
        entry("mu_constant", "constant $µ$", mu, axis="constant $µ$ of Fig. 3" + where, **claimed[1]),
        entry("mu_constant_amplitude", "amplitude at constant $µ$", unit=unit),
        entry("mu_constant_offset", "offset at constant $µ$", offset, unit=unit),
    )


QUANTITIES = (
    Quantity(
        name="B",
        symbol="$B$({T} K)",
        label="B({T} K)",
        unit="1/K",
        choices=alternatives.eq3_choices("B"),
        table="eq3",
        column="B",
        tabulate_alternatives=True,
        pull_place=EvaluatedAt.WARM,
        toy_density=alternatives.from_eq3("B"),
        variant_place=EvaluatedAt.WARM,
        claim_prefix="table2_B_J",
    ),
    Quantity(
        name="mu",
        symbol="$µ$({T} K)",
        label="µ({T} K)",
        choices=alternatives.eq3_choices("mu"),
        table="eq3",
        column="mu",
        tabulate_alternatives=True,
        pull_place=EvaluatedAt.WARM,
        toy_density=alternatives.from_eq3("mu"),
        variant_place=EvaluatedAt.WARM,
        claim_prefix="table2_mu_J",
    ),
    Quantity(
        name="mu_zero_temperature",
        symbol="$µ(T → 0)$",
        label="µ(T → 0)",
        axis="$µ$ ($T$ = {T} K)",
        choices=alternatives.exponents,
        table="exponents",
        column="mu",
        tabulate_alternatives=True,
        pull_place=EvaluatedAt.COLDEST,
        toy_density=alternatives.from_exponent,
        variant_place=EvaluatedAt.COLDEST,
        claim_prefix="mu_zero_temperature_J",
    ),
    Quantity(
        name="E0_K",
        symbol="$E_0$",
        label="E0",
        axis="$E_0$ (K)",
        unit="K",
        choices=alternatives.gaussians,
        table="gaussian",
        column="E0_K",
        tabulate_alternatives=True,
        pull_place=EvaluatedAt.COLDEST,
        toy_density=alternatives.from_gaussian,
        claim_prefix="gaussian_E0",
    ),
    _law(
        name="alpha",
        symbol="$α$",
        label="α",
        axis="$α$ of $C \\propto T^{1+α}$",
        choices=alternatives.exponents_of(estimators.alpha, estimators.generalised_alpha),
        law_test=estimators.alpha_law,
        tabulate_alternatives=True,
        pull_place=EvaluatedAt.ALL_TEMPERATURES,
        claim_prefix="alpha_L12_J",
    ),
    _law(
        name="beta",
        symbol="$β$",
        label="β",
        axis="$β$ of $κ \\propto T^{2-β}$",
        choices=alternatives.exponents_of(estimators.beta, estimators.generalised_beta),
        law_test=estimators.beta_law,
        tabulate_alternatives=True,
        pull_place=EvaluatedAt.ALL_TEMPERATURES,
        claim_prefix="beta_L12_J",
    ),
    _law(
        name="kappa_prefactor",
        symbol="$κ$(1 K)",
        label="κ(1 K)",
        unit="prefactor of Eq. (5)",
        choices=alternatives.one(lambda densities, s: estimators.kappa_law(densities, s).prefactor),
        law_test=estimators.kappa_prefactor_law,
    ),
    _law(
        name="specific_heat_prefactor",
        symbol="$C$(1 K)",
        label="C(1 K)",
        unit="k_B per lattice site",
        choices=alternatives.one(lambda densities, s: estimators.heat_law(densities, s).prefactor),
        law_test=estimators.heat_prefactor_law,
    ),
    _law(
        name="kappa_coldest",
        symbol="$κ$({T} K)",
        label="κ at the coldest temperature",
        unit="prefactor of Eq. (5)",
        choices=alternatives.one(lambda densities, s: estimators.kappa(densities, s)[0]),
    ),
    _law(
        name="specific_heat_coldest",
        symbol="$C$({T} K)",
        label="C at the coldest temperature",
        unit="k_B per lattice site",
        choices=alternatives.one(lambda densities, s: estimators.heat(densities)[0]),
    ),
    *_fig3("matched_to_fig_3", "", "", of_paper=True),
    *_fig3("fig5a", "_5a", ", $T_0$ of Fig. 5(a)", of_paper=False),
    _law(
        name="beta_eqA1_minus_eq5",
        symbol="$β$ of Eq. (A1) − Eq. (5)",
        label="β of Eq. (A1) minus Eq. (5)",
        choices=alternatives.one(estimators.kappa_A1_exponent),
    ),
    _law(
        name="kappa_eqA1_spread",
        symbol="spread of $κ$(A1)/$κ$(5)",
        label="spread of κ(A1)/κ(5)",
        choices=alternatives.windows("exponent_windows_K", estimators.kappa_A1_spread),
        claim_prefix="appendix_A_kappa_J",
    ),
    _law(
        name="dv_eqA2_spread",
        symbol="spread of $δv/v$, (A2) − (8)",
        label="spread of δv/v, (A2) minus (8)",
        choices=alternatives.one(estimators.velocity_A2_spread),
        claim_prefix="appendix_A_dv_J",
    ),
)


def find(name):
    """Return the entry of that name. Raises KeyError."""
    return {quantity.name: quantity for quantity in QUANTITIES}[name]


def entries(use):
    """Return, in their order, the quantities with a given use: "tabulate_alternatives", "pull_place" or "variant_place"."""
    return [quantity for quantity in QUANTITIES if getattr(quantity, use)]
