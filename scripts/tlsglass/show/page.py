"""The page: one HTML file made from the published outcome alone, that shows the study without a network or a server."""

import base64
import json
import re
from pathlib import Path

import jinja2
import numpy as np
import pandas as pd
from markupsafe import Markup

from tlsglass.base import validation
from tlsglass.density.counts import Counts
from tlsglass.paper import scorecard
from tlsglass.show import captions, tables

SHAPES = {  # verdict -> SVG path in a box of 16 by 16: told apart without colour
    "agrees": "M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1z",
    "open choice": "M8 0l8 8-8 8-8-8z",
    "differs": "M3 0l5 5 5-5 3 3-5 5 5 5-3 3-5-5-5 5-3-3 5-5-5-5z",
    "not enough statistics": "M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1zm0 3a4 4 0 1 1 0 8 4 4 0 0 1 0-8z",
    "reconstructed": "M1 3h14v4H1zm0 6h14v4H1z",
    "not reproduced": "M1 6h14v4H1z",
}
MEANING = {
    "agrees": "within three standard errors",
    "open choice": "differs by no more than a choice of the analysis that the paper leaves open",
    "differs": "differs by more than three standard errors and any such choice",
    "not enough statistics": "our error is larger than what the claim is about",
    "reconstructed": "comes back from points made of the paper's own parameters: no test of nature",
    "not reproduced": "not attempted",
}
BINS_OF_T = (0.2, 8.0)  # the panel shows n in bins of at least 0.2 T up to 8 T


def mark(verdict):
    """Return a verdict as shape, colour and word."""
    path = f'<svg viewBox="0 0 16 16" aria-hidden="true"><path d="{SHAPES[verdict]}"/></svg>'
    return Markup(f'<span class="verdict {verdict.replace(" ", "-")}">{path}{verdict}</span>')


def data_uri(path, mime):
    return f"data:{mime};base64,{base64.b64encode(Path(path).read_bytes()).decode()}"


def read_markdown(path):
    """Return title, headings, rows and note of a page that ``tables.write_markdown`` wrote."""
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in lines if line.startswith("|")]
    grid = [[_typeset(cell.strip().replace(r"\|", "|")) for cell in row] for row in rows]
    note = " ".join(line for line in lines[1:] if line and not line.startswith("|"))
    return {"title": lines[0].removeprefix("# "), "headings": grid[0], "rows": grid[2:], "note": note}


def _typeset(cell):
    return captions.typeset(cell) if re.match(r"-?[\d(]", cell) else cell


def claims(card):
    """Return the rows of the scorecard to read: where, claim, numbers as text, verdict, note."""
    numbers = captions.Numbers(card)
    return [
        {
            "where": row.where,
            "claim": row.claim,
            "paper": f"{numbers.paper(row.id)} {row.unit}",
            "ours": "not simulated"
            if pd.isna(row.ours)
            else f"{captions.typeset(tables.shorthand(row.ours, row.ours_err))} {row.unit}",
            "systematic": f"± {row.ours_sys:.1g}" if row.ours_sys > 0 else "",
            "z": "" if pd.isna(row.z) else f"{row.z:.1f}".replace("-", "−"),
            "verdict": row.verdict,
            "mark": mark(row.verdict),
            "note": "" if pd.isna(row.note) else row.note,
        }
        for row in card.itertuples()
    ]


def scorecard_table(card):
    """Return the scorecard as ``read_markdown`` returns a table."""
    columns = ("where", "claim", "paper", "ours", "systematic", "z", "mark", "note")
    return {
        "title": "Scorecard: " + captions.Numbers(card).tally(""),
        "headings": ["Where", "Claim", "Paper", "Here", "Systematic", "z", "Verdict", "Note"],
        "rows": [[row[column] for column in columns] for row in claims(card)],
        "note": scorecard.table_2_line(card),
    }


def _short(values, digits):
    return [float(f"{value:.{digits}g}") for value in values]


