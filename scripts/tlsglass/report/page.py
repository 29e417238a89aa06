"""The page: one HTML file made from the published outcome alone, that shows the study without a network or a server."""

import json
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pandas as pd
from markupsafe import Markup

from tlsglass.analysis import scorecard
from tlsglass.atlas.table import shipped_atlas
from tlsglass.base import labels, validation
from tlsglass.base.jackknife import format_with_error
from tlsglass.dos.density_of_states import DensityOfStates
from tlsglass.report import catalogue, load_inputs, page_data, page_summary, prose, svg_panels, tables, templating
from tlsglass.report.catalogue_entry import RunContents

SHAPES = {  # verdict -> SVG path in a box of 16 by 16: told apart without colour
    "agrees": "M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1z",
    "open choice": "M8 0l8 8-8 8-8-8z",
    "differs": "M3 0l5 5 5-5 3 3-5 5 5 5-3 3-5-5-5 5-3-3 5-5-5-5z",
    "no power": "M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1zm0 3a4 4 0 1 1 0 8 4 4 0 0 1 0-8z",
    "not simulated": "M1 1h14v14H1zm3 3v8h8V4z",
    "reconstructed": "M1 3h14v4H1zm0 6h14v4H1z",
    "not reproduced": "M1 6h14v4H1z",
}
MEANING = {
    "agrees": "within three standard errors",
    "open choice": "differs by no more than a choice of the analysis that the paper leaves open",
    "differs": "differs by more than three standard errors and any such choice",
    "no power": "within our errors the null model (STM, no interactions, no such effect) would be upheld as well",
    "not simulated": "the run holds nothing that the claim is about: no such L, J0, temperature, variant or dataset",
    "reconstructed": "comes back from points made of the paper's own parameters: no test of nature",
    "not reproduced": "not attempted",
}
BINS_OF_T = (0.2, 8.0)  # the panel shows n in bins of at least 0.2 T up to 8 T


def mark(verdict):
    """Return a verdict as shape, colour and word."""
    path = f'<svg viewBox="0 0 16 16" aria-hidden="true"><path d="{SHAPES[verdict]}"/></svg>'
    return Markup(f'<span class="verdict {verdict.replace(" ", "-")}">{path}{verdict}</span>')


def csv_uri(path):
    """Return a CSV as the address of a download."""
    return Markup("data:text/csv;charset=utf-8," + quote(Path(path).read_text(encoding="utf-8"), safe=" ,./:;()+-=*|^_~"))


def claims(card, numbers):
    """Return the rows of the scorecard to read: where, claim, numbers (of captions.Numbers) as text, verdict, notes."""
    return [
        {
            "where": row.where,
            "claim": row.claim,
            "paper": f"{numbers.paper(row.id)} {row.unit}",
            "ours": "–" if pd.isna(row.ours) else f"{prose.typeset(format_with_error(row.ours, row.ours_err))} {row.unit}",
            "systematic": f"± {row.ours_sys:.1g}" if row.ours_sys > 0 else "",
            "z": "" if pd.isna(row.z) else f"{row.z:.1f}".replace("-", "−"),
            "verdict": row.verdict,
            "mark": mark(row.verdict),
            "null": f"{prose.typeset(f'{row.null:g}')} {row.unit}",
            "note": f"{row.reason} {row.note}".strip(),
            "null_model": row.null_model,
        }
        for row in card.itertuples()
    ]


def _short(values, digits):
    return [float(f"{value:.{digits}g}") for value in values]


def densities(published, table_2, groups):
    """Return n(T, E) of every set and temperature with its fit by Eq. (3), as the panel draws it."""
    found = {}
    for fit in table_2.sort_values(["L", "J0_K", "T_K"]).itertuples():
        if not np.isfinite(fit.B):
            continue
        name, T = str(labels.ParameterSet(fit.L, fit.J0_K)), labels.format_number(fit.T_K)
        counts = DensityOfStates.load(published / f"dos/{name}/T{T}.npz", groups).coarsen_to_width(BINS_OF_T[0] * fit.T_K)
        n, error = counts.n.value, counts.n.error
        E = counts.middle_K
        shown = counts.edges_K[1:] <= BINS_OF_T[1] * fit.T_K * (1 + 1e-9)
        found.setdefault(name, {})[T] = {
            "E_K": _short(E[shown], 9),
            "n": _short(n[shown], 9),
            "n_err": _short(error[shown], 4),
            "B": float(f"{fit.B:.9g}"),
            "mu": float(f"{fit.mu:.9g}"),
            "B_text": format_with_error(fit.B, fit.B_err),
            "mu_text": format_with_error(fit.mu, fit.mu_err).replace("-", "−"),
            "chi2_per_dof": float(f"{fit.chi2_per_dof:.3g}"),
            "realizations": int(fit.n_realizations),
        }
    return found


