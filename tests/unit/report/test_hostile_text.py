"""Hostile text of datasets and tables in captions, Markdown, HTML and figures: it is shown, and nothing else happens."""

import os
import re
import subprocess
import sys

import matplotlib
import pandas as pd
import pytest
from matplotlib import pyplot as plt

from shared import ROOT
from tlsglass.base import escape
from tlsglass.fitting.result import fit_dataset
from tlsglass.plotting import style
from tlsglass.report import fit_report, page, prose, tables, templating
from tlsglass.report.figures import figure_materials, figure_resonator

SCRIPT = "<script>window.pwned=3</script>"
RST = f"niobium\n\n.. include:: /etc/passwd\n   :literal:\n\n.. raw:: html\n\n   {SCRIPT}\n\nx"
MATH = r"$\frac{1}{0}$ and \$5 {{ 7 * 7 }} $"
CARD = pd.DataFrame({"id": ["a"], "where": ["x"], "claim": [SCRIPT], "paper": ["1"], "verdict": ["differs"]}).assign(
    ours=1.0, ours_err=0.1, ours_sys=0.0
)


def test_a_label_in_a_caption_is_shown_as_text(tmp_path):
    pd.DataFrame({"dataset": ["nb"], "label": [RST]}).to_csv(tmp_path / "materials.csv", index=False)
    caption = 'Resonator ({{ optional_cell("materials", "label", dataset="nb") }}), measured.'
    html = prose.caption_to_html(prose.render_caption(caption, CARD, tmp_path))
    assert "root:" not in html
    assert "<script" not in html
    shown = f"niobium .. include:: /etc/passwd :literal: .. raw:: html {SCRIPT} x".replace("<", "&lt;").replace(">", "&gt;")
    assert re.sub(r"\s+", " ", html).strip() == f"<p>Resonator ({shown}), measured.</p>"


@pytest.mark.parametrize("directive", [".. include:: /etc/passwd", ".. raw:: html\n\n   <script></script>"])
def test_a_caption_itself_includes_neither_files_nor_html(directive):
    try:
        html = prose.caption_to_html(f"Text\n\n{directive}\n")
    except Exception as error:
        assert "disabled" in str(error)  # noqa: PT017
    else:
        assert "root:" not in html
        assert "<script" not in html


def test_a_claim_is_text_on_the_page(tmp_path):
    (sentence,) = page.differences(CARD, [], tmp_path)
    assert "<script" not in sentence
    assert "&lt;script&gt;" in sentence


def test_cells_and_headings_are_text_in_markdown_and_html(tmp_path):
    table = tables.FormattedTable("A title", [f"a|{SCRIPT}", "b"], [[f"{SCRIPT} | ![x](http://localhost)", MATH]], "A note.")
    markdown = templating.to_markdown(table)
    assert re.search(r"(?<!\\)<script", markdown) is None
    assert all(len(re.findall(r"(?<!\\)\|", line)) == 3 for line in markdown.splitlines() if line.startswith("|"))
    (tmp_path / "page.css").write_text("")
    (tmp_path / "table.html.j2").write_text(
        "{% for row in table.rows %}{% for cell in row %}<td>{{ cell }}</td>{% endfor %}{% endfor %}"
    )
    html = templating.to_html(table, tmp_path / "table.html.j2")
    assert "<script" not in html
    assert "{{ 7 * 7 }}" in html


@pytest.fixture(scope="module")
def hostile_fit():
    """The fit of few points whose texts are all hostile."""
    from tlsglass.data import infer_dataset

    T = [0.05, 0.08, 0.12, 0.2, 0.3, 0.45]
    dataset = infer_dataset.dataset_from_arrays(
        T, [1.9e-4, 4.6e-4, 1e-3, 2.6e-3, 5.6e-3, 1.2e-2], "thermal_conductivity", None, 0.01, None, None, {}, None, "data"
    )
    dataset.info.update(title=RST, label=MATH, material=MATH)
    return fit_report.FitReport(fit_dataset(dataset, scan=False))


def texts_of(figure):
    """Return the texts of a figure as they are drawn, and assert that none is parsed as mathematics with hostile text in it."""
    figure.canvas.draw()
    drawn = []
    for text in figure.findobj(matplotlib.text.Text):
        shown, is_math = text._preprocess_math(text.get_text())
        assert not (is_math and "frac" in shown)
        drawn.append(shown)
    plt.close(figure)
    return drawn


def test_a_fit_shows_its_texts_as_text(hostile_fit):
    assert re.search(r"(?<!\\)<script", hostile_fit.markdown()) is None
    assert hostile_fit.markdown().splitlines()[0].startswith(r"# niobium \.\. include")
    drawn = texts_of(hostile_fit.plot().figure)
    assert any(MATH in " ".join(text.split()) for text in drawn)


def test_a_joint_fit_and_the_materials_show_their_texts_as_text(hostile_fit):
    free = hostile_fit.fit["mu_free"]
    title = figure_resonator._summarize_fits({"material": MATH, "mu_free": free, "stm": free})
    row = pd.Series({"material": MATH, "label": MATH, "observable": "thermal_conductivity"})
    figure = style.Figure(1).figure
    for k, text in enumerate((title, figure_materials._row_label(row), escape.to_mathtext(MATH))):
        figure.text(0.1, 0.2 * k, text)
    drawn = texts_of(figure)
    assert sum(MATH in text for text in drawn) == 3


def test_captions_that_snakemake_renders_include_neither_files_nor_html(tmp_path):
    """Its report calls docutils without settings; the Snakefile names a configuration for it."""
    source = "text\n\n.. include:: /etc/passwd\n\n.. raw:: html\n\n   <script>1</script>\n"
    program = f"from docutils.core import publish_parts; print(publish_parts({source!r}, writer='html')['body'])"
    environment = os.environ | {"DOCUTILSCONFIG": str(ROOT / "workflow/report/docutils.conf")}
    run = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert "root:" not in run.stdout
    assert "<script>" not in run.stdout
    assert "docutils.conf" in (ROOT / "workflow/rules/report.smk").read_text(encoding="utf-8")
