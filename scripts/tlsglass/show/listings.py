"""Tables to read, one function each, named as its entry of the catalogue: from the study's tables to a ``tables.Table``."""

import math

import pandas as pd

from tlsglass.base import names
from tlsglass.paper import scorecard as referee
from tlsglass.paper import sizes
from tlsglass.show.tables import Table, shorthand

MARKS = {
    "agrees": "✓",
    "open choice": "±",
    "differs": "✗",
    "no power": "?",
    "not simulated": "○",
    "reconstructed": "=",
    "not reproduced": "–",
}


def table_1(scales, material):
    """Table I from its numbers and the parameters of the material."""
    assumed = ", ".join(f"{name} = {value:g}" for name, value in material.items())
    return Table(
        "Table I: typical energy scales (K)",
        ["", "NN defects (K)", "TLS disorder energy h0 (K)", "NN TLSs J0 (K)"],
        [[name, *(f"{float(f'{value:.2g}'):g}" for value in values)] for name, *values in scales.itertuples(index=False)],
        f"From {assumed}. γ_w, g and the dipole moment lie in the paper's ranges; density, velocity and R0 are assumed, of the"
        " order of alumina.",
    )


def table_2(eq3, paper, L):
    """Table II, paper beside reproduction, of the lattice ``L``, from the fits by Eq. (3) of all sets."""
    printed = paper.set_index("id")["paper"]

    def stated(name, fit, digits):
        value = printed.get(f"table2_{name}_J{names.label(fit.J0_K)}_T{names.label(fit.T_K)}")
        return "" if value is None else f"{value:.{digits}f}"

    shown = eq3[eq3["L"] == L]
    shown = shown.assign(extra=[stated("B", fit, 4) == "" for fit in shown.itertuples()])
    shown = shown.sort_values(["extra", "J0_K", "T_K"])  # what the paper prints comes first
    return Table(
        f"Table II: Eq. (3) at low E, L = {L}, {shown['n_realizations'].max()} realizations",
        ["J0 (K)", "T (K)", "B, paper", "B", "µ, paper", "µ", "χ²/dof"],
        [
            [
                f"{fit.J0_K:g}",
                f"{fit.T_K:g}",
                stated("B", fit, 4),
                shorthand(fit.B, fit.B_err),
                stated("mu", fit, 3),
                shorthand(fit.mu, fit.mu_err),
                f"{fit.chi2_per_dof:.2f}",
            ]
            for fit in shown.itertuples()
        ],
        "B in 1/K per lattice site at T² + E² = 1 K². Errors are jackknifed over blocks of realizations. Rows"
        " without the paper's numbers are temperatures that it does not print.",
    )


def appendix_c(constants):
    found = constants.set_index("quantity")["value"]
    return Table(
        "Appendix C: interaction constants",
        ["quantity", "value"],
        [[name, f"{value:.0f}" if name.startswith("samples") else f"{value:.3f}"] for name, value in found.items()],
        "P0⟨|J|⟩ of electric dipolar and of elastic interactions, and their ratio r, from the measured C_dip and C_el or Q⁻¹."
        " The elastic constant is that of isotropic tensors, three times the electric one exactly; six components of equal"
        " variance give another energy along each direction, and their average over directions. The mean of as many Monte Carlo"
        " samples as the table says has a standard error as large as the distance to the paper's constant.",
    )


def experiments(parameters, fits):
    """The fits of all datasets: the table of their parameters, which orders these, and the content of each fit.json."""
    order = [name for name in parameters.columns if name != "mu"]
    return Table(
        "Fits of measured and reconstructed data",
        [
            "dataset",
            "provenance",
            "µ",
            "68 %",
            "other parameters",
            "χ²/dof",
            "χ²/dof, µ = 0",
            "ΔAIC",
            "p (µ = 0)",
            "at its bound",
        ],
        [_fit(fit, order) for fit in fits],
        "µ free beside µ = 0 (standard tunneling model): a positive ΔAIC favours µ free, and p is that of the likelihood ratio"
        " if µ were 0. Intervals marked * are from the profile likelihood, since the parabola fails. Where no errors are given,"
        " the column χ²/dof shows σ as estimated from the residuals. Where χ²/dof is far above 1, the model does not describe"
        " the points within their errors, and neither the errors nor p can be taken at their word. Reconstructed data are the"
        " curve of the paper's printed parameters with noise: their fits show that the parameters are recovered, and nothing"
        " about nature.",
    )


