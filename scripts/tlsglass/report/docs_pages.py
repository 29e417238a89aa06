"""The README and the pages in docs: their text is in templates, their numbers and lists come from the published outcome."""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tlsglass.analysis import atlas_laws, scorecard
from tlsglass.analysis.verdicts import Verdict
from tlsglass.atlas.table import shipped_atlas
from tlsglass.base import escape, published_files, validation
from tlsglass.base.types import StrPath
from tlsglass.data import validate
from tlsglass.fitting import window_scan
from tlsglass.fitting.conclusion import FAVORED_DELTA_AICC
from tlsglass.models import registry
from tlsglass.models.observable import J0_OVER_H0
from tlsglass.report import catalogue, key_tables, prose, tables, templating
from tlsglass.report.closure_values import closure_values
from tlsglass.report.interaction_values import interaction_values

OTHER_FILES = {  # further files in the folder of a run: {path: description}
    "experiments/NAME/": "the fit of a measured dataset: `fit.json`, `curves.csv`, `windows.csv`, `figure.svg`",
    "dos/L8_J2/T0.5.csv": "n(T, E) with errors, for each (L, J0, T); `.npz` contains the counts of each jackknife group",
    "checks/provenance.json": "version, commit, packages, configuration; SHA-256 of every table, density, fit and figure",
    "logs/`, `benchmarks/": "the log of each job, its run time and memory",
}
MAX_EXCESS = 0.01  # relative error of n that counts as annealed


def render_page(template: StrPath, root: StrPath, L: int, escape_value: Callable[[str], str] = str) -> str:
    """Return a page as text.

    ``root`` is the folder of the study, with ``results/published``, ``config``, ``benchmarks`` and ``scripts``; ``L`` is the
    lattice of Table II. ``escape_value`` escapes the values that are inserted, for the language of the template.
    """
    root = Path(root)
    published = root / "results/published"

    def read(name: str) -> pd.DataFrame:
        return pd.read_csv(published / f"tables/{name}.csv")

    def read_fit(dataset: str) -> dict[str, Any]:
        return json.loads((published / f"experiments/{dataset}/fit.json").read_text(encoding="utf-8"))

    manifest = published_files.verify(published)
    card = prose.read_card(published / "checks/scorecard.csv", root / "config/paper_values.csv")
    config = manifest["config"]
    fits = read("table_2")
    table_2 = tables.table_2(fits, pd.read_csv(root / "config/paper_values.csv"), L)
    printed = [row for row in table_2.rows if row[table_2.headings.index("B, paper")]]
    chi2 = scorecard.table_2_chi2(card).items()
    previous = pd.read_csv(root / "config/previous_verdicts.csv")
    tempered = validation.read_yaml(root / "config/equilibrium.yaml")
    return prose.render_text(
        Path(template).read_text(encoding="utf-8"),
        card,
        published / "tables",
        escape_value,
        config=config,
        claims=len(card),
        verdicts=scorecard.summary(card),
        previous_verdicts=scorecard.summary(previous),
        changes=scorecard.changes(previous, card),
        chi2=", ".join(f"χ² = {value:.1f} for {n} values of {name}" for name, (value, n) in chi2),
        table_2=templating.to_markdown(replace(table_2, rows=printed)).removeprefix("# ").strip(),
        realizations=f"{fits.query('L == @L')['n_realizations'].max():,}",
        all_realizations=f"{manifest['realizations']:,}",
        digests=f"{sum(map(len, manifest['shards'].values())):,}",
        job_minutes=round(manifest["effort"]["job_seconds"] / 60),
        wall_minutes=round(manifest["effort"]["wall_s"] / 60),
        cores=manifest["machine"]["cores"],
        outputs=outputs_table(),
        value=lambda table, quantity: float(read(table).query("quantity == @quantity")["value"].item()),
        drift_sigmas=prose.in_words(window_scan.DRIFT_SIGMA),
        ratio_tolerance=f"{100 * atlas_laws.RATIO_TOLERANCE:g} %",
        limit=lambda J0_K, quantity: format_limit(read("size_limit"), J0_K, quantity),
        annealing_line=annealing_line(read("annealing_cost"), config),
        atlas_changes=lambda: atlas_changes(
            pd.read_csv(root / "config/previous_atlas.csv"), read("atlas_curves"), read("materials")
        ),
        atlas_limit=lambda: f"{shipped_atlas().limits['J0'][1]:g}",
        couplings_in_equilibrium=lambda: list_couplings(read("atlas_validation"), "equilibrium"),
        equilibration_benchmark=lambda: equilibration_table(pd.read_csv(root / "benchmarks/measured/equilibration.csv")),
        interactions=interaction_values(root / "config/interactions"),
        fit=read_fit,
        says=lambda dataset: escape.to_markdown_cell(read_fit(dataset).get("conclusion", {}).get("text", "")),
        number=lambda value, form: prose.typeset(form.format(value)),
        measured=pd.read_csv(root / "benchmarks/measured/facts.csv", index_col="name")["value"].to_dict(),
        **closure_values(pd.read_csv(root / "benchmarks/measured/closure.csv")),
        annealers=annealer_table(pd.read_csv(root / "benchmarks/measured/annealers.csv")),
        modules_of=lambda package: list_modules(root / "scripts/tlsglass" / package),
        observables=registry.OBSERVABLES,
        favored_delta_aicc=f"{FAVORED_DELTA_AICC:g}",
        parameters=lambda observable: ", ".join(
            f"`{name}`" for name in registry.get_observable(observable).parameters if name != "mu"
        ),
        **reference_values(root),
        **note_values(card),
        **equilibrium_values(published / "tables", config, tempered["checks"]["equilibrium"]["sets"]),
    )


