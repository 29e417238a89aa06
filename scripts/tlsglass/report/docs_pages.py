"""The README and the pages in docs: their words are templates, their numbers and lists those of the published outcome."""

import json
import math
from dataclasses import replace
from pathlib import Path

import pandas as pd

from tlsglass.analysis import atlas_laws, scorecard
from tlsglass.base import io, jackknife, validation
from tlsglass.models import registry
from tlsglass.report import data_tables, prose, tables, templating

FARES = {  # verdict: how one claim fares, and how several do
    "agrees": ("agrees", "agree"),
    "open choice": ("is an open choice", "are open choices"),
    "differs": ("differs", "differ"),
    "no power": ("has no power", "have no power"),
    "not simulated": ("is not simulated", "are not simulated"),
    "reconstructed": ("is reconstructed", "are reconstructed"),
    "not reproduced": ("is not reproduced", "are not reproduced"),
}


def render_page(template, root, L):
    """Return the page as text, from the template at that path; Table II is that of the lattice ``L``.

    ``root`` is the folder of the study: what is filled in stands in its ``results/published``, ``config``, ``benchmarks`` and
    ``scripts``.
    """
    root = Path(root)
    published = root / "results/published"
    card = prose.read_card(published / "checks/scorecard.csv", root / "config/paper_values.csv")
    manifest = json.loads((published / io.MANIFEST).read_text(encoding="utf-8"))
    fits = tables.read_table_file(published / "tables/table_2.csv")
    table_2 = tables.table_2(fits, pd.read_csv(root / "config/paper_values.csv"), L)
    printed = [row for row in table_2.rows if row[table_2.headings.index("B, paper")]]
    chi2 = scorecard.table_2_chi2(card).items()
    before = tables.read_table_file(root / "config/previous_verdicts.csv")
    return prose.render_text(
        Path(template).read_text(encoding="utf-8"),
        card,
        published / "tables",
        config=manifest["config"],
        claims=len(card),
        verdicts=scorecard.summary(card),
        previous_verdicts=scorecard.summary(before),
        changes=scorecard.changes(before, card),
        chi2=", ".join(f"χ² = {value:.1f} for {n} values of {name}" for name, (value, n) in chi2),
        table_2=templating.markdown(replace(table_2, rows=printed)).removeprefix("# ").strip(),
        realizations=f"{fits.query('L == @L')['n_realizations'].max():,}",
        all_realizations=f"{manifest['realizations']:,}",
        digests=f"{sum(len(found) for found in manifest['shards'].values()):,}",
        job_minutes=round(manifest["effort"]["job_seconds"] / 60),
        wall_minutes=round(manifest["effort"]["wall_s"] / 60),
        cores=manifest["machine"]["cores"],
        outputs=data_tables.outputs_table(),
        fares=lambda prefix: fares(card, prefix),
        value=lambda table, quantity: _value(published / f"tables/{table}.csv", quantity),
        near=f"{100 * atlas_laws.NEAR:g} %",
        limit=lambda J0_K, quantity: limit(tables.read_table_file(published / "tables/size_limit.csv"), J0_K, quantity),
        annealed=annealed(tables.read_table_file(published / "tables/annealing_cost.csv"), manifest["config"]),
        fit=lambda dataset: _fit(published / f"experiments/{dataset}/fit.json"),
        says=lambda dataset: _fit(published / f"experiments/{dataset}/fit.json").get("conclusion", ""),
        number=lambda value, form: prose.typeset(form.format(value)),
        measured=pd.read_csv(root / "benchmarks/measured/facts.csv", index_col="name")["value"].to_dict(),
        **template_values(
            published / "tables",
            manifest["config"]["model"]["h0_K"],
            validation.read_yaml(root / "config/equilibrium.yaml")["checks"]["equilibrium"]["sets"],
        ),
        annealers=annealers(pd.read_csv(root / "benchmarks/measured/annealers.csv")),
        rooms=lambda wing: rooms(root / "scripts/tlsglass" / wing),
        parameters=lambda observable: ", ".join(
            f"`{name}`" for name in registry.get_observable(observable).parameters if name != "mu"
        ),
    )


def fares(card, prefix):
    """Return how the claims whose id starts with ``prefix`` fare, in words: 3 agree, 1 differs."""
    counts = scorecard.summary(card[card["id"].str.startswith(prefix)])
    return ", ".join(f"{number} {FARES[verdict][number > 1]}" for verdict, number in counts.items() if number)


def limit(size_limit, J0_K, quantity):
    """Return the limit L → ∞ of a quoted number, with its statistical and systematic error as one."""
    (row,) = size_limit.query("J0_K == @J0_K and quantity == @quantity").itertuples()
    return prose.typeset(jackknife.format_with_error(row.limit, math.hypot(row.limit_err, row.limit_sys)))


def annealed(cost, config):
    """Return what annealing costs in the certified set of the weakest and of the strongest coupling, at its coldest rung.

    As words, with an error that is jackknifed over pairs; "" where no set is certified or none was simulated.
    """
    found = cost[(cost["quantity"] == "n_below_tenth_h0") & cost["certified"].astype(bool) & cost["relative"].notna()]
    found = found[found["sweeps"] == config["annealing"]["sweeps"]]
    if found.empty:
        return ""
    found = found[found["T_K"] == found["T_K"].min()].sort_values(["J0_K", "L"])
    told = [
        f"{prose.typeset(jackknife.format_with_error(100 * row.relative, 100 * row.relative_err))} % at J0/h0 ="
        f" {row.J0_K / config['model']['h0_K']:g} (L = {row.L})"
        for row in found.iloc[[0, -1] if len(found) > 1 else [0]].itertuples()
    ]
    return f"n below h0/10, annealed, is off equilibrium at {found['T_K'].iloc[0]:g} K by {' and by '.join(told)}"


