"""Tables of the rules. Each function takes the loaded inputs and the settings of a rule, and returns its outputs.

A rule with several outputs gets them by name. ``settings`` has the fields of quantity.Settings.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from tlsglass.analysis import crossover_map, pulls, quantity_tables, scorecard, sizes
from tlsglass.analysis.quantity import Settings
from tlsglass.base import labels
from tlsglass.dos.density_of_states import DensityOfStates
from tlsglass.dos.temperature_series import TemperatureSeries

Tables = dict[str, pd.DataFrame]


def tabulate_quoted_values(rungs: Sequence[DensityOfStates], settings: Mapping[str, Any]) -> Tables:
    """Return every quoted number of each set (L, J0), by the name of the set."""
    choices = Settings(**settings)
    return {
        str(labels.ParameterSet(L, J0_K)): sizes.quoted_values(TemperatureSeries(densities), choices)
        for (L, J0_K), densities in _by_set(rungs, None).items()
    }


def tabulate_sizes(quoted: Sequence[pd.DataFrame], L: int) -> Tables:
    """Return every quoted number at every size, the differences of sizes, and the limits L → ∞."""
    values = pd.concat(quoted, ignore_index=True)
    return {"sizes": values, "pairs": sizes.size_differences(values), "limits": sizes.limits(values, L)}


def tabulate_short_schedule(
    short: Sequence[DensityOfStates], full: Sequence[DensityOfStates], settings: Mapping[str, Any], groups: int | None
) -> pd.DataFrame:
    """Return the differences of every quoted number with the short schedule from the full one, as pairs of realizations."""
    tables = [pd.DataFrame(columns=sizes.LADDERS)]
    references = _by_set(full, groups)
    for name, rungs in _by_set(short, groups).items():
        densities = TemperatureSeries(rungs)
        reference = TemperatureSeries(references[name]).between(0, densities.n_realizations)
        tables.append(sizes.ladder_differences(densities, reference, Settings(**settings)))
    return pd.concat(tables[1:] or tables)


def _by_set(densities: Sequence[DensityOfStates], groups: int | None) -> dict[tuple[int, float], list[DensityOfStates]]:
    """Return the densities of each set (L, J0), with that number of jackknife groups."""
    sets: dict[tuple[int, float], list[DensityOfStates]] = {}
    for counts in densities:
        sets.setdefault((counts.L, counts.J0_K), []).append(counts if groups is None else replace(counts, groups=groups))
    return sets


def tabulate_variants(
    changed: Sequence[DensityOfStates],
    published: Sequence[DensityOfStates],
    variants: Mapping[str, Mapping[str, Any]],
    settings: Mapping[str, Any],
) -> pd.DataFrame:
    """Return the differences of the quoted numbers with one changed choice of model or protocol, as pairs of realizations.

    ``changed`` are the densities of each variant, one variant after the other, and ``published`` those they are compared with.
    """
    choices = Settings(**settings)
    groups = choices.fits["jackknife_groups"]  # a variant is read as it was simulated, without groups
    n_temperatures = len(changed) // max(len(variants), 1)
    rows: list[dict[str, Any]] = []
    for index, (name, variant) in enumerate(variants.items()):
        rungs = slice(index * n_temperatures, (index + 1) * n_temperatures)
        factor = 1 / variant.get("scale", 1.0)
        densities = TemperatureSeries(replace(counts, groups=groups).rescale(factor) for counts in changed[rungs])
        reference = TemperatureSeries(published[rungs]).between(0, densities.n_realizations)
        rows += quantity_tables.variant_rows(name, densities, reference, choices)
    return pd.DataFrame(rows, columns=quantity_tables.VARIANTS)


def tabulate_weak_coupling(counts: Sequence[DensityOfStates], windows_J0: Sequence[tuple[float, float]]) -> pd.DataFrame:
    """Return µ of n ∝ E^µ after the quench with weak coupling."""
    rows = [quantity_tables.weak_coupling_row(density, windows_J0) for density in counts]
    return pd.DataFrame(rows, columns=quantity_tables.WEAK_COUPLING)


def tabulate_crossover(rungs: Sequence[DensityOfStates], paper: pd.DataFrame, observables: Mapping[str, Any]) -> pd.DataFrame:
    """Return the region in which all printed statements about Fig. 3 are true, for each coupling."""
    couplings = sorted({counts.J0_K for counts in rungs})
    sets = [TemperatureSeries(counts for counts in rungs if counts.J0_K == J0_K) for J0_K in couplings]
    claims = paper.set_index("id")
    return pd.concat([crossover_map.map_crossover(densities, observables, claims) for densities in sets], ignore_index=True)


def tabulate_closed_forms(
    paper: pd.DataFrame, two_tls: Mapping[str, Any], model: Mapping[str, float], window_J0: tuple[float, float]
) -> Tables:
    """Return Table I, the interaction constants of Appendix C, and the dipolar gap with the slopes of the STM."""
    from tlsglass.analysis import two_tls_tables  # imports numba, which takes as long as most of the other tables

    printed_ratio = paper.set_index("id")["paper"]["appendix_C_elastic_over_C_el"]
    J0_K = two_tls["J0_over_h0_elastic"] * model["h0_K"]
    return {
        "table_1": two_tls_tables.table_1(two_tls["material"]),
        "appendix_c": two_tls_tables.appendix_c(two_tls["appendix_c_materials"], printed_ratio),
        "closed_forms": two_tls_tables.closed_forms(J0_K, model["h0_K"], model["concentration"], window_J0),
    }


def tabulate_pulls(pulls_of_sets: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return mean and width of the pulls of every tested number, over all sets."""
    return pulls.summarize(pd.concat(pulls_of_sets))


def tabulate_scorecard(paper: pd.DataFrame, tables: Sequence[pd.DataFrame], names: Sequence[str], L: int) -> pd.DataFrame:
    """Return every number that the paper states, compared with ours, with a verdict.

    ``names`` are those of ``tables``.
    """
    named = dict(zip(names, tables, strict=True))
    rows = [scorecard.judge(claim, named.get(claim["table"]), L) for claim in paper.to_dict("records")]
    columns = ["id", "paper", "paper_err", "ours", "ours_err", "ours_sys", "z", "verdict", "note"]
    return pd.DataFrame(rows)[columns]