def note_values(card: pd.DataFrame) -> dict[str, Any]:
    """Return the values of the template of the results note alone."""
    return {
        "differing": lambda: [
            [row.claim, row.where, prose.typeset(row.paper), prose.format_number(row.ours, row.ours_err)]
            for row in card[card["verdict"] == Verdict.DIFFERS].itertuples()
        ],
        "cells_of": lambda markdown: [
            [cell.strip() for cell in line.strip("|").split("|")] for line in markdown.splitlines() if not line.startswith("|:")
        ],
    }


def reference_values(root: Path) -> dict[str, Any]:
    """Return the values of the templates of the reference pages alone: the keys of dataset.yaml and of the configuration."""

    def config_sections() -> list[dict[str, str]]:
        source = (root / "config/config.yaml").read_text(encoding="utf-8")
        schema, names = _config_schema(root)
        return [
            {"name": name, "source": key_tables.section_source(source, name), "table": key_tables.keys_table(schema, name)}
            for name in names
        ]

    def other_config_keys() -> str:
        schema, names = _config_schema(root)
        others = {name: entry for name, entry in schema["properties"].items() if name not in names}
        return key_tables.keys_table(schema | {"properties": others})

    probes = {
        key: ", ".join(
            f"`{name}`{' (optional)' if entry.probe_is_optional else ''}"
            for name, entry in registry.OBSERVABLES.items()
            if entry.probe == key
        )
        for key in registry.probe_keys()
    }
    return {
        "dataset_keys": lambda: key_tables.keys_table(validate.schema()),
        "probe_keys": probes,
        "highest_frequency_THz": f"{validate.HIGHEST_FREQUENCY_HZ / 1e12:g}",
        "config_sections": config_sections,
        "other_config_keys": other_config_keys,
    }


def _config_schema(root: Path) -> tuple[dict[str, Any], list[str]]:
    """Return the schema of the configuration and the names of the sections of config.yaml."""
    schema = validation.read_yaml(root / "workflow/schemas/config.schema.yaml")
    return schema, list(validation.read_yaml(root / "config/config.yaml"))


def outputs_table() -> str:
    """Return the README's table of all files in the folder of a run, as Markdown."""
    lines = ["| path | content |", "|---|---|"]
    for section, entries in catalogue.sections():
        lines.append(f"| | *{section}* |")
        lines += [f"| `{entry.folder}/{entry.name}` | {entry.title} |" for entry in entries]
    lines.append("| | *Tables of numbers* |")
    lines += [f"| `tables/{name}.csv` | {description} |" for name, description in catalogue.DATA_TABLES.items()]
    lines.append("| | *Other files* |")
    lines += [f"| `{path}` | {description} |" for path, description in OTHER_FILES.items()]
    return "\n".join(lines) + "\n"


def format_limit(size_limit: pd.DataFrame, J0_K: float, quantity: str) -> str:
    """Return the limit L → ∞ of a quantity with its statistical and systematic error combined."""
    (row,) = size_limit.query("J0_K == @J0_K and quantity == @quantity").itertuples()
    return prose.format_number(row.limit, math.hypot(row.limit_err, row.limit_sys))


