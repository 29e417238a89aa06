"""The registry of quoted numbers. Tables, pulls, variants and sizes loop over ``QUANTITIES``.

To quote another number, add one entry.
"""

from functools import partial
from typing import Any

from tlsglass.analysis import alternatives, estimators
from tlsglass.analysis.quantity import Choices, EvaluatedAt, Quantity

_law = partial(Quantity, table="laws")


def _fig3(crossover: str, suffix: str, note: str, in_paper: bool) -> tuple[Quantity, ...]:
    """Return the quantities of Fig. 3 with the T0 of that name, which ``note`` describes."""
    tested = {"tabulate_alternatives": True, "pull_place": EvaluatedAt.ALL_TEMPERATURES} if in_paper else {}

    def entry(name: str, text: str, choices: Choices | None = None, **options: Any) -> Quantity:
        return _law(
            name=name + suffix,
            symbol=text + note,
            choices=choices or alternatives.fig3_field(name.removeprefix("slope_").removeprefix("mu_constant_"), crossover),
            **options,
        )

    offset = alternatives.quoted_only(partial(estimators.constant_mu_offset, crossover=crossover))
    ratio, mu = alternatives.slope_ratios(crossover), alternatives.constant_mus(crossover)
    claimed = [{"claim_prefix": name} | tested if in_paper else {} for name in ("fig3_slope_J", "fig3_mu_J")]
    unit = "γ²/(L0 ρv²)"
    return (
        entry("slope_below", "slope of $δv/v$ below its maximum", unit=unit),
        entry("slope_above", "slope of $δv/v$ above its maximum", unit=unit),
        entry("slope_ratio", "slope ratio", ratio, axis="slope ratio of $δv/v$" + note, **claimed[0]),
        entry("maximum_K", "maximum of $δv/v$", unit="K"),
        entry("mu_constant", "constant $µ$", mu, axis="constant $µ$ of Fig. 3" + note, **claimed[1]),
        entry("mu_constant_amplitude", "amplitude at constant $µ$", unit=unit),
        entry("mu_constant_offset", "offset at constant $µ$", offset, unit=unit),
    )


QUANTITIES = (
    *(
        Quantity(
            name=name,
            symbol=f"${symbol}$({{T}} K)",
            unit=unit,
            choices=alternatives.eq3_choices(name),
            table="table_2",
            column=name,
            tabulate_alternatives=True,
            pull_place=EvaluatedAt.WARM,
            toy_density=alternatives.toy_eq3(name),
            variant_place=EvaluatedAt.WARM,
            claim_prefix=f"table2_{name}_J",
        )
        for name, symbol, unit in (("B", "B", "1/K"), ("mu", "µ", ""))
    ),
    Quantity(
        name="mu_zero_temperature",
        symbol="$µ(T → 0)$",
        axis="$µ$ ($T$ = {T} K)",
        choices=alternatives.exponents,
        table="zero_temperature",
        column="mu",
        tabulate_alternatives=True,
        pull_place=EvaluatedAt.COLDEST,
        toy_density=alternatives.toy_exponent,
        variant_place=EvaluatedAt.COLDEST,
        claim_prefix="mu_zero_temperature_J",
    ),
    Quantity(
        name="E0_K",
        symbol="$E_0$",
        axis="$E_0$ (K)",
        unit="K",
        choices=alternatives.gaussians,
        table="gaussian_limit",
        column="E0_K",
        tabulate_alternatives=True,
        pull_place=EvaluatedAt.COLDEST,
        toy_density=alternatives.toy_gaussian,
        claim_prefix="gaussian_E0",
    ),
    _law(
        name="alpha",
        symbol="$α$",
        axis="$α$ of $C \\propto T^{1+α}$",
        choices=alternatives.law_exponents(estimators.ALPHA),
        law_test=estimators.ALPHA.law_test,
        tabulate_alternatives=True,
        pull_place=EvaluatedAt.ALL_TEMPERATURES,
        claim_prefix="alpha_L12_J",
    ),
    *(
        _law(
            name=f"alpha_gain_{name}",
            symbol=f"$α$ after {text} $-$ $α$",
            label=f"α after {text} minus α",
            choices=alternatives.quoted_only(partial(estimators.alpha_gain, time=name)),
            claim_prefix=f"alpha_gain_{name}_J",
        )
        for name, text in (("10us", "10 µs"), ("1s", "1 s"), ("1h", "1 h"))
    ),
    _law(
        name="beta",
        symbol="$β$",
        axis="$β$ of $κ \\propto T^{2-β}$",
        choices=alternatives.law_exponents(estimators.BETA),
        law_test=estimators.BETA.law_test,
        tabulate_alternatives=True,
        pull_place=EvaluatedAt.ALL_TEMPERATURES,
        claim_prefix="beta_L12_J",
    ),
    _law(
        name="kappa_prefactor",
        symbol="$κ$(1 K)",
        unit="prefactor of Eq. (5)",
        choices=alternatives.quoted_only(estimators.BETA.prefactor),
        law_test=estimators.BETA.prefactor_test,
    ),
    _law(
        name="specific_heat_prefactor",
        symbol="$C$(1 K)",
        unit="k_B per lattice site",
        choices=alternatives.quoted_only(estimators.ALPHA.prefactor),
        law_test=estimators.ALPHA.prefactor_test,
    ),
    _law(
        name="kappa_coldest",
        symbol="$κ$({T} K)",
        label="κ at the coldest temperature",
        unit="prefactor of Eq. (5)",
        choices=alternatives.quoted_only(lambda densities, s: estimators.kappa(densities, s)[0]),
    ),
    _law(
        name="specific_heat_coldest",
        symbol="$C$({T} K)",
        label="C at the coldest temperature",
        unit="k_B per lattice site",
        choices=alternatives.quoted_only(lambda densities, s: estimators.specific_heat(densities)[0]),
    ),
    *_fig3("matched_to_fig_3", "", "", in_paper=True),
    *_fig3("fig5a", "_5a", ", $T_0$ of Fig. 5(a)", in_paper=False),
    _law(
        name="beta_eqA1_minus_eq5",
        symbol="$β$ of Eq. (A1) − Eq. (5)",
        label="β of Eq. (A1) minus Eq. (5)",
        choices=alternatives.quoted_only(estimators.kappa_A1_exponent),
    ),
    _law(
        name="kappa_eqA1_spread",
        symbol="spread of $κ$(A1)/$κ$(5)",
        choices=alternatives.windows(estimators.kappa_A1_spread),
        claim_prefix="appendix_A_kappa_J",
    ),
    _law(
        name="dv_eqA2_spread",
        symbol="spread of $δv/v$, (A2) − (8)",
        label="spread of δv/v, (A2) minus (8)",
        choices=alternatives.quoted_only(estimators.velocity_A2_spread),
        claim_prefix="appendix_A_dv_J",
    ),
)


def get_quantity(name: str) -> Quantity:
    """Return the entry of that name. Raises KeyError if there is none."""
    return {quantity.name: quantity for quantity in QUANTITIES}[name]


def entries(use: str) -> list[Quantity]:
    """Return, in order, the quantities that have a use: "tabulate_alternatives", "pull_place" or "variant_place"."""
    return [quantity for quantity in QUANTITIES if getattr(quantity, use)]
