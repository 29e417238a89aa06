"""The README and the pages in docs: their words are templates, their numbers and lists those of the published outcome."""

import json
import math
from dataclasses import replace
from pathlib import Path

import pandas as pd

from tlsglass.base import files, validation
from tlsglass.experiment import observables
from tlsglass.paper import atlas_laws, scorecard
from tlsglass.show import captions, equilibrium, listings, outputs, tables, templates

FARES = {  # verdict: how one claim fares, and how several do
    "agrees": ("agrees", "agree"),
    "open choice": ("is an open choice", "are open choices"),
    "differs": ("differs", "differ"),
    "no power": ("has no power", "have no power"),
    "not simulated": ("is not simulated", "are not simulated"),
    "reconstructed": ("is reconstructed", "are reconstructed"),
    "not reproduced": ("is not reproduced", "are not reproduced"),
}


def render(template, root, L):
    """Return the page as text, from the template at that path; Table II is that of the lattice ``L``.

    ``root`` is the folder of the study: what is filled in stands in its ``results/published``, ``config``, ``benchmarks`` and
    ``scripts``.
    """
    root = Path(root)
    published = root / "results/published"
    card = captions.read_card(published / "checks/scorecard.csv", root / "config/paper_values.csv")
    manifest = json.loads((published / files.MANIFEST).read_text(encoding="utf-8"))
    fits = tables.read(published / "tables/table_2.csv")
    table_2 = listings.table_2(fits, pd.read_csv(root / "config/paper_values.csv"), L)
    printed = [row for row in table_2.rows if row[table_2.headings.index("B, paper")]]
    chi2 = scorecard.table_2_chi2(card).items()
    before = tables.read(root / "config/verdicts_before.csv")
    return captions.render(
        Path(template).read_text(encoding="utf-8"),
        card,
        published / "tables",
        config=manifest["config"],
        claims=len(card),
        verdicts=scorecard.summary(card),
        verdicts_before=scorecard.summary(before),
        changes=scorecard.changes(before, card),
        chi2=", ".join(f"χ² = {value:.1f} for {n} values of {name}" for name, (value, n) in chi2),
        table_2=templates.markdown(replace(table_2, rows=printed)).removeprefix("# ").strip(),
        realizations=f"{fits.query('L == @L')['n_realizations'].max():,}",
        all_realizations=f"{manifest['realizations']:,}",
        digests=f"{sum(len(found) for found in manifest['shards'].values()):,}",
        job_minutes=round(manifest["effort"]["job_seconds"] / 60),
        wall_minutes=round(manifest["effort"]["wall_s"] / 60),
        cores=manifest["machine"]["cores"],
        outputs=outputs.outputs_table(),
        fares=lambda prefix: fares(card, prefix),
        value=lambda table, quantity: _value(published / f"tables/{table}.csv", quantity),
        near=f"{100 * atlas_laws.NEAR:g} %",
        limit=lambda J0_K, quantity: limit(tables.read(published / "tables/size_limit.csv"), J0_K, quantity),
        annealed=annealed(tables.read(published / "tables/annealing_cost.csv"), manifest["config"]),
        fit=lambda dataset: _fit(published / f"experiments/{dataset}/fit.json"),
        says=lambda dataset: _fit(published / f"experiments/{dataset}/fit.json").get("says", ""),
        number=lambda value, form: captions.typeset(form.format(value)),
        measured=pd.read_csv(root / "benchmarks/measured/facts.csv", index_col="name")["value"].to_dict(),
        **equilibrium.words(
            published / "tables",
            manifest["config"]["model"]["h0_K"],
            validation.read_yaml(root / "config/equilibrium.yaml")["checks"]["equilibrium"]["sets"],
        ),
        annealers=annealers(pd.read_csv(root / "benchmarks/measured/annealers.csv")),
        rooms=lambda wing: rooms(root / "scripts/tlsglass" / wing),
        parameters=lambda observable: ", ".join(
            f"`{name}`" for name in observables.named(observable).parameters if name != "mu"
        ),
    )


def fares(card, prefix):
    """Return how the claims whose id starts with ``prefix`` fare, in words: 3 agree, 1 differs."""
    counts = scorecard.summary(card[card["id"].str.startswith(prefix)])
    return ", ".join(f"{number} {FARES[verdict][number > 1]}" for verdict, number in counts.items() if number)


def limit(size_limit, J0_K, quantity):
    """Return the limit L → ∞ of a quoted number, with its statistical and systematic error as one."""
    (row,) = size_limit.query("J0_K == @J0_K and quantity == @quantity").itertuples()
    return captions.typeset(tables.shorthand(row.limit, math.hypot(row.limit_err, row.limit_sys)))


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
        f"{captions.typeset(tables.shorthand(100 * row.relative, 100 * row.relative_err))} % at J0/h0 ="
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
    (found,) = tables.read(path).query("quantity == @quantity")["value"]
    return float(found)
