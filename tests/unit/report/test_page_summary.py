"""The first screen of the page: what differs, the law as a picture; and the panels of a figure, to stand below one another."""

from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from tlsglass.base import validation
from tlsglass.report import page_summary, prose, svg_panels

ROOT = Path(__file__).parents[3]
PUBLISHED = ROOT / "results/published"


@pytest.fixture(scope="module")
def card():
    return prose.read_card(PUBLISHED / "checks/scorecard.csv", ROOT / "config/paper_values.csv")


@pytest.fixture(scope="module")
def topics():
    return validation.read_yaml(ROOT / "workflow/page/differences.yaml")


def test_every_claim_that_differs_is_told_once(card, topics):
    said = page_summary.differences(card, topics, PUBLISHED / "tables")
    assert 0 < len(said) <= 8
    assert not any("{{" in sentence for sentence in said)
    agreed = card.assign(verdict="agrees")
    assert page_summary.differences(agreed, topics, PUBLISHED / "tables") == []
    one = agreed.assign(verdict=["differs" if name == "fig3_mu_J2" else "agrees" for name in agreed["id"]])
    (sentence,) = page_summary.differences(one, topics, PUBLISHED / "tables")  # of no topic
    assert prose.Numbers(card, PUBLISHED / "tables").ours("fig3_mu_J2") in sentence


def test_verdicts_are_told_in_english():
    card = pd.DataFrame({"id": ["a1", "a2", "b1"], "verdict": ["agrees", "agrees", "differs"]})
    numbers = prose.Numbers(card, PUBLISHED)
    assert numbers.verdict("a1") == "agrees"
    assert numbers.verdict("a1", "a2") == "both agree"
    assert numbers.verdict("a1", "b1") == "agrees and differs"
    assert numbers.tally("a") == "all 2 agree"
    assert numbers.tally("") == "2 agree, 1 differs"


@pytest.mark.parametrize("fonts", ["path", "none"])
def test_a_figure_is_cut_between_its_panels_and_before_their_labels(tmp_path, fonts):
    with plt.rc_context({"svg.fonttype": fonts, "font.size": 8}):
        figure, panels = plt.subplots(1, 3, figsize=(7, 2), layout="constrained")
        for panel in panels:
            panel.set_ylabel("δv/v")
            panel.set_xlabel("$T$ (K)")
        panels[2].inset_axes([0.5, 0.5, 0.4, 0.4])
        figure.savefig(tmp_path / "three.svg")
        renderer = figure.canvas.get_renderer()
        tight = [panel.get_tightbbox(renderer).transformed(figure.dpi_scale_trans.inverted()) for panel in panels]
        plt.close(figure)
    boxes = svg_panels.panels(svg_panels.read(tmp_path / "three.svg"))
    assert len(boxes) == 3
    for box, words in zip(boxes, tight, strict=True):
        assert box.x <= 72 * words.x0 + 1.5
        assert box.x + box.width >= 72 * words.x1 - 1.5
    assert sum(box.width for box in boxes) == pytest.approx(7 * 72)


def test_panels_that_share_an_axis_stay_together(tmp_path):
    figure, _ = plt.subplots(1, 2, figsize=(7, 2), sharey=True, layout="constrained")
    figure.savefig(tmp_path / "shared.svg")
    plt.close(figure)
    assert len(svg_panels.panels(svg_panels.read(tmp_path / "shared.svg"))) == 1