def annealing_line(cost: pd.DataFrame, config: Mapping[str, Any]) -> str:
    """Return the excess of n below h0/10 after annealing, in the certified sets of weakest and strongest J0.

    It is that of the coldest rung. The text is empty if no set is certified or none was simulated.
    """
    rows = cost[(cost["quantity"] == "n_below_tenth_h0") & cost["certified"].astype(bool) & cost["relative"].notna()]
    rows = rows[rows["sweeps"] == config["annealing"]["sweeps"]]
    if rows.empty:
        return ""
    rows = rows[rows["T_K"] == rows["T_K"].min()].sort_values(["J0_K", "L"])
    excesses = [
        f"{prose.format_number(100 * row.relative, 100 * row.relative_err)} % at J0/h0 ="
        f" {row.J0_K / config['model']['h0_K']:g} (L = {row.L})"
        for row in rows.iloc[[0, -1] if len(rows) > 1 else [0]].itertuples()
    ]
    return (
        f"After annealing to {rows['T_K'].iloc[0]:g} K, n at energies below h0/10 exceeds its equilibrium value by"
        f" {' and by '.join(excesses)}"
    )


CHANGED_QUANTITIES = {"mu_cold": "µ at T = 0.002 h₀", "alpha": "α", "beta": "β", "slope_ratio": "slope ratio of δv/v"}


def atlas_changes(previous: pd.DataFrame, curves: pd.DataFrame, materials: pd.DataFrame) -> list[dict[str, str]]:
    """Return the numbers of the first version of the atlas, ``config/previous_atlas.csv``, and those of now, with errors."""
    rows = []
    for row in previous.itertuples():
        if row.quantity in CHANGED_QUANTITIES:
            same = curves[(curves["quantity"] == row.quantity) & np.isclose(curves[J0_OVER_H0], row.J0_over_h0, rtol=1e-4)]
            (now,) = same.itertuples()
            number = prose.format_number(now.value, now.value_err)
        else:
            (now,) = materials[materials["dataset"] == row.quantity].itertuples()
            missing = pd.isna(now.J0_over_h0)
            number = str(now.conclusion) if missing else prose.format_number(now.J0_over_h0, now.J0_over_h0_err)
        rows.append(
            {
                "name": CHANGED_QUANTITIES.get(row.quantity, f"J₀/h₀ of {row.quantity}"),
                "coupling": "" if pd.isna(row.J0_over_h0) else f"{row.J0_over_h0:.3g}",
                "before": prose.format_number(row.value, row.value_err),
                "now": number,
            }
        )
    return rows


def list_couplings(validation_table: pd.DataFrame, kind: str) -> str:
    """Return the couplings J0/h0 of one kind of simulations that the atlas is compared with, in ascending order."""
    *others, last = (f"{coupling:g}" for coupling in sorted(validation_table.query("kind == @kind")[J0_OVER_H0].unique()))
    return f"{', '.join(others)} and {last}" if others else last


def equilibration_table(measured: pd.DataFrame) -> str:
    """Return the shares of sets that fail the tests of equilibration, as Markdown."""
    lines = [
        "| L | J₀/h₀ | sweeps | sets | realizations in each | fail a statistical test | fail any of the ten |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {row.L} | {row.J0_over_h0:g} | {row.sweeps} | {row.sets} | {row.realizations}"
        f" | {100 * row.failed_statistical:.1f} % | "
        + ("–" if pd.isna(row.failed_any) else f"{100 * row.failed_any:.1f} %")
        + " |"
        for row in measured.itertuples()
    ]
    return "\n".join(lines)


def annealer_table(measured: pd.DataFrame) -> str:
    """Return seconds per realization of each annealer and size, and their ratio to those of this engine, as Markdown."""
    sizes = sorted(measured["L"].unique())
    rows = {(row.annealer, row.L): row for row in measured.itertuples()}
    lines = ["| |" + "".join(f" L = {L} |" for L in sizes), "|---" * (1 + len(sizes)) + "|"]
    for name in measured["annealer"].unique():
        cells = [rows[name, L] for L in sizes]
        ratios = [f" ({cell.times_this_engine:.3g} ×)" if cell.times_this_engine != 1 else "" for cell in cells]
        lines.append(
            "| ".join([f"| {name} ", *(f"{cell.seconds:g}{ratio} " for cell, ratio in zip(cells, ratios, strict=True))]) + "|"
        )
    return "\n".join(lines)


