"""Formatted tables, one function each, named as its entry of the catalogue: from tables of numbers to a ``FormattedTable``."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from tlsglass.analysis import interaction_tables, sizes
from tlsglass.analysis.scorecard import REALIZATIONS, SIGMAS, summary, table_2_chi2, table_2_line
from tlsglass.analysis.verdicts import Verdict
from tlsglass.base import labels
from tlsglass.base.jackknife import format_with_error
from tlsglass.fitting import report_text
from tlsglass.fitting.fit import MAX_SCALED_P_VALUE, ParameterState
from tlsglass.model.interaction import GAUSSIAN, INTERACTIONS
from tlsglass.model.parameters import H0_K
from tlsglass.models.observable import J0_OVER_H0


@dataclass(frozen=True)
class FormattedTable:
    """A table whose cells are all text. ``templating`` writes it as Markdown and as HTML."""

    title: str
    headings: list[str]
    rows: list[list[str]]
    note: str = ""


def table_1(scales: pd.DataFrame, material: Mapping[str, float]) -> FormattedTable:
    """Return Table I from its numbers and the parameters of the material."""
    assumed = ", ".join(f"{name} = {value:g}" for name, value in material.items())
    return FormattedTable(
        "Table I: typical energy scales (K)",
        ["", "neighboring defects (K)", "random field of a TLS, h0 (K)", "neighboring TLSs, J0 (K)"],
        [[name, *(f"{float(f'{value:.2g}'):g}" for value in values)] for name, *values in scales.itertuples(index=False)],
        f"Calculated with {assumed}. γ_w, g and the dipole moment lie in the ranges of the paper; density, velocity and R0 are"
        " assumed and have the order of magnitude of those of alumina.",
    )


def table_2(eq3: pd.DataFrame, paper: pd.DataFrame, L: int) -> FormattedTable:
    """Return Table II, paper and reproduction, of the lattice ``L``, from the fits of Eq. (3) to all sets."""
    printed = paper.set_index("id")["paper"]

    def printed_value(name: str, fit: Any, digits: int) -> str:
        value = printed.get(f"table2_{name}_J{labels.format_number(fit.J0_K)}_T{labels.format_number(fit.T_K)}")
        return "" if value is None else f"{value:.{digits}f}"

    rows = eq3[eq3["L"] == L]
    rows = rows.assign(extra=[printed_value("B", fit, 4) == "" for fit in rows.itertuples()])
    rows = rows.sort_values(["extra", "J0_K", "T_K"])  # temperatures of the paper come first
    return FormattedTable(
        f"Table II: Eq. (3) at low E, L = {L}, {rows['n_realizations'].max()} realizations",
        ["J0 (K)", "T (K)", "B, paper", "B", "µ, paper", "µ", "χ²/dof"],
        [
            [
                f"{fit.J0_K:g}",
                f"{fit.T_K:g}",
                printed_value("B", fit, 4),
                format_with_error(fit.B, fit.B_err),
                printed_value("mu", fit, 3),
                format_with_error(fit.mu, fit.mu_err),
                f"{fit.chi2_per_dof:.2f}",
            ]
            for fit in rows.itertuples()
        ],
        "B is in 1/K per lattice site: it is n at T² + E² = 1 K². Errors are from the jackknife over blocks of realizations."
        " Rows without numbers of the paper are temperatures for which it prints none.",
    )


def appendix_c(constants: pd.DataFrame) -> FormattedTable:
    """Return the interaction constants of Appendix C."""
    values = constants.set_index("quantity")["value"]
    return FormattedTable(
        "Appendix C: interaction constants",
        ["quantity", "value"],
        [[name, f"{value:.0f}" if name.startswith("samples") else f"{value:.3f}"] for name, value in values.items()],
        "P0⟨|J|⟩, the density of TLSs times their mean interaction, for electric dipoles and for elastic tensors, and the"
        " ratio r of the two, which follows from measured slopes C_dip and C_el or from the internal friction Q⁻¹. The elastic"
        " constant is that of isotropic tensors and exactly three times the electric one. If all six components have the same"
        " variance, it depends on the direction, and the table contains the average over directions. The row with samples is"
        " the number of Monte Carlo samples whose mean has a standard error equal to the difference from the paper's constant.",
    )


def experiments(parameters: pd.DataFrame, fits: Sequence[Mapping[str, Any]]) -> FormattedTable:
    """Return the fits of all datasets, from each fit.json; the table of parameters gives the order of the parameters."""
    order = [name for name in parameters.columns if name != "mu"]
    return FormattedTable(
        "Fits of measured and reconstructed data",
        [
            "dataset",
            "provenance",
            "µ",
            "68 %",
            "J0/h0",
            "68 %",
            "other parameters",
            "χ²/dof: Eq. (3), STM, atlas",
            "ΔAICc: Eq. (3), atlas",
            "p (µ = 0)",
            ParameterState.AT_BOUND,
        ],
        [_fit_cells(fit, order) for fit in fits],
        f"Eq. (3) with µ free and the atlas with J0/h0 free (h0 = {H0_K:g} K unless a dataset specifies another) are compared"
        " with the standard tunneling model (STM, µ = 0). ΔAICc is the difference of the corrected Akaike criteria; positive"
        " values favor Eq. (3) or the atlas. p is the p value of the likelihood ratio for µ = 0. Errors and intervals follow"
        " from the points and are multiplied by √(χ²/dof) if the probability of so large a χ² is below"
        f" {100 * MAX_SCALED_P_VALUE:.0f} %; those of J0/h0 include the errors of the atlas."
        " Intervals marked * are from the profile likelihood, because the quadratic approximation fails; limits are at 95 %."
        " If a dataset has no errors, σ is estimated from the residuals and shown instead of χ²/dof. If χ²/dof is far above 1,"
        " ΔAICc and p are void. Reconstructed data were calculated from the parameters printed in the paper, with added noise:"
        " their fits show that the parameters are recovered, and say nothing about the material.",
    )


def materials(materials: pd.DataFrame, differences: pd.DataFrame, constants: pd.DataFrame) -> FormattedTable:
    """Return J0/h0 of every dataset, and differences of pairs of materials; ``constants`` has r of Appendix C."""
    r = {row.quantity[2:]: row.value for row in constants.itertuples() if row.quantity.startswith("r ")}
    rows = [[*_material_cells(row), _format_r(row.material, r)] for row in materials.itertuples()]
    for row in differences.itertuples():
        reason = "laboratories differ" if row.scatter else row.pair.replace("_", " ")
        value, error = row.J0_over_h0, row.J0_over_h0_err
        sigma = f"{abs(value) / error:.1f} σ" if error > 0 else "-"
        pair = f"{row.first} − {row.second}"
        mu = f"µ {format_with_error(row.mu, row.mu_err)}".replace("-", report_text.MINUS)
        difference = format_with_error(value, error).replace("-", report_text.MINUS)
        rows.append([pair, "", difference, "", sigma, "", f"{reason}; {mu}", ""])
    return FormattedTable(
        "J0/h0 of materials, and differences of pairs",
        [
            "dataset",
            "provenance",
            "J0/h0",
            "95 %",
            "h0 half and twice",
            "other interactions",
            "what the points decide",
            "r of App. C",
        ],
        rows,
        f"J0/h0 is from the fits on the atlas with h0 = {H0_K:g} K unless a dataset specifies another. Errors combine the"
        " scaled errors of the points and those of the atlas. Other interactions: J0/h0 from fits on their atlases"
        " (docs/interactions.md)."
        f" Up to {report_text.universality()}."
        " In rows with the difference of two datasets, σ is the combined error of both; h0 is taken as exact."
        " Reconstructed points only reproduce what the paper prints.",
    )


def _fit_cells(fit: Mapping[str, Any], order: Sequence[str]) -> list[str]:
    """Return the cells of one fit, with its parameters in that order."""
    free, atlas = fit["mu_free"], fit["atlas"]
    models = [free, fit["stm"], *([atlas["model"]] if atlas else [])]
    scatter = report_text.format_percent if fit.get("errors_relative") else "{:.2g}".format
    chi2 = [report_text.format_reduced_chi2(model) if fit["errors_given"] else scatter(model["misfit"]) for model in models]
    aic = [f"{fit['delta_aicc']:.1f}"] if not fit["rejected"] else [report_text.VOID]
    if atlas:
        aic.append(report_text.VOID if atlas["rejected"] else f"{atlas['delta_aicc']['stm']:.1f}")
    p_value = fit["p_value"]
    return [
        fit["dataset"],
        fit["provenance"] + (", control" if fit["is_control"] else ""),
        report_text.format_parameter(free, "mu"),
        _interval(free, "mu"),
        report_text.format_parameter(atlas["model"], J0_OVER_H0) if atlas else "-",
        _interval(atlas["model"], J0_OVER_H0) if atlas else "-",
        ", ".join(f"{name} {report_text.format_parameter(free, name)}" for name in order if name in free["values"]),
        ("" if fit["errors_given"] else "σ = ") + ", ".join(chi2),
        ", ".join(aic).replace("-", report_text.MINUS),
        "-" if p_value is None else report_text.VOID if fit["rejected"] else f"{p_value:.2g}".replace("-", report_text.MINUS),
        ", ".join(free["at_bounds"]),
    ]


def _interval(model: Mapping[str, Any], name: str) -> str:
    """Return the 68 % interval of a parameter, marked * if it is from the profile likelihood."""
    if name not in model["intervals_scaled"]:
        return "-"
    return report_text.format_interval(model, name) + " *" * (name in model["profiled"])


def scorecard(card: pd.DataFrame, paper: pd.DataFrame, limits: pd.DataFrame) -> FormattedTable:
    """Return the scorecard, from its table, the claims of the paper with their text, and the shifts to L → ∞."""
    claims = paper.set_index("id").loc[card["id"]]
    counts = ", ".join(f"{number} {verdict}" for verdict, number in summary(card).items())
    chi2 = "; ".join(f"{name}: χ² = {value:.1f} for {n}" for name, (value, n) in table_2_chi2(card).items())
    return FormattedTable(
        f"Scorecard: {counts}",
        ["where", "claim", "paper", "null", "ours", "systematic", "L → ∞", "unit", "z", "verdict", "note"],
        [
            _claim_cells(row, claim, sizes.claim_shift(claim._asdict(), limits))
            for row, claim in zip(card.itertuples(), claims.itertuples(), strict=True)
        ],
        f"{table_2_line(card)} ({chi2}; values at neighboring temperatures are correlated.) z is the deviation in"
        " standard errors. They combine our error and that of the paper, which is the rounding of its last digit and, for"
        f" simulated numbers, the statistical error of {REALIZATIONS} realizations. A claim differs if z exceeds {SIGMAS:g},"
        " unless a choice of the analysis that the paper leaves open explains the rest (systematic: the largest change of our"
        " number by such a choice, where it exceeds the statistical error; tables/choices.csv). L → ∞: the change of our number"
        " from its lattice to the limit of a large one, with its systematic error (tables/size_limit.csv); verdicts do not"
        " use it. Null: the value in a model in which the claim is false. If this value would agree as well, within"
        f" {SIGMAS:g} standard errors, the claim has no power. A range has no error; the note states how words were read as a"
        " range.",
    )


def _claim_cells(row: Any, claim: Any, shift: pd.Series | None) -> list[str]:
    """Return the cells of one claim: its row of the scorecard, its row of the paper's claims, and its shift to L → ∞."""
    return [
        claim.where,
        claim.claim,
        str(row.paper) if pd.isna(claim.paper) else f"{claim.paper:g}",
        f"{claim.null:g} ({claim.null_model})",
        format_with_error(row.ours, row.ours_err),
        f"± {row.ours_sys:.1g}" if row.ours_sys > 0 else "",
        "" if shift is None else format_with_error(shift["shift"], math.hypot(shift["shift_err"], shift["shift_sys"])),
        _text_or_empty(claim.unit),
        "" if pd.isna(row.z) else f"{row.z:.1f}",
        f"{Verdict(row.verdict).mark} {row.verdict}",
        f"{_text_or_empty(claim.reason)} {_text_or_empty(row.note)}".strip(),
    ]