def presets(datasets):
    """Return the parameters that the paper prints below its figures of δv/v, from the dataset.yaml of each."""
    found = []
    for path in sorted(datasets):
        info = validation.read_yaml(path)
        if info["observable"] == "sound_velocity" and "reconstruction" in info:
            found.append(
                {
                    "title": f"{info['material']}, {info['label']}",
                    "omega_Hz": info["omega_Hz"],
                    **info["reconstruction"]["parameters"],
                }
            )
    return found


def panel_data(published, config, table_2, materials, examples):
    """Return what the two panels compute with, as a JSON-able mapping."""
    return {
        "gauss": page_data.quadrature(6, 12),
        "bcs": page_data.bcs(),
        "atlas": page_data.atlas(shipped_atlas()),
        "h0_K": config["model"]["h0_K"],
        "dos": densities(published, table_2, config["fits"]["jackknife_groups"]),
        "window_T": config["fits"]["eq3_window_T"],
        "presets": materials,
        "observables": page_data.entries(),
        "examples": examples,
    }


def shown(entry, axes, config, captions_folder, card):
    """Return what the page shows of an entry of the catalogue, or None when it is not published."""
    base = Path(axes.results, entry.folder, entry.name)
    if not base.with_suffix(".svg" if entry.kind == "figure" else ".md").is_file():
        return None
    caption = (captions_folder / f"{entry.name}.rst").read_text(encoding="utf-8")
    found = {
        "name": entry.name,
        "title": entry.title,
        "kind": entry.kind,
        "caption": Markup(prose.html(prose.render_text(caption, card, Path(axes.results, "tables")))),
        "csv": csv_uri(base.with_suffix(".csv")),
    }
    if entry.kind == "table":
        table = entry.function()(**load_inputs.load(entry.input_paths(axes).items()), **entry.settings_from(config))
        return found | {"table": templating.typeset(table)}
    svg = svg_panels.read(base.with_suffix(".svg"))
    width, height = svg_panels.size(svg)
    cut = [[round(length, 1) for length in box] for box in svg_panels.panels(svg)]
    return found | {"image": svg_panels.data_uri(svg), "width": width, "height": height, "panels": cut}


def render_html(published, config, paper_values, datasets, page_folder, captions_folder):
    """Return the page as text: the same published outcome, the same text.

    ``config`` is the configuration of the study as published, ``datasets`` are the dataset.yaml of all measured data.
    """
    published, page_folder, captions_folder = Path(published), Path(page_folder), Path(captions_folder)
    card = prose.read_card(published / "checks/scorecard.csv", paper_values)
    manifest = json.loads((published / "MANIFEST.json").read_text(encoding="utf-8"))
    table_2 = tables.read_table_file(published / "tables/table_2.csv")
    materials, examples = presets(datasets), page_data.examples(Path(path).parent for path in datasets)
    fitted = sorted(path.parent.name for path in published.glob("experiments/*/fit.json"))
    axes = RunContents(datasets=fitted, results=str(published), paper=str(paper_values))
    numbers = prose.Numbers(card, published / "tables")
    sections = []
    for section, entries in catalogue.sections():
        found = [shown(entry, axes, config, captions_folder, card) for entry in entries if entry.name != "scorecard"]
        if any(found):
            sections.append({"title": section, "items": [item for item in found if item]})
    topics = validation.read_yaml(page_folder / "differences.yaml")
    data = json.dumps(panel_data(published, config, table_2, materials, examples), ensure_ascii=False, allow_nan=False)
    return (
        templating.environment(page_folder)
        .get_template("index.html.j2")
        .render(
            claims=claims(card, numbers),
            scorecard_csv=csv_uri(published / "checks/scorecard.csv"),
            tally=[
                (verdict, mark(verdict), number, MEANING[verdict])
                for verdict, number in scorecard.summary(card).items()
                if number
            ],
            counts=scorecard.summary(card),
            differences=[Markup(said) for said in page_summary.differences(card, topics, published / "tables")],
            law=page_summary.law(pd.read_csv(published / "figures/figure_atlas_mu.csv")),
            table_2_line=scorecard.table_2_line(card),
            numbers=numbers,
            sections=sections,
            manifest=manifest,
            couplings=[f"{J0:g}" for J0 in config["model"]["J0_K"]],
            sizes=sorted((lattice["L"] for lattice in config["lattices"]), reverse=True),
            presets=materials,
            examples=examples,
            data=Markup(data.replace("<", "\\u003c")),
        )
    )
