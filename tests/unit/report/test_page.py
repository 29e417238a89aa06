"""Captions and the page: what they say comes from the published outcome, and the tracked page is of this very outcome."""

import base64
import json
import re
import zlib

import numpy as np
import pandas as pd
import pytest

from shared import CONFIG, PUBLISHED, ROOT
from tlsglass.analysis.verdicts import Verdict
from tlsglass.atlas import api
from tlsglass.base import validation
from tlsglass.dos.density_of_states import DensityOfStates
from tlsglass.physics import eq3
from tlsglass.report import page, prose

PAPER = ROOT / "config/paper_values.csv"


@pytest.fixture(scope="module")
def card():
    return prose.read_card(PUBLISHED / "checks/scorecard.csv", PAPER)


def split_page(text):
    """Return a page without what is packed in it, and that: zlib may pack it in other bytes on another machine."""
    before, _, rest = text.partition('id="packed">')
    packed, _, after = rest.partition("</script>")
    return before + after, json.loads(zlib.decompress(base64.b64decode(packed)))


@pytest.fixture(scope="module")
def plots():
    return split_page((ROOT / "docs/index.html").read_text(encoding="utf-8"))[1]["plots"]


def test_the_tracked_page_is_what_the_published_outcome_gives():
    config = validation.read_yaml(ROOT / "config/config.yaml")
    datasets = sorted((ROOT / "config/experiments").glob("*/dataset.yaml"))
    made = page.render_html(PUBLISHED, config, PAPER, datasets, ROOT / "workflow/page", ROOT / "workflow/report")
    tracked = (ROOT / "docs/index.html").read_text(encoding="utf-8")
    is_current = split_page(made) == split_page(tracked)  # no diff of two pages of megabytes, which takes minutes
    assert is_current, "docs/index.html is of another outcome: make page"
    assert len(made.encode()) < 2.5e6
    for path in PUBLISHED.glob("figures/*.svg"):
        assert split_page(made)[1]["files"][f"figures/{path.name}"] == path.read_text(encoding="utf-8")


def test_the_scripts_of_the_page_contain_no_physics():
    """Nothing is computed that has a unit: curves are chosen, scaled to the screen, and drawn."""
    scripts = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "workflow/page").glob("*.js")}
    assert set(scripts) == {"page.js"}
    used = set(re.findall(r"Math\.(\w+)", scripts["page.js"]))
    assert used <= {"max", "min", "round"}
    assert "**" not in scripts["page.js"]


def test_the_curves_of_the_page_are_those_of_the_library(plots):
    rng = np.random.default_rng(5)
    for T, curves in plots["atlas"].items():
        k = rng.integers(len(curves["ratios"]))
        n, error = api.density(np.array(curves["E_K"]), float(T), 10 * curves["ratios"][k], h0_K=10.0)
        np.testing.assert_allclose(curves["n"][k], 1e3 * n, rtol=1e-4)
        np.testing.assert_allclose(curves["n_err"][k], 1e3 * error, rtol=1e-2, atol=1e-6)
    table = pd.read_csv(PUBLISHED / "tables/table_2.csv")
    fit = table.query("L == 12 and J0_K == 3 and T_K == 0.3").iloc[0]
    points = plots["densities"]["L12_J3"]["0.3"]
    E = np.array(points["fitted_K"])
    np.testing.assert_allclose(points["fit"], 1e3 * fit["B"] * (0.3**2 + E**2) ** (fit["mu"] / 2), rtol=1e-4)
    counts = DensityOfStates.load(PUBLISHED / "dos/L12_J3/T0.3.npz", groups=50).coarsen_to_width(0.06)
    np.testing.assert_allclose(points["n"], 1e3 * counts.n.value[: len(points["n"])], rtol=1e-5)
    np.testing.assert_allclose(points["n_err"], 1e3 * counts.n.error[: len(points["n"])], rtol=1e-2)


def test_the_sound_velocity_of_the_page_is_that_of_the_library(plots):
    """Relative to the lowest temperature, with the parameters that the paper prints for Fig. 5(a)."""
    info = validation.read_yaml(ROOT / "config/experiments/fig5a_silica_sound_velocity/dataset.yaml")
    printed = info["reconstruction"]["parameters"]
    (material,) = [shown for shown in plots["velocity"] if shown["title"].startswith("vitreous silica")]
    assert plots["mu"][material["mu"]] == pytest.approx(printed["mu"])
    T = np.array(plots["velocity_K"])
    for k in (0, material["mu"], 40):
        curve = eq3.sound_velocity(T, plots["mu"][k], info["omega_Hz"], printed["A_Hz_per_K3"])
        expected = 1e6 * printed["tls_strength"] * (curve - curve[0])
        np.testing.assert_allclose(material["curves"][k], expected, rtol=1e-4, atol=1e-4 * np.ptp(expected))
    T0 = (info["omega_Hz"] / printed["A_Hz_per_K3"]) ** (1 / 3)
    low, turn, up, high = eq3.sound_velocity(
        T0 * np.array([0.1, 0.4, 2, 5]), printed["mu"], info["omega_Hz"], printed["A_Hz_per_K3"]
    )
    expected = (high - up) / np.log(2.5) / ((turn - low) / np.log(4))
    assert material["slope_ratio"][material["mu"]] == pytest.approx(expected, rel=1e-2)