def _text_or_empty(cell: Any) -> str:
    """Return a cell of a CSV file as text, which is empty for NaN."""
    return "" if pd.isna(cell) else cell


def certificates(certificates: pd.DataFrame) -> FormattedTable:
    """Return the tests of equilibrium of every set: the worst value of each, its temperature, and the allowed range."""
    sets = certificates[["L", "J0_K"]].drop_duplicates()
    failed = {(row.L, row.J0_K) for row in certificates.itertuples() if not row.passed}
    rows = []
    for name, tests in certificates.groupby("certificate", sort=False):
        first = tests.iloc[0]
        allowed = f"≥ {first['least']:g}" if pd.isna(first["most"]) else f"≤ {first['most']:g}"
        allowed = f"{first['least']:g} to 1" if first["most"] == 1 else allowed
        results = {(row.L, row.J0_K): row for row in tests.itertuples()}
        rows.append([name, allowed, *(_format_test(results.get(key)) for key in sets.itertuples(index=False, name=None))])
    named = ", ".join(f"L = {L}, J0 = {J0:g} K" for L, J0 in sorted(failed)) or "none"
    return FormattedTable(
        f"Tests of equilibrium: {len(sets) - len(failed)} of {len(sets)} sets pass all tests; failed: {named}",
        ["test", "allowed", *(f"L = {row.L}, J0 = {row.J0_K:g} K" for row in sets.itertuples())],
        rows,
        "Each cell contains the worst value over all temperatures, and its temperature. σ is from the jackknife over"
        " realizations. In a round trip, a replica moves from the highest temperature to the lowest and back. The identities"
        " follow from the normal distribution of fields and couplings by integration by parts; they contain thermal averages of"
        " two independent copies.",
    )


