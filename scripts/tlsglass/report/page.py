"""The web page: one HTML file made from the published outcome, which needs neither a network nor a server."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pandas as pd
from markupsafe import Markup, escape

from tlsglass.analysis import scorecard
from tlsglass.analysis.verdicts import Verdict
from tlsglass.atlas.table import shipped_atlas
from tlsglass.base import labels, published_files, validation
from tlsglass.base.jackknife import format_with_error
from tlsglass.base.types import FloatArray, StrPath
from tlsglass.dos.density_of_states import DensityOfStates
from tlsglass.report import catalogue, page_data, prose, templating
from tlsglass.report.catalogue_entry import Entry, RunContents
from tlsglass.report.load_inputs import load_inputs

BIN_T, MAX_T = 0.2, 8.0  # n is shown in bins of at least 0.2 T, up to E = 8 T
FIRST_FIGURE = "figure_atlas_mu"  # on the first screen


def verdict_html(verdict: Verdict) -> Markup:
    """Return a verdict as shape, color and name."""
    path = f'<svg viewBox="0 0 16 16" aria-hidden="true"><path d="{verdict.shape}"/></svg>'
    return Markup(f'<span class="verdict {css_class(verdict)}">{path}{verdict}</span>')


def css_class(verdict: Verdict) -> str:
    """Return the CSS class of a verdict."""
    return verdict.replace(" ", "-")


def csv_uri(path: StrPath) -> Markup:
    """Return a CSV file as a data URI to download."""
    return Markup("data:text/csv;charset=utf-8," + quote(Path(path).read_text(encoding="utf-8"), safe=" ,./:;()+-=*|^_~"))


def svg_uri(svg: str) -> Markup:
    """Return an SVG as the data URI of an image between double quotes, a quarter shorter than base64."""
    flat = " ".join(svg.split())
    if "'" not in flat:
        flat = flat.replace('"', "'")
    return Markup("data:image/svg+xml," + quote(flat, safe=" !$'()*+,-./:;=?@_~<>"))


def claim_rows(card: pd.DataFrame, numbers: prose.Numbers) -> list[dict[str, Any]]:
    """Return the rows of the scorecard as text: where, claim, numbers, verdict, notes."""
    return [
        {
            "where": row.where,
            "claim": row.claim,
            "paper": f"{numbers.paper(row.id)} {row.unit}",
            "ours": "–" if pd.isna(row.ours) else f"{prose.format_number(row.ours, row.ours_err)} {row.unit}",
            "systematic": f"± {row.ours_sys:.1g}" if row.ours_sys > 0 else "",
            "z": "" if pd.isna(row.z) else f"{row.z:.1f}".replace("-", "−"),
            "verdict": row.verdict,
            "mark": verdict_html(Verdict(row.verdict)),
            "null": f"{prose.typeset(f'{row.null:g}')} {row.unit}",
            "note": f"{row.reason} {row.note}".strip(),
            "null_model": row.null_model,
        }
        for row in card.itertuples()
    ]


def differences(card: pd.DataFrame, topics: Sequence[Mapping[str, str]], folder: StrPath) -> list[str]:
    """Return one sentence (HTML) for each topic with a claim that differs, and one for each such claim without a topic.

    A topic has ``claims``, a regular expression of ids, and ``say``, a template in HTML; ``folder`` has the tables.
    """
    remaining = card[card["verdict"] == Verdict.DIFFERS]
    sentences = []
    for topic in topics:
        matches = remaining["id"].map(lambda name, pattern=topic["claims"]: re.match(pattern, name) is not None).astype(bool)
        if matches.any():
            sentences.append(prose.render_text(topic["say"], card, folder, escape))
            remaining = remaining[~matches]
    generic = "{{ where }}, {{ claim }}: {{ ours(id) }}; the paper has {{ paper(id) }}."
    names = remaining[["where", "claim", "id"]].to_dict("records")
    return sentences + [prose.render_text(generic, card, folder, escape, **claim) for claim in names]


def _round(values: FloatArray, digits: int) -> list[float]:
    """Return values rounded to significant digits."""
    return [float(f"{value:.{digits}g}") for value in values]


def densities(published: Path, table_2: pd.DataFrame, groups: int) -> dict[str, dict[str, Any]]:
    """Return n(T, E) of every set and temperature with its fit by Eq. (3), {set: {T: ...}}, as the plot of n needs it."""
    by_set: dict[str, dict[str, Any]] = {}
    for fit in table_2.sort_values(["L", "J0_K", "T_K"]).itertuples():
        if not np.isfinite(fit.B):
            continue
        name, T = str(labels.ParameterSet(fit.L, fit.J0_K)), labels.format_number(fit.T_K)
        counts = DensityOfStates.load(published / f"dos/{name}/T{T}.npz", groups).coarsen_to_width(BIN_T * fit.T_K)
        n, error = counts.n.value, counts.n.error
        inside = counts.edges_K[1:] <= MAX_T * fit.T_K * (1 + 1e-9)
        by_set.setdefault(name, {})[T] = {
            "E_K": _round(counts.centers_K[inside], 9),
            "n": _round(n[inside], 9),
            "n_err": _round(error[inside], 4),
            "B": float(f"{fit.B:.9g}"),
            "mu": float(f"{fit.mu:.9g}"),
            "B_text": format_with_error(fit.B, fit.B_err),
            "mu_text": format_with_error(fit.mu, fit.mu_err).replace("-", "−"),
            "chi2_per_dof": float(f"{fit.chi2_per_dof:.3g}"),
            "realizations": int(fit.n_realizations),
        }
    return by_set


def presets(datasets: Iterable[StrPath]) -> list[dict[str, Any]]:
    """Return the parameters that the paper prints below its figures of δv/v, from the dataset.yaml of each dataset."""
    infos = [validation.read_yaml(path) for path in sorted(datasets)]
    return [
        {
            "title": f"{info['material']}, {info['label']}",
            "omega_Hz": info["omega_Hz"],
            **info["reconstruction"]["parameters"],
        }
        for info in infos
        if info["observable"] == "sound_velocity" and "reconstruction" in info
    ]


def figure_image(path: Path) -> dict[str, Any]:
    """Return an SVG of matplotlib as a data URI, with its width and height in points."""
    svg = path.read_text(encoding="utf-8")
    box = svg[:2000].split('viewBox="', 1)[1].split('"', 1)[0].split()
    return {"image": svg_uri(svg), "width": float(box[2]), "height": float(box[3])}


def describe_entry(
    entry: Entry, run: RunContents, config: Mapping[str, Any], captions_folder: Path, card: pd.DataFrame
) -> dict[str, Any] | None:
    """Return what the page shows of an entry of the catalogue, or None if the entry is not published."""
    base = Path(run.results, entry.folder, entry.name)
    if not base.with_suffix(".svg" if entry.kind == "figure" else ".md").is_file():
        return None
    caption = (captions_folder / f"{entry.name}.rst").read_text(encoding="utf-8")
    item = {
        "name": entry.name,
        "title": entry.title,
        "kind": entry.kind,
        "caption": Markup(prose.caption_to_html(prose.render_caption(caption, card, Path(run.results, "tables")))),
        "csv": csv_uri(base.with_suffix(".csv")),
    }
    if entry.kind == "figure":
        return item | figure_image(base.with_suffix(".svg"))
    inputs = load_inputs((entry.input_paths(run) or {}).items())
    return item | {"table": templating.typeset_table(entry.import_function()(**inputs, **entry.settings_from(config)))}


def render_html(
    published: StrPath,
    config: Mapping[str, Any],
    paper_values: StrPath,
    datasets: Sequence[StrPath],
    page_folder: StrPath,
    captions_folder: StrPath,
) -> str:
    """Return the page as text. The same published outcome gives the same text.

    Parameters
    ----------
    published
        The folder of the published outcome.
    config
        The configuration of the study as published.
    paper_values
        The table of the paper's claims.
    datasets
        The dataset.yaml of all measured data.
    page_folder, captions_folder
        The folders of the templates of the page and of the captions.
    """
    published, page_folder, captions_folder = Path(published), Path(page_folder), Path(captions_folder)
    manifest = published_files.verify(published)
    card = prose.read_card(published / "checks/scorecard.csv", paper_values)
    table_2 = pd.read_csv(published / "tables/table_2.csv")
    materials = presets(datasets)
    fitted = sorted(path.parent.name for path in published.glob("experiments/*/fit.json"))
    run = RunContents(datasets=fitted, results=str(published), paper=str(paper_values))
    numbers, counts = prose.Numbers(card, published / "tables"), scorecard.summary(card)
    sections = []
    for section, entries in catalogue.sections():
        items = [describe_entry(entry, run, config, captions_folder, card) for entry in entries if entry.name != "scorecard"]
        if any(items):
            sections.append({"title": section, "items": [item for item in items if item]})
    topics = validation.read_yaml(page_folder / "differences.yaml")
    data = {
        "gauss": page_data.quadrature(12),
        "atlas": page_data.atlas_to_json(shipped_atlas()),
        "h0_K": config["model"]["h0_K"],
        "dos": densities(published, table_2, config["fits"]["jackknife_groups"]),
        "window_T": config["fits"]["eq3_window_T"],
        "presets": materials,
    }
    text = json.dumps(data, ensure_ascii=False, allow_nan=False)
    return (
        templating.html_environment(page_folder)
        .get_template("index.html.j2")
        .render(
            claims=claim_rows(card, numbers),
            scorecard_csv=csv_uri(published / "checks/scorecard.csv"),
            verdicts=[(verdict, css_class(verdict)) for verdict in Verdict],
            tally=[(verdict, verdict_html(verdict), number) for verdict, number in counts.items() if number],
            counts=counts,
            differences=[Markup(sentence) for sentence in differences(card, topics, published / "tables")],
            first=figure_image(published / f"figures/{FIRST_FIGURE}.svg"),
            table_2_line=scorecard.table_2_line(card),
            numbers=numbers,
            sections=sections,
            manifest=manifest,
            couplings=[f"{J0:g}" for J0 in config["model"]["J0_K"]],
            sizes=sorted((lattice["L"] for lattice in config["lattices"]), reverse=True),
            presets=materials,
            data=Markup(text.replace("<", "\\u003c")),
        )
    )