def test_every_caption_can_be_read(card):
    for path in sorted((ROOT / "workflow/report").glob("*.rst")):
        caption = prose.render_text(path.read_text(encoding="utf-8"), card, PUBLISHED / "tables", config=CONFIG)
        text = prose.caption_to_html(caption)
        assert text.startswith("<p>"), path.name
        assert "system-message" not in text, path.name


def bare(path):
    """Return a caption without what is filled in, and without figures of the paper: Fig. 5(a)."""
    return re.sub(r"Fig\. ?\d\([a-z]\)|\{\{.*?\}\}", "", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", sorted((ROOT / "workflow/report").glob("fig*.rst")), ids=lambda path: path.stem)
def test_the_letters_of_a_caption_are_those_of_the_panels(path):
    render = set(re.findall(r"\(([a-f])\)", bare(path)))
    drawn = PUBLISHED / f"figures/{path.stem}.csv"
    if render and drawn.is_file():
        assert render == {panel.split(",")[0] for panel in pd.read_csv(drawn)["panel"]}


@pytest.mark.parametrize("name", ["figure_stycast", "figure_niobium", "figure_argonne", "figure_resonator", "figure_materials"])
def test_no_result_is_typed_in_a_caption_of_measured_data(name):
    assert re.findall(r"\d[.,]\d|\d\(\d|\de[-−]?\d", bare(ROOT / f"workflow/report/{name}.rst")) == []


def test_a_caption_takes_its_numbers_from_the_scorecard_and_the_tables(tmp_path):
    card = pd.DataFrame(
        {
            "id": ["slope", "slope_2", "other"],
            "paper": ["-1.0", "0.1 to 0.2", "9.4e+06"],
            "ours": [-1.23456, 0.15, float("nan")],
            "ours_err": [0.012, 0.01, float("nan")],
            "ours_sys": [0.2, 0.0, 0.0],
            "verdict": ["open choice", "agrees", "not simulated"],
        }
    )
    pd.DataFrame({"L": [8, 12], "J0_K": 2, "mu": [0.2, 0.123], "mu_err": [0.01, 0.01]}).to_csv(tmp_path / "a.csv", index=False)

    def render(template):
        return prose.render_text(template, card, tmp_path)

    assert render("{{ sigmas }}; {{ right_within }}") == "three; 1 % or two standard errors"
    everything = render('{{ ours("slope") }} | {{ ours("slope_2") }} | {{ ours("other") }} | {{ tally("slope") }}')
    assert everything == "−1.23(1) ± 0.2 (choices) | 0.15(1) | (not simulated) | 1 agrees, 1 is an open choice"
    assert render('{{ paper("slope") }}; {{ paper("slope_2") }}; {{ paper("other") }}') == "−1.0; 0.1 to 0.2; 9.4 × 10⁶"
    assert render('{{ cell("a", "mu", L=12, J0_K=2) }}; {{ cell("a", "mu", percent=True, L=8) }}') == "0.12(1); 20(1) %"
    assert render('{{ value_range("a", "mu", J0_K=2) }}') == "0.12 to 0.20"
    (tmp_path / "b.csv").write_text(
        "dataset,says,x,x_err\none,µ is -0.1. Done.,0.5,0.02\ntwo,at -30 dBm,2,\n", encoding="utf-8"
    )
    texts = '{{ optional_cell("b", "says", dataset="one") }} {{ optional_cell("b", "says", dataset="two") }}'
    assert render(texts) == "µ is −0.1. Done. at −30 dBm"
    assert render('{{ optional_cell("b", "x", dataset="one") }}') == "0.50(2)"
    assert render('{{ optional_cell("b", "x", dataset="three") }}') == "(not fitted)"
    for wrong in ('{{ ours("slop") }}', '{{ cell("a", "mu", J0_K=2) }}', '{{ cell("a", "mu", L=16) }}'):
        with pytest.raises(KeyError):
            render(wrong)


def test_every_verdict_has_a_mark_a_shape_and_a_meaning_of_its_own():
    for name in ("mark", "shape", "singular", "plural", "meaning"):
        assert len({getattr(verdict, name) for verdict in Verdict}) == len(Verdict), name
        assert all(getattr(verdict, name) for verdict in Verdict), name
    assert all(len(verdict.colors) == 2 for verdict in Verdict)


def test_every_claim_that_differs_has_one_sentence(card):
    topics = validation.read_yaml(ROOT / "workflow/page/differences.yaml")
    sentences = page.differences(card, topics, PUBLISHED / "tables")
    assert 0 < len(sentences) <= 8
    assert not any("{{" in sentence for sentence in sentences)
    agreed = card.assign(verdict="agrees")
    assert page.differences(agreed, topics, PUBLISHED / "tables") == []
    single = agreed.assign(verdict=["differs" if name == "fig3_mu_J2" else "agrees" for name in agreed["id"]])
    (sentence,) = page.differences(single, topics, PUBLISHED / "tables")  # of no topic
    assert prose.Numbers(card, PUBLISHED / "tables").ours("fig3_mu_J2") in sentence


def test_verdicts_are_worded_in_their_number():
    card = pd.DataFrame({"id": ["a1", "a2", "b1", "c1"], "verdict": ["agrees", "agrees", "differs", "no power"]})
    numbers = prose.Numbers(card, PUBLISHED)
    assert numbers.verdict("a1") == "agrees"
    assert numbers.verdict("a1", "a2") == "both agree"
    assert numbers.verdict("a1", "b1") == "agrees and differs"
    assert numbers.tally("a") == "both agree"
    assert numbers.tally("c") == "1 has no power"
    assert numbers.tally("") == "2 agree, 1 differs, 1 has no power"