def _format_test(row: Any) -> str:
    """Return the result of one test of one set; "-" if it was not run, or does not apply."""
    if row is None or pd.isna(row.passed):
        return "-"
    where = "" if pd.isna(row.T_K) else f" at {row.T_K:g} K"
    return f"{'✓' if row.passed else '✗'} {row.value:.3g}{where}"


COSTS = {  # quantity: its name, with the {window} of µ, and whether the relative difference is shown
    "energy_per_spin_K": ("energy per spin (K)", False),
    "n_below_T": ("mean n on E < T", True),
    "n_below_tenth_h0": ("mean n on E < h0/10", True),
    "B": ("B", True),
    "mu": ("µ", False),
    "mu_below_J0": ("µ on {window}", False),
    "mu_zero_temperature": ("µ(T → 0)", False),
    "alpha": ("α", False),
    "beta": ("β", False),
    "slope_below": ("slope of δv/v below its maximum", True),
    "slope_above": ("slope of δv/v above its maximum", True),
    "slope_ratio": ("slope ratio", False),
    "maximum_K": ("maximum of δv/v (K)", True),
    "ground_state_found": ("share of ground states found", False),
    "ground_state_excess_K": ("lowest state above the ground state (K)", False),
    "freezing_K": ("valleys freeze at T (K)", False),
}
AT_ONE_RUNG = ("mu_below_J0", "mu_zero_temperature")


