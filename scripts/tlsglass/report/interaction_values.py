"""Numbers and tables of the page on interactions, from the published tables in config/interactions."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tlsglass.analysis import interaction_atlas, interaction_tables
from tlsglass.analysis.interaction_tables import MEAN_DENSITY, first_mu
from tlsglass.analysis.scorecard import SIGMAS
from tlsglass.analysis.verdicts import Verdict
from tlsglass.model.interaction import GAUSSIAN, INTERACTIONS
from tlsglass.models.observable import J0_OVER_H0
from tlsglass.report import prose, tables, templating

APPARENT_SYMBOLS = {"thermal_conductivity": "κ", "specific_heat": "C"}
MAX_EQUIVALENT = 0.3  # J0/h0 above which µ of normal c_ij hardly rises any more on a fixed window
LOWEST_UNIVERSAL_K = 0.1  # energy below which bins have too few counts to show that n is universal
TOLERANCE = 0.1  # relative deviation of µ that the claims of config/paper_values.csv allow
CONSTANTS = {
    "rms_c_ij": "rms c_ij",
    "local_strength_variation": "spread of local strengths",
    "strength_field_correlation": "correlation with the field",
    "strength_at_zero_field": "strength at zero field",
    "n_0_h0": "n₀ h₀",
    "weak_coupling_strength": "µ/(J₀/h₀) at weak coupling",
    "frustrated_triangles": "frustrated triangles",
}


def interaction_values(folder: Path) -> dict[str, Callable[..., Any]]:
    """Return the functions of the template by name; ``folder`` has the tables."""
    values, constants, predictions, chi2 = (
        pd.read_csv(folder / f"interaction_{name}.csv") for name in ("values", "constants", "predictions", "chi2")
    )
    atlas = pd.read_csv(folder / "interaction_atlas.csv")
    equilibrium, certificates = (pd.read_csv(folder / f"interaction_{name}.csv") for name in ("equilibrium", "certificates"))
    of_normal = pd.read_csv(folder.parent / "equilibrium/annealing_excess.csv")
    lattices = interaction_tables.quoted_lattices(values)
    quoted = interaction_tables.on_quoted_lattices(values, lattices)
    return {
        "registry": list_interactions,
        "mu_window": lambda: "{:g}–{:g}".format(*interaction_tables.first_window_K(values)),
        "mu_table": lambda: _body(tables.interactions(values, constants)),
        "lattice": lambda ratio: f"L = {lattices[ratio]}",
        "ratio_table": lambda ratio: ratio_table(_at(quoted, ratio)),
        "universal_within": lambda ratio: universal_within(_at(quoted, ratio), constants),
        "verdict_table": lambda: verdict_table(first_mu(quoted)),
        "largest_change": lambda ratio: largest_change(first_mu(_at(quoted, ratio))),
        "constants_table": lambda: constants_table(constants),
        "prediction_table": lambda: prediction_table(interaction_tables.on_quoted_lattices(predictions, lattices)),
        "chi2_sentences": lambda: chi2_sentences(interaction_tables.on_quoted_lattices(chi2, lattices)),
        "size_table": lambda: size_table(first_mu(values)),
        "atlas_table": lambda: atlas_table(atlas),
        "lattice_table": lambda: lattice_table(atlas),
        "apparent_range": lambda: "{:g} to {:g}".format(*interaction_atlas.APPARENT_T_K),
        "apparent_table": lambda: apparent_table(atlas),
        "equivalent_table": lambda: equivalent_table(first_mu(quoted)),
        "equilibrium_table": lambda: equilibrium_table(equilibrium, of_normal),
        "equilibrium_sentence": lambda: equilibrium_sentence(equilibrium),
        "certificate_sentences": lambda: certificate_sentences(certificates),
    }


def atlas_table(atlas: pd.DataFrame) -> str:
    """Return how well the atlas of each interaction predicts simulations that it was fitted to, but for one coupling."""
    headings = ["", "realizations of each J₀/h₀", "couplings", f"right to {prose.right_within()}", "rms deviation", "χ²/dof"]
    rows = []
    for name, group in atlas[atlas["interaction"] != GAUSSIAN].groupby("interaction", sort=False):
        of = group.set_index(["kind", "quantity"])["value"]
        row = [tables.interaction_label(name), f"{of['sets', 'realizations']:,.0f}", f"{of['sets', 'couplings']:.0f}"]
        row += [_share_right(of["leave_one_out"]), f"{100 * of['leave_one_out', 'rms_difference']:.1f} %"]
        rows.append([*row, f"{of['leave_one_out', 'chi2_per_dof']:.2f}"])
    return _markdown(headings, rows)


def lattice_table(atlas: pd.DataFrame) -> str:
    """Return how well each atlas predicts simulations that it was not fitted to, for each size."""
    kinds = [f"L = {L}" for L in sorted(int(kind.split()[-1]) for kind in atlas["kind"].unique() if kind.startswith("L = "))]
    rows = []
    for name, group in atlas.groupby("interaction", sort=False):
        of = group.set_index(["kind", "quantity"])["value"]
        cells = [f"{_share_right(of[kind])}; {of[kind, 'chi2_per_dof']:.2f}" if kind in of else "" for kind in kinds]
        rows.append([tables.interaction_label(name), *cells])
    return _markdown([f"right to {prose.right_within()}; χ²/dof", *kinds], rows)


def _share_right(summary: Mapping[str, float]) -> str:
    """Return the share of densities that are right."""
    return f"{100 * summary['share_right']:.0f} % of {summary['densities']:.0f}"


def apparent_table(atlas: pd.DataFrame) -> str:
    """Return J0/h0 that fits with normal factors give for curves of each interaction, as Markdown."""
    apparent = atlas[atlas["kind"].str.startswith("apparent ")]
    table = apparent.pivot_table("value", ["interaction", "kind"], "quantity", sort=False)
    rows = [
        [
            f"{tables.interaction_label(name)}, {APPARENT_SYMBOLS[kind.removeprefix('apparent ')]}",
            *(f"{value:.3f}" for value in values),
        ]
        for (name, kind), values in zip(table.index, table.to_numpy(), strict=True)
    ]
    return _markdown(["true J₀/h₀", *map(str, table.columns)], rows)


def list_interactions() -> list[dict[str, str]]:
    """Return the interactions that a model can have."""
    return [
        {
            "name": name,
            "label": tables.interaction_label(name),
            "description": entry.description,
            "reference": entry.reference,
            "fields": ", ".join(entry.fields),
        }
        for name, entry in INTERACTIONS.items()
    ]


def _at(table: pd.DataFrame, J0_over_h0: float) -> pd.DataFrame:
    return table[np.isclose(table[J0_OVER_H0], J0_over_h0)]


def _markdown(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return _body(tables.FormattedTable("", list(headings), [list(row) for row in rows]))


def _body(table: tables.FormattedTable) -> str:
    """Return a table as Markdown without its title."""
    return templating.to_markdown(table).partition("\n")[2].strip()


def ratio_table(values: pd.DataFrame) -> str:
    """Return n relative to that of normal c_ij, in percent, in bins of energy."""
    rows = values[(values["quantity"] == MEAN_DENSITY) & (values["model"] != GAUSSIAN)]
    bins = rows.drop_duplicates("E_low_K")
    headings = ["n/n(normal) − 1 (%)", *(f"{row.E_low_K:g}–{row.E_high_K:g} K" for row in bins.itertuples())]
    return _markdown(
        headings,
        [
            [tables.interaction_label(model), *map(_percent, group["relative"], group["relative_err"])]
            for model, group in rows.groupby("model", sort=False)
        ],
    )


def _percent(value: float, error: float) -> str:
    """Return a fraction with its error in percent."""
    return prose.typeset(
        f"{100 * value:+.0f} ± {100 * error:.0f}" if error > 0.01 else f"{100 * value:+.1f} ± {100 * error:.1f}"
    )


def universal_within(values: pd.DataFrame, constants: pd.DataFrame) -> str:
    """Return the largest deviation of n from that of normal c_ij at energies above 0.1 K, of models with independent fields."""
    correlation = constants[constants["quantity"] == "strength_field_correlation"].set_index("model")["value"]
    independent = values["model"].map(correlation) == 0
    rows = values[independent & (values["quantity"] == MEAN_DENSITY) & (values["E_low_K"] >= LOWEST_UNIVERSAL_K)]
    row = rows.loc[rows["relative"].abs().idxmax()]
    return f"{100 * abs(row['relative']):.0f} %"


def judge(relative: float, error: float) -> Verdict:
    """Return the verdict on "normally distributed" from the relative deviation of µ, as the scorecard does on its claims."""
    return Verdict.AGREES if abs(relative) <= TOLERANCE + SIGMAS * error else Verdict.DIFFERS


def verdict_table(mu: pd.DataFrame) -> str:
    """Return the deviation of µ from that of normal c_ij with its verdict, for each model and J0/h0."""

    def cell(row: pd.Series) -> str:
        return f"{_percent(row.relative, row.relative_err)}: {judge(row.relative, row.relative_err)}"

    return _model_table("µ/µ(normal) − 1 (%)", mu, cell)


def _model_table(corner: str, rows: pd.DataFrame, cell: Callable[[pd.Series], str], heading: str = "J₀/h₀ = {:g}") -> str:
    """Return ``cell`` of the row of each model but the first and of each J0/h0 from 0.1 on."""
    rows = rows[(rows["model"] != GAUSSIAN) & (rows[J0_OVER_H0] > 0.09)]
    ratios = sorted(rows[J0_OVER_H0].unique())
    body = []
    for model, group in rows.groupby("model", sort=False):
        by_ratio = group.set_index(J0_OVER_H0)
        body.append([tables.interaction_label(model), *(cell(by_ratio.loc[ratio]) for ratio in ratios)])
    return _markdown([corner, *map(heading.format, ratios)], body)


def largest_change(mu: pd.DataFrame) -> str:
    """Return the largest deviation of µ from that of normal c_ij, with the model."""
    row = mu.loc[mu["relative"].abs().idxmax()]
    return f"{_percent(row.relative, row.relative_err)} % ({tables.interaction_label(row.model)})"


def constants_table(constants: pd.DataFrame) -> str:
    """Return the constants of each interaction."""
    number = constants.set_index(["model", "quantity"])[["value", "value_err"]]
    rows = [
        [tables.interaction_label(model), *(_constant(number.loc[(model, name)]) for name in CONSTANTS)]
        for model in dict.fromkeys(constants["model"])
    ]
    return _markdown(["", *CONSTANTS.values()], rows)


def _constant(row: pd.Series) -> str:
    return prose.format_number(row["value"], row["value_err"]) if row["value_err"] > 5e-4 else f"{row['value']:.3f}"


def prediction_table(predictions: pd.DataFrame) -> str:
    """Return the ratios of µ, simulated and predicted, at each J0/h0 from 0.1 on."""

    def cell(row: pd.Series) -> str:
        return f"{prose.format_number(row.ratio, row.ratio_err)}; {row.predicted_ratio:.2f}"

    return _model_table("simulated; predicted", predictions, cell)


def chi2_sentences(chi2: pd.DataFrame) -> str:
    """Return χ² of µ of all models at each J0/h0 from 0.1 on, for the prediction and for the same µ of all."""
    lines = [
        f"- J₀/h₀ = {row.J0_over_h0:g}: χ² is {row.chi2_joint_distribution:.1f} for {row.dof} degrees of freedom with the joint"
        f" distribution and the factor {prose.format_number(row.factor, row.factor_err)}; it would be"
        f" {row.chi2_mean_alone:.1f} if only the mean of abs(c_ij) mattered. On average, a predicted µ deviates by"
        f" {100 * row.mean_deviation:.0f} %."
        for row in chi2[chi2[J0_OVER_H0] > 0.09].sort_values(J0_OVER_H0).itertuples()
    ]
    return "\n".join(lines)


def size_table(mu: pd.DataFrame) -> str:
    """Return µ of each model on lattices of several sizes, at each J0/h0 with more than one size."""
    sizes = mu.groupby(J0_OVER_H0)["L"].unique()
    columns = [(ratio, L) for ratio, of_ratio in sizes.items() if len(of_ratio) > 1 for L in sorted(of_ratio)]
    cell = {(row.model, row.J0_over_h0, row.L): prose.format_number(row.value, row.value_err) for row in mu.itertuples()}
    rows = [
        [tables.interaction_label(model), *(cell.get((model, *column), "") for column in columns)]
        for model in dict.fromkeys(mu["model"])
    ]
    return _markdown(["µ", *(f"{ratio:g}, L = {L}" for ratio, L in columns)], rows)


def equilibrium_table(equilibrium: pd.DataFrame, of_normal: pd.DataFrame) -> str:
    """Return how far annealing leaves n above equilibrium at the lowest temperature, of the interactions and of normal c_ij.

    ``of_normal`` is the table annealing_excess: measured for normal c_ij, of certified sets of any size, and as fitted to them.
    """
    keys = [J0_OVER_H0, "T_over_h0", "E"]
    normal = {
        (f"{row.J0_over_h0:g}", f"{row.T_over_h0:g}", row.E): f"{_percent(row.excess, row.excess_err)} (L = {row.L})"
        for row in of_normal[of_normal["certified"] == 1].itertuples()
    }
    coldest = equilibrium[np.isclose(equilibrium["T_over_h0"], equilibrium["T_over_h0"].min())]
    models, rows = list(dict.fromkeys(coldest["model"])), []
    for (ratio, T, zone), group in coldest.groupby(keys, sort=False):
        excess = {row.model: f"{_percent(row.excess, row.excess_err)} (L = {row.L})" for row in group.itertuples()}
        subtracted = _percent(group["of_atlas"].iloc[0], group["of_atlas_err"].iloc[0])
        cells = [*(excess.get(model, "") for model in models), normal.get((f"{ratio:g}", f"{T:g}", zone), ""), subtracted]
        rows.append([f"{ratio:g}", zone.replace("h0", "h₀"), *cells])
    labels = [tables.interaction_label(model) for model in (*models, GAUSSIAN)]
    return _markdown(["J₀/h₀", "E", *labels, "subtracted by the atlas"], rows)


def equilibrium_sentence(equilibrium: pd.DataFrame) -> str:
    """Return χ² of the simulated excess of annealing of each model, compared with what the atlas subtracts."""
    sentences = []
    for model, group in equilibrium.groupby("model", sort=False):
        z = (group["excess"] - group["of_atlas"]) / np.hypot(group["excess_err"], group["of_atlas_err"])
        label, chi2 = tables.interaction_label(model), np.sum(z**2)
        sentences.append(f'χ² = {chi2:.0f} for {len(z)} densities of "{label}"')
    return f"At T = 0.02, 0.1 and 0.5 K, the simulated excess was compared with the subtracted one: {'; '.join(sentences)}."


def certificate_sentences(certificates: pd.DataFrame) -> str:
    """Return which sets passed all tests of equilibrium that apply to them, and which tests were left out."""
    sets = certificates.groupby(["model", "L", "J0_K"], sort=False)
    verdicts = []
    for (model, L, J0_K), tests in sets:
        failed = ", ".join(tests.loc[tests["passed"] == 0, "certificate"])
        result = f"failed {failed}" if failed else f"passed all {tests['passed'].notna().sum()} tests that apply"
        verdicts.append(f'"{tables.interaction_label(model)}" at L = {L} and J0 = {J0_K:g} K {result}')
    left_out = certificates.loc[certificates["passed"].isna(), ["certificate", "left_out"]].drop_duplicates()
    reasons = " ".join(f"Left out: {row.certificate.partition(',')[0]} ({row.left_out})." for row in left_out.itertuples())
    return f"{'; '.join(verdicts)}. {reasons}".strip()


def equivalent_table(mu: pd.DataFrame) -> str:
    """Return the J0/h0 of normal c_ij that has the µ of each model, for J0/h0 from 0.1 to ``MAX_EQUIVALENT``."""
    normal = mu[(mu["model"] == GAUSSIAN) & (mu[J0_OVER_H0] <= MAX_EQUIVALENT)].sort_values(J0_OVER_H0)
    rows = mu[mu[J0_OVER_H0] <= MAX_EQUIVALENT]
    return _model_table("true J₀/h₀", rows, lambda row: _equivalent(normal, row), "{:g}")


def _equivalent(normal: pd.DataFrame, row: Mapping[str, Any]) -> str:
    equivalent = interaction_tables.equivalent_J0_over_h0(normal, row["value"], row["value_err"])
    return f"> {normal['J0_over_h0'].max():g}" if equivalent is None else prose.format_number(*equivalent)
