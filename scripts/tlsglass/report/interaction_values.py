"""Numbers and tables of the page on interactions, from the published tables in config/interactions."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tlsglass.analysis import interaction_tables
from tlsglass.analysis.interaction_tables import MEAN_DENSITY, MU_WINDOW
from tlsglass.analysis.scorecard import SIGMAS
from tlsglass.analysis.verdicts import Verdict
from tlsglass.model.interaction import GAUSSIAN, INTERACTIONS
from tlsglass.report import prose, tables, templating

MAX_EQUIVALENT = 0.3  # J0/h0 above which µ of normal c_ij hardly rises any more on a fixed window
TOLERANCE = 0.1  # relative deviation of µ from that of normal c_ij that still counts as agreement
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
    L = values["L"].min()  # the lattice with all J0/h0
    return {
        "registry": list_interactions,
        "mu_window": lambda: "{:g}–{:g}".format(*_first_window(values)),
        "mu_table": lambda: _body(tables.interactions(values, constants)),
        "ratio_table": lambda ratio: ratio_table(_at(values, L, ratio)),
        "verdict_table": lambda: verdict_table(_quoted_mu(values[values["L"] == L])),
        "largest_change": lambda ratio: largest_change(_quoted_mu(_at(values, L, ratio))),
        "constants_table": lambda: constants_table(constants),
        "prediction_table": lambda: prediction_table(predictions[predictions["L"] == L]),
        "chi2_sentences": lambda: chi2_sentences(chi2[chi2["L"] == L]),
        "equivalent_table": lambda: equivalent_table(_quoted_mu(values[values["L"] == L])),
    }


def list_interactions() -> list[dict[str, str]]:
    """Return the interactions that a model can have."""
    return [
        {"name": name, "description": entry.description, "reference": entry.reference, "fields": ", ".join(entry.fields)}
        for name, entry in INTERACTIONS.items()
    ]


def _at(table: pd.DataFrame, L: int, J0_over_h0: float) -> pd.DataFrame:
    return table[(table["L"] == L) & np.isclose(table["J0_over_h0"], J0_over_h0)]


def _first_window(values: pd.DataFrame) -> tuple[float, float]:
    row = values[values["quantity"] == MU_WINDOW].iloc[0]
    return row["E_low_K"], row["E_high_K"]


def _quoted_mu(values: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of µ on the first window."""
    return values[values["quantity"] == MU_WINDOW].drop_duplicates(interaction_tables.HEAD)


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


def judge(relative: float, error: float) -> Verdict:
    """Return the verdict on "normally distributed" from the relative deviation of µ."""
    return Verdict.AGREES if abs(relative) <= max(TOLERANCE, SIGMAS * error) else Verdict.DIFFERS


def verdict_table(mu: pd.DataFrame) -> str:
    """Return the deviation of µ from that of normal c_ij with its verdict, for each model and J0/h0."""
    ratios = sorted(mu["J0_over_h0"].unique())
    ratios = [ratio for ratio in ratios if ratio >= 0.1]
    rows = []
    for model, group in mu[mu["model"] != GAUSSIAN].groupby("model", sort=False):
        by_ratio = group.set_index("J0_over_h0")
        cells = [
            f"{_percent(row.relative, row.relative_err)}: {judge(row.relative, row.relative_err)}"
            for row in (by_ratio.loc[ratio] for ratio in ratios)
        ]
        rows.append([tables.interaction_label(model), *cells])
    return _markdown(["µ/µ(normal) − 1 (%)", *(f"J₀/h₀ = {ratio:g}" for ratio in ratios)], rows)


def largest_change(mu: pd.DataFrame) -> str:
    """Return the largest deviation of µ from that of normal c_ij, with J0/h0 and the model."""
    row = mu.loc[mu["relative"].abs().idxmax()]
    return f"{_percent(row.relative, row.relative_err)} % at J0/h0 = {row.J0_over_h0:g} ({tables.interaction_label(row.model)})"


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
    rows = predictions[(predictions["model"] != GAUSSIAN) & (predictions["J0_over_h0"] > 0.09)]
    ratios = sorted(rows["J0_over_h0"].unique())
    body = []
    for model, group in rows.groupby("model", sort=False):
        by_ratio = group.set_index("J0_over_h0")
        cells = [
            f"{prose.format_number(row.ratio, row.ratio_err)}; {row.predicted_ratio:.2f}"
            for row in (by_ratio.loc[ratio] for ratio in ratios)
        ]
        body.append([tables.interaction_label(model), *cells])
    return _markdown(["simulated; predicted", *(f"J₀/h₀ = {ratio:g}" for ratio in ratios)], body)


def chi2_sentences(chi2: pd.DataFrame) -> str:
    """Return χ² of µ of all models at each J0/h0 from 0.1 on, for the prediction and for the same µ of all."""
    lines = [
        f"- J₀/h₀ = {row.J0_over_h0:g}: χ² = {row.chi2_joint_distribution:.1f} for {row.dof} degrees of freedom with the joint"
        f" distribution and the factor {prose.format_number(row.factor, row.factor_err)},"
        f" {row.chi2_mean_alone:.1f} if only the mean of abs(c_ij) mattered. The mean absolute deviation of a µ is"
        f" {100 * row.mean_deviation:.0f} %."
        for row in chi2[chi2["J0_over_h0"] > 0.09].sort_values("J0_over_h0").itertuples()
    ]
    return "\n".join(lines)


def equivalent_table(mu: pd.DataFrame) -> str:
    """Return the J0/h0 of normal c_ij that has the µ of each model, for J0/h0 from 0.1 to ``MAX_EQUIVALENT``."""
    normal = mu[(mu["model"] == GAUSSIAN) & (mu["J0_over_h0"] <= MAX_EQUIVALENT)].sort_values("J0_over_h0")
    ratios = [ratio for ratio in normal["J0_over_h0"] if ratio > 0.09]
    rows = []
    for model, group in mu[mu["model"] != GAUSSIAN].groupby("model", sort=False):
        by_ratio = group.set_index("J0_over_h0")
        cells = [_equivalent(normal, by_ratio.loc[ratio]) for ratio in ratios]
        rows.append([tables.interaction_label(model), *cells])
    return _markdown(["true J₀/h₀", *(f"{ratio:g}" for ratio in ratios)], rows)


def _equivalent(normal: pd.DataFrame, row: Mapping[str, Any]) -> str:
    equivalent = interaction_tables.equivalent_J0_over_h0(normal, row["value"], row["value_err"])
    return f"> {normal['J0_over_h0'].max():g}" if equivalent is None else prose.format_number(*equivalent)