INTERACTION_LABELS = {  # of the models of config/interactions.yaml
    "gaussian": "normal $c_{ij}$",
    "gaussian_random": "normal $c_{ij}$, random positions",
    "dipolar": "unit dipoles",
    "dipolar_gaussian": "normal dipoles",
    "dipolar_gaussian_same": "normal dipoles, fields too",
    "elastic": "strain tensors",
    "two_tls": "strain tensors, fields too",
    "electric_elastic": "both, fields too",
}


def interaction_label(model: str) -> str:
    """Return the label of a model as plain text."""
    return INTERACTION_LABELS.get(model, model).replace("$c_{ij}$", "c_ij")


def interactions(values: pd.DataFrame, constants: pd.DataFrame) -> FormattedTable:
    """Return µ of each interaction at each J0/h0, with the constants that follow from its moments."""
    lattices = interaction_tables.quoted_lattices(values)
    first = interaction_tables.on_quoted_lattices(interaction_tables.first_mu(values), lattices)
    mu = {(row.model, row.J0_over_h0): format_with_error(row.value, row.value_err) for row in first.itertuples()}
    number = constants.set_index(["model", "quantity"])["value"]

    def cells(model: str) -> list[str]:
        of_moments = [f"{number[model, name]:.2f}" for name in ("rms_c_ij", "local_strength_variation", "n_0_h0")]
        return [interaction_label(model), *of_moments, f"{number[model, 'weak_coupling_strength']:.2f}"]

    realizations = first.groupby(J0_OVER_H0)["n_realizations"].max()
    counts = "; ".join(f"{realizations[ratio]:,} with L = {L} at J0/h0 = {ratio:g}" for ratio, L in lattices.items())
    return FormattedTable(
        "µ of n ∝ E^µ on {:g}–{:g} K at the lowest temperature, for several interactions".format(
            *interaction_tables.first_window_K(values)
        ),
        ["", "rms c_ij", "spread of local strength", "n0 h0", "µ/(J0/h0) at weak coupling"]
        + [f"µ: J0/h0 = {ratio:g}, L = {L}" for ratio, L in lattices.items()],
        [cells(model) + [mu[model, ratio] for ratio in lattices] for model in dict.fromkeys(first["model"])],
        f"The mean of abs(c_ij) is sqrt(2/π) for all. Realizations: {counts}. The local strength of a TLS is its mean abs(c_ij)"
        " with all others; its spread is its standard deviation over TLSs, divided by its mean.",
    )