def _fit(fit, order):
    free = fit["mu_free"]
    values, errors = free["values"], free["errors"]
    low, high = free["intervals"].get("mu", (None, None))

    def chi2(one):  # without errors the σ of the residuals
        return f"{one['chi2']:.1f}/{one['dof']}" if fit["errors_given"] else f"σ = {one['misfit']:.2g}"

    return [
        fit["dataset"],
        fit["provenance"],
        shorthand(values["mu"], errors["mu"]),
        "-" if None in (low, high) else f"{low:.3f} to {high:.3f}" + " *" * ("mu" in free["profiled"]),
        ", ".join(f"{name} {shorthand(values[name], errors[name])}" for name in order if name in values),
        chi2(free),
        chi2(fit["stm"]),
        f"{fit['delta_aic']:.1f}",
        "-" if fit["p_value"] is None else f"{fit['p_value']:.2g}",
        ", ".join(free["at_bounds"]),
    ]


def scorecard(card, paper, limits):
    """The scorecard, from its table, the claims of the paper, which hold the words, and the shifts to L → ∞."""
    claims = paper.set_index("id").loc[card["id"]]
    counts = ", ".join(f"{number} {verdict}" for verdict, number in referee.summary(card).items())
    chi2 = "; ".join(f"{name}: χ² = {value:.1f} for {n}" for name, (value, n) in referee.table_2_chi2(card).items())
    return Table(
        f"Scorecard: {counts}",
        ["where", "claim", "paper", "null", "ours", "systematic", "L → ∞", "unit", "z", "verdict", "note"],
        [
            _claim(row, claim, sizes.shift_of(claim._asdict(), limits))
            for row, claim in zip(card.itertuples(), claims.itertuples(), strict=True)
        ],
        f"{referee.table_2_line(card)} ({chi2}; values at neighbouring temperatures are correlated.) z is the deviation in"
        " standard errors: ours, and the paper's, which is the rounding of its last digit and, for what it simulated, the"
        f" statistical error of {referee.REALIZATIONS} realizations. Beyond {referee.SIGMAS:g} a claim differs, unless a choice"
        " of the analysis that the paper leaves open moves our number by what is missing (systematic: the largest such move,"
        " where it exceeds the statistical error; tables/choices.csv). L → ∞: how far our number moves from its lattice to the"
        " limit of a large one, with the systematic error of that (tables/size_limit.csv); it enters no verdict. Null: the"
        " value if what the paper says were not so."
        f" A claim that this would pass as well, within {referee.SIGMAS:g} standard errors, has no power. A range has no error:"
        " ours is held against it, and the note says how words were read as a range.",
    )


def _claim(row, claim, shift):
    return [
        claim.where,
        claim.claim,
        str(row.paper) if pd.isna(claim.paper) else f"{claim.paper:g}",
        f"{claim.null:g} ({claim.null_model})",
        shorthand(row.ours, row.ours_err),
        f"± {row.ours_sys:.1g}" if row.ours_sys > 0 else "",
        "" if shift is None else shorthand(shift["shift"], math.hypot(shift["shift_err"], shift["shift_sys"])),
        _text(claim.unit),
        "" if pd.isna(row.z) else f"{row.z:.1f}",
        f"{MARKS[row.verdict]} {row.verdict}",
        f"{_text(claim.reason)} {_text(row.note)}".strip(),
    ]


def _text(cell):
    return "" if pd.isna(cell) else cell