def annealers(measured):
    """Return seconds per realization of each annealer at each size, and how many times those of this engine, as Markdown."""
    sizes = sorted(measured["L"].unique())
    found = {(row.annealer, row.L): row for row in measured.itertuples()}
    lines = ["| |" + "".join(f" L = {L} |" for L in sizes), "|---" * (1 + len(sizes)) + "|"]
    for name in measured["annealer"].unique():
        cells = [found[name, L] for L in sizes]
        ratio = [f" ({cell.times_this_engine:.3g} ×)" if cell.times_this_engine != 1 else "" for cell in cells]
        lines.append(
            "| ".join([f"| {name} ", *(f"{cell.seconds:g}{times} " for cell, times in zip(cells, ratio, strict=True))]) + "|"
        )
    return "\n".join(lines)


def rooms(wing):
    """Return the rooms of a wing of the library, a folder: its modules, and its folders as ``figures/``."""
    found = [path.stem for path in wing.glob("*.py") if path.stem != "__init__"]
    found += [f"{path.name}/" for path in wing.iterdir() if (path / "__init__.py").is_file()]
    return ", ".join(sorted(found))


def _fit(path):
    return json.loads(path.read_text(encoding="utf-8"))


def _value(path, quantity):
    """Return the number of the one row of a table that is of ``quantity``."""
    (found,) = tables.read_table_file(path).query("quantity == @quantity")["value"]
    return float(found)


SWEEPS = 257  # those of the paper
TOO_MUCH = 0.01  # what n may be off


def template_values(folder, h0_K, sets):
    """Return what the template calls by name; ``folder`` holds the tables, ``sets`` are those of config/equilibrium.yaml."""
    cost, certificates = (tables.read_table_file(folder / f"{name}.csv") for name in ("annealing_cost", "certificates"))
    ground_states = tables.read_table_file(folder / "ground_states.csv")
    return {
        "certified": lambda flag: certified(certificates, flag, h0_K),
        "not_simulated": lambda: not_simulated(certificates, sets, h0_K),
        "costs": lambda: costs(cost, h0_K),
        "off": lambda: off(cost, h0_K),
        "listed": lambda: f"{len(ground_states):,}",
    }


def certified(certificates, flag, h0_K):
    """Return the sets that pass all tests (``flag`` 1), or that fail some (0), the failed ones named, in words."""
    said = []
    for (L, J0_K), tests in certificates.groupby(["L", "J0_K"]):
        failed = tests[tests["passed"] == 0]
        if failed.empty == bool(flag):
            what = "" if flag else f" ({'; '.join(failed['certificate'])})"
            said.append(f"L = {L}, J0/h0 = {J0_K / h0_K:g}{what}")
    return prose.typeset("; ".join(said)) or "none"


def not_simulated(certificates, sets, h0_K):
    """Return the sets of the configuration that the tables do not hold, in words."""
    held = set(zip(certificates["L"], certificates["J0_K"], strict=True))
    left = [one for one in sets if (one["L"], one["J0_K"]) not in held]
    return prose.typeset("; ".join(f"L = {one['L']}, J0/h0 = {one['J0_K'] / h0_K:g}" for one in left)) or "none"


def _coldest(cost, quantity):
    """Return the rows of a quantity at 257 sweeps and the lowest temperature, of certified sets, by J0 and L."""
    rows = cost[(cost["quantity"] == quantity) & (cost["sweeps"] == SWEEPS) & (cost["certified"] == 1)]
    return rows[rows["T_K"].isna() | (rows["T_K"] == rows["T_K"].min())].set_index(["J0_K", "L"]).sort_index()


def costs(cost, h0_K):
    """Return a dict for each certified set: numbers with their errors, as they are printed."""
    energy, n, mu, found, freezing = (
        _coldest(cost, name)
        for name in ("energy_per_spin_K", "n_below_tenth_h0", "mu_below_J0", "ground_state_found", "freezing_K")
    )

    def printed(value, error):
        return prose.typeset(jackknife.format_with_error(value, error))

    return [
        {
            "ratio": f"{J0_K / h0_K:g}",
            "L": L,
            "energy": printed(1e3 * energy.difference[J0_K, L], 1e3 * energy.difference_err[J0_K, L]),
            "n": printed(100 * n.relative[J0_K, L], 100 * n.relative_err[J0_K, L]),
            "mu": printed(mu.value[J0_K, L], mu.value_err[J0_K, L]),
            "mu_equilibrium": printed(mu.tempered[J0_K, L], mu.tempered_err[J0_K, L]),
            "found": f"{100 * found.value[J0_K, L]:.0f} %",
            "freezing": printed(freezing.value[J0_K, L], freezing.value_err[J0_K, L]),
        }
        for J0_K, L in n.index
    ]


def off(cost, h0_K):
    """Return the couplings at which n below h0/10 is off by more than ``TOO_MUCH``, beyond its error, in words."""
    rows = _coldest(cost, "n_below_tenth_h0")
    beyond = rows[rows["relative"] - rows["relative_err"] > TOO_MUCH].reset_index()
    return ", ".join(f"{J0_K / h0_K:g}" for J0_K in sorted(set(beyond["J0_K"]))) or "none of these"