def annealing_cost(cost: pd.DataFrame, dos_K: Sequence[float], window_J0: Sequence[float]) -> FormattedTable:
    """Return numbers in equilibrium, and annealing minus equilibrium for each number of sweeps, of all sets."""
    sweeps, window = sorted(cost["sweeps"].unique()), " < E < ".join(labels.format_multiple(end, "J0") for end in window_J0)
    selected = cost["T_K"].isna() | cost["T_K"].isin(dos_K) | cost["quantity"].isin(AT_ONE_RUNG)
    rows, costs = [], cost[selected & cost["quantity"].isin(COSTS) & cost["value"].notna()]
    for (L, J0, quantity, T), group in costs.groupby(["L", "J0_K", "quantity", "T_K"], sort=False, dropna=False):
        (name, relative), first = COSTS[quantity], group.iloc[0]
        name = name.format(window=window)
        differences = {row.sweeps: _format_difference(row, relative) for row in group.itertuples()}
        rows.append(
            [
                f"{L}" + ("" if first["certified"] else " (not certified)"),
                f"{J0:g}",
                name if pd.isna(T) or quantity in AT_ONE_RUNG else f"{name}, T = {T:g} K",
                format_with_error(first["tempered"], first["tempered_err"]),
                *(differences.get(count, "") for count in sweeps),
            ]
        )
    return FormattedTable(
        "The cost of annealing",
        ["L", "J0 (K)", "number", "equilibrium", *(f"annealed, {count} sweeps" for count in sweeps)],
        rows,
        "The columns of annealing contain annealed minus equilibrium, on the same realizations; % is relative to equilibrium."
        " Errors are from the jackknife over realizations, of the difference itself. A number that does not exist in"
        " equilibrium is that of annealing. Valleys freeze at the temperature below which two independent anneals violate the"
        " identity of the random fields by more than a tenth.",
    )


def _format_difference(row: Any, relative: bool) -> str:
    """Return annealing minus equilibrium, or the annealed value if equilibrium has no such number."""
    if pd.isna(row.tempered):
        return format_with_error(row.value, row.value_err)
    if relative:
        return f"{format_with_error(100 * row.relative, 100 * row.relative_err)} %"
    return format_with_error(row.difference, row.difference_err)


def _material_cells(row: Any) -> list[str]:
    """Return the cells of one material, a row of tables/materials.csv."""
    columns = interaction_columns(row._fields)

    def unless_missing(value: float, text: str) -> str:
        return "-" if pd.isna(value) else text.replace("-", report_text.MINUS)

    state = row.J0_over_h0_state
    value = format_with_error(row.J0_over_h0, row.J0_over_h0_err) if state == ParameterState.INTERVAL else state
    if state == ParameterState.UPPER_LIMIT:
        value = f"< {row.J0_over_h0_high_95:.2g}"
    elif state == ParameterState.LOWER_LIMIT:
        value = f"> {row.J0_over_h0_low_95:.2g}"
    void = row.atlas_rejected is True or row.atlas_rejected == "True"
    ends = f"{row.J0_over_h0_low_95:.3f} to {row.J0_over_h0_high_95:.3f}"
    return [
        row.dataset,
        row.provenance + (", control" if row.is_control else ""),
        unless_missing(row.J0_over_h0, f"{value}" + (", void" if void else "")) if isinstance(state, str) else "-",
        unless_missing(row.J0_over_h0_low_95, ends),
        unless_missing(row.J0_over_h0_h0_up, f"+{row.J0_over_h0_h0_up:.2g} {row.J0_over_h0_h0_down:.2g}"),
        ", ".join(f"{name} {getattr(row, column):.2g}" for name, column in columns.items() if pd.notna(getattr(row, column))),
        row.conclusion,
    ]


def interaction_columns(names: Iterable[str]) -> dict[str, str]:
    """Return {interaction: column} of the columns of tables/materials.csv with J0/h0 of other interactions than normal c_ij."""
    prefix = f"{J0_OVER_H0}_"
    columns = {name.removeprefix(prefix): name for name in names if name.startswith(prefix)}
    return {name: column for name, column in columns.items() if name in INTERACTIONS and name != GAUSSIAN}


def _format_r(material: str, r: Mapping[str, float]) -> str:
    """Return r of Appendix C of a material, from {material: r}, or an empty text."""
    return next((f"{value:.2f}" for name, value in r.items() if name in material), "")
