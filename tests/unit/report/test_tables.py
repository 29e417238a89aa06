"""Tables to read: the published pages from the published numbers, and what Markdown and HTML make of a cell."""

import re

import pandas as pd
import pytest

from shared import PUBLISHED, ROOT
from tlsglass.base import validation
from tlsglass.report import catalogue, load_inputs, tables, templating
from tlsglass.report.catalogue_entry import RunContents, inputs_of_job
from tlsglass.report.figures import figure_materials
from tlsglass.report.tables import FormattedTable

TABLES = [entry for entry in catalogue.ENTRIES if entry.kind == "table"]


@pytest.fixture(scope="module")
def published_inputs():
    """The inputs of all tables as one job loads them, {entry: {argument: content}}."""
    datasets = sorted(path.parent.name for path in PUBLISHED.glob("experiments/*/fit.json"))
    run = RunContents(datasets=datasets, results=str(PUBLISHED), paper=str(ROOT / "config/paper_values.csv"))
    paths = inputs_of_job({entry.name: entry.input_paths(run) for entry in TABLES})
    return load_inputs.load_inputs_of_entries(paths.items())


@pytest.mark.parametrize("entry", TABLES, ids=[entry.name for entry in TABLES])
def test_the_published_page_is_that_of_the_published_numbers(entry, published_inputs):
    settings = entry.settings_from(validation.read_yaml(ROOT / "config/config.yaml"))
    made = templating.to_markdown(entry.import_function()(**published_inputs[entry.name], **settings))
    assert made == (PUBLISHED / entry.folder / f"{entry.name}.md").read_text(encoding="utf-8")


def test_table_2_is_that_of_the_lattice_that_is_named():
    fits = pd.DataFrame({"L": [6, 8], "J0_K": 2.0, "T_K": 0.5, "B": [0.5, 0.25], "B_err": 0.0, "mu": 0.1, "mu_err": 0.02})
    fits = fits.assign(chi2_per_dof=1.0, n_realizations=[20, 40])
    paper = pd.DataFrame({"id": ["table2_B_J2_T0.5"], "paper": [0.0135]})
    table = tables.table_2(fits, paper, L=6)
    assert table.title == "Table II: Eq. (3) at low E, L = 6, 20 realizations"
    assert table.rows == [["2", "0.5", "0.0135", "0.5", "", "0.10(2)", "1.00"]]


def test_markdown_keeps_a_bar_and_html_sets_numbers():
    table = FormattedTable("Title", ["T (K)", "µ"], [["0.5", "-2.0(8)e-05"], ["1", "of <|J|>"]], "A note.")
    text = templating.to_markdown(table)
    assert text.startswith("# Title\n\n| T (K)")
    assert text.endswith("|\n\nA note.\n")
    assert r"of <\|J\|>" in text
    page = templating.to_html(table, ROOT / "workflow/page/table.html.j2")
    cells = re.findall(r"<td>(.*?)</td>", page)
    assert cells == ["0.5", "−2.0(8) × 10⁻⁵", "1", "of &lt;|J|&gt;"]
    assert "<h1>Title</h1>" in page
    assert "A note." in page


def test_materials_have_J0_over_h0_with_other_interactions():
    materials = pd.read_csv(PUBLISHED / "tables/materials.csv")
    materials = materials.drop(columns=[*tables.interaction_columns(materials.columns).values()])
    described = materials["J0_over_h0"].notna()
    materials["J0_over_h0_two_tls"] = (1.25 * materials["J0_over_h0"]).where(described)
    materials["J0_over_h0_dipolar_gaussian"] = materials["J0_over_h0"].where(described)
    assert tables.interaction_columns(materials.columns) == {
        "two_tls": "J0_over_h0_two_tls",
        "dipolar_gaussian": "J0_over_h0_dipolar_gaussian",
    }
    nothing = pd.DataFrame(columns=["quantity", "value"])
    table = tables.materials(materials, pd.DataFrame(columns=["first"]), nothing)
    column = table.headings.index("other interactions")
    for row, known, value in zip(table.rows, described, materials["J0_over_h0"], strict=True):
        assert row[column] == (f"two_tls {1.25 * value:.2g}, dipolar_gaussian {value:.2g}" if known else "")
    drawn = figure_materials.draw(materials, pd.read_csv(PUBLISHED / "tables/atlas_curves.csv"))
    shown = described & ~materials["is_control"] & (materials["J0_over_h0_state"] == "interval")
    for marker in figure_materials.INTERACTION_MARKERS[:2]:
        lines = [line for line in drawn.panels[0].axes.lines if line.get_marker() == marker and len(line.get_xdata())]
        assert len(lines) == shown.sum()
