"""The web page: one HTML file made from the published outcome, which needs neither a network nor a server."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pandas as pd
from markupsafe import Markup, escape

from tlsglass.analysis import scorecard
from tlsglass.analysis.verdicts import Verdict
from tlsglass.base import published_files, validation
from tlsglass.base.types import StrPath
from tlsglass.report import catalogue, page_data, prose, templating
from tlsglass.report.catalogue_entry import Entry, RunContents
from tlsglass.report.load_inputs import load_inputs

FIRST_FIGURE = "figure_atlas_mu"  # on the first screen


def verdict_html(verdict: Verdict) -> Markup:
    """Return a verdict as shape, color and name."""
    path = f'<svg viewBox="0 0 16 16" aria-hidden="true"><path d="{verdict.shape}"/></svg>'
    return Markup(f'<span class="verdict {css_class(verdict)}">{path}{verdict}</span>')


def css_class(verdict: Verdict) -> str:
    """Return the CSS class of a verdict."""
    return verdict.replace(" ", "-")


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


def presets(datasets: Iterable[StrPath]) -> list[dict[str, Any]]:
    """Return the parameters that the paper prints below its figures of δv/v, from the dataset.yaml of each dataset."""
    infos = [validation.read_yaml(path) for path in sorted(datasets)]
    return [
        {"title": f"{info['material']}, {info['label']}", "omega_Hz": info["omega_Hz"], **info["reconstruction"]["parameters"]}
        for info in infos
        if info["observable"] == "sound_velocity" and "reconstruction" in info
    ]


def svg_size(svg: str) -> tuple[int, int]:
    """Return width and height at which an SVG of matplotlib is shown, in pixels: twice its points."""
    box = svg[:2000].split('viewBox="', 1)[1].split('"', 1)[0].split()
    return round(2 * float(box[2])), round(2 * float(box[3]))


def read_figure(published: Path, name: str, files: dict[str, str]) -> dict[str, Any]:
    """Return the names in ``files`` and the sizes of a figure and of its form for narrow screens; add them to ``files``."""
    figure = {}
    for kind, path in (("wide", f"figures/{name}.svg"), ("narrow", f"narrow/{name}.svg")):
        if (published / path).is_file():
            files[path] = (published / path).read_text(encoding="utf-8")
            figure[kind] = {"file": path, "size": svg_size(files[path])}
    return figure


def describe_entry(
    entry: Entry, run: RunContents, config: Mapping[str, Any], captions_folder: Path, card: pd.DataFrame, files: dict[str, str]
) -> dict[str, Any] | None:
    """Return what the page shows of an entry of the catalogue, or None if the entry is not published.

    Its picture and its numbers are added to ``files``, {path in the published outcome: content}.
    """
    base = Path(run.results, entry.folder, entry.name)
    if not base.with_suffix(".svg" if entry.kind == "figure" else ".md").is_file():
        return None
    template = (captions_folder / f"{entry.name}.rst").read_text(encoding="utf-8")
    caption = prose.render_caption(template, card, Path(run.results, "tables"), config=config)
    paths = entry.input_paths(run) or {}
    # the numbers of a figure have its name; those of a table are its first input
    numbers = base.with_suffix(".csv") if entry.kind == "figure" else Path(next(iter(paths.values())))
    item = {
        "name": entry.name,
        "title": entry.title,
        "kind": entry.kind,
        "caption": Markup(
            prose.caption_to_html(prose.render_caption(caption, card, Path(run.results, "tables"), config=config))
        ),
        "csv": numbers.relative_to(run.results).as_posix(),
    }
    files[item["csv"]] = numbers.read_text(encoding="utf-8")
    if entry.kind == "figure":
        return item | read_figure(Path(run.results), entry.name, files)
    inputs = load_inputs(paths.items())
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

    ``published`` is the folder of that outcome, ``config`` its configuration, ``paper_values`` the table of the paper's claims,
    and ``datasets`` are the dataset.yaml of all measured data. Templates are in ``page_folder``, those of the captions in
    ``captions_folder``.
    """
    published, page_folder, captions_folder = Path(published), Path(page_folder), Path(captions_folder)
    manifest = published_files.verify(published)
    card = prose.read_card(published / "checks/scorecard.csv", paper_values)
    table_2 = pd.read_csv(published / "tables/table_2.csv")
    materials = presets(datasets)
    fitted = sorted(path.parent.name for path in published.glob("experiments/*/fit.json"))
    run = RunContents(datasets=fitted, results=str(published), paper=str(paper_values))
    numbers, counts = prose.Numbers(card, published / "tables"), scorecard.summary(card)
    sections: list[dict[str, Any]] = []
    files = {"checks/scorecard.csv": (published / "checks/scorecard.csv").read_text(encoding="utf-8")}
    for section, entries in catalogue.sections():
        described = (entry for entry in entries if entry.name != "scorecard")
        items = [describe_entry(entry, run, config, captions_folder, card, files) for entry in described]
        if any(items):
            sections.append({"title": section, "items": [item for item in items if item]})
    topics = validation.read_yaml(page_folder / "differences.yaml")
    h0_K = config["model"]["h0_K"]
    shown = page_data.densities(published, table_2, config["fits"]["jackknife_groups"], config["fits"]["eq3_window_T"])
    plots = {
        "densities": shown,
        "atlas": page_data.atlas_curves(sorted({float(T) for temperatures in shown.values() for T in temperatures}), h0_K),
        "ratios": page_data.round_values(page_data.RATIOS),
        "ratio_of_J0": {f"{J0:g}": page_data.nearest_ratio(J0 / h0_K) for J0 in config["model"]["J0_K"]},
        "velocity": page_data.velocity_curves(materials),
        "velocity_K": page_data.round_values(page_data.VELOCITY_K),
        "mu": page_data.round_values(page_data.MU),
        "slopes_at": " and ".join(f"{low:g}–{high:g} T0" for low, high in (page_data.BELOW_T0, page_data.ABOVE_T0)),
    }
    first = (published / f"figures/{FIRST_FIGURE}.svg").read_text(encoding="utf-8")
    return (
        templating.html_environment(page_folder)
        .get_template("index.html.j2")
        .render(
            claims=claim_rows(card, numbers),
            verdicts=[(verdict, css_class(verdict)) for verdict in Verdict],
            tally=[(verdict, verdict_html(verdict), number) for verdict, number in counts.items() if number],
            counts=counts,
            differences=[Markup(sentence) for sentence in differences(card, topics, published / "tables")],
            first=svg_uri(first),
            first_size=svg_size(first),
            table_2_line=scorecard.table_2_line(card),
            numbers=numbers,
            sections=sections,
            manifest=manifest,
            couplings=[f"{J0:g}" for J0 in config["model"]["J0_K"]],
            sizes=sorted((lattice["L"] for lattice in config["lattices"]), reverse=True),
            presets=materials,
            packed=page_data.pack({"files": files, "plots": plots}),
        )
    )