def densities(published, table_2, groups):
    """Return n(T, E) of every set and temperature with its fit by Eq. (3), as the panel draws it."""
    found = {}
    for fit in table_2.sort_values(["L", "J0_K", "T_K"]).itertuples():
        if not np.isfinite(fit.B):
            continue
        name, T = f"L{fit.L}_J{fit.J0_K:g}", f"{fit.T_K:g}"
        counts = Counts.load(published / f"dos/{name}/T{T}.npz", groups).coarsen_to_width(BINS_OF_T[0] * fit.T_K)
        n, error = counts.n.value, counts.n.error
        E = counts.middle_K
        shown = counts.edges_K[1:] <= BINS_OF_T[1] * fit.T_K * (1 + 1e-9)
        found.setdefault(name, {})[T] = {
            "E_K": _short(E[shown], 9),
            "n": _short(n[shown], 9),
            "n_err": _short(error[shown], 4),
            "B": float(f"{fit.B:.9g}"),
            "mu": float(f"{fit.mu:.9g}"),
            "B_text": tables.shorthand(fit.B, fit.B_err),
            "mu_text": tables.shorthand(fit.mu, fit.mu_err).replace("-", "−"),
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


def panel_data(published, config, table_2, materials):
    """Return what the two panels compute with, as a JSON-able mapping."""
    x, w = np.polynomial.legendre.leggauss(12)
    return {
        "gauss": {"x": _short(x, 15), "w": _short(w, 15)},
        "dos": densities(published, table_2, config["fits"]["jackknife_groups"]),
        "window_T": config["fits"]["eq3_window_T"],
        "presets": materials,
        "slope_below_K": config["observables"]["slope_below_K"][0],
        "slope_above_K": config["observables"]["slope_above_K"][0],
    }


def entry(item, published, captions_folder, card):
    """Return a figure or table of the contents with all that the page shows of it, or None when it is not published."""
    base = published / item["folder"] / item["name"]
    if not base.with_suffix(".csv").is_file():
        return None
    caption = (captions_folder / f"{item['name']}.rst").read_text(encoding="utf-8")
    shown = item | {
        "caption": Markup(captions.html(captions.render(caption, card))),
        "csv": data_uri(base.with_suffix(".csv"), "text/csv"),
    }
    if item["kind"] == "table":
        return shown | {"table": read_markdown(base.with_suffix(".md"))}
    svg = base.with_suffix(".svg")
    width, height = svg_size(svg)
    return shown | {"image": data_uri(svg, "image/svg+xml"), "width": width, "height": height}


def svg_size(path):
    """Return width and height of an SVG of matplotlib in points."""
    head = Path(path).read_text(encoding="utf-8")[:2000]
    box = head.split('viewBox="', 1)[1].split('"', 1)[0].split()
    return float(box[2]), float(box[3])


def _environment(folder):
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
    )
    environment.globals["source"] = lambda name: Markup((folder / name).read_text(encoding="utf-8"))
    return environment


def render_table(table, template):
    """Return a table, as ``read_markdown`` returns it, as an HTML page by itself."""
    return _environment(Path(template).parent).get_template(Path(template).name).render(table=table)


def render(published, paper_values, materials, page_folder, captions_folder):
    """Return the page as text: the same published outcome, the same text. ``materials`` are those of ``presets``."""
    published, page_folder, captions_folder = Path(published), Path(page_folder), Path(captions_folder)
    card = captions.read_card(published / "checks/scorecard.csv", paper_values)
    manifest = json.loads((published / "MANIFEST.json").read_text(encoding="utf-8"))
    config = manifest["config"]
    table_2 = tables.read(published / "tables/table_2.csv")
    sections = []
    for section in captions.contents(captions_folder):
        found = [entry(item, published, captions_folder, card) for item in section["items"] if item["name"] != "scorecard"]
        if any(found):
            sections.append({"title": section["section"], "items": [item for item in found if item]})
    data = json.dumps(panel_data(published, config, table_2, materials), ensure_ascii=False, allow_nan=False)
    return (
        _environment(page_folder)
        .get_template("index.html.j2")
        .render(
            claims=claims(card),
            scorecard_csv=data_uri(published / "checks/scorecard.csv", "text/csv"),
            tally=[
                (verdict, mark(verdict), number, MEANING[verdict])
                for verdict, number in scorecard.summary(card).items()
                if number
            ],
            table_2_line=scorecard.table_2_line(card),
            numbers=captions.Numbers(card),
            sections=sections,
            manifest=manifest,
            couplings=[f"{J0:g}" for J0 in config["model"]["J0_K"]],
            sizes=sorted((lattice["L"] for lattice in config["lattices"]), reverse=True),
            presets=materials,
            data=Markup(data.replace("<", "\\u003c")),
        )
    )