def list_modules(package: Path) -> str:
    """Return the modules of a package, and its packages as ``figures/``."""
    names = [path.stem for path in package.glob("*.py") if path.stem != "__init__"]
    names += [f"{path.name}/" for path in package.iterdir() if (path / "__init__.py").is_file()]
    return ", ".join(sorted(names))


# ---- equilibrium -----------------------------------------------------------------------------------------------------


def equilibrium_values(folder: Path, config: Mapping[str, Any], sets: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the functions of the template of the equilibrium page, by name.

    ``folder`` has the tables, ``sets`` are those of config/equilibrium.yaml.
    """
    h0_K = config["model"]["h0_K"]
    cost, certificates, ground_states = (
        pd.read_csv(folder / f"{name}.csv") for name in ("annealing_cost", "certificates", "ground_states")
    )
    cost = cost[(cost["sweeps"] == config["annealing"]["sweeps"]) & (cost["certified"] == 1)]
    return {
        "certified": lambda flag: list_certified(certificates, flag, h0_K),
        "not_simulated": lambda: list_not_simulated(certificates, sets, h0_K),
        "costs": lambda: annealing_costs(cost, h0_K),
        "J0_over_h0_not_annealed": lambda: list_not_annealed(cost, h0_K),
        "n_ground_states": lambda: f"{len(ground_states):,}",
    }


def list_certified(certificates: pd.DataFrame, flag: int, h0_K: float) -> str:
    """Return the sets that pass all tests (``flag`` 1), or those that fail some (0) with the names of the failed tests."""
    sets = []
    for (L, J0_K), tests in certificates.groupby(["L", "J0_K"]):
        failed = tests[tests["passed"] == 0]
        if failed.empty == bool(flag):
            reasons = "" if flag else f" ({'; '.join(failed['certificate'])})"
            sets.append(f"L = {L}, J0/h0 = {J0_K / h0_K:g}{reasons}")
    return prose.typeset("; ".join(sets)) or "none"


def list_not_simulated(certificates: pd.DataFrame, sets: Sequence[Mapping[str, Any]], h0_K: float) -> str:
    """Return the sets of the configuration that the table lacks."""
    simulated = set(zip(certificates["L"], certificates["J0_K"], strict=True))
    lacking = [f"L = {s['L']}, J0/h0 = {s['J0_K'] / h0_K:g}" for s in sets if (s["L"], s["J0_K"]) not in simulated]
    return prose.typeset("; ".join(lacking)) or "none"


def _coldest(cost: pd.DataFrame, quantity: str) -> pd.DataFrame:
    """Return the rows of a quantity at the lowest temperature, by J0 and L."""
    rows = cost[cost["quantity"] == quantity]
    return rows[rows["T_K"].isna() | (rows["T_K"] == rows["T_K"].min())].set_index(["J0_K", "L"]).sort_index()


def annealing_costs(cost: pd.DataFrame, h0_K: float) -> list[dict[str, Any]]:
    """Return the numbers of each certified set with their errors, as they are printed."""
    energy, n, mu, ground_state, freezing = (
        _coldest(cost, name)
        for name in ("energy_per_spin_K", "n_below_tenth_h0", "mu_below_J0", "ground_state_found", "freezing_K")
    )
    return [
        {
            "ratio": f"{J0_K / h0_K:g}",
            "L": L,
            "energy": prose.format_number(1e3 * energy.difference[J0_K, L], 1e3 * energy.difference_err[J0_K, L]),
            "n": prose.format_number(100 * n.relative[J0_K, L], 100 * n.relative_err[J0_K, L]),
            "mu": prose.format_number(mu.value[J0_K, L], mu.value_err[J0_K, L]),
            "mu_equilibrium": prose.format_number(mu.tempered[J0_K, L], mu.tempered_err[J0_K, L]),
            "ground_state": f"{100 * ground_state.value[J0_K, L]:.0f} %",
            "freezing": prose.format_number(freezing.value[J0_K, L], freezing.value_err[J0_K, L])
            if (J0_K, L) in freezing.index
            else "–",
        }
        for J0_K, L in n.index
    ]


def list_not_annealed(cost: pd.DataFrame, h0_K: float) -> str:
    """Return the J0/h0 at which n below h0/10 exceeds equilibrium by more than ``MAX_EXCESS``, beyond its error."""
    rows = _coldest(cost, "n_below_tenth_h0")
    beyond = rows[rows["relative"] - rows["relative_err"] > MAX_EXCESS].reset_index()
    return ", ".join(f"{J0_K / h0_K:g}" for J0_K in sorted(set(beyond["J0_K"]))) or "none of these"
